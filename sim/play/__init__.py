"""Sessions: one run being lived, by people, policies and language models in the seats of its actors.

`session` keeps the run and takes orders; `known` works out what a seat may know of it, and all that a seat is given
(`view`, `briefing`, `options`, `futures`) is made of that alone; `ledger` keeps a session in a file, and `export` makes
a scenario of it. Who sits in a seat is a player (`players`), and `debrief` tells what each decision moved.
"""
