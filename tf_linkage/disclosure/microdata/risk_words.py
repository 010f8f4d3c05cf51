"""What was done about risk, in tables and words: the steps chosen, why, and what they cost.

What is shown next to the released tables and stands in their data dictionary.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.ladders import STEPS
from tf_linkage.disclosure.microdata.coarsening_choice import WITHHELD_ROWS, Choice
from tf_linkage.disclosure.microdata.risk import POPULATION, ROWS, RULE, Rule, risk_table

SIZES = ("fewer than 10 alike", "10 to 19", "20 to 49", "50 and more")
_UPPER = (10, 20, 50)

ACCREDITED = (
    "Coarse columns do not hold off somebody who knows dated events of a person: row data stays in an accredited "
    "setting, and only what has passed the rules of release leaves it."
)


def steps_table(choice: Choice) -> pl.DataFrame:
    """One row for each column: ladder, step, what it told and what was lost, in bits a row, and why."""
    rows = []
    for column, ladder in STEPS[choice.name].items():
        names, step = [step.name for step in ladder], choice.steps[column]
        rows.append(
            {"column": column, "ladder": " > ".join(names), "step": step,
             "bits lost a row": round(choice.lost[column], 3), "why": _why(choice, column)}
        )  # fmt: skip
    if WITHHELD_ROWS in choice.lost:
        rows.append(
            {"column": "(all of these, and outcomes)", "ladder": "", "step": f"{choice.withheld} rows withheld",
             "bits lost a row": round(choice.lost[WITHHELD_ROWS], 3), "why": "no step hides them"}
        )  # fmt: skip
    return pl.DataFrame(rows)


def _why(choice: Choice, column: str) -> str:
    """Why a column stands on its step."""
    if column not in choice.finer:
        return "the finest step that may be released"
    return (
        f"one step finer, all else as it is, {choice.finer[column]:,} of {choice.rows:,} rows would be withheld; "
        f"no "
        f"combination that loses less passes ({choice.passed_over} of them"
        + (f", {choice.refused} since a council would find too many)" if choice.refused else ")")
    )


def risk_compared(before: pl.DataFrame, after: pl.DataFrame, rule: Rule = RULE) -> pl.DataFrame:
    """The figures of a table's risk on the finest steps and as released, side by side."""
    first, then = risk_table(before, rule), risk_table(after, rule)
    return pl.DataFrame(
        {"figure": list(first), "on the finest steps": list(first.values()), "as released": list(then.values())}
    )


def alike(classes: pl.DataFrame, level: str) -> list[dict[str, object]]:
    """How many rows stand in classes of which size, as rows of a chart."""
    size = pl.lit(SIZES[-1])
    for label, upper in reversed(list(zip(SIZES, _UPPER, strict=False))):
        size = pl.when(pl.col(ROWS) < upper).then(pl.lit(label)).otherwise(size)
    counts = dict(classes.group_by(size.alias("size")).agg(pl.col(ROWS).sum()).sort("size").rows())
    return [
        {"level": level, "part": part, "count": counts.get(part, 0), "label": f"{counts.get(part, 0):,}"}
        for part in SIZES
    ]


def in_words(choice: Choice, classes: pl.DataFrame, rule: Rule = RULE) -> str:
    """By which rule nobody stands out, and what it cost, in a few sentences."""
    unknown = int(classes.filter(pl.col(POPULATION).is_null())[ROWS].sum())
    by = (
        f"at least {rule.known} look alike in the sample and in the population (families with children, on the day "
        "of the extract)"
    )
    if unknown == choice.rows:
        by = f"the population is not known: at least {rule.alone} look alike in the sample"
    elif unknown:
        by += f"; at least {rule.alone} in the sample for {unknown:,} rows whose population is not known"
    lost = sum(choice.lost.get(column, 0.0) for column in choice.steps)
    withheld = f"{choice.withheld:,} of {choice.rows:,} rows are withheld ({choice.withheld / choice.rows:.1%})"
    if choice.refused:
        by += f". {choice.refused} combinations that lose less were refused since a council would find too many"
    if choice.hidden:
        withheld += f", {len(choice.hidden):,} of them since a council would find them"
    if choice.drawn:
        withheld += f", {choice.drawn:,} of them drawn so that the others do not stand alone"
    return (
        f"Rule: {by}. Lost: {lost:.2f} of {choice.bits:.2f} bits a row; {withheld}. "
        "A withheld row keeps its reference, and a person's their histories."
    )
