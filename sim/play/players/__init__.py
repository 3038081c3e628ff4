"""Who sits in a seat: anything that turns a view and options into an order.

`player` says what that is, and has those that need nothing from outside.
"""
