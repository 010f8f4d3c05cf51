"""Linkage on keyed hashes in place of names: a key, tables hashed under it, and linkage of what was hashed."""

from tf_linkage.linkage.hashed.bloom import Bloom
from tf_linkage.linkage.hashed.equality import equality_only
from tf_linkage.linkage.hashed.keys import HashingKey, hashed
from tf_linkage.linkage.hashed.matchkeys import hash_matchkeys, link_matchkeys, matchkeys_for
from tf_linkage.linkage.hashed.tables import HashedTable, hash_table, link_hashed

__all__ = [
    "Bloom",
    "HashedTable",
    "HashingKey",
    "equality_only",
    "hash_matchkeys",
    "hash_table",
    "hashed",
    "link_hashed",
    "link_matchkeys",
    "matchkeys_for",
]
