"""Visits: browsers at one address told apart, so that one of a class that asks too often uses up nobody else's share.

Whoever is let in to a page is given a cookie that says nothing about them, and that nobody can make up. Who shows one
has a share of their own. They are given out sparingly: a flood from one address does not get hold of many.
"""

import secrets
from hmac import compare_digest, digest

from sim.serve.place import Place

from .limits import Buckets

SIGNS = 32
"""Of the mark by which our cookies are known."""


class Visits:
    """Who may ask how often: by their cookies, and by their addresses without one."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._addresses = Buckets(at_once=400, a_second=100)
        self._visits = Buckets(at_once=120, a_second=10)
        self._given = Buckets(at_once=120, a_second=0.2)
        self._together = Buckets(at_once=4000, a_second=400)

    def take(self, sender: str, cookies: str) -> bool:
        """Let somebody ask; False if they have asked too often."""
        visit = self._of(cookies)
        own = visit is not None and self._visits.take(visit) and self._together.take(sender)
        return own or self._addresses.take(sender)

    def cookie_for(self, sender: str, cookies: str) -> str | None:
        """A cookie for somebody who has none, as a header says it."""
        if self._of(cookies) is not None or not self._given.take(sender):
            return None
        visit = secrets.token_hex(8)
        return f"{self._name}={visit}.{self._mark(visit)}; Path=/; HttpOnly; SameSite=Strict"

    def _of(self, cookies: str) -> str | None:
        """The visit that a cookie of ours says."""
        for each in cookies.split(";"):
            name, _, value = each.strip().partition("=")
            visit, _, mark = value.partition(".")
            if name == self._name and value.isascii() and compare_digest(mark, self._mark(visit)):
                return visit
        return None

    @property
    def _name(self) -> str:
        return f"sim-visit-{self._place.port}"

    def _mark(self, visit: str) -> str:
        return digest(self._place.key.encode(), visit.encode(), "sha256").hex()[:SIGNS]
