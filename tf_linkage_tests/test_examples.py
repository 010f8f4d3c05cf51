"""The queries of examples/ answer their questions on a finished run, and rightly: polars computes them again."""

import runpy
from pathlib import Path

import duckdb
import polars as pl
import pytest
from rehearsing import Rehearsed

from tf_linkage.contracts.bands import WEEKLY_BANDS
from tf_linkage.intervals import wilson_ends

EXAMPLES = Path(__file__).parents[1] / "examples"
QUERIES = sorted(EXAMPLES.glob("*.sql"))
Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def tables(rehearsed: Rehearsed) -> Tables:
    folder = rehearsed.study.data / "research" / "tables"
    return {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


def answer(rehearsed: Rehearsed, number: int) -> pl.DataFrame:
    query = next(path for path in QUERIES if path.name.startswith(f"{number}_")).read_text(encoding="utf-8")
    with duckdb.connect(str(rehearsed.study.data / "research" / "linked.duckdb"), read_only=True) as database:
        found: pl.DataFrame = database.sql(query).pl()
    assert found.height
    return found


def test_each_query_is_explained() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert len(QUERIES) == 3
    for path in QUERIES:
        assert f"`{path.name}`" in page


def test_rates_with_intervals(rehearsed: Rehearsed, tables: Tables) -> None:
    path = EXAMPLES / "4_rates_with_intervals.py"
    module = runpy.run_path(str(path))
    found = module["rates"](rehearsed.study.data / "research" / "linked.duckdb")
    assert found.height == 4
    for row in found.iter_rows(named=True):
        known = group(tables["family_outcomes"], row["study_group"]).drop_nulls([module["BEFORE"], module["AFTER"]])
        had = known[row["year"]].sum()
        assert (row["families"], row["convicted"]) == (known.height, had)
        assert (row["low"], row["high"]) == pytest.approx(wilson_ends(had / known.height, known.height))
    difference, low, high = module["change"](found)
    sql = answer(rehearsed, 1).row(by_predicate=pl.col("outcome") == "conviction", named=True)
    assert difference == pytest.approx(sql["difference_in_differences"], abs=1e-4)
    assert low < difference < high
    assert f"`{path.name}`" in (EXAMPLES / "README.md").read_text(encoding="utf-8")


def group(table: pl.DataFrame, name: str) -> pl.DataFrame:
    return table.filter(pl.col("study_group").cast(pl.String) == name)


def test_how_well_services_work(rehearsed: Rehearsed, tables: Tables) -> None:
    found = answer(rehearsed, 1)
    assert found["outcome"].to_list() == [
        "child in need", "conviction", "employment", "looked after", "out-of-work benefit",
    ]  # fmt: skip
    row = found.row(by_predicate=pl.col("outcome") == "conviction", named=True)
    before, after = "conviction_year_before", "conviction_two_years_after"
    rates = {}
    for name in ("programme", "comparison"):
        known = group(tables["family_outcomes"], name).drop_nulls([before, after])
        assert row[f"{name}_families"] == known.height
        rates[name] = known[before].sum() / known.height, known[after].sum() / known.height
        assert (row[f"{name}_before"], row[f"{name}_after"]) == pytest.approx(rates[name], abs=5e-5)
    changes = {name: late - early for name, (early, late) in rates.items()}
    wanted = changes["programme"] - changes["comparison"]
    assert row["difference_in_differences"] == pytest.approx(wanted, abs=5e-5)


def test_how_families_use_services_and_benefits(rehearsed: Rehearsed, tables: Tables) -> None:
    found = answer(rehearsed, 2)
    assert found.height == 3 * 2 * 8, "three uses, two groups, eight half-years"
    spells = tables["benefits_and_work"].filter(pl.col("out_of_work"))
    for name in ("programme", "comparison"):
        people = group(tables["people"], name)
        own = spells.filter(pl.col("person_study_ref").is_in(people["person_study_ref"].implode()))
        for month in range(-24, 24, 6):
            row = found.row(
                by_predicate=(pl.col("used") == "out-of-work benefit")
                & (pl.col("study_group").cast(pl.String) == name)
                & (pl.col("first_month") == month),
                named=True,
            )
            within = [
                ref
                for ref, starts, ends in own.select("person_study_ref", "starts", "ends").iter_rows()
                if starts < month + 6 and (ends is None or ends >= month)
            ]
            assert (row["people"], row["everybody"]) == (len(set(within)), people.height)
            assert row["share"] == pytest.approx(len(set(within)) / people.height, abs=5e-5)


def test_what_it_costs(rehearsed: Rehearsed, tables: Tables) -> None:
    found = answer(rehearsed, 3)
    assert found.height == 2 * 2 * 2
    assert (found["pounds_a_person_a_year"] > 0).all()
    middle = {label: 25 * at + 12.5 for at, label in enumerate(WEEKLY_BANDS)} | {"£300 and over": 300.0}
    unit = {"CIN": 3_000, "CPP": 6_000, "CLA": 50_000}
    spells = [
        ("benefits", ref, starts, ends, 52 * middle[str(band)])
        for ref, starts, ends, band in tables["benefits_and_work"]
        .filter(pl.col("spell").cast(pl.String) == "benefit")
        .select("person_study_ref", "starts", "ends", "weekly_amount")
        .drop_nulls("weekly_amount")
        .iter_rows()
    ] + [
        ("social care", ref, starts, ends, float(unit[str(kind)]))
        for ref, starts, ends, kind in tables["social_care"]
        .select("person_study_ref", "starts", "ends", "episode_type")
        .iter_rows()
    ]
    groups = dict(tables["people"].select("person_study_ref", pl.col("study_group").cast(pl.String)).rows())
    for row in found.iter_rows(named=True):
        first = -24 if row["period"] == "1 before" else 0
        window = set(range(first, first + 24))
        pounds = sum(
            len(window & set(range(starts, ends + 1 if ends is not None else 24))) / 12 * yearly
            for theme, ref, starts, ends, yearly in spells
            if theme == row["theme"] and groups[ref] == str(row["study_group"])
        )
        everybody = sum(name == str(row["study_group"]) for name in groups.values())
        assert row["everybody"] == everybody
        assert row["pounds_a_person_a_year"] == pytest.approx(pounds / everybody / 2, abs=0.01)
