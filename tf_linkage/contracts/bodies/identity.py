"""The identifiers that bodies hold about people: one name for one thing, anyone who holds it.

The columns that every body's people share, their wording and their formats.
"""

from __future__ import annotations

from typing import Any, ClassVar

from tf_linkage.contracts.columns import ColumnClass, Table, code, date, text
from tf_linkage.contracts.relations import MANY_CELLS, NEARLY_ALL, NotOneValue, Placeholders, Strength

GENDERS = ("male", "female")
"""The notice's word; departments' own codes (1/2, M/F) are translated at intake."""

NINO_SHAPE = r"^[A-Z]{2}[0-9]{6}[A-D]?$"
"""Two letters, six digits, and a suffix that some systems leave blank (HMRC NIM39110)."""

POSTCODE_SHAPE = r"^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$"

FILLED = "the column was filled from one cell, or is another one"


class Identity(Table):
    """What a person is recognised by. Every field may be unknown."""

    relations: ClassVar[tuple[Any, ...]] = (
        Placeholders(
            strength=Strength.NOTE,
            reason="a date of birth that stands for `not known`; linkage takes it so",
            column="date_of_birth",
            year=1900,
        ),
        NotOneValue(
            strength=Strength.REFUSE,
            reason=FILLED,
            columns=("surname", "date_of_birth", "postcode"),
            most=NEARLY_ALL,
            least=MANY_CELLS,
        ),
        NotOneValue(
            strength=Strength.NOTE,
            reason="the column was filled from one cell, or the file holds one sex alone",
            columns=("gender",),
            most=NEARLY_ALL,
            least=MANY_CELLS,
        ),
    )

    forename = text(ColumnClass.DIRECT, "Given name or names, as recorded", nullable=True)
    surname = text(ColumnClass.DIRECT, "Family name, as recorded", nullable=True)
    date_of_birth = date(ColumnClass.DIRECT, "Date of birth, as recorded", nullable=True)
    gender = code(ColumnClass.QUASI, "Gender, as recorded", GENDERS, nullable=True)
    address = text(ColumnClass.DIRECT, "Last known address: number, flat, street", nullable=True)
    postcode = text(ColumnClass.DIRECT, "Postcode of that address", nullable=True)


class IdentityWithNino(Identity):
    """The same, with the National Insurance number where it is known."""

    relations: ClassVar[tuple[Any, ...]] = (
        NotOneValue(strength=Strength.REFUSE, reason=FILLED, columns=("nino",), most=NEARLY_ALL, least=MANY_CELLS),
    )

    nino = text(ColumnClass.DIRECT, "National Insurance number, if known", nullable=True)


IDENTIFIERS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode")
"""The fields on which the notice says departments link: name, date of birth, gender, address."""
