"""Linkage on keyed hashes in place of names: a key, tables hashed under it, and linkage of what was hashed."""

from tf_linkage.linkage.hashed.bloom import Bloom
from tf_linkage.linkage.hashed.equality import derived_columns, equality_only, shared_keys
from tf_linkage.linkage.hashed.keys import HashingKey, hashed
from tf_linkage.linkage.hashed.matchkeys import hash_matchkeys, link_matchkeys, matchkey_values, matchkeys_for
from tf_linkage.linkage.hashed.packed import model_of, packed, unpacked
from tf_linkage.linkage.hashed.requests import as_request, of_request
from tf_linkage.linkage.hashed.tables import HashedTable, hash_table, link_hashed

__all__ = [
    "Bloom",
    "HashedTable",
    "HashingKey",
    "as_request",
    "derived_columns",
    "equality_only",
    "hash_matchkeys",
    "hash_table",
    "hashed",
    "link_hashed",
    "link_matchkeys",
    "matchkey_values",
    "matchkeys_for",
    "model_of",
    "of_request",
    "packed",
    "shared_keys",
    "unpacked",
]
