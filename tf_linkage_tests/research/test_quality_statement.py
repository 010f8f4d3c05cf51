"""The quality statement: shares by hand, nothing of few, nothing that needs the truth."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rehearsing import Rehearsed

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.handovers import ons
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.research import Linking, StudyTables, quality_statement, statement_page
from tf_linkage.research.quality_statement import FEWEST, STATEMENT, _upwards

LINKING = Linking("duckdb", 0.5, 0.1, "signed off on 2020-04-06 under 7.1")


def study(linked: list[bool], *, flagged: list[bool], ages: list[int]) -> StudyTables:
    """People of families of two, with who was linked to DWP and whom a council's flag puts there."""
    size = len(linked)
    people = pl.DataFrame(
        {
            "person_id": [f"p{i:04}" for i in range(size)],
            "family_id": [f"f{i // 2:04}" for i in range(size)],
            "dwp_ref": [f"r{i}" if one else None for i, one in enumerate(linked)],
            "dwp_link": ["high" if one else None for one in linked],
        }
    )
    records = people.select(
        "person_id",
        "family_id",
        la_code=pl.lit("E09000012"),
        person_ref=pl.col("person_id"),
        age=pl.Series(ages, dtype=pl.Int32),
        gender=pl.lit("female"),
        worklessness=pl.Series(["OOW" if one else None for one in flagged]),
    )
    return StudyTables(laid(people, ons.LinkedPeople), laid(records, ons.Attributes), {})


def laid(table: pl.DataFrame, contract: object) -> pl.LazyFrame:
    """A table in the columns of a contract; what it lacks is empty."""
    schema = schema_of(contract)  # type: ignore[arg-type]
    lacking = [pl.lit(None).alias(name) for name in schema if name not in table.columns]
    return table.with_columns(lacking).select(pl.col(name).cast(dtype) for name, dtype in schema.items()).lazy()


def of(statement: pl.DataFrame, topic: str, group: str) -> dict[str, object] | None:
    mine = (pl.col("department") == "dwp") & (pl.col("topic") == topic) & (pl.col("group") == group)
    rows = statement.filter(mine)
    return rows.row(0, named=True) if rows.height else None


def test_shares_by_hand() -> None:
    """Of 200 adults 150 are linked; of 120 flagged 90; children cannot be in the register and count nowhere."""
    linked = [i % 4 != 0 for i in range(200)] + [False] * 150
    flagged = [i < 120 for i in range(200)] + [True] * 150
    statement = quality_statement(study(linked, flagged=flagged, ages=[40] * 200 + [9] * 150), LINKING)
    assert of(statement, "linked", "all")["share"] == 0.75  # type: ignore[index]
    assert of(statement, "linked", "children") is None
    found = of(statement, "found", "all")
    assert found is not None
    assert found["share"] == 0.75
    assert found["low"] < 0.75 < found["high"]  # type: ignore[operator]
    wrong = of(statement, "false links", "all")
    assert wrong is not None
    assert wrong["share"] == 0.01, "links of the band `high` are false in one of a hundred at most"


def test_nothing_is_told_of_few() -> None:
    few = quality_statement(study([True] * 99, flagged=[True] * 99, ages=[40] * 99), LINKING)
    mine = few.filter(pl.col("department") == "dwp")
    assert mine["share"].null_count() == mine.height
    assert "fewer than 100" in mine.filter(pl.col("topic") == "found")["statement"].item()
    enough = quality_statement(study([True] * 100, flagged=[True] * 100, ages=[40] * 100), LINKING)
    assert of(enough, "found", "all")["share"] == 1  # type: ignore[index]


def test_no_figure_moves_when_one_family_of_many_goes() -> None:
    """Of a thousand people two go: no figure moves, whichever two they are."""
    linked, ages = [i % 5 != 0 for i in range(1_000)], [20 + i % 50 for i in range(1_000)]
    before = quality_statement(study(linked, flagged=[True] * 1_000, ages=ages), LINKING)
    moved = 0
    for start in range(0, 200, 2):
        kept = [i for i in range(1_000) if i not in (start, start + 1)]
        after = quality_statement(
            study([linked[i] for i in kept], flagged=[True] * 998, ages=[ages[i] for i in kept]), LINKING
        )
        moved += not after.equals(before)
    assert moved == 0


def test_every_department_is_told_of_with_its_gaps() -> None:
    statement = quality_statement(study([True] * 120, flagged=[False] * 120, ages=[40] * 120), LINKING)
    assert statement.columns == list(STATEMENT)
    assert statement["department"].unique(maintain_order=True).to_list() == list(DEPARTMENTS)
    for name, department in DEPARTMENTS.items():
        mine = statement.filter(pl.col("department") == name)
        assert mine.filter(pl.col("topic") == "known gap")["statement"].to_list() == list(department.notes)
        assert mine.filter(pl.col("topic") == "sign-off")["statement"].item() == LINKING.signed_off
        for identifier in department.request_columns:
            assert identifier in mine.filter(pl.col("topic") == "identifiers")["statement"].item()
    page = statement_page(statement)
    for name, department in DEPARTMENTS.items():
        assert f"## {department.title}" in page, name


@given(st.floats(0, 1))
def test_what_may_be_false_is_never_told_as_less(share: float) -> None:
    assert _upwards(share) >= share - 1e-12
    assert _upwards(share) <= share + 0.01 + 1e-12
    assert FEWEST >= 100


def test_it_travels_with_the_database(rehearsed: Rehearsed) -> None:
    import duckdb

    path = rehearsed.study.data / "research" / "linked.duckdb"
    with duckdb.connect(str(path), read_only=True) as database:
        stored = database.sql("SELECT * FROM quality_statement").pl()
    assert stored["department"].unique(maintain_order=True).to_list() == list(DEPARTMENTS)
    page = (path.parent / "quality_statement.md").read_text(encoding="utf-8")
    for row in stored.filter(pl.col("topic") == "linked").iter_rows(named=True):
        assert row["share"] == pytest.approx(round(row["share"], 2))
        assert f"| {row['group']} | {row['share']:.0%}" in page
