"""What the UI shows next to an asset: figures that plot over runs, small tables, pictures.

The translation of results into Dagster metadata. Never a person's value, never a pair's score.
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg
import polars as pl

from tf_linkage import quality
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.audit.sizes import size_class
from tf_linkage.intervals import wilson_ends
from tf_linkage.linkage import LinkResult
from tf_linkage.pages import charts
from tf_linkage.pages.picture import markdown
from tf_linkage.quality.report.training_pictures import probabilities_picture, training_picture, weights_picture
from tf_linkage.study import COUNCILS, SIZES, Noise, Study

PUBLISHED = "published (two collections of one cohort)"
LEAST_RECORDS = 30
"""Fewer records than this say nothing about a share."""

COUNTED = ("sent", "present", "linked")
"""Figures that are counts of people."""

PLOTTED = (*COUNTED, "match_rate", "precision", "recall", "f1", "pair_precision", "pair_recall")
"""Figures of each department that are plotted."""

NOISE = f"choice: noise ({', '.join(f'{place} {word}' for place, word in enumerate(Noise))})"
SEED, THRESHOLD = "choice: seed", "choice: link threshold"


def linkage_metadata(result: LinkResult) -> dict[str, Any]:
    """How a linkage went: counts, blocking, and what each comparison level is worth."""
    classes = pl.selectors.integer().map_elements(size_class, return_dtype=pl.String)
    shown: dict[str, Any] = {
        "engine": result.engine,
        "model": dg.MetadataValue.md(f"```\n{result.model}\n```"),
        "model digest": result.model.digest(),
        # A department's own: in the ledger's classes.
        **{name: size_class(int(count)) for name, count in result.counts.items()},
        "blocking": records_of(result.blocking.with_columns(classes)),
    }
    if result.training.is_empty():  # matchkeys are met or not: nothing is learnt
        return shown
    # Fine enough to judge a model by; finer, and they would tell how many pairs they were learnt from.
    learnt = pl.col("m", "u").round_sig_figs(2), pl.col("weight").round(1)
    training = result.training.select("comparison", "level", *learnt)
    shown |= {
        "m, u and weights": records_of(training),
        "match weights": dg.MetadataValue.md(markdown(weights_picture(training), "Match weights")),
        "m and u probabilities": dg.MetadataValue.md(markdown(probabilities_picture(training), "m and u")),
    }
    if "greatest_change" in result.training_curve.columns:
        drawn = training_picture(result.training_curve)
        shown["training curve"] = dg.MetadataValue.md(markdown(drawn, "Training curve"))
    return shown


def plots(figures: pl.DataFrame, study: Study) -> dict[str, float]:
    """The headline figures of each department, and the choices of the run that made them, as numbers.

    A plot is known by its name alone: the name has the size of the study, so that no line joins runs of different
    sizes. What else a run chose is plotted beside, and the page marks one run in all plots at once.

    Where anybody may be real, no count of people is among them: what Dagster keeps for good would tell by how many
    people a study became smaller.

    Args:
        figures: `contracts.outputs.quality.Metrics`.
        study: the choices of the run.
    """
    size = size_of(study)
    kept = [measure for measure in PLOTTED if study.wholly_simulated or measure not in COUNTED]
    short = {name: department.short for name, department in DEPARTMENTS.items()}
    numbers: dict[str, Any] = {
        f"{measure.replace('_', ' ')}: {short.get(department, department)} ({size})": round(value, 4)
        for department, measures in quality.headline(figures).items()
        for measure, value in measures.items()
        if measure in kept
    }
    chosen: dict[str, Any] = {THRESHOLD: study.link_threshold}
    if study.wholly_simulated:
        chosen |= {NOISE: list(Noise).index(study.noise), SEED: study.seed}
    return numbers | chosen


def size_of(study: Study) -> str:
    """A run's size in words: the preset's name where it is the preset's; of real extracts, that they are."""
    if not study.wholly_simulated:
        return "real extracts"
    usual = (study.families, study.population) == SIZES[study.preset]
    return str(study.preset) if usual else f"{study.families:,} families among {study.population:,} people"


def quality_pictures(figures: pl.DataFrame) -> dict[str, Any]:
    """The pictures of the figures."""
    return {
        picture.title: dg.MetadataValue.md(picture.as_markdown())
        for picture in quality.pictures(figures, COUNCILS).values()
    }


