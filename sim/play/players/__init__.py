"""Who sits in a seat: anything that turns a view and options into an order.

`player` says what that is, and has those that need nothing from outside; others are in `random`, `scripted` and
`replayed`. `llm` asks a language model: `prompts` says what it reads, `endpoint` calls it, `purse` counts what it has
used. `registry` finds players by what a user types.
"""
