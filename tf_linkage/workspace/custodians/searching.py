"""A search of a department's register for people without a link, by its own clerks: sheets, answers, recall.

Two clerks search for the same people, blind and by every means that the register offers, and write down the key of
the record they take for the person. Linked people are hidden among them. A find counts where both name the same
record; of a linked person, where it is the linked one. Nobody but the department sees more than the figure.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from tf_linkage import intake, linkage
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.audit.sizes import size_class
from tf_linkage.custody.vault.clerks_desk import Desk
from tf_linkage.errors import InputRefused
from tf_linkage.hints import command
from tf_linkage.linkage.model.settings import Review
from tf_linkage.quality.without_truth.clerical import EASY
from tf_linkage.quality.without_truth.search_audit import (
    Stratum,
    search_figures,
    search_sample,
    strata_of,
)
from tf_linkage.study import Study
from tf_linkage.workspace.custodians.clerical_review import linked_tables
from tf_linkage.workspace.custodians.review_tables import ReviewRefused, as_csv, keep, kept, table_of
from tf_linkage.workspace.custodians.simulated_clerks import own_records
from tf_linkage.workspace.environment import bounds_of
from tf_linkage.workspace.store import Store

SAMPLE = "search_sample"
"""Dataset of a department's vault: everybody sent, with what is known of them, and whom clerks search for."""

RECORD, NOBODY = "record", "none"
"""Column of a sheet: the key of the record found, or the word for a search that found nobody."""

CLERKS = (1, 2)


@dataclass(frozen=True)
class Searched:
    """What a search came to.

    Attributes:
        strata: people, searches and finds by stratum.
        figures: recall with its interval; no row where nothing can be said.
    """

    strata: dict[str, Stratum]
    figures: pl.DataFrame


def file_of(clerk: int) -> str:
    """Name of a clerk's sheet."""
    return f"search_{clerk}.csv"


def lay_out_search(store: Store, study: Study, name: str, *, most: int | None, seeds: int) -> list[Path]:
    """Lay out, for two clerks, whom to search for: people without a link, and linked ones among them.

    Args:
        store: the data folder.
        study: the study.
        name: the department.
        most: people without a link; `usual_searches` unless given.
        seeds: linked people.

    Raises:
        ReviewRefused: everybody is linked.
        CustodyRefused: there are sheets already.
    """
    desk = Desk(store.vault(name))
    desk.must_be_clear()
    request, register, model = linked_tables(store, study, name)
    links = linkage.link(request, register, model, engine=study.engine, bounds=bounds_of(study)).links
    people = _people(request.select(ref=pl.col(model.left_id).cast(pl.String)).collect(), links)
    if not (people["links"] == 0).sum():
        raise ReviewRefused(f"{name}: everybody sent has a link; there is nobody to search for")
    sample = search_sample(people, most=most, seeds=seeds, seed=study.seed).with_row_index("search", offset=1)
    keep(store, name, SAMPLE, people.join(sample, on="ref", how="left").sort("ref"))
    fields = [column for column in DEPARTMENTS[name].request_columns if column not in ("search", RECORD)]
    asked = request.with_columns(ref=pl.col(model.left_id).cast(pl.String)).select("ref", *fields).collect()
    sheet = sample.join(asked, on="ref", how="left").sort("search")
    shown = sheet.select("search", pl.lit(None, pl.String).alias(RECORD), *fields)
    paths = desk.lay_out({file_of(clerk): as_csv(shown) for clerk in CLERKS})
    store.ledger().append(
        store.clock().today(), "written", name, f"{name}/review, searches in the clear for clerks",
        size=size_class(sheet.height),
    )  # fmt: skip
    return paths


def read_search(store: Store, study: Study, name: str) -> Searched:
    """Read both sheets, clear the desk, and say what recall is.

    Raises:
        ReviewRefused: there are no sheets of a search.
        InputRefused: a sheet is not sound; the sheets stay.
    """
    desk, people, paths = _on_the_desk(store, name)
    sample = people.filter(pl.col("search").is_not_null()).sort("search")
    department = DEPARTMENTS[name]
    register = table_of(store, name, department.people[0]).select(pl.col(department.key).cast(pl.String)).collect()
    keys = set(register[department.key])
    said = [_answers(path, sample["search"].to_list(), keys) for path in paths]
    ours = sample.select("search", "stratum", "register_key")
    both = ours.join(said[0], on="search").join(said[1], on="search", suffix=" too").sort("search")
    agree = (pl.col(RECORD) == pl.col(f"{RECORD} too")) & (pl.col(RECORD) != NOBODY)
    right = pl.col("register_key").is_null() | (pl.col("register_key") == pl.col(RECORD))
    found = both.select((agree & right).fill_null(value=False).alias("found"))["found"]
    strata = strata_of(people, sample.select("ref", "stratum"), found)
    precision = people.filter(pl.col("links") > 0)["match_probability"].mean()
    figures = search_figures(strata, float(precision or 1.0), seed=study.seed)  # type: ignore[arg-type]
    desk.clear()
    store.ledger().append(store.clock().today(), "read", name, f"{name}/review", by="search, then cleared away")
    return Searched(strata, figures)


