"""The theatre language: what a crisis is made of, read from YAML, checked, and compiled to arrays.

`schema` says what may be written, `load` reads files, `compile` turns a scenario into a `Program`.
"""
