"""Files of the language: found, read with the place of every value, merged along `extends`, and checked at once.

In go names and paths; out come a `Scenario`, `Theatre` or other record, or every fault as `file:line:column`.
"""
