"""On which mornings a player was asked before, so that it can tell what has become due since."""


class Mornings:
    """The mornings on which a player was asked; what the umpire takes back was not.

    Parameters
    ----------
    since : int
        The last morning of a session that had begun before the player sat down, its days counted from 0; -1 if none.
    """

    def __init__(self, since: int = -1) -> None:
        self._asked = [since]

    def before(self, day: int) -> int:
        """The last morning before this one, -1 if there is none; this one is remembered."""
        self._asked = [each for each in self._asked if each < day] or [-1]
        last = self._asked[-1]
        self._asked.append(day)
        return last
