"""The dice of ODD 7.1 in Python integers: Philox4x32-10 (Salmon et al. 2011), keyed by what is drawn and for whom."""

import hashlib
from dataclasses import dataclass

from sim.theatre.compiled.arithmetic import normal

DECIDE, CASUALTIES, NOISE, RESAMPLE, POSSIBLE, MAY = 1, 2, 3, 5, 6, 7
WORD = 0xFFFFFFFF


def philox(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Ten rounds on four words of 32 bits."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        even, odd = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (odd >> 32) ^ c1 ^ k0, odd & WORD, (even >> 32) ^ c3 ^ k1, even & WORD
        k0, k1 = (k0 + 0x9E3779B9) & WORD, (k1 + 0xBB67AE85) & WORD
    return c0, c1, c2, c3


def number_of(name: str) -> int:
    """The 32 bits that stand for an id in the counter."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


@dataclass(frozen=True)
class Dice:
    """All the draws of one run; which one comes depends on nothing but its key."""

    seed: int
    run: int
    branch: int = 0

    def words(self, day: int, purpose: int, name: str | None) -> tuple[int, int]:
        """The two halves, of 64 bits each, of a draw; what is drawn for nobody has no id."""
        of = 0 if name is None else number_of(name)
        counter = (self.run & WORD, self.branch & WORD, day + 65536 * purpose, of)
        w0, w1, w2, w3 = philox(counter, (self.seed & WORD, self.seed >> 32))
        return w0 << 32 | w1, w2 << 32 | w3

    def uniforms(self, day: int, purpose: int, name: str | None) -> tuple[float, float]:
        """Two draws between 0 (included) and 1."""
        a, b = self.words(day, purpose, name)
        return (a >> 11) * 2.0**-53, (b >> 11) * 2.0**-53

    def normal(self, day: int, purpose: int, name: str) -> float:
        """One standard normal draw."""
        a, _ = self.words(day, purpose, name)
        return normal(within(a))


def within(word: int) -> float:
    """A number between 0 and 1, never at an end."""
    return ((word >> 12) + 0.5) * 2.0**-52
