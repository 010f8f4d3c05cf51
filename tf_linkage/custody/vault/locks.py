"""A custodian's lock: what its password opens, and how a key is sealed for it.

The lock file and its two halves. The private half is wrapped by AES-256-GCM under a key that scrypt makes of the
password; anyone who has it opens the vault. The public half stands in the lock in clear: with it anybody can put
something into the vault, and nobody can take anything out. Keys are sealed by hybrid public-key encryption (RFC
9180).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import resource

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tf_linkage.custody.refusals import LockMissing, WrongPassword

COST, LEAST_COST, MOST_COST = 2**17, 2**10, 2**20
"""scrypt's n with r = 8 and p = 1: first choice of OWASP's Password Storage Cheat Sheet, 128 MiB and half a second.
The bounds are those of a lock file that this program would have written."""

_BLOCK, _PARALLEL = 8, 1
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_FIELDS = {"custodian", "n", "salt", "nonce", "private", "public"}
_PUBLIC = {"custodian", "public"}

_opened: dict[tuple[bytes, str], X25519PrivateKey] = {}
"""Locks that this process has opened or made: scrypt is slow on purpose, and once is enough."""


def new_lock(custodian: str, password: str, cost: int = COST) -> bytes:
    """A lock file for a custodian's vault.

    Args:
        custodian: whose it is.
        password: what will open it.
        cost: scrypt's n, a power of two.
    """
    no_core_dumps()
    key = X25519PrivateKey.generate()
    salt, nonce = os.urandom(16), os.urandom(12)
    wrapped = AESGCM(stretched(password, salt, cost)).encrypt(nonce, key.private_bytes_raw(), custodian.encode())
    fields: dict[str, str | int] = {
        "custodian": custodian,
        "n": cost,
        "salt": _text(salt),
        "nonce": _text(nonce),
        "private": _text(wrapped),
        "public": _text(key.public_key().public_bytes_raw()),
    }
    lock = json.dumps(fields | {"sum": _sum(fields)}, indent=1).encode()
    _opened[lock, password] = key
    return lock


def no_core_dumps() -> None:
    """From here on this process leaves no core dump: keys and people's data would stand in it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def unlock(lock: bytes, password: str) -> X25519PrivateKey:
    """The private half of a lock. Slow on purpose, and therefore done once per process.

    Raises:
        WrongPassword: the password is not this lock's.
        LockMissing: the lock was changed or damaged.
    """
    if (lock, password) in _opened:
        return _opened[lock, password]
    fields = _fields(lock)
    custodian = str(fields["custodian"])
    if "private" not in fields:
        raise LockMissing(
            f"only the public half of {custodian}'s lock is here: it lets others put something into the vault; "
            f"nothing opens but where {custodian} keeps the whole lock"
        )
    no_core_dumps()
    wrapping = stretched(password, _bytes(fields["salt"]), int(str(fields["n"])))
    try:
        raw = AESGCM(wrapping).decrypt(_bytes(fields["nonce"]), _bytes(fields["private"]), custodian.encode())
    except InvalidTag:
        raise WrongPassword(
            f"wrong password for the vault of {custodian}: what is in TF_LINKAGE_{custodian.upper()}_PASSWORD does "
            "not open it"
        ) from None
    return _opened.setdefault((lock, password), X25519PrivateKey.from_private_bytes(raw))


def seal(lock: bytes, secret: bytes, purpose: bytes) -> bytes:
    """Seals a secret so that only the lock's password opens it, and only for the same purpose."""
    public = X25519PublicKey.from_public_bytes(_bytes(_fields(lock)["public"]))
    return _SUITE.encrypt(secret, public, info=purpose)


def unseal(private: X25519PrivateKey, sealed: bytes, purpose: bytes) -> bytes | None:
    """The secret, or None when it was sealed for another lock or purpose or was changed since."""
    try:
        return _SUITE.decrypt(sealed, private, info=purpose)
    except (InvalidTag, ValueError):
        return None


def shared_key(private: X25519PrivateKey, other: bytes, purpose: bytes) -> bytes:
    """A key that two bodies can make and nobody else: each from its own private half and the other's public one.

    Args:
        private: one's own private half.
        other: the other body's lock, or the public half of it.
        purpose: what the key is for; another purpose, another key.
    """
    agreed = private.exchange(X25519PublicKey.from_public_bytes(_bytes(_fields(other)["public"])))
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(agreed)


def public_half(lock: bytes) -> bytes:
    """A lock file with which others can put something into the vault and check who sent what; it opens nothing."""
    fields: dict[str, str | int] = {name: str(_fields(lock)[name]) for name in sorted(_PUBLIC)}
    return json.dumps(fields | {"sum": _sum(fields)}, indent=1).encode()


def is_public_half(lock: bytes) -> bool:
    """Whether a lock file is the public half alone."""
    return set(_fields(lock)) == _PUBLIC


def owner(lock: bytes) -> str:
    """Whose lock it is."""
    return str(_fields(lock)["custodian"])


def _fields(lock: bytes) -> dict[str, object]:
    try:
        fields = json.loads(lock)
        said = fields.pop("sum")
        known = set(fields) == _PUBLIC or (set(fields) == _FIELDS and LEAST_COST <= fields["n"] <= MOST_COST)
        whole = known and said == _sum(fields) and _has_its_parts(fields)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise LockMissing("the lock of this vault was changed or damaged; put back the lock file it was made with")
    return dict(fields)


_LENGTHS = {"public": 32, "salt": 16, "nonce": 12, "private": 48}
"""Bytes of a lock's parts; the private half is 32 and the tag of its wrapping."""


def _has_its_parts(fields: dict[str, object]) -> bool:
    lengths = {name: len(base64.b64decode(str(fields[name]), validate=True)) for name in _LENGTHS if name in fields}
    cost = fields.get("n", COST)
    power_of_two = isinstance(cost, int) and not isinstance(cost, bool) and cost & (cost - 1) == 0
    owner = fields["custodian"]
    named = isinstance(owner, str) and owner.isprintable() and len(owner) < 100
    return named and power_of_two and all(lengths[name] == _LENGTHS[name] for name in lengths)


def _sum(fields: dict[str, str | int]) -> str:
    """Tells a damaged lock from a wrong password; it protects nothing."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def stretched(password: str, salt: bytes, cost: int) -> bytes:
    """The key that scrypt makes of a password; slow on purpose."""
    memory = 256 * cost * _BLOCK
    return hashlib.scrypt(password.encode(), salt=salt, n=cost, r=_BLOCK, p=_PARALLEL, maxmem=memory, dklen=32)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: object) -> bytes:
    return base64.b64decode(str(text))
