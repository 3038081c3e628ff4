"""What one does with a scenario: run it many times, and later compare, branch, sweep."""
