"""The shipped crisis beside its record, by what an expert looks at first: `python -m tests.benchmarks.crisis`."""
