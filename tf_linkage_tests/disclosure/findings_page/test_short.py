"""What a reader asks first, answered from released figures: each number by hand."""

from __future__ import annotations

import polars as pl
from tables_of_counts import published

from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER, ROLES
from tf_linkage.disclosure.findings_page.asked import short_part
from tf_linkage.disclosure.findings_page.asked.short import NOT_PLANNED, UNTOLD
from tf_linkage.disclosure.findings_page.headline import BOUNDS, CORRECTED, LAST_YEAR, RANGE, RATIO, WEIGHTED

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
        }
        for method, (estimate, low, high) in methods.items()
    ]  # fmt: skip


def told(rows: list[dict], before: Triple | None = None) -> dict[str, str]:
    """Each question's answers, joined."""
    tables = published(before=300, after=200)
    tables["differences"] = (
        pl.DataFrame(rows, infer_schema_length=None) if rows else tables["differences"].filter(pl.lit(value=False))
    )
    estimate, low, high = before or (None, None, None)
    tables["placebos"] = pl.DataFrame({
        "outcome": [ALL_TOGETHER], "window": [LAST_YEAR], "estimate": [estimate], "low": [low], "high": [high],
        "rounded_to": [0.1], "detectable": [1.4],
    })  # fmt: skip
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
    assert said["How sure is that?"].startswith("Surest: Exclusion, between 0.4 and 2.2 times as often")
    assert "Least sure: Conviction, between 0.25 and 3." in said["How sure is that?"]
    assert "Of the planned results: Custody." in said["What was withheld?"]


def test_what_links_may_do() -> None:
    said = told([*CONVICTION, *CUSTODY, *HIDDEN])["What may missed and false links do to it?"]
    assert "Of a hundred events 85 to 97 are found by links" in said
    # 0.9 becomes 0.8: eleven percent; 0.8 becomes 0.88: ten.
    assert (
        "no ratio by more than 11% (Exclusion: 0.9 becomes 0.8), and changes what is shown for Exclusion." in said
    )
    assert said.endswith("it could explain: Custody.")
    assert "none of 1 outcomes" in told(CONVICTION)["What may missed and false links do to it?"]
    assert told([])["What may missed and false links do to it?"] == UNTOLD


def test_what_the_groups_may_do() -> None:
    question = "What may differences between the groups do to it?"
    assert told(CONVICTION, (1.3, 1.1, 1.7))[question].startswith("The groups already differed in the year before")
    assert told(CONVICTION, (1.1, 0.9, 1.3))[question].startswith("No difference is shown in the year before")
    assert told(CONVICTION)[question].startswith("Families were not drawn by lot")


def test_what_was_withheld_and_what_it_cost() -> None:
    said = told([])
    assert said["What are the primary results?"] == NOT_PLANNED
    tables = published(before=300, after=200)
    names = {"outcomes": "share", "service_use": "share", "benefit_paths": "share", "characteristics": "share",
             "overlap": "share", "event_study": "estimate", "pretrends": "slope", "balance": "after",
             "money": "mean"}  # fmt: skip
    rows = sum(tables[name].height for name in names) + 1
    none = sum(tables[name][figure].null_count() for name, figure in names.items()) + 1
    assert said["What was withheld?"].startswith(f"{none:,} of {rows:,} rows of figures ({none / rows:.0%})")
    assert said["What did the programme cost?"].startswith("About £2,300 for each family")
