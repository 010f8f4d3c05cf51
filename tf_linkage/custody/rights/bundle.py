"""The file in which a person's answer travels: sealed under a password that goes another way.

Sealing and opening (AES-256-GCM under a key that scrypt makes of a one-time password), and the archive inside.
"""

from __future__ import annotations

import base64
import io
import json
import os
import secrets
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tf_linkage.custody.refusals import AnswerRefused
from tf_linkage.custody.vault.locks import COST, LEAST_COST, MOST_COST, stretched

_PURPOSE = b"tf_linkage answer"


@dataclass(frozen=True)
class Seal:
    """The key of one answer, and how to come by it from its password; the password itself is kept nowhere.

    Attributes:
        n: scrypt's cost.
        salt: scrypt's salt.
        key: 32 bytes.
    """

    SCHEMA: ClassVar[dict[str, type[pl.DataType]]] = {"n": pl.Int64, "salt": pl.Binary, "key": pl.Binary}

    n: int
    salt: bytes
    key: bytes


def new_seal(cost: int = COST) -> tuple[str, Seal]:
    """A one-time password (128 random bits) and the seal that it opens."""
    password, salt = secrets.token_urlsafe(16), os.urandom(16)
    return password, Seal(cost, salt, stretched(password, salt, cost))


def sealed(files: Mapping[str, bytes], seal: Seal) -> bytes:
    """An archive of files as text (JSON) that nobody reads without the password."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, content in files.items():
            whole.writestr(name, content)
    nonce = os.urandom(12)
    said = {"n": seal.n, "salt": _text(seal.salt), "nonce": _text(nonce)}
    closed = AESGCM(seal.key).encrypt(nonce, archive.getvalue(), _PURPOSE)
    return json.dumps(said | {"sealed": _text(closed)}, indent=1).encode()


def unsealed(answer: bytes, password: str) -> dict[str, bytes]:
    """The files of an answer, by name.

    Raises:
        AnswerRefused: another password, or not an answer as it was sealed.
    """
    try:
        said = json.loads(answer)
        salt, nonce, closed = (base64.b64decode(said[name]) for name in ("salt", "nonce", "sealed"))
        cost = int(said["n"])
    except (ValueError, KeyError, TypeError):
        raise AnswerRefused("this file is no answer, or it was changed on its way") from None
    if not LEAST_COST <= cost <= MOST_COST:
        raise AnswerRefused("this file is no answer, or it was changed on its way")
    try:
        archive = AESGCM(stretched(password, salt, cost)).decrypt(nonce, closed, _PURPOSE)
    except InvalidTag:
        raise AnswerRefused("the answer does not open: another password, or it was changed on its way") from None
    with zipfile.ZipFile(io.BytesIO(archive)) as whole:
        return {name: whole.read(name) for name in whole.namelist()}


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