def alike_metadata(balance: pl.LazyFrame, overlap: pl.LazyFrame) -> dict[str, Any]:
    """How alike the groups of the estimates were made: the largest difference left, and where they overlap.

    Args:
        balance: `contracts.outputs.estimates.Balance`.
        overlap: `contracts.outputs.estimates.Overlap`. The picture has shares of each group, no counts.
    """
    left = balance.select(pl.col("difference_before", "difference_after").abs().max()).collect()
    before, after = (left.get_column(name)[0] for name in left.columns)
    share = pl.col("families") / pl.col("families").sum().over("study_group")
    bands = overlap.with_columns(pl.selectors.enum().cast(pl.String)).sort("propensity", "study_group")
    rows = [
        {"band": row["propensity"], "series": row["study_group"], "count": round(row["share"], 2)}
        for row in bands.with_columns(share=share).collect().iter_rows(named=True)
    ]
    shown: dict[str, Any] = {
        "largest standardised difference": before or 0.0,
        "largest standardised difference, weighted": after or 0.0,
    }
    if rows:
        title = "Overlap of the groups"
        chart = charts.bars(
            rows,
            title=title,
            description="Share of each group by its estimated chance of being on the programme.",
            x_title="estimated chance of being on the programme",
            y_title="share of the group",
            series=["programme", "comparison"],
            numbers="%",
        )
        shown["overlap"] = dg.MetadataValue.md(markdown(chart, title))
    return shown


def disagreement_picture(disagreement: pl.DataFrame) -> str:
    """How often two bodies write one person's name differently, by community, next to the published figure."""
    shown = disagreement.filter(pl.col("field") == "surname", pl.col("bodies").str.starts_with("council"))
    rows: list[dict[str, Any]] = []
    for row in shown.iter_rows(named=True):
        if row["records"] < LEAST_RECORDS:
            continue
        low, high = wilson_ends(round(row["disagree"] * row["records"]) / row["records"], row["records"])
        named = {"panel": row["bodies"], "value": row["disagree"], "low": low, "high": high}
        rows.append({"level": row["community"], **named})
    for panel in dict.fromkeys(row["panel"] for row in rows):
        published = shown.filter(pl.col("bodies") == panel).get_column("published")[0]
        rows.append({"level": PUBLISHED, "panel": panel, "value": published, "low": published, "high": published})
    return markdown(
        charts.intervals(
            rows,
            title="Surnames on which two bodies disagree",
            description="Share of people whose surname two bodies record differently, by community, with 95% "
            "intervals; the upright line is the published figure.",
            x_title="share of people found in both",
            reference=PUBLISHED,
            domain=(0, max(0.4, *(row["high"] for row in rows))),
        ),
        "Surnames on which two bodies disagree",
    )


def noise_picture(noise: pl.DataFrame) -> str:
    """Each cell of noise: the share requested and the share realised."""
    shown = noise.filter(pl.col("requested") > 0, pl.col("realised") > 0)
    rows = [
        {"x": row["requested"], "y": row["realised"], "series": row["body"]} for row in shown.iter_rows(named=True)
    ]
    title = "Noise requested and noise realised"
    return markdown(
        charts.agreement(
            rows,
            title=title,
            description="One point for each body, kind of error and community; on the line both shares are equal.",
            x_title="share of records requested",
            y_title="share of records realised",
            series=["council", *DEPARTMENTS],
        ),
        title,
    )


def answers_markdown(answers: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Questions and their answers, as the UI shows them."""
    return "\n\n".join(
        f"**{question}**\n\n" + "\n".join(f"- {sentence}" for sentence in sentences)
        for question, sentences in answers
        if sentences
    )


def records_of(frame: pl.DataFrame) -> dg.TableMetadataValue | dg.TextMetadataValue:
    """A small frame as a table of the UI."""
    if frame.is_empty():
        return dg.MetadataValue.text("none")
    plain = frame.with_columns(
        pl.selectors.float().round(6),
        pl.selectors.categorical().cast(pl.String),
        pl.selectors.enum().cast(pl.String),
    )
    return dg.MetadataValue.table([dg.TableRecord(row) for row in plain.iter_rows(named=True)])
