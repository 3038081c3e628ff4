"""The least change of numbers by which the share of an outcome crosses a line (`target`), found by a search (`tip`)."""
