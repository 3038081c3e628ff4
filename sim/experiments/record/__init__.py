"""The record as judge: how likely a scenario finds what happened, and what it would have foretold.

`records` finds the record of a scenario, `following` makes particles follow it, `filter` adds up how likely it was,
`surprise` tells what was least so and why, `hindcast` what the model would have said beforehand, `likelihood` and `fit`
what the record teaches of the numbers.
"""
