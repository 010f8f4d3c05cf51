"""The queries of examples/ answer their questions on a finished run, and rightly: polars computes them again."""

import json
import os
import runpy
import shutil
import subprocess
import sys
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


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="needs R (Debian's r-base-core)")
def test_r_tells_the_same_rates_as_polars(rehearsed: Rehearsed, tmp_path: Path) -> None:
    """Base R alone, from the table written as CSV: R's duckdb is no package of Debian's."""
    database = rehearsed.study.data / "research" / "linked.duckdb"
    module = runpy.run_path(str(EXAMPLES / "4_rates_with_intervals.py"))
    with duckdb.connect(str(database), read_only=True) as open_database:
        open_database.sql("select * from family_outcomes").pl().write_csv(tmp_path / "outcomes.csv")
    script = EXAMPLES / "6_rates_with_intervals.R"
    done = subprocess.run(
        ["Rscript", "--vanilla", str(script), str(tmp_path / "outcomes.csv")],
        capture_output=True,
        text=True,
        check=True,
    )
    *lines, last = done.stdout.strip().splitlines()
    told = pl.read_csv("\n".join(lines).encode())
    expected = module["rates"](database).select(told.columns[1::-1] + told.columns[2:])
    found = told.select(expected.columns).sort("study_group", "year", descending=True)
    assert (
        found.select("study_group", "year", "families", "convicted").rows()
        == expected.select("study_group", "year", "families", "convicted").rows()
    )
    for name in ("share", "low", "high"):
        assert found[name].to_list() == pytest.approx(expected[name].to_list())
    assert last == "difference in differences: {:+.3f} (95%: {:+.3f} to {:+.3f})".format(
        *module["change"](expected)
    )
    assert f"`{script.name}`" in (EXAMPLES / "README.md").read_text(encoding="utf-8")


def test_the_notebook_runs_as_it_stands_and_holds_no_output(rehearsed: Rehearsed) -> None:
    """Its cells in their order, in a process of their own, with nothing of Jupyter: they are plain Python."""
    path = EXAMPLES / "5_first_look.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells), (
        "no figure is kept in it"
    )
    shown = ["".join(cell["source"]) for cell in cells]
    script = "\n".join(shown) + "\nprint(rates.write_csv(), end='')"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=EXAMPLES, capture_output=True, text=True, check=False,
        env={**os.environ, "TF_LINKAGE_DATA": str(rehearsed.study.data)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rates = pl.read_csv(done.stdout.encode())
    panel = rehearsed.research("panel").join(rehearsed.research("people"), on="person_study_ref").collect()
    known = panel.filter(
        ~pl.col("child"),
        pl.col("found_by_dwp"),
        pl.col("study_group").is_not_null(),
        pl.col("employment").is_not_null(),
    )
    assert rates.height == 16
    for row in rates.iter_rows(named=True):
        mine = group(known, row["study_group"]).filter(pl.col("half_year") == row["half_year"])
        share = mine["employment"].mean()
        assert row["people"] == mine.height
        assert (row["low"], row["high"]) == pytest.approx(wilson_ends(share, mine.height))
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
