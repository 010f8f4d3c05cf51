"""A clerk's page: one file that shows pairs side by side, encrypted until its key is typed in.

The page is opened from the disk in any browser and loads nothing. What it shows is encrypted with AES-256-GCM under
a random key of its own, decrypted by the browser (WebCrypto), and kept in memory alone; what leaves it are numbers
of pairs and decisions.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from markupsafe import Markup

from tf_linkage.pages.html import template

KEY_BYTES, NONCE_BYTES = 32, 12
_GROUP = 4
"""Letters of a key that stand together when it is written down."""


@dataclass(frozen=True)
class ShownPair:
    """One pair as a clerk sees it.

    Attributes:
        number: of the pair on its sheet.
        left: values of the fields in the record asked about; None where not known.
        right: values of the same fields in the candidate.
        left_home: others asked about at the same address, a line of text each.
        right_home: others of the register at the candidate's address.
        earlier: what earlier reviewers decided, for who settles their disagreement.
    """

    number: int
    left: Sequence[str | None]
    right: Sequence[str | None]
    left_home: Sequence[str] = ()
    right_home: Sequence[str] = ()
    earlier: Sequence[str] = ()

    def as_json(self) -> dict[str, object]:
        """As the page's script reads it."""
        return {
            "pair": self.number,
            "left": list(self.left),
            "right": list(self.right),
            "homes": [list(self.left_home), list(self.right_home)],
            "earlier": list(self.earlier),
        }


@dataclass(frozen=True)
class ClerksPage:
    """A page for one clerk.

    Attributes:
        name: of the sheet; the decisions are saved as `<name>.csv`.
        fields: names of the fields, in the order of the pairs' values.
        pairs: what is to be decided.
        words: the decisions there are, by the key that makes them.
    """

    name: str
    fields: Sequence[str]
    pairs: Sequence[ShownPair]
    words: Mapping[str, str] = field(default_factory=dict)

    def written(self, key: bytes) -> str:
        """The whole page; only the sheet's name and the number of pairs can be read without the key.

        Args:
            key: 32 random bytes that have opened nothing else.
        """
        shown = {
            "fields": list(self.fields),
            "words": dict(self.words),
            "pairs": [pair.as_json() for pair in self.pairs],
        }
        nonce = os.urandom(NONCE_BYTES)
        text = json.dumps(shown, ensure_ascii=False).encode()
        sealed = nonce + AESGCM(key).encrypt(nonce, text, self.name.encode())
        script = files("tf_linkage.pages").joinpath("clerks_page.js").read_text(encoding="utf-8")
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        return template("clerks_page.html").render(
            name=self.name,
            number=len(self.pairs),
            sealed=base64.b64encode(sealed).decode(),
            script=Markup(script),  # noqa: S704 - our own file, never a value
            digest=digest,
        )


def new_key() -> bytes:
    """A key for one page."""
    return os.urandom(KEY_BYTES)


def as_typed(key: bytes) -> str:
    """A key as a person reads and types it: letters and digits without 0, 1, 8, 9, in groups of four."""
    letters = base64.b32encode(key).decode().rstrip("=")
    return "-".join(re.findall(f".{{1,{_GROUP}}}", letters))
