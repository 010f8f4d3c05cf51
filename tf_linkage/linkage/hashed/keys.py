"""The key under which identifiers are hashed, and one key of each study and use derived from it.

HMAC-SHA-256 (RFC 2104) both derives and hashes. Who holds the key can hash every name there is and so read all that
was hashed under it: a key protects from those alone who do not hold it.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from tf_linkage.errors import LinkageRefused

SECRET_BYTES = 32
"""Bytes of a secret, as many as SHA-256 gives."""

_DERIVED = "tf_linkage/hashed/1"
"""Stands in each derived key: another way to hash must get another number."""


@dataclass(frozen=True)
class HashingKey:
    """The key of one study.

    Attributes:
        secret: 32 bytes drawn at random; never shown.
        study: names the study, so that tables hashed for two studies do not join though the secret is one.

    Raises:
        LinkageRefused: a secret of another length, or a study without a name.
    """

    secret: bytes = field(repr=False)
    study: str

    def __post_init__(self) -> None:
        """Refuse what would protect nobody."""
        if len(self.secret) != SECRET_BYTES:
            raise LinkageRefused(f"the secret of a hashing key is {SECRET_BYTES} bytes drawn at random")
        if not self.study or "\0" in self.study:
            raise LinkageRefused("a hashing key needs the name of a study, without null characters")

    @classmethod
    def of_shares(cls, shares: Sequence[bytes], study: str) -> HashingKey:
        """The key of which several parties hold a share each: none of them knows anything of it alone.

        Args:
            shares: two or more, of 32 bytes drawn at random, in any order.
            study: names the study.

        Raises:
            LinkageRefused: fewer than two shares, of another length, or twice the same.
        """
        if len(shares) < 2:
            raise LinkageRefused("a key that is split has two shares or more")
        if any(len(share) != SECRET_BYTES for share in shares):
            raise LinkageRefused(f"each share of a hashing key is {SECRET_BYTES} bytes drawn at random")
        if len(set(shares)) < len(shares):
            raise LinkageRefused("two parties hold the same share of the hashing key; each draws its own")
        together = 0
        for share in shares:
            together ^= int.from_bytes(share, "big")
        return cls(together.to_bytes(SECRET_BYTES, "big"), study)

    def derived(self, use: str) -> bytes:
        """The key of one use, such as a field: what is hashed for two uses never joins."""
        return hmac.digest(self.secret, f"{_DERIVED}\0{self.study}\0{use}".encode(), "sha256")

    @property
    def name(self) -> str:
        """Tells keys apart and nothing else: tables under two keys are refused, not linked to nothing."""
        return self.derived("name of the key").hex()[:16]


def hashed(value: str, derived: bytes) -> str:
    """The keyed hash of one value: 32 hexadecimal digits, 128 bits.

    Among a hundred million values two meet with a chance of 2e-23.
    """
    return hmac.digest(derived, value.encode(), "sha256")[:16].hex()
