"""How an exported session is known from other scenarios; it imports nothing, so that whoever lists changes may ask."""

AS_PLAYED = ", as it was played"
"""How its title ends."""
ORDER, STANCE = "played_", "stance_"
"""How the names of what was ordered begin in its script, and of what was set in its changes."""
