"""Which column is which field, by whatever name people give it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

FULL_NAME = "full_name"
"""A field that is taken apart into forename and surname where neither stands alone."""

_KNOWN: Mapping[str, str] = {
    "forename": "forename forenames first_name first_names firstname given_name given_names givenname givennames "
    "given name_first fname first christian_name vorname prenom nombre",
    "surname": "surname surnames last_name lastname family_name familyname lname last second_name name_last "
    "nachname nom apellido apellidos",
    "date_of_birth": "date_of_birth dateofbirth dob d_o_b birth_date birthdate date_birth born_on birthday "
    "birth_day geburtsdatum date_naissance birth_dt birth_dttm person_birth_date",
    "gender": "gender sex geschlecht sexe sexo gender_code sex_code current_gender gender_current",
    "address": "address address_1 address1 address_line_1 address_line1 addressline1 full_address street_address "
    "street addr home_address current_address",
    "postcode": "postcode post_code postal_code postalcode pcode zip zip_code zipcode plz code_postal",
    "nino": "nino ni_no ni_number national_insurance_number national_insurance ni_num",
    FULL_NAME: "full_name fullname name person_name whole_name patient_name",
}

_PREFIXES = ("pers_", "person_", "patient_", "client_")


def plain(header: str) -> str:
    """A header in lower case with `_` between its words, however it was written: `D.O.B.`, `PostCode`."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", header.strip())
    return re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_")


def recognised(columns: Iterable[str]) -> dict[str, str]:
    """Fields that columns of other names hold: theirs to ours. A column already called so keeps its field.

    Of several that could be one field the likeliest name counts: the order above. A full name counts only where
    neither forename nor surname is there.
    """
    there = list(columns)
    found: dict[str, str] = {}
    for field, names in _KNOWN.items():
        if field in there or (field == FULL_NAME and {"forename", "surname"} & {*there, *found.values()}):
            continue
        ranked = {name: rank for rank, name in enumerate(names.split())}
        likely = []
        for place, column in enumerate(there):
            word = plain(column)
            bare = next((word.removeprefix(start) for start in _PREFIXES if word.startswith(start)), word)
            rank = min(ranked.get(word, len(ranked)), ranked.get(bare, len(ranked)))
            if rank < len(ranked) and column not in found:
                likely.append((rank, place, column))
        if likely:
            found[min(likely)[2]] = field
    return found