def simulate_search(store: Store, study_key: bytes, name: str, *, wrong: float = Review.wrong) -> list[Path]:
    """Fill both sheets in as imperfect clerks would, who know the truth; for a rehearsal.

    Args:
        store: the data folder of a simulated study.
        study_key: the key of its references.
        name: the department.
        wrong: how often a clerk misses a record that is there; `EASY` times as often he takes a stranger.
    """
    desk, people, paths = _on_the_desk(store, name)
    if not store.simulated:
        raise ReviewRefused("only the people of a simulation can be found without a clerk")
    own, register = own_records(store, study_key, name)
    own = own.select(ref=pl.col("request_ref").cast(pl.String), there="record_key").sort("ref", "there")
    # Of two records of a person a clerk finds the one that was linked.
    linked = people.join(own, left_on=["ref", "register_key"], right_on=["ref", "there"], how="semi")
    first = own.unique("ref", keep="first", maintain_order=True)
    sought = (
        people.filter(pl.col("search").is_not_null())
        .join(linked.select("ref", linked="register_key"), on="ref", how="left")
        .join(first, on="ref", how="left")
        .with_columns(there=pl.coalesce("linked", "there"))
        .sort("search")
    )
    keys, draws = register["record_key"].sort(), np.random.default_rng(1)
    # Both clerks would take the same stranger for the person: the one who is most like him.
    stranger = keys[np.random.default_rng(2).integers(0, len(keys), sought.height)]
    takes_stranger, absent = wrong * EASY, pl.col("there").is_null()
    filled = {}
    for path in paths:
        shown = intake.read_table(path).collect()
        if answered := shown[RECORD].drop_nulls().len():
            raise ReviewRefused(f"{path}: somebody has written {answered:,} answers, which would be lost")
        luck = draws.random(sought.height)
        seen = pl.when(pl.Series(luck >= wrong)).then("there")
        found = pl.when(absent).then(pl.when(pl.Series(luck < takes_stranger)).then(stranger)).otherwise(seen)
        written = sought.select(pl.col("search").cast(pl.String), found.fill_null(NOBODY).alias(RECORD))
        shown = shown.drop(RECORD).with_columns(pl.col("search").cast(pl.String)).join(written, on="search")
        filled[path.name] = as_csv(shown.select("search", RECORD, pl.exclude("search", RECORD)))
    desk.clear()
    return desk.lay_out(filled)


def is_search(store: Store, name: str) -> bool:
    """Whether what lies on a department's desk are sheets of a search."""
    return (Desk(store.vault(name)).folder / file_of(CLERKS[0])).is_file()


def _people(asked: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Everybody sent: ref, links, in_review, and of the likeliest link register_key and match_probability."""
    told = links.with_columns(is_link=pl.col("status").cast(pl.String) == "link")
    best = (
        told.filter("is_link").sort("left_id", "match_probability", "right_id", descending=[False, True, False])
        .unique("left_id", keep="first", maintain_order=True)
        .select("match_probability", ref="left_id", register_key=pl.col("right_id").cast(pl.String))
    )  # fmt: skip
    by_person = told.group_by(ref="left_id").agg(links=pl.col("is_link").sum().cast(pl.Int64), pairs=pl.len())
    return (
        asked.unique(maintain_order=True).join(by_person, on="ref", how="left").join(best, on="ref", how="left")
        .with_columns(links=pl.col("links").fill_null(0), in_review=pl.col("pairs").fill_null(0) > 0)
        .with_columns(in_review=pl.col("in_review") & (pl.col("links") == 0))
        .select("ref", "links", "in_review", "register_key", "match_probability")
        .sort("ref")
    )  # fmt: skip


def _on_the_desk(store: Store, name: str) -> tuple[Desk, pl.DataFrame, list[Path]]:
    desk, people = Desk(store.vault(name)), kept(store, name, SAMPLE)
    paths = [desk.folder / file_of(clerk) for clerk in CLERKS]
    if people is None or not all(path.is_file() for path in paths):
        raise ReviewRefused(
            f"there are no sheets of a search of {name}; lay them out with: "
            + command("review", "search", name, data=store.root)
        )
    return desk, people, paths


def _answers(path: Path, searches: list[int], keys: Collection[str]) -> pl.DataFrame:
    """What one clerk wrote, by search.

    Raises:
        InputRefused: a search is missing or twice, or an answer is missing or no key of the register; it never
            says what was written.
    """
    sheet = intake.read_table(path).collect()
    if missing := [column for column in ("search", RECORD) if column not in sheet.columns]:
        raise InputRefused(f"{path.name} has no column {missing[0]}")
    told = sheet.select(
        pl.col("search").cast(pl.String).str.strip_chars().cast(pl.Int64, strict=False),
        pl.col(RECORD).cast(pl.String).str.strip_chars(),
    )
    if sorted(told["search"].drop_nulls().to_list()) != sorted(searches) or told["search"].null_count():
        raise InputRefused(f"{path.name}: its searches are not those that were laid out, each once")
    empty = told.filter(pl.col(RECORD).is_null() | (pl.col(RECORD) == ""))
    if empty.height:
        raise InputRefused(
            f"{path.name}: search {empty['search'][0]} has no answer ({empty.height:,} in all); write the key of "
            f"the record found, or {NOBODY} where nobody was"
        )
    strange = told.filter(~pl.col(RECORD).is_in([NOBODY, *keys]))
    if strange.height:
        raise InputRefused(
            f"{path.name}: what stands at search {strange['search'][0]} is no key of the register "
            f"({strange.height:,} in all)"
        )
    return told.sort("search")
