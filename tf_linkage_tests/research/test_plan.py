"""The plan of the analysis: what it may say, and which rows it makes primary."""

from __future__ import annotations

from pathlib import Path

import pytest

from tf_linkage.contracts.outputs.estimates import ROLES, Differences
from tf_linkage.research.estimates.planning.plan import (
    DRAFT,
    FILE,
    MOST,
    RANGE,
    RATIO,
    WEIGHTED,
    PlanRefused,
    plan_in,
    plan_of,
    with_roles,
)

PRIMARY, LATE, EXPLORATORY = ROLES
ONE = 'headline = "weighted"\n[[primary]]\noutcome = "custody"\nunit = "family"\n'
SHARE = 'measure = "difference in share"\nwindow = "24 months after"\n'
COUNTS = {
    f"{side}_{what}": 20 for side in ("programme", "comparison") for what in ("families", "people", "families_with")
}


def test_the_draft_is_a_plan() -> None:
    plan = plan_of(DRAFT)
    assert plan.headline == RANGE
    assert len(plan.primary) == MOST


def test_neither_comments_nor_order_make_another_plan_and_anything_else_does() -> None:
    plan, other = plan_of(ONE), '[[primary]]\noutcome = "custody"\nunit = "adult"\n'
    assert plan_of("# why\n" + ONE).digest == plan.digest
    assert (
        plan_of(ONE.replace('outcome = "custody"\nunit = "family"', 'unit = "family"\noutcome = "custody"')) == plan
    )
    turned = 'headline = "weighted"\n' + other + ONE.split("\n", 1)[1]
    assert plan_of(ONE + other).digest == plan_of(turned).digest
    digests = [plan.digest, plan_of(ONE + other).digest, plan_of(ONE + SHARE).digest,
               plan_of(ONE.replace("weighted", RANGE)).digest]  # fmt: skip
    assert len(set(digests)) == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("headline =", "it is no TOML that can be read"),
        ('headline = "weighted"', r"there is no \[\[primary\]\]"),
        (ONE.replace("weighted", "unadjusted"), "headline is none of weighted"),
        (ONE.replace("custody", "prison"), "primary 1: outcome is none of"),
        (ONE.replace("family", "street"), "primary 1: unit is none of"),
        (ONE + 'window = "year before"\n', "the window of a ratio of yearly rates is none of 7-24 months after"),
        (ONE + 'measure = "difference in share"\n', "the window of a difference in share is none of"),
        (ONE + SHARE.replace("24 months after", "year before"), "the window of a difference in share is none of"),
        (ONE.replace("weighted", RANGE) + SHARE, "there is no difference in share by the headline"),
        (ONE + 'measure = "pounds a family a year"\n', "measure is none of"),
        (ONE + 'why = "because"\n', "why is none of its fields"),
        (ONE + "[notes]\n", "notes is no part of a plan"),
        (ONE + "[[primary]]\noutcome = \"custody\"\nunit = \"family\"\n", "a result is primary twice"),
        (DRAFT + "[[primary]]\noutcome = \"exclusion\"\nunit = \"child\"\n", "6 results are primary"),
    ],
)  # fmt: skip
def test_whatever_is_wrong_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PlanRefused, match=said):
        plan_of(text)
    (tmp_path / FILE).write_text(text)
    with pytest.raises(PlanRefused, match=FILE):
        plan_in(tmp_path)


def test_no_file_is_no_plan(tmp_path: Path) -> None:
    assert plan_in(tmp_path) is None
    (tmp_path / FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(PlanRefused, match="UTF-8"):
        plan_in(tmp_path)


def row(outcome: str, method: str) -> dict[str, object]:
    return {"outcome": outcome, "unit": "family", "window": "7-24 months after", "measure": RATIO, "method": method,
            "estimate": 0.9, "low": 0.8, "high": 1.0, "standard_error": 0.1, "effective_families": 20.0,
            **COUNTS}  # fmt: skip


def test_only_what_was_planned_is_primary_and_what_could_not_be_computed_stands_as_an_empty_row() -> None:
    rows = [row("custody", WEIGHTED), row("custody", RANGE), row("conviction", WEIGHTED)]
    plan = plan_of(ONE + '[[primary]]\noutcome = "looked_after"\nunit = "child"\n')
    table = with_roles(rows, plan, in_time=True)
    Differences.validate(table)
    told = {(one["outcome"], one["method"]): one for one in table.iter_rows(named=True)}
    assert {key for key, one in told.items() if one["role"] == PRIMARY} == {
        ("custody", WEIGHTED), ("looked_after", WEIGHTED)
    }  # fmt: skip
    assert told["looked_after", WEIGHTED]["estimate"] is None
    assert told["looked_after", WEIGHTED]["programme_families"] == 0
    assert set(with_roles(rows, plan, in_time=False)["role"].unique()) == {LATE, EXPLORATORY}
    assert set(with_roles(rows, None, in_time=True)["role"].unique()) == {EXPLORATORY}
