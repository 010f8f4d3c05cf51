"""What a reader asks first, answered from released figures: each number by hand."""

from __future__ import annotations

import polars as pl
import pytest
from tables_of_counts import published

from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER, MEASURES, ROLES
from tf_linkage.disclosure.findings_page.asked import short_part
from tf_linkage.disclosure.findings_page.asked.others import UNPRICED
from tf_linkage.disclosure.findings_page.asked.short import NOT_PLANNED, UNTOLD
from tf_linkage.disclosure.findings_page.before_start.doubts import BOTH, LAST_YEAR, NO_SAFEGUARD
from tf_linkage.disclosure.findings_page.headline import BOUNDS, CORRECTED, RANGE, RATIO, WEIGHTED

PRIMARY, _, EXPLORATORY = ROLES
Triple = tuple[float, float, float]


def ratios(outcome: str, *, p_holm: float | None, found: Triple, corrected: Triple, bounds: Triple) -> list[dict]:
    """Rows of one outcome: planned by its range over two assumptions, twice as far as the weighted one."""
    over = (found[0], found[1] / 2, found[2] * 2) if p_holm is not None else (None, None, None)
    methods = {WEIGHTED: found, RANGE: over, CORRECTED: corrected, BOUNDS: bounds}
    return [
        {
            "outcome": outcome, "unit": "family", "measure": RATIO, "method": method, "rounded_to": 0.01,
            "role": PRIMARY if method == RANGE else EXPLORATORY, "window": "7-24 months after",
            "estimate": estimate, "low": low, "high": high, "p_holm": p_holm if method == RANGE else None,
            "recall_programme": 0.85 if method == CORRECTED else None,
            "recall_comparison": 0.97 if method == CORRECTED else None,
            "recall_rounded_to": 0.01 if method == CORRECTED else None,
        }
        for method, (estimate, low, high) in methods.items()
    ]  # fmt: skip


def told(
    rows: list[dict], before: Triple | None = None, *, p_at_most: float | None = 0.5, own: Triple | None = None
) -> dict[str, str]:
    """Each question's answers, joined: before the start all outcomes, a drift's p-value, and conviction alone."""
    tables = published(before=300, after=200)
    tables["differences"] = (
        pl.DataFrame(rows, infer_schema_length=None) if rows else tables["differences"].filter(pl.lit(value=False))
    )
    windows = [
        {"outcome": outcome, "window": LAST_YEAR, "rounded_to": 0.1, "detectable": 1.4,
         **dict(zip(("estimate", "low", "high"), figures or (None, None, None), strict=True))}
        for outcome, figures in ((ALL_TOGETHER, before), ("conviction", own))
    ]  # fmt: skip
    figures = ("estimate", "low", "high")
    tables["placebos"] = pl.DataFrame(windows, schema_overrides=dict.fromkeys(figures, pl.Float64))
    tables["pretrends"] = pl.DataFrame(
        {"slope": [None if p_at_most is None else 1.3], "p_at_most": [p_at_most]},
        schema={"slope": pl.Float64, "p_at_most": pl.Float64},
    )
    page = short_part(tables).replace("&nbsp;", " ")
    parts = [part.split("</dt>") for part in page.split("<dt>")[1:]]
    return {
        question: " ".join(line.split("</dd>")[0] for line in rest.split("<dd>")[1:]) for question, rest in parts
    }


CONVICTION = ratios(
    "conviction", p_holm=0.6, found=(0.8, 0.5, 1.5), corrected=(0.88, 0.5, 1.7), bounds=(0.8, 0.4, 2)
)
CUSTODY = ratios("custody", p_holm=None, found=(0.5, 0.4, 0.6), corrected=(0.51, 0.4, 0.7), bounds=(0.5, 0.3, 1.2))
HIDDEN = ratios("exclusion", p_holm=0.01, found=(0.9, 0.8, 1.1), corrected=(0.8, 0.7, 0.9), bounds=(0.8, 0.6, 1.0))


def test_primary_results_and_how_sure_they_are() -> None:
    said = told([*CONVICTION, *CUSTODY, *HIDDEN])
    assert said["What are the primary results?"].startswith(
        "Of 3 planned results 1 shows an effect; 1 is withheld."
    )
    assert "Planned were conviction, custody, exclusion" in said["What are the primary results?"]
    # By the ends of the ranges: 0.4 to 2.2 is narrower than 0.25 to 3.
    assert said["How sure is that?"].startswith("The narrowest range: Exclusion, between 0.4 and 2.2 times")
    assert "Widest: Conviction, between 0.25 and 3." in said["How sure is that?"]
    assert "Of the planned results: Custody." in said["What was withheld?"]


def test_what_links_may_do() -> None:
    said = told([*CONVICTION, *CUSTODY, *HIDDEN])["What may missed and false links do to it?"]
    assert (
        "Links find the fewest events of Conviction: 85 to 86% of those on the programme and 97 to 98% of" in said
    )
    # 0.9 becomes 0.8: eleven percent; 0.8 becomes 0.88: ten.
    assert (
        "no ratio by more than 12% (Exclusion: 0.9 becomes 0.8), and changes what is shown for Exclusion." in said
    )
    assert said.endswith(
        "Custody: linkage as estimated does not explain it; at the worst of what is known it could."
    )
    assert "none of 1 outcomes" in told(CONVICTION)["What may missed and false links do to it?"]
    assert told([])["What may missed and false links do to it?"] == UNTOLD


