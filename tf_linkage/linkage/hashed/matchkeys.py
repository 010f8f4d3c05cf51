"""Linkage on hashed matchkeys, in the manner of ONS: several columns of a record hashed as one value.

No single column is handed over. After ONS's way of matching anonymous data for a census (Beyond 2011, report M9,
2013): hashed keys, strictest first, each unique on both sides. The list of keys is ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.hashed.equality import equality_only
from tf_linkage.linkage.hashed.keys import HashingKey, hashed
from tf_linkage.linkage.hashed.tables import RECORD, HashedTable, in_order, same
from tf_linkage.linkage.model.model import Matchkey, Model
from tf_linkage.linkage.result import LINK_SCHEMA, LinkResult
from tf_linkage.linkage.standardise.distinct import Distinct
from tf_linkage.linkage.standardise.fields import repeats, standard_columns, standardise

_BETWEEN = "\x1f"
"""Stands between two values of one key and in none of them (they are capitals, digits and spaces)."""

_KEYS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("NINO and date of birth", ("nino", "dob")),
    ("forename, surname, date of birth, gender, postcode", ("forename", "surname", "dob", "gender", "postcode")),
    ("forename, surname, date of birth, postcode", ("forename", "surname", "dob", "postcode")),
    ("forename, surname, date of birth, address", ("forename", "surname", "dob", "address")),
    ("form of forename, surname, date of birth", ("forename_canon", "surname", "dob")),
    ("form of forename, date of birth, postcode", ("forename_canon", "dob", "postcode")),
    ("initial, surname, date of birth, postcode", ("forename_initial", "surname", "dob", "postcode")),
    ("first forename, date of birth, address", ("forename_first", "dob", "address")),
    ("form of forename, date of birth, sector", ("forename_canon", "dob", "sector")),
    ("surname, date of birth, gender, postcode", ("surname", "dob", "gender", "postcode")),
    ("surname, date of birth, gender, sector", ("surname", "dob", "gender", "sector")),
    ("initial, surname's first letters, date of birth, sector",
     ("forename_initial", "surname_start", "dob", "sector")),
    ("forename, surname, postcode, year of birth", ("forename", "surname", "postcode", "dob_year")),
    ("form of forename, surname, day and month of birth, district",
     ("forename_canon", "surname", "dob_day_month", "district")),
    ("form of forename, surname, year of birth, sector", ("forename_canon", "surname", "dob_year", "sector")),
    ("forename, surname, address", ("forename", "surname", "address")),
)  # fmt: skip
"""Strictest first."""


def matchkeys_for(model: Model) -> tuple[Matchkey, ...]:
    """The keys whose columns a model's fields become, strictest first."""
    columns = set(standard_columns(model.fields, model.extra))
    return tuple(Matchkey(name, on, deterministic_pass=True) for name, on in _KEYS if set(on) <= columns)


def hash_matchkeys(table: pl.LazyFrame, record_id: str, model: Model, key: HashingKey) -> HashedTable:
    """Standardise a table as the model asks and hash its matchkeys.

    Args:
        table: as for `link`.
        record_id: column that names a record or person; it is not hashed, so it must be a pseudonym.
        model: says which fields there are, and how they are read.
        key: the study's.

    Returns:
        `record_id` and a column `key_1`, `key_2` and so on for each of `matchkeys_for`; null where a part is
        unknown.

    Raises:
        LinkageRefused: a column is missing, a record has no id, the table has no rows, or no key can be made.
    """
    standard = standardise(table, record_id, model.fields, model.extra, model.reading)
    if standard.is_empty():
        raise LinkageRefused("the table to be hashed has no rows")
    keys = matchkeys_for(model)
    if not keys:
        raise LinkageRefused("no matchkey can be made of these columns; see matchkeys_for")
    values = matchkey_values(standard, model)
    columns, count = {RECORD: standard[RECORD]}, 0
    for name, on in _columns(keys):
        held, secret = Distinct.of(values[name]), key.derived(f"matchkey {' '.join(on)}")
        made = pl.Series([hashed(value, secret) for value in held.values], dtype=pl.String)
        columns[name], count = held.rows(made), count + made.len()
    return HashedTable(in_order(pl.DataFrame(columns)), key.name, None, count)


def matchkey_values(standard: pl.DataFrame, model: Model) -> pl.DataFrame:
    """What is hashed: for each row of a standardised table and each key its values in one text.

    Null where one of them is unknown.
    """
    return standard.select(
        pl.concat_str(list(on), separator=_BETWEEN, ignore_nulls=False).alias(name)
        for name, on in _columns(matchkeys_for(model))
    )


def link_matchkeys(left: HashedTable, right: HashedTable, model: Model) -> LinkResult:
    """Link tables of hashed matchkeys, one record to one person.

    Key after key, strictest first, two records are linked that bear a value which nobody else bears who is not
    linked yet, on either side.

    Args:
        left: one row per record.
        right: one row per record, or per name of a person, whose keys all count.
        model: the one they were hashed by.

    Returns:
        Links whose `stage` is the matchkey. They have neither weight nor probability: a key is met or it is not.

    Raises:
        LinkageRefused: tables under two keys, or a left record that occurs twice.
    """
    same(left, right)
    if repeated := int(repeats(left.frame[RECORD]).sum()):
        raise LinkageRefused(f"the left hashed table names a record twice ({repeated} repeats)")
    ours, theirs = left.frame, right.frame
    links, met = [], []
    for matchkey, (name, _) in zip(matchkeys_for(model), _columns(matchkeys_for(model)), strict=True):
        one, other = (_borne_once(frame, name, side) for frame, side in ((ours, "left_id"), (theirs, "right_id")))
        pairs = one.join(other, on=name).unique(["left_id", "right_id"], maintain_order=True)
        # An alias may have brought a second value to one person: who then meets two is linked to neither.
        alone = pl.len().over("left_id"), pl.len().over("right_id")
        pairs = pairs.filter(*(count == 1 for count in alone))
        links.append(pairs.select("left_id", "right_id", stage=pl.lit(matchkey.name)))
        met.append({"rule": matchkey.name, "pairs": pairs.height, "new_pairs": pairs.height})
        ours = ours.join(pairs, left_on=RECORD, right_on="left_id", how="anti", maintain_order="left")
        theirs = theirs.join(pairs, left_on=RECORD, right_on="right_id", how="anti", maintain_order="left")
    found = pl.concat(links).sort("left_id", "right_id")
    found = found.with_columns(
        status=pl.lit("link"), match_weight=pl.lit(None, pl.Float64), match_probability=pl.lit(None, pl.Float64)
    )
    return LinkResult(
        model=equality_only(model),
        engine="matchkeys",
        links=found.select(list(LINK_SCHEMA)).cast(LINK_SCHEMA),  # type: ignore[arg-type]
        training=pl.DataFrame(),
        blocking=pl.DataFrame(met),
        counts={"left records": left.frame.height, "right records": right.frame.height, "links": found.height},
    )


def _borne_once(frame: pl.DataFrame, name: str, side: str) -> pl.DataFrame:
    """The values of a key that one person alone bears, and who: `name`, `side`."""
    borne = frame.select(name, pl.col(RECORD).alias(side)).drop_nulls(name).unique(maintain_order=True)
    return borne.filter(pl.len().over(name) == 1)


def _columns(keys: Sequence[Matchkey]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The column of each key, and the columns it is made of."""
    for number, key in enumerate(keys, start=1):
        yield f"key_{number}", key.columns
