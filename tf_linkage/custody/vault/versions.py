"""Versions of what lies in a vault: equal where the content is, and after the batch's end no trace of it.

An HMAC under a key that the writer's password, the holder's lock and the holder's salt make together. The salt is
random and destroyed with the batch; what a run's history keeps then tells nobody what the data were.
"""

from __future__ import annotations

import hmac
import json
import os

from tf_linkage.custody.vault.vault import SALT, Vault


def keyed_version(writer: Vault, holder: Vault, content: str) -> str:
    """The version of a dataset: 16 hexadecimal digits.

    Args:
        writer: the vault of the custodian who writes it, and whose password is at hand.
        holder: the vault in which it lies.
        content: digest of its content.
    """
    key = hmac.digest(salt_of(holder), writer.key_with(holder, "data versions"), "sha256")
    return hmac.digest(key, content.encode(), "sha256").hex()[:16]


def salt_of(vault: Vault) -> bytes:
    """What versions of a vault's datasets are made with, made on first use."""
    path = vault.folder / SALT
    try:
        return bytes.fromhex(json.loads(path.read_bytes())["salt"])
    except FileNotFoundError:
        made = os.urandom(32)
    vault.folder.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{SALT}.new")
    new.write_text(json.dumps({"salt": made.hex()}), encoding="ascii")
    new.replace(path)
    return made
