"""What a department is asked: with and without the National Insurance number, or hashes in place of all names."""

from __future__ import annotations

from collections.abc import Mapping

import dataframely as dy

from tf_linkage.contracts.bodies.identity import Identity, IdentityWithNino
from tf_linkage.contracts.columns import ColumnClass, Table, code, extended, text


class Request(Identity):
    """One row for each person asked about: name, date of birth, gender, address."""

    request_ref = text(ColumnClass.REFERENCE, "The request's reference of a person", primary_key=True)


class RequestWithNino(IdentityWithNino):
    """One row for each person asked about: as any department is told, and the National Insurance number.

    For the one department that is sent it.
    """

    request_ref = text(ColumnClass.REFERENCE, "The request's reference of a person", primary_key=True)


LINKED_WITHOUT_NAMES = ("hashes", "hashes+bloom", "matchkeys")
"""What a request may hold in place of names; the study's choice has `clear` besides."""

HASHED_VALUES: Mapping[str, str] = {
    "forename": "all forenames",
    "forename_first": "the first forename",
    "forename_second": "the second forename",
    "forename_canon": "the first forename in its usual form",
    "forename_initial": "the initial",
    "surname": "the surname",
    "surname_first": "the first part of the surname",
    "surname_last": "the last part of the surname",
    "surname_start": "the surname's first letters",
    "names_either_order": "first forename and surname in alphabetical order",
    "dob": "the date of birth",
    "dob_year": "the year of birth",
    "dob_day_month": "day and month of birth",
    "born_stratum": "a band of years of birth",
    "born_cohort": "a band of years of birth, for how frequent names are",
    "gender": "the gender",
    "address": "the address",
    "house": "the number of the house",
    "street": "the street",
    "postcode": "the postcode",
    "sector": "the postcode's sector",
    "district": "the postcode's district",
    "nino": "the National Insurance number; empty for a department that is not sent it",
}
"""Values that are hashed one by one, in the order of a request, and what each is."""

FILTERED_VALUES: Mapping[str, str] = {"forename_first": "the first forename", "surname": "the surname"}
"""Values that have a Bloom filter besides."""

MOST_MATCHKEYS = 16

HASH_SHAPE, FILTER_SHAPE, KEY_SHAPE = r"^[0-9a-f]{32}$", r"^[0-9a-f]{128}$", r"^[0-9a-f]{16}$"
"""128 bits of a keyed hash, 512 bits of a filter, 64 bits of a key's name, in hexadecimal digits."""


class _HashedRequest(Table):
    """One row for each person asked about, keyed hashes in place of everything that tells who it is.

    Columns of what the request is not linked on are empty.
    """

    request_ref = text(ColumnClass.REFERENCE, "The request's reference of a person", primary_key=True)
    linkage_on = code(ColumnClass.ATTRIBUTE, "What it holds", LINKED_WITHOUT_NAMES)
    key_name = text(
        ColumnClass.ATTRIBUTE, "Tells the key under which it was hashed from others; nothing else", regex=KEY_SHAPE
    )


def _hash_of(what: str, shape: str = HASH_SHAPE) -> dy.Column:
    return text(ColumnClass.QUASI, what, nullable=True, regex=shape)


HashedRequest = extended(
    _HashedRequest,
    "HashedRequest",
    {f"hash_{name}": _hash_of(f"Keyed hash of {what}") for name, what in HASHED_VALUES.items()}
    | {f"bloom_{name}": _hash_of(f"Bloom filter of {what}", FILTER_SHAPE) for name, what in FILTERED_VALUES.items()}
    | {
        f"key_{number}": _hash_of(f"Keyed hash of matchkey {number}, several values in one")
        for number in range(1, MOST_MATCHKEYS + 1)
    },
)
