"""Would linkage without names have been enough? Three pictures and a table, for the studies' page and the docs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from tf_linkage.contracts.outputs.quality import SUBGROUPS
from tf_linkage.contracts.outputs.without_names import ARRANGEMENTS, READ
from tf_linkage.intervals import wilson_of
from tf_linkage.pages import charts, html
from tf_linkage.pages.picture import Picture, ends
from tf_linkage.pages.words import percent, with_interval
from tf_linkage.quality.report.words import TITLES, departments_in

SHORT = {
    "clear": "in the clear",
    "hashes": "hashes",
    "hashes+bloom": "hashes, Bloom filters",
    "matchkeys": "matchkeys",
}
"""Arrangements in a few words."""

WAYS = {
    "read_by_rank": "without the key, by rank",
    "read_by_frequencies": "without it, by published frequencies",
    "read_with_key": "with the key",
}
"""Ways to read stolen hashes, in a few words; the control, which reads nothing, is in the table."""

COUNTS = ("hashes_computed", "pairs_compared")

_KEYS = ["department", "arrangement", "breakdown", "level", "measure"]


def without_names(table: pl.DataFrame) -> Iterator[str]:
    """The section: sentences, pictures and tables.

    Args:
        table: `contracts.outputs.without_names.WithoutNames`.
    """
    yield html.paragraph(
        "The same people linked again, on keyed hashes in place of names. A key protects from those alone who do "
        "not hold it: a department that hashes its own register holds it. What is read without it is the least "
        "that can be read; published attacks on Bloom filters go further."
    )
    yield html.bullets([f"{SHORT[name].capitalize()}: {words}." for name, words in ARRANGEMENTS.items()])
    for picture in pictures(table):
        yield html.figure(picture)
    head, rows = summary(table)
    yield html.table("What each arrangement costs and protects", head, rows)
    yield html.opened("Missed and false by department and group, as a table", _groups(table))
    yield html.opened("Every reading as a table", _readings(table))


def pictures(table: pl.DataFrame) -> list[Picture]:
    """Missed links by arrangement, by community, and what a thief of the request reads; as many as there are."""
    plain = _plain(table)
    found = [_missed(plain), _communities(plain), _read(plain)]
    return [picture for picture in found if picture is not None]


def pooled(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Several worlds' tables as one.

    Shares of people sent and of links are of everybody together (Wilson). Of readings, low and high are the least
    and the most of any world. Counts are means.
    """
    rows = pl.concat([_plain(table) for table in tables])
    summed = rows.group_by(_KEYS).agg(
        pl.col("numerator", "denominator").sum(),
        least=pl.col("value").min(),
        most=pl.col("value").max(),
        mean=pl.col("value").mean(),
    )
    low, high = wilson_of(pl.col("numerator"), pl.col("denominator"))
    is_read, is_count = pl.col("breakdown") == "read", pl.col("measure").is_in(COUNTS)
    share = pl.col("numerator") / pl.when(pl.col("denominator") > 0).then(pl.col("denominator"))
    return summed.select(
        *_KEYS,
        "numerator",
        "denominator",
        value=pl.when(is_count).then("mean").otherwise(share),
        low=pl.when(is_count).then(None).when(is_read).then("least").otherwise(low),
        high=pl.when(is_count).then(None).when(is_read).then("most").otherwise(high),
    ).sort(_KEYS)


