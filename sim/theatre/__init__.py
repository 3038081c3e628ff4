"""The theatre language: what a crisis is made of, read from YAML, checked, and compiled to arrays.

| folder | what it does | in | out |
|---|---|---|---|
| `language/` | what may be written, and what is said of what may not | content | `Theatre`, `Scenario` |
| `compiled/` | the same as arrays, for the engine | `Scenario` | `Program` |
| `parameters/` | numbers by their paths: change them, draw them, find their ranges | `Scenario` | `Scenario` |
| `files/` | YAML with its lines and columns, merged, checked and named | files | `Scenario` |

Each imports only those above it in this table.
"""
