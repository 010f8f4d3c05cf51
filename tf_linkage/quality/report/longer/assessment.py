"""What the longer studies add to the report: findings, identifiers, patterns, sweeps.

Their pictures, tables and sentences.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.outputs.quality import LINK_SETS
from tf_linkage.pages import charts, html
from tf_linkage.pages.picture import Picture, ends
from tf_linkage.pages.words import percent, with_interval
from tf_linkage.quality.report.longer.linked_again import linked_again
from tf_linkage.quality.report.longer.without_names import without_names
from tf_linkage.quality.report.words import DEPARTMENT_ORDER, TITLES, word
from tf_linkage.quality.studies.effects import AS_RUN
from tf_linkage.quality.studies.sweeping import family_curve, ranges


@dataclass(frozen=True)
class Assessment:
    """The tables of the longer studies, as many as there are.

    Attributes:
        effects: `contracts.outputs.quality.LinkageEffects`.
        disclosures: `contracts.outputs.quality.Disclosures`.
        patterns: `contracts.outputs.quality.Patterns`.
        agreement: `contracts.outputs.quality.Metrics` of `agreement`, which stands among the signs, and of
            `told_by_linking_again`.
        without_names: `contracts.outputs.without_names.WithoutNames`.
        swept: `contracts.outputs.quality.Sweep`.
    """

    effects: pl.DataFrame | None = None
    disclosures: pl.DataFrame | None = None
    patterns: pl.DataFrame | None = None
    agreement: pl.DataFrame | None = None
    without_names: pl.DataFrame | None = None
    swept: pl.DataFrame | None = None


def sections(assessment: Assessment) -> list[html.Section]:
    """The sections these tables allow, in reading order."""
    given = [
        ("findings", "Findings", "What it does to the findings", assessment.effects, _effects),
        ("disclosed", "Identifiers", "What each identifier buys", assessment.disclosures, _disclosures),
        (
            "without_names",
            "Without names",
            "Would linkage without names have been enough?",
            assessment.without_names,
            without_names,
        ),
        ("patterns", "Patterns", "How pairs come to their weight", assessment.patterns, _patterns),
        ("again", "Linked again", "What linking again tells without truth", assessment.agreement, linked_again),
        ("sweep", "Sweep", "Over many runs", assessment.swept, _swept),
    ]
    return [
        html.Section(name, short, title, said)
        for name, short, title, table, made in given
        if table is not None and not table.is_empty() and (said := "".join(made(table)))
    ]


_SETS = tuple(LINK_SETS.items())
DEPARTMENT_TITLES = [TITLES[name] for name in DEPARTMENT_ORDER]


def _effects(table: pl.DataFrame) -> Iterator[str]:
    plain = table.with_columns(pl.col("department", "links", "study_group").cast(pl.String))
    yield html.paragraph(
        "Each outcome in the two years after the start, programme less comparison, on four sets of links. The "
        "upright line is the difference on true links; what lies beside it is what linkage alone does."
    )
    yield html.bullets([f"{name.capitalize()}: {words[:1].lower()}{words[1:]}." for name, words in _SETS])
    as_run = plain.filter(pl.col("threshold") == AS_RUN, pl.col("value").is_not_null())
    differences = as_run.filter(pl.col("study_group") == "difference")
    for name in DEPARTMENT_ORDER:
        rows = [
            {"level": f"{row['links']} links", "panel": row["outcome"].replace("_", " "), "value": row["value"],
             "low": row["low"], "high": row["high"]}
            for row in differences.filter(pl.col("department") == name).iter_rows(named=True)
        ]  # fmt: skip
        if rows:
            reach = math.ceil(max(abs(row[end]) for row in rows for end in ("low", "high")) * 20) / 20
            title = f"Programme less comparison, from {TITLES[name]}'s records"
            says = "Differences of shares of people, with 95% intervals."
            chart = charts.intervals(
                rows,
                title=title,
                description=says,
                x_title="points",
                reference="true links",
                domain=(-reach, reach),
            )
            cells = [(r["panel"], r["level"], _points(r)) for r in rows]
            yield html.figure(
                Picture(f"effects_{name}", title, says, chart, (("Outcome", "Links", "Points"), cells))
            )
    yield html.opened("Every rate, with phantom and lost outcomes, as a table", _effects_table(plain))


def _effects_table(plain: pl.DataFrame) -> str:
    rows = [
        (
            (row["outcome"] or "–").replace("_", " "),
            f"{row['links']}, {row['threshold']}",
            row["study_group"],
            "too few" if row["value"] is None else _points(row),
            "–" if row["phantom"] is None else f"{row['phantom']:,}",
            "–" if row["lost"] is None else f"{row['lost']:,}",
        )
        for row in plain.iter_rows(named=True)
    ]
    head = ("Outcome", "Links, threshold", "Group", "Share, or difference, in points", "Phantom", "Lost")
    return html.table("Outcomes by set of links", head, rows)


def _disclosures(table: pl.DataFrame) -> Iterator[str]:
    plain = table.with_columns(pl.col("department").cast(pl.String))
    rows = [
        {"level": row["disclosed"], "panel": f"{TITLES[row['department']]}: {word(measure).lower()}",
         "value": row[measure], "low": row[measure], "high": row[measure]}
        for row in plain.iter_rows(named=True)
        for measure in ("recall",)
        if row[measure] is not None
    ]  # fmt: skip
    cells = [
        (
            f"{TITLES[row['department']]}, {row['disclosed']}",
            row["tells"],
            percent(row["precision"]),
            percent(row["recall"]),
            "–"
            if row["second_recall"] is None
            else with_interval(
                {"value": row["second_recall"], "low": row["second_low"], "high": row["second_high"]}
            ),
            "–" if row["recall_gap"] is None else f"{100 * row['recall_gap']:z.1f}",
            (row["outcome"] or "–").replace("_", " "),
            "–" if row["bias"] is None else f"{100 * row['bias']:+z.2f}",
        )
        for row in plain.iter_rows(named=True)
    ]
    head = (
        "Choice",
        "Told",
        "Precision",
        "Recall",
        "As agreed, by the number left out",
        "Worst community behind, points",
        "Finding",
        "Bias, points",
    )
    if rows:
        title = "Recall by what departments are told"
        says = "The same people linked again, with the departments told less, and once more."
        chart = charts.intervals(rows, title=title, description=says, x_title="recall", reference="as agreed")
        short = [(r["panel"], r["level"], percent(r["value"])) for r in rows]
        yield html.figure(Picture("told", title, says, chart, (("", "Choice", "Recall"), short)))
    yield html.table("Accuracy and bias against what is disclosed", head, cells)


def _patterns(table: pl.DataFrame) -> Iterator[str]:
    plain = table.with_columns(pl.col("department").cast(pl.String))
    for name in DEPARTMENT_ORDER:
        steps = plain.filter(pl.col("department") == name).sort("pattern", "step")
        rows = [
            {"panel": f"{row['pairs']:,} pairs, {row['linked']:,} links", "part": row["part"].replace("_", " "),
             "amount": row["bits"]}
            for row in steps.iter_rows(named=True)
        ]  # fmt: skip
        if rows:
            title = f"Typical patterns among pairs sent to {TITLES[name]}"
            says = (
                "Pairs that agree and disagree on the same comparisons, taken together: the odds before "
                "anything is compared, what each comparison adds or takes, and the weight they add up to."
            )
            chart = charts.waterfalls(rows, title=title, description=says, x_title="bits")
            cells = [(r["panel"], r["part"], f"{r['amount']:+z.1f}") for r in rows]
            yield html.figure(Picture(f"patterns_{name}", title, says, chart, (("Pattern", "Step", "Bits"), cells)))


def _swept(table: pl.DataFrame) -> Iterator[str]:
    yield from _family_curve(table)
    spread = ranges(table)
    rows = [
        {"level": TITLES[row["department"]], "panel": word(row["measure"]), "value": row["median"],
         "low": row["least"], "high": row["most"]}
        for name in DEPARTMENT_ORDER
        for row in spread.filter(
            pl.col("department") == name, pl.col("measure").is_in(["precision", "recall"])
        ).iter_rows(named=True)
    ]  # fmt: skip
    cases = table.filter(pl.col("family_evidence").cast(pl.String) == "with").get_column("case").n_unique()
    if rows:
        title = f"Ranges over {cases:,} runs"
        says = "Least, median and most over runs that differ in seed or settings: lines are ranges, not intervals."
        chart = charts.intervals(rows, title=title, description=says, x_title="share")
        cells = [(r["panel"], r["level"], with_interval(r)) for r in rows]
        yield html.figure(
            Picture("ranges", title, says, chart, (("Figure", "Department", "Median (range)"), cells))
        )
    listed = [
        (
            f"{row['case']}, {row['family_evidence']} family evidence",
            TITLES[str(row["department"])],
            word(str(row["measure"])),
            percent(row["value"]),
        )
        for row in table.iter_rows(named=True)
    ]
    yield html.opened("Every run as a table", html.table("Runs", ("Run", "Department", "Figure", "Is"), listed))


def _family_curve(table: pl.DataFrame) -> Iterator[str]:
    """What family evidence adds, by how often families move together."""
    curve = family_curve(table)
    if curve.is_empty():
        return
    title = "Recall with and without family evidence"
    says = (
        "By how often members of a household move together: at 100% households stay whole, at 0% everybody moves "
        "alone each time. Records err as under hard noise, where members can say most for one another. The same "
        "worlds are linked twice; seeds are taken together. Where lines lie on one another, it added nothing."
    )
    people = curve.filter(pl.col("measure") == "recall")
    found, otherwise = (
        people.filter(pl.col("family_evidence") == evidence)["numerator"].sum() for evidence in ("with", "without")
    )
    present = people.filter(pl.col("family_evidence") == "with")["denominator"].sum()
    says += f" All in all it found {found:,} of {present:,} people; without it {otherwise:,} are found."
    names = {"with": "with family evidence", "without": "without"}
    at = {
        (row["moves_together"], row["department"], row["measure"], row["family_evidence"]): row
        for row in curve.iter_rows(named=True)
    }
    rows = [
        {"panel": TITLES[department], "series": names[evidence], "x": together, **ends(row)}
        for (together, department, measure, evidence), row in at.items()
        if measure == "recall"
    ]
    cells = [
        (
            f"{TITLES[department]}, {together:.0%} together",
            *(with_interval(at[together, department, m, e]) for m in ("recall", "precision") for e in names),
        )
        for department in DEPARTMENT_ORDER
        for together in curve.get_column("moves_together").unique().sort(descending=True)
        if (together, department, "recall", "with") in at
    ]
    head = ("Department", "Recall with", "Recall without", "Precision with", "Precision without")
    chart = charts.curves(
        sorted(rows, key=lambda row: DEPARTMENT_TITLES.index(str(row["panel"]))),
        title=title,
        description=says,
        series=list(names.values()),
        x_title="moves made together",
        y_title="recall",
    )
    yield html.figure(Picture("family_curve", title, says, chart, (head, cells)))


def _points(row: dict[str, object]) -> str:
    value, low, high = (100 * float(row[end]) for end in ("value", "low", "high"))  # type: ignore[arg-type]
    return f"{value:z.2f} ({low:z.2f} to {high:z.2f})"
