"""All rows, in the order of the article. A57, that what lies ahead is open, is how all results are reported: no row."""

from . import aftermath, battlefield, resistance

ROWS = (*resistance.ROWS, *battlefield.ROWS, *aftermath.ROWS)
