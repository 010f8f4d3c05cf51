"""A full name taken apart into forenames and surname, where nothing else tells them."""

from __future__ import annotations

import polars as pl

from tf_linkage.linkage.standardise.distinct import Distinct


def taken_apart(names: pl.Series) -> pl.DataFrame:
    """`forename` and `surname` of full names, as `Smith, Mary Ann` or `Dr Mary Ann Smith`; one name is a surname.

    Titles and suffixes are left out; nicknames in brackets too.
    """
    # nameparser brings its tables with it, for which other linkages need not wait.
    from nameparser import HumanName  # noqa: PLC0415

    held = Distinct.of(names.cast(pl.String))
    parts = []
    for value in held.values.to_list():
        name = HumanName(value)
        forename, surname = " ".join(filter(None, (name.first, name.middle))), name.last
        if not surname:
            forename, surname = "", forename
        parts.append((forename or None, surname or None))
    frame = pl.DataFrame(parts, schema={"forename": pl.String, "surname": pl.String}, orient="row")
    return pl.DataFrame({name: held.rows(frame[name]) for name in frame.columns})
