"""A department that is declared in a way that cannot be right is refused, by name and reason."""

import dataclasses

import polars as pl
import pytest

from tf_linkage.contracts.bodies import dwp
from tf_linkage.contracts.bodies.identity import Identity
from tf_linkage.contracts.columns import ColumnClass, Table, code, columns_of, date, extended, flag, number, text
from tf_linkage.contracts.departments import RESERVED, Department, DepartmentRefused, RateFloor, TooYoung, declared
from tf_linkage.contracts.ladders import standing_step
from tf_linkage.contracts.link_requests import Request
from tf_linkage.contracts.outputs.history_tables import BANDS, band_labels, band_width, columns_given, history_table
from tf_linkage.contracts.outputs.quality import MEASURES
from tf_linkage.contracts.outputs.research import (
    BY_HAND,
    FAMILY_OUTCOMES,
    FROM_CONTRACTS,
    OUTCOME_DEPARTMENT,
    WRITTEN,
    must_fit,
)
from tf_linkage.contracts.registry import DEPARTMENTS, direct_identifiers, extract_tables
from tf_linkage.workspace.jobs import jobs


class People(Identity):
    """A register's people."""

    care_key = text(ColumnClass.REFERENCE, "Key", primary_key=True)


class Visits(Table):
    """One row for each visit."""

    care_key = text(ColumnClass.REFERENCE, "Key")
    visit_id = text(ColumnClass.REFERENCE, "The visit")
    visit_date = date(ColumnClass.ATTRIBUTE, "Day of the visit")
    ward = code(ColumnClass.ATTRIBUTE, "Ward", ("a", "b"))
    diagnosis = code(ColumnClass.ATTRIBUTE, "Diagnosis", ("x", "y"), ladder=("code", "chapter"))
    ethnic_group = code(ColumnClass.QUASI, "Ethnic group", ("p", "q"))
    note = text(ColumnClass.ATTRIBUTE, "Free text", nullable=True)
    days = number(ColumnClass.ATTRIBUTE, "Stay", unit="days", least=0, ladder=("day", "30 day band"))
    cost = number(ColumnClass.ATTRIBUTE, "Cost", unit="pounds", least=0)
    urgent = flag(ColumnClass.ATTRIBUTE, "Urgent", nullable=True)


CARE = Department(
    name="care",
    short="Care",
    title="Department of Care",
    people=("people", People),
    histories=("stays", {"visits": Visits}),
    request=Request,
    youngest=0,
    oldest=130,
    carries="none",
)


def test_a_sound_one_is_taken_and_its_key_follows_from_its_name() -> None:
    assert declared([CARE]) == {"care": CARE}
    assert CARE.key == "care_key"
    assert CARE.request_columns == ("forename", "surname", "date_of_birth", "gender", "address", "postcode")


def history(**columns: object) -> tuple[str, dict[str, type[Table]]]:
    return "stays", {"visits": extended(Visits, "Visits", columns)}  # type: ignore[arg-type, dict-item]


