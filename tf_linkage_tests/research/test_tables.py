"""The research tables made from a small world by hand (see conftest)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from tf_linkage import research
from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.ladders import COUNTED_OFFENCES
from tf_linkage.contracts.outputs.research import FAMILY_OUTCOMES, RESEARCH_TABLES, WINDOWS
from tf_linkage.contracts.registry import direct_identifiers
from tf_linkage.research.tables.outcomes import could_be_in_register
from tf_linkage.research.tables.starts import family_starts

Returns = Mapping[str, Mapping[str, pl.LazyFrame]]
Row = dict[str, Any]


@pytest.fixture
def tables(
    linked_people: pl.LazyFrame, attributes: pl.LazyFrame, returns: Returns, regions: dict[str, str]
) -> dict[str, pl.DataFrame]:
    made = {
        "people": research.people(linked_people, attributes, regions),
        "families": research.families(linked_people, attributes, regions),
        "family_outcomes": research.outcomes_of_families(linked_people, attributes, returns, regions),
        "benefits_and_work": research.benefits_and_work(linked_people, attributes, returns["dwp"]),
        "offending": research.offending(linked_people, attributes, returns["moj"]),
        "schooling": research.schooling(linked_people, attributes, returns["dfe"]),
        "social_care": research.social_care(linked_people, attributes, returns["dfe"]),
    }
    made["panel"] = research.panel(made)
    return {name: table.collect() for name, table in made.items()}


def some(row: Row, *columns: str) -> tuple[object, ...]:
    return tuple(row[column] for column in columns)


def test_every_table_keeps_its_contract(tables: dict[str, pl.DataFrame]):
    assert list(tables) == [name for name in RESEARCH_TABLES if name not in COUNTED_OFFENCES]
    for name, table in tables.items():
        RESEARCH_TABLES[name].validate(table)
        assert table.height


def test_rows_stand_in_the_order_of_their_references(tables: dict[str, pl.DataFrame]):
    for table in tables.values():
        assert table[table.columns[0]].is_sorted()


def test_no_table_holds_a_person_and_a_family():
    """Nor any identifier, date, council, or reference of another body."""
    for name, table in RESEARCH_TABLES.items():
        columns = list(columns_of(table))
        names = {column.name for column in columns}
        references = names & {"person_study_ref", "family_study_ref", "outcome_study_ref"}
        assert len(references) == (name not in COUNTED_OFFENCES), "what is counted joins nothing"
        assert names.isdisjoint(direct_identifiers() | {"la_code", "school_id", "person_id", "family_id"})
        assert not [column.name for column in columns if column.dtype == pl.Date]
        assert not [column.name for column in columns if column.column_class is ColumnClass.DIRECT]


def test_no_reference_but_the_researchers_own_gets_in(tables: dict[str, pl.DataFrame]):
    cells = {str(cell) for table in tables.values() for row in table.rows() for cell in row}
    assert {"P9", "F5", "H3"} <= cells
    inner = {
        "ann",
        "ben",
        "cy",
        "dot",
        "fam-1",
        "fam-2",
        "d-ann",
        "m-ann",
        "e-ben",
        "s1",
        "s2",
        "E09000012",
        "E06000010",
    }
    assert cells.isdisjoint(inner)


def test_whatever_was_coarsened_says_so():
    """Each column with a ladder tells in its description, or by its name in bands, on which step it stands."""
    words = ("coarsened", "band", "as recorded")
    for table in RESEARCH_TABLES.values():
        for column in columns_of(table):
            if column.ladder:
                assert any(word in column.description for word in words), column.name


def test_people(tables: dict[str, pl.DataFrame]):
    ben, dot, cy, ann = tables["people"].rows(named=True)
    assert [row["person_study_ref"] for row in (ben, dot, cy, ann)] == ["P2", "P4", "P5", "P9"]
    assert some(ann, "region", "age_band", "gender", "study_group", "start_year") == (
        "London", "25-44", "female", "programme", "2016-17",
    )  # fmt: skip
    assert some(ann, "dwp_link", "moj_link", "dfe_link") == ("very high", "high", None)
    assert some(dot, "region", "age_band", "gender", "study_group") == ("North", "0-4", None, "comparison")
    assert some(cy, "worklessness", "domestic_abuse", "health", "problems", "dwp_link") == (
        True, True, False, "2+", None,
    )  # fmt: skip
    assert some(dot, "problems", "health") == ("0", False)


def test_what_several_councils_found_is_brought_together(tables: dict[str, pl.DataFrame]):
    ann = tables["people"].row(by_predicate=pl.col("person_study_ref") == "P9", named=True)
    assert some(ann, "crime", "health", "school_absence", "problems") == (True, True, False, "2+")


def test_families(tables: dict[str, pl.DataFrame]):
    hull, hackney = tables["families"].rows(named=True)
    assert some(hackney, "family_study_ref", "adults", "children", "youngest", "problems") == (
        "F5", "1", "1", "5-10", "3",
    )  # fmt: skip
    assert some(hackney, "school_absence", "crime", "health", "worklessness") == (True, True, True, False)
    assert some(hackney, "dwp_found", "moj_found", "dfe_found") == ("all", "some", "all")
    assert some(hull, "family_study_ref", "adults", "children", "youngest", "problems") == (
        "F1", "1", "1", "0-4", "2",
    )  # fmt: skip
    assert some(hull, "dwp_found", "moj_found", "dfe_found") == ("none", "none", "none")


EXPECTED = {
    "out_of_work_benefit": (
        False,
        True,
    ),  # one claim ended the day before the year, the other began on its last day
    "employment": (True, False),  # the job ended the day before the start
    "conviction": (False, True),  # sentenced on the day of the start; the caution before it is no conviction
    "custody": (False, True),
    "child_in_need": (True, False),  # ended on the first day of the year before
    "child_protection": (False, False),
    "looked_after": (False, True),
    "exclusion": (False, True),
    "persistent_absence": (True, True),  # 9 + 9 of 200, then the summer of the start's own year is not yet "after"
}


@pytest.mark.parametrize("outcome", FAMILY_OUTCOMES)
def test_family_outcomes_to_the_day(tables: dict[str, pl.DataFrame], outcome: str):
    hackney = tables["family_outcomes"].row(0, named=True)
    assert some(hackney, *(f"{outcome}_{window}" for window in WINDOWS)) == EXPECTED[outcome]


def test_outcomes_are_empty_where_nobody_could_have_them(tables: dict[str, pl.DataFrame]):
    """In Hull there is Cy (20) and a child not yet born: adults' outcomes are no, children's are empty."""
    hull = tables["family_outcomes"].row(1, named=True)
    adult = ("out_of_work_benefit", "employment", "conviction", "custody")
    for outcome in FAMILY_OUTCOMES:
        for window in WINDOWS:
            assert hull[f"{outcome}_{window}"] is (False if outcome in adult else None)


@pytest.mark.parametrize("case", [(20, True), (19, False)])
def test_a_tenth_of_the_sessions_is_persistent(
    linked_people: pl.LazyFrame,
    attributes: pl.LazyFrame,
    returns: Returns,
    regions: dict[str, str],
    case: tuple[int, bool],
):
    """The terms that begin in the year before 10 May 2016: autumn, spring and summer of 2015/16, 300 sessions."""
    missed, persistent = case
    terms = returns["dfe"]["absence"].filter(pl.col("academic_year") == 2015).with_columns(
        authorised_absence=pl.lit(0, pl.Int32),
        unauthorised_absence=pl.when(pl.col("term").cast(pl.String) == "Summer")
        .then(missed + 10)
        .otherwise(0)
        .cast(pl.Int32),
    )  # fmt: skip
    spoilt = {**returns, "dfe": {**returns["dfe"], "absence": terms}}
    hackney = research.outcomes_of_families(linked_people, attributes, spoilt, regions).collect().row(0, named=True)
    assert hackney["persistent_absence_year_before"] is persistent
    assert hackney["persistent_absence_two_years_after"] is None


def test_absence_counts_in_the_window_in_which_its_term_begins(
    linked_people: pl.LazyFrame, attributes: pl.LazyFrame, returns: Returns, regions: dict[str, str]
):
    """Nothing missed in 2015/16 and much in 2016/17: no before, yes after."""
    missed = pl.when(pl.col("academic_year") == 2016).then(50).otherwise(0).cast(pl.Int32)
    absence = returns["dfe"]["absence"].with_columns(authorised_absence=missed, unauthorised_absence=missed)
    changed = {**returns, "dfe": {**returns["dfe"], "absence": absence}}
    hackney = (
        research.outcomes_of_families(linked_people, attributes, changed, regions).collect().row(0, named=True)
    )
    assert hackney["persistent_absence_year_before"] is False
    assert hackney["persistent_absence_two_years_after"] is True


def test_who_could_be_in_a_register_within_two_years():
    """At the start: DWP holds people from 16, so 14 will do; DfE people up to 26, and those yet to be born."""
    ages = pl.DataFrame({"age": [-1, 7, 8, 13, 14, 26, 27, None]})
    possible = {name: ages.filter(could_be_in_register(name))["age"].to_list() for name in ("dwp", "moj", "dfe")}
    assert possible == {
        "dwp": [14, 26, 27, None],
        "moj": [8, 13, 14, 26, 27, None],
        "dfe": [-1, 7, 8, 13, 14, 26, None],
    }


def test_benefits_and_work(tables: dict[str, pl.DataFrame]):
    claims = tables["benefits_and_work"].filter(pl.col("spell").cast(pl.String) == "benefit")
    columns = ["benefit_type", "out_of_work", "starts", "ends", "dates_imputed", "weekly_amount", "annual_pay"]
    assert claims.select(columns).rows() == [
        ("JSA", True, -28, -12, False, "£50-£74", None),
        ("PIP", False, -11, -10, False, "£25-£49", None),
        ("UAA", True, 24, None, False, "£300 and over", None),
    ]
    job = tables["benefits_and_work"].filter(pl.col("spell").cast(pl.String) == "employment")
    assert job.select(columns).rows() == [(None, None, -24, 0, True, None, "£10,000-£12,499")]


def test_an_imputed_day_gives_only_the_year(tables: dict[str, pl.DataFrame]):
    """6 April 2015 is 13 months before the start; as everybody knows that day, only "the second year" is said."""
    job = tables["benefits_and_work"].filter(pl.col("dates_imputed"))
    assert job["starts"].to_list() == [-24]


def test_offending(tables: dict[str, pl.DataFrame]):
    columns = ["case_number", "offence", "sentenced", "offence_group", "guilty", "disposal", "sentence"]
    assert tables["offending"].select(columns).rows() == [
        (1, None, 0, "theft", True, "CUSTODY", "under 6 months"),
        (2, -1, 0, "fraud", False, "CAUTION", None),
    ]


def test_schooling(tables: dict[str, pl.DataFrame]):
    first, second, third = tables["schooling"].rows(named=True)
    assert some(first, "academic_year", "years_from_start", "phase", "more_than_one_school", "fsm_eligible") == (
        2015, 0, "key stage 2", True, True,
    )  # fmt: skip
    assert some(first, "sen_provision", "ethnic_group", "absence", "persistent_absence", "fixed_exclusions") == (
        "K", "black", "10% to under 15%", True, "0",
    )  # fmt: skip
    assert some(second, "key_stage", "reading", "writing", "maths", "level2_em") == (
        "KS2", "EXS", None, "WTS", None,
    )  # fmt: skip
    assert some(second, "absence", "fixed_exclusions", "permanently_excluded") == ("10% to under 15%", "2+", True)
    assert some(third, "academic_year", "absence", "persistent_absence", "phase") == (2019, None, None, None)


def test_the_rule_of_persistent_absence_is_that_of_the_year(
    linked_people: pl.LazyFrame, attributes: pl.LazyFrame, returns: Returns
):
    """12% of sessions: persistent since 2015/16, not before."""
    absence = returns["dfe"]["absence"].head(1).with_columns(
        unauthorised_absence=pl.lit(8, pl.Int32), authorised_absence=pl.lit(4, pl.Int32)
    )  # fmt: skip
    two_years = pl.concat([absence.with_columns(academic_year=pl.lit(year, pl.Int32)) for year in (2014, 2015)])
    made = research.schooling(linked_people, attributes, {**returns["dfe"], "absence": two_years}).collect()
    persistent = made.filter(pl.col("absence").is_not_null()).select("academic_year", "persistent_absence")
    assert persistent.rows() == [(2014, False), (2015, True)]


def test_social_care(tables: dict[str, pl.DataFrame]):
    columns = ["episode_type", "starts", "ends", "primary_need_code", "legal_status", "placement"]
    assert tables["social_care"].select(columns).rows() == [
        ("CIN", -16, -12, "N1", None, None),
        ("CLA", 24, None, None, "C2", "foster"),
    ]


def test_a_family_that_waited_and_then_joined_is_on_the_programme_from_then(attributes: pl.LazyFrame):
    waited = attributes.filter(pl.col("person_id") == "ben").with_columns(
        study_group=pl.lit("comparison", attributes.collect_schema()["study_group"]),
        identified_date=pl.lit(dt.date(2015, 6, 1)),
        la_code=pl.lit("E06000010"),
    )
    starts = family_starts(pl.concat([attributes, waited])).collect()
    assert starts.rows() == [
        ("fam-1", "programme", dt.date(2016, 5, 10), "E09000012", True),
        ("fam-2", "comparison", dt.date(2016, 10, 1), "E06000010", False),
    ]


def test_order_of_rows_and_other_families_change_nothing(
    linked_people: pl.LazyFrame, attributes: pl.LazyFrame, returns: Returns, regions: dict[str, str]
):
    def made(people: pl.LazyFrame, rows: pl.LazyFrame) -> list[pl.DataFrame]:
        return [
            research.people(people, rows, regions).collect(),
            research.families(people, rows, regions).collect(),
            research.outcomes_of_families(people, rows, returns, regions).collect(),
            research.schooling(people, rows, returns["dfe"]).collect(),
        ]

    whole = made(linked_people, attributes)
    assert all(a.equals(b) for a, b in zip(whole, made(linked_people.reverse(), attributes.reverse()), strict=True))
    without_hull = made(
        linked_people.filter(pl.col("family_id") == "fam-1"), attributes.filter(pl.col("family_id") == "fam-1")
    )
    for table, fewer in zip(whole, without_hull, strict=True):
        assert table.filter(pl.col(table.columns[0]).is_in(fewer[table.columns[0]].implode())).equals(fewer)


def test_a_council_without_a_region_is_named(linked_people: pl.LazyFrame, attributes: pl.LazyFrame):
    with pytest.raises(research.ResearchRefused, match="no region is given for council E06000010"):
        research.people(linked_people, attributes, {"E09000012": "London"})