def summary(table: pl.DataFrame) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Head and rows of the table: what each arrangement misses, makes wrongly and gives away, by department."""
    plain = _plain(table)
    head = (
        "Linked on", "Department", "Missed", "False", "Found in the register, to who links",
        "Forename read without key", "Year of birth read without key", "Name and year read without key",
        "Name and year read with key", "Keyed hashes",
    )  # fmt: skip
    rows = []
    for arrangement, words in SHORT.items():
        for name in departments_in(plain):
            of = plain.filter(pl.col("department") == name, pl.col("arrangement") == arrangement)
            if of.is_empty():
                continue
            read = _shown_of_matchkeys(of) if arrangement == "matchkeys" else _shown_of_values(of, arrangement)
            hashes = _cell(of, "all", "hashes_computed")
            rows.append(
                (
                    words,
                    TITLES[name],
                    with_interval(_row(of, "all", "missed_match_rate")),
                    with_interval(_row(of, "all", "false_discovery_rate")),
                    percent(_cell(of, "all", "match_rate")),
                    *read,
                    "none" if hashes is None else f"{hashes:,.0f}",
                )
            )
    return head, rows


def _shown_of_values(of: pl.DataFrame, arrangement: str) -> tuple[str, ...]:
    if arrangement == "clear":
        return ("all",) * 4
    at_least = "at least " * (arrangement == "hashes+bloom")
    asked = [(name, "read_by_frequencies") for name in ("forename_first", "dob_year", "named")]
    return (
        *(at_least + percent(_cell(of, name, measure)) for name, measure in asked),
        percent(_cell(of, "named", "read_with_key")),
    )


def _shown_of_matchkeys(of: pl.DataFrame) -> tuple[str, ...]:
    without, with_key = (percent(_cell(of, "matchkey", measure)) for measure in ("read_by_rank", "read_with_key"))
    return ("not sent alone", "not sent alone", without, with_key)


def _missed(plain: pl.DataFrame) -> Picture | None:
    rows = [
        {"panel": TITLES[name], "level": SHORT[arrangement], **ends(row)}
        for name in departments_in(plain)
        for arrangement in SHORT
        for row in _rows(plain, name, arrangement, "all", "missed_match_rate")
    ]
    title = "People missed, by what is linked on"
    says = "People whom the register holds and no right link finds, as a share of those; with 95% intervals."
    return _picture("without_names_missed", title, says, rows, "missed")


def _communities(plain: pl.DataFrame) -> Picture | None:
    """Communities, all departments taken together: a person whom two registers hold counts in both."""
    of = plain.filter(
        pl.col("breakdown") == "community", pl.col("measure") == "missed_match_rate", pl.col("value").is_not_null()
    )
    low, high = wilson_of(pl.col("numerator"), pl.col("denominator"))
    summed = of.group_by("arrangement", "level").agg(pl.col("numerator", "denominator").sum())
    share = pl.col("numerator") / pl.col("denominator")
    summed = summed.with_columns(value=share, low=low, high=high).sort("level")
    rows = [
        {"panel": SHORT[arrangement], "level": row["level"], **ends(row)}
        for arrangement in SHORT
        for row in summed.filter(pl.col("arrangement") == arrangement).iter_rows(named=True)
    ]
    title = "People missed, by community"
    says = (
        "The same by community, the departments taken together: whether equality, which forgives no spelling, "
        "falls harder on some."
    )
    return _picture("without_names_communities", title, says, rows, "missed")


def _read(plain: pl.DataFrame) -> Picture | None:
    """What is read of hashed values, the departments taken together."""
    of = plain.filter(
        pl.col("breakdown") == "read", pl.col("arrangement") == "hashes", pl.col("value").is_not_null()
    )
    summed = of.group_by("measure", "level").agg(
        pl.col("numerator", "denominator").sum(), low=pl.col("value").min(), high=pl.col("value").max()
    )
    at = {
        (row["measure"], row["level"]): row
        for row in summed.with_columns(value=pl.col("numerator") / pl.col("denominator")).iter_rows(named=True)
    }
    rows = [
        {"panel": words, "level": READ[level], **ends(at[way, level])}
        for way, words in WAYS.items()
        for level in READ
        if (way, level) in at
    ]
    control = int(of.filter(pl.col("measure") == "read_without_key")["numerator"].sum())
    title = "What a thief of the request reads of hashes"
    says = (
        "Share of people whose value is rightly read, the departments taken together; lines from the least to the "
        f"most of any department. Hashing every likely value under another key, or none, read {control:,} people."
    )
    return _picture("without_names_read", title, says, rows, "people read")


def _picture(name: str, title: str, says: str, rows: list[dict[str, object]], x_title: str) -> Picture | None:
    if not rows:
        return None
    most = max(float(str(row["high"])) for row in rows)
    chart = charts.intervals(
        rows, title=title, description=says, x_title=x_title, domain=(0, most), reference="in the clear"
    )
    cells = [(str(row["panel"]), str(row["level"]), with_interval(row)) for row in rows]
    return Picture(name, title, says, chart, (("", "", "Share (interval)"), cells))


def _groups(table: pl.DataFrame) -> str:
    """Each group of each department, with what every arrangement misses and makes wrongly."""
    plain = _plain(table).filter(pl.col("breakdown").is_in(list(SUBGROUPS)))
    at = {tuple(row[name] for name in (*_KEYS,)): row for row in plain.iter_rows(named=True)}
    groups = plain.select("department", "breakdown", "level").unique().sort("department", "breakdown", "level")
    rows = []
    for name in departments_in(plain):
        for breakdown, level in groups.filter(pl.col("department") == name).select("breakdown", "level").rows():
            cells = [
                percent(at.get((name, arrangement, breakdown, level, measure), {}).get("value"))
                for measure in ("missed_match_rate", "false_discovery_rate")
                for arrangement in SHORT
            ]
            rows.append((TITLES[name], f"{breakdown.replace('_', ' ')}: {level}", *cells))
    head = [f"{what}, {words}" for what in ("Missed", "False") for words in SHORT.values()]
    return html.table("Missed and false by group", ("Department", "Group", *head), rows)


def _readings(table: pl.DataFrame) -> str:
    rows = [
        (
            TITLES[row["department"]],
            SHORT[row["arrangement"]],
            READ[row["level"]],
            row["measure"].replace("_", " "),
            with_interval(row),
        )
        for row in _plain(table).filter(pl.col("breakdown") == "read").iter_rows(named=True)
    ]
    return html.table("Readings", ("Department", "Linked on", "Value", "How", "People read"), rows)


def _plain(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(pl.col("department", "arrangement", "breakdown", "measure").cast(pl.String))


def _rows(
    plain: pl.DataFrame, name: str, arrangement: str, breakdown: str, measure: str
) -> list[dict[str, object]]:
    return plain.filter(
        pl.col("department") == name,
        pl.col("arrangement") == arrangement,
        pl.col("breakdown") == breakdown,
        pl.col("measure") == measure,
        pl.col("high").is_not_null(),
    ).to_dicts()


def _row(of: pl.DataFrame, level: str, measure: str) -> dict[str, object]:
    found = of.filter(
        pl.col("breakdown").is_in(["all", "read"]), pl.col("level") == level, pl.col("measure") == measure
    ).to_dicts()
    return found[0] if found else {"value": None, "low": None, "high": None}


def _cell(of: pl.DataFrame, level: str, measure: str) -> float | None:
    value = _row(of, level, measure)["value"]
    return value if isinstance(value, float) else None