class Keyless(Identity):
    """People without a key."""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "Care"}, "lower-case letters and digits"),
        ({"name": "social_care"}, "lower-case letters and digits"),
        ({"name": "ons"}, "lower-case letters and digits"),
        ({"people": ("people", Keyless)}, "table people has no column care_key"),
        ({"people": ("people", dwp.People)}, "table people has no column care_key"),
        ({"histories": ("stays", {})}, "has no history"),
        ({"histories": ("people", {"visits": Visits})}, "both named people"),
        ({"histories": ("stays", {"people": Visits})}, "'people' cannot be the name of a history"),
        ({"histories": ("stays", {"a visit": Visits})}, "'a visit' cannot be the name of a history"),
        ({"histories": ("spells", {"benefits": dwp.Benefits})}, "history benefits has no reference care_key"),
        (
            {"histories": history(surname=text(ColumnClass.DIRECT, "Name"))},
            "history visits holds a direct identifier (surname)",
        ),
        (
            {"histories": history(start=date(ColumnClass.ATTRIBUTE, "Start"))},
            "history visits has a column start, which the study uses",
        ),
        ({"youngest": 20, "oldest": 10}, "youngest age lies above the oldest"),
        ({"floors": (RateFloor("recall", 1.5, "high"),)}, "the floor of recall"),
        ({"floors": (RateFloor("recall", 0.5, ""),)}, "the floor of recall"),
        (
            {"too_young": (TooYoung("visits", "ward", 5, "too early"),)},
            "too early: history visits has no date ward",
        ),
        ({"known_by": {"crime": ("OFF", "ARSON")}}, "no council writes down crime ARSON"),
        ({"known_by": {"truancy": ("PA",)}}, "no council writes down truancy PA"),
        ({"too_young": (TooYoung("other", "day", 5, "too early"),)}, "too early: history other has no date day"),
    ],
)
def test_each_fault_is_refused_by_name(change: dict[str, object], words: str) -> None:
    with pytest.raises(DepartmentRefused) as refusal:
        declared([dataclasses.replace(CARE, **change)])  # type: ignore[arg-type]
    assert words in str(refusal.value)
    assert str(change.get("name", "care")) in str(refusal.value)


def test_no_department_can_take_the_name_of_a_job() -> None:
    """A department's own job bears its name; names with an underscore are refused as they are."""
    assert {name for name in jobs() if "_" not in name} <= RESERVED | set(DEPARTMENTS)


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(DepartmentRefused, match="declared twice"):
        declared([CARE, CARE])


def test_a_table_or_an_outcome_that_is_another_s_is_refused() -> None:
    must_fit([CARE])
    taken = dataclasses.replace(CARE, name="social", histories=("stays", {"care": Visits}))
    with pytest.raises(DepartmentRefused, match="the name social_care is a research table's"):
        must_fit([taken])
    for headline in ("conviction", "illness"):
        with pytest.raises(DepartmentRefused, match=f"department care: '{headline}' is no outcome"):
            must_fit([dataclasses.replace(CARE, headline=headline)])


def test_its_research_table_holds_what_its_contract_says_how_to_coarsen() -> None:
    table = history_table(CARE, "visits")
    columns = {column.name: column for column in columns_of(table)}
    assert list(columns) == ["person_study_ref", "visit_number", "visit_month", "ward", "days", "urgent"]
    assert {column.column_class for column in columns.values()} == {ColumnClass.REFERENCE, ColumnClass.ATTRIBUTE}
    assert not set(columns) & direct_identifiers()
    assert not [name for name, column in columns.items() if column.dtype in (pl.Date, pl.Float64)]
    assert columns["days"].dtype == pl.Enum(band_labels("30 day band"))
    assert [standing_step(column.ladder) for column in columns.values() if column.ladder] == [
        "months from the start",
        "30 day band",
    ]
    assert "Left out: diagnosis, ethnic_group, note, cost." in (table.__doc__ or "")
    assert columns_given(CARE, "visits")[0].source == "visit_number"


def test_bands_are_read_from_the_ladder() -> None:
    labels = band_labels("£2,500 band")
    assert len(labels) == BANDS
    assert (labels[0], labels[-1]) == ("£0-£2,499", "£47,500 and over")
    assert band_labels("30 day band")[:2] == ("0-29", "30-59")
    assert [band_width(step) for step in ("pound", "age band", "0 band", "band", "£25 band")] == [None] * 4 + [25]
    with pytest.raises(ValueError, match="names no band"):
        band_labels("month")


def test_every_department_of_the_registry_is_whole() -> None:
    for department in DEPARTMENTS.values():
        assert {bound.measure for bound in department.floors} <= set(MEASURES)
        assert department.headline is None or OUTCOME_DEPARTMENT[department.headline] == department.name
        assert f"{department.name}_{department.people[0]}" in extract_tables()
    assert set(OUTCOME_DEPARTMENT) == set(FAMILY_OUTCOMES)
    assert {table for tables in WRITTEN.values() for table in tables} < set(BY_HAND)
    assert {name for name, _ in FROM_CONTRACTS.values()} == set(DEPARTMENTS) - set(WRITTEN)
