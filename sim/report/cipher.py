"""A text that a passphrase opens: locked here, opened by `page/script/cipher.js` in any browser, without a network.

The key is PBKDF2-HMAC-SHA256 of the passphrase (RFC 8018), the cipher ChaCha20 (RFC 8439), and an HMAC over the
ciphertext tells a wrong word. Both are short enough to be written out, since a browser offers its own cipher to pages
from some places only, and a page that a teacher hands out may lie anywhere.

It keeps a class from reading the answers in the file. It is no vault: a short word can be guessed by a patient machine,
and whoever has the scenario and this program can run it again.
"""

import base64
import hashlib
import hmac
import secrets
import unicodedata

import numpy as np
from numpy.typing import NDArray

ROUNDS = 100_000
"""Rounds of PBKDF2: about a tenth of a second here, a second or two on a phone."""
SALT = 16
KEY = 32
BLOCK = 64
NONCE = bytes(12)
"""Each text has a salt of its own, hence a key of its own, which is used once."""
_CONSTANT = np.frombuffer(b"expand 32-byte k", "<u4")
_DIAGONALS = ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
_COLUMNS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15))
# Words that are short, known to all and hard to mistake for one another when read out.
_WORDS = (
    "amber", "apple", "autumn", "bamboo", "basket", "bridge", "butter", "button", "candle", "carpet", "cedar",
    "cherry", "circle", "clover", "copper", "coral", "cotton", "daisy", "desert", "dolphin", "feather", "fern",
    "forest", "garden", "ginger", "granite", "harbour", "hazel", "honey", "island", "ivory", "jasmine",
    "ladder", "lantern", "lemon", "linen", "lobster", "maple", "marble", "meadow", "melon", "mirror",
    "mountain", "needle", "olive", "orange", "orchard", "paper", "pebble", "pepper", "pillow", "planet",
    "pocket", "purple", "rabbit", "ribbon", "river", "saddle", "saffron", "silver", "summer", "sunset",
    "timber", "tulip", "valley", "velvet", "violet", "walnut", "willow", "window", "winter",
)  # fmt: skip


class WrongWordError(ValueError):
    """A passphrase does not open a text; the message says so."""


def passphrase() -> str:
    """Make a passphrase of four words, one of some 25 million."""
    return " ".join(secrets.choice(_WORDS) for _ in range(4))


def spoken(word: str) -> str:
    """A passphrase as it is heard: capitals and blanks do not count, as phones add both."""
    return " ".join(unicodedata.normalize("NFKC", word).lower().split())


def locked(text: str, word: str) -> dict[str, str | int]:
    """Lock a text; what comes out may stand in any file.

    Returns
    -------
    `salt`, `rounds`, `tag` and `text`, bytes in base 64
    """
    salt = secrets.token_bytes(SALT)
    cipher, tag = _keys(word, salt, ROUNDS)
    sealed = chacha20(text.encode(), cipher, NONCE)
    return {
        "salt": _told(salt),
        "rounds": ROUNDS,
        "tag": _told(hmac.digest(tag, sealed, "sha256")),
        "text": _told(sealed),
    }


def unlocked(found: dict[str, str | int], word: str) -> str:
    """Open what `locked` made.

    Raises
    ------
    WrongWordError
        Another word locked it.
    """
    salt, tag, sealed = (base64.b64decode(str(found[part])) for part in ("salt", "tag", "text"))
    cipher, of_tag = _keys(word, salt, int(found["rounds"]))
    if not hmac.compare_digest(hmac.digest(of_tag, sealed, "sha256"), tag):
        raise WrongWordError("this is not the passphrase that it was locked with")
    return chacha20(sealed, cipher, NONCE).decode()


def _keys(word: str, salt: bytes, rounds: int) -> tuple[bytes, bytes]:
    """A key for the cipher and one for the tag."""
    whole = hashlib.pbkdf2_hmac("sha256", spoken(word).encode(), salt, rounds)
    return hmac.digest(whole, b"cipher", "sha256"), hmac.digest(whole, b"tag", "sha256")


def chacha20(text: bytes, key: bytes, nonce: bytes, first: int = 0) -> bytes:
    """Encrypt or decrypt by ChaCha20 [RFC 8439, 2.4], all blocks at once; `first` is the counter of the first block."""
    blocks = -(-len(text) // BLOCK)
    state = np.empty((16, blocks), np.uint32)
    state[:4] = _CONSTANT[:, None]
    state[4:12] = np.frombuffer(key, "<u4")[:, None]
    state[12] = np.arange(first, first + blocks, dtype=np.uint32)
    state[13:] = np.frombuffer(nonce, "<u4")[:, None]
    mixed = state.copy()
    for _ in range(10):
        for places in (*_COLUMNS, *_DIAGONALS):
            _quarter(mixed, *places)
    stream = (mixed + state).T.astype("<u4").tobytes()
    both = np.frombuffer(text, np.uint8) ^ np.frombuffer(stream, np.uint8)[: len(text)]
    return both.tobytes()


def _quarter(state: NDArray[np.uint32], a: int, b: int, c: int, d: int) -> None:
    """The quarter round [RFC 8439, 2.1]."""
    for one, two, three, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        state[one] += state[two]
        other = state[three] ^ state[one]
        state[three] = (other << np.uint32(turn)) | (other >> np.uint32(32 - turn))


def _told(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
