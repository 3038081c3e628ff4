"""The workbench: levers that run a thousand histories anew on the same dice while the hand is on them."""
