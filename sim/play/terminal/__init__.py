"""The hand of a person at a terminal: lines of text in, lines of text out, over ssh, in a class or from a file.

`screen` is all that it needs of a terminal; `lookup` finds what is meant by what is typed; `commands` has what can be
typed, and `pages` and `choices` what is answered; `human` talks with one seat, and `game` runs the table.
"""
