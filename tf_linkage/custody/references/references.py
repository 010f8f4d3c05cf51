"""References: what stands for a person or a family once the name is gone.

How a reference is made from a key, and which keys may be used. A reference depends on the key, on its domain and on
the person's own record, and on nothing else: not on other people, not on row order, not on a running number. Anyone
who lacks the key can neither remake it nor join two recipients' references.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence

import polars as pl

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.refusals import KeyRefused

REHEARSAL_KEY = b"published test constant: protects nothing, never for real people"
"""The study key of the rehearsal. It stands in the source for all to see, so that two rehearsals give the same
tables; `real_key` refuses it."""

RECIPIENTS = (*DEPARTMENTS, "research")
"""Who is given references: each under a key of its own."""

LEAST_KEY_LENGTH = 32
"""Bytes a study key must have: the length of the digest it drives (RFC 2104, section 3)."""

_DIGEST_BYTES = 13
"""104 bits. Among ten million people, the chance that any two share a reference is below 1 in 10^17."""

_CHARACTERS = 21
"""13 bytes, five bits to a character."""

_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def reference(key: bytes, domain: str, parts: Sequence[pl.Series]) -> pl.Series:
    """The reference of each row: 13 bytes of HMAC-SHA256 in Crockford's base32.

    Args:
        key: the secret. Same key, domain and parts: same reference.
        domain: what is referred to (person, family); keeps references of different kinds apart.
        parts: string columns of equal length which together name the row, without nulls. Each is written with
            its length before it, so that ("ab", "c") and ("a", "bc") differ.

    Returns:
        A string column of the same length and order, named `reference`, 21 characters each.

    Raises:
        ValueError: a part is null, or the domain holds a NUL.
    """
    if "\0" in domain:
        raise ValueError("a domain must not hold a NUL")
    if any(part.null_count() for part in parts):
        raise ValueError(f"a reference in the domain {domain!r} needs every part of the name; some are null")
    start = domain.encode() + b"\0"
    messages = (start + _framed(row) for row in zip(*(part.cast(pl.String) for part in parts), strict=True))
    digests = [hmac.digest(key, message, "sha256")[:_DIGEST_BYTES] for message in messages]
    return pl.Series("reference", _base32(digests), dtype=pl.String)


def hashing_secret(study_key: bytes) -> bytes:
    """The 32 bytes from which identifiers are hashed where a study links without names.

    Args:
        study_key: the study's one secret.
    """
    return hmac.digest(study_key, b"hashing in place of names", "sha256")


def recipient_key(study_key: bytes, recipient: str) -> bytes:
    """The key under which one recipient is given references.

    Args:
        study_key: the study's one secret.
        recipient: one of `RECIPIENTS`.

    Raises:
        ValueError: nobody of that name is given references.
    """
    if recipient not in RECIPIENTS:
        raise ValueError(f"unknown recipient {recipient!r}; known are {', '.join(RECIPIENTS)}")
    return hmac.digest(study_key, b"recipient\0" + recipient.encode(), "sha256")


def real_key(secret: str | None) -> bytes:
    """The study key for real extracts, from the secret the caller supplies.

    Args:
        secret: any text of at least 32 characters that nobody can guess, or None where none was given.

    Raises:
        KeyRefused: there is none, it is too short, or it is the rehearsal's.
    """
    if not secret:
        raise KeyRefused(
            "Real extracts need a study key of their own. Set TF_LINKAGE_STUDY_KEY to a secret of at least "
            f"{LEAST_KEY_LENGTH} characters, for example the output of: python -c 'import secrets; "
            "print(secrets.token_hex(32))'. Keep it: without it the references cannot be remade."
        )
    key = secret.encode()
    if _bare(REHEARSAL_KEY.decode()) in _bare(secret):
        raise KeyRefused(
            "TF_LINKAGE_STUDY_KEY is the rehearsal's published key, which protects nobody; use your own."
        )
    if len(key) < LEAST_KEY_LENGTH or len(set(secret)) < 8:
        raise KeyRefused(
            f"TF_LINKAGE_STUDY_KEY is too easy to guess; use a secret of at least {LEAST_KEY_LENGTH} characters."
        )
    return key


def _bare(secret: str) -> str:
    """A secret without case, blanks and punctuation: what two spellings of one secret share."""
    return "".join(character for character in secret.casefold() if character.isalnum())


def _framed(row: tuple[str, ...]) -> bytes:
    """The parts of a name, each behind its length."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in (value.encode() for value in row))


def _base32(digests: list[bytes]) -> list[str]:
    """All digests at once: padded to a multiple of five bytes, encoded together, cut apart."""
    block = 24
    encoded = base64.b32encode(b"".join(digest + b"\0\0" for digest in digests)).translate(_CROCKFORD).decode()
    return [encoded[at : at + _CHARACTERS] for at in range(0, block * len(digests), block)]
