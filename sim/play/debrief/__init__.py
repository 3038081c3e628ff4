"""Looking back on a session: what each decision moved, what could be known, and how usual it was.

`decisions` finds what was decided and `plans` what the two futures of a decision have ordered for them; `effects`
compares those. `partings` holds orders to the draws that the rules would have gone by, `unseen` tells what was hidden
from whom, `usual` holds the history beside others, and `text` says it all.
"""

from .whole import Debrief, debrief

__all__ = ["Debrief", "debrief"]
