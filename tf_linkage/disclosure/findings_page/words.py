"""Published codes in words.

How the page and the checker's page name outcomes, groups and units.
"""

from __future__ import annotations

from collections.abc import Mapping

from tf_linkage.contracts.outputs.estimates import OUTCOMES

GROUPS = {"programme": "On the programme", "comparison": "Waiting for it"}
LASTING = {
    "in_work_throughout": "somebody worked in each half-year of months 7 to 24",
    "no_benefit_throughout": "nobody claimed an out-of-work benefit in months 7 to 24",
    "no_conviction_throughout": "nobody was convicted in months 7 to 24",
}
"""Outcomes that last, as words of a family; of a child or adult it is the same of one person."""

UNITS = {"family": "families", "child": "children", "adult": "adults"}


def outcome_word(outcome: str) -> str:
    """An outcome as a heading.

    >>> outcome_word("child_in_need")
    'Child in need'
    """
    return outcome.replace("_", " ").capitalize()


def outcome_sentence(outcome: str) -> str:
    """What an outcome says of a family, as a sentence's end."""
    return OUTCOMES.get(outcome, LASTING.get(outcome, outcome.replace("_", " ")))


def recall_span(row: Mapping[str, object], side: str) -> str:
    """Between what a recall lies that leaves rounded down; nothing where there is none.

    Args:
        row: a row of `contracts.outputs.published.Differences` or `Subgroups`.
        side: programme or comparison.

    >>> recall_span({"recall_programme": 0.85, "recall_rounded_to": 0.05}, "programme")
    '85 to 90%'
    """
    least, step = row[f"recall_{side}"], row["recall_rounded_to"]
    if least is None:
        return ""
    low, high = float(str(least)), min(1.0, float(str(least)) + float(str(step)))
    return f"{100 * low:.4g} to {100 * high:.4g}%" if low < high else f"{100 * low:.4g}%"


def points(value: float | None) -> str:
    """A share's difference in percentage points, or a dash."""
    return "–" if value is None else f"{100 * value:.1f}"