def test_what_the_groups_may_do() -> None:
    question = "What may differences between the groups do to it?"
    assert told(CONVICTION, (1.3, 1.1, 1.7))[question].startswith("The groups already differed in the year before")
    assert told(CONVICTION, (1.1, 0.9, 1.3))[question].startswith("No difference is shown in the year before")
    assert told(CONVICTION)[question].startswith("Families were not drawn by lot")
    assert "a ratio of 1.3 (95% 1.1 to 1.7)" in told(CONVICTION, (1.3, 1.1, 1.7))[question]


@pytest.mark.parametrize(
    ("before", "p_at_most", "says", "silent"),
    [
        (
            (1.3, 1.1, 1.7),
            0.01,
            (BOTH, "Weighting is in doubt", "Difference in differences is in doubt"),
            "cannot be",
        ),
        ((1.3, 1.1, 1.7), 0.5, ("Weighting is in doubt", "No drift before the start"), NO_SAFEGUARD),
        ((1.1, 0.9, 1.3), 0.05, ("Nothing before the start", "Difference in differences is in doubt"), BOTH),
        ((1.1, 0.9, 1.3), 0.1, ("Nothing before the start", "No drift before the start"), "in doubt"),
        (
            None,
            None,
            ("Whether weighting is right cannot", "Whether difference in differences is right"),
            "in doubt",
        ),
    ],
)
def test_it_says_which_assumption_is_in_doubt(
    before: Triple | None, p_at_most: float | None, says: tuple[str, ...], silent: str
) -> None:
    said = told(CONVICTION, before, p_at_most=p_at_most)["What may differences between the groups do to it?"]
    assert all(words in said for words in says)
    assert silent not in said
    assert (NO_SAFEGUARD in said) is (BOTH in said)


def test_a_planned_outcome_that_stood_apart_by_itself_is_named() -> None:
    question = "What may differences between the groups do to it?"
    said = told(CONVICTION, (1.3, 1.1, 1.7), own=(2.1, 1.2, 3.6))[question]
    assert "Conviction, 1-12 months before: 2.1 (1.2 to 3.6)." in said
    assert "Conviction, 1-12" not in told(CONVICTION, (1.3, 1.1, 1.7), own=(1.2, 0.9, 1.6))[question]
    unplanned = [row | {"role": EXPLORATORY} for row in CONVICTION]
    assert "Conviction, 1-12" not in told(unplanned, (1.3, 1.1, 1.7), own=(2.1, 1.2, 3.6))[question]


def exploratory(outcome: str, unit: str, measure: str, window: str, found: Triple) -> dict:
    figures = dict(zip(("estimate", "low", "high"), found, strict=True))
    return {"outcome": outcome, "unit": unit, "measure": measure, "method": WEIGHTED, "role": EXPLORATORY,
            "window": window, "rounded_to": 0.02, "p_holm": None, **figures}  # fmt: skip


def test_what_else_differs_is_counted_by_kind_and_named() -> None:
    after = "24 months after"
    rows = [
        exploratory("all costs", "family", MEASURES[2], after, (3_200.0, 1_400.0, 5_200.0)),
        exploratory("benefits", "family", MEASURES[2], after, (450.0, -50.0, 950.0)),
        exploratory("persistent_absence", "child", MEASURES[0], after, (-0.08, -0.14, -0.02)),
        exploratory("employment", "family", MEASURES[0], "year before", (0.2, 0.1, 0.3)),
    ]
    said = told([*CUSTODY, *rows])["What else differs after the start?"]
    assert "1 of 1 ratios of yearly rates: custody 0.5 (0.4 to 0.6)." in said
    assert "1 of 1 differences in share: persistent absence of children 8.0 points less (2.0 to 14.0)." in said
    # All costs hold prices from no source: nothing may be concluded from them, so that they are not named.
    assert "None of 1 differences in costs at prices that are not illustrative." in said
    assert UNPRICED in said
    assert "3,200" not in said
    assert "employment" not in said
    assert "None of 1 ratios of yearly rates." in told(CONVICTION)["What else differs after the start?"]


def test_what_was_withheld_and_what_it_cost() -> None:
    said = told([])
    assert said["What are the primary results?"] == NOT_PLANNED
    tables = published(before=300, after=200)
    names = {"outcomes": "share", "service_use": "share", "benefit_paths": "share", "characteristics": "share",
             "overlap": "share", "event_study": "estimate", "pretrends": "slope", "balance": "after",
             "subgroups": "estimate",
             "money": "mean"}  # fmt: skip
    rows = sum(tables[name].height for name in names) + 2
    none = sum(tables[name][figure].null_count() for name, figure in names.items()) + 2
    assert said["What was withheld?"].startswith(f"{none:,} of {rows:,} rows of figures ({none / rows:.0%})")
    assert "or is one from which another could be worked out" in said["What was withheld?"]
    assert said["What did the programme cost?"].startswith("About £2,300 for each family")
    assert "Its price: published average" in said["What did the programme cost?"]
    moved = told(CONVICTION)["What did protecting families cost the figures?"]
    assert "Planned ratios it may have moved by up to 0.5% of themselves" in moved
