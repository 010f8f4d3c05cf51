"""Nobody stands out: people and families of the research tables on their chosen steps, and the gates on them.

The choice of steps as part of making those two tables, what the UI shows of it, and the blocking checks. The rules
themselves stand in `disclosure`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import dagster as dg
import polars as pl

from tf_linkage import disclosure, research
from tf_linkage.contracts.intruders import MOST_FOUND
from tf_linkage.contracts.ladders import REFERENCES, STEPS
from tf_linkage.defs.assets.event_risk import (
    Released,
    TableSet,
    no_offence_stands_out,
    no_pupil_stands_out,
    of_table,
)
from tf_linkage.defs.gates import gate
from tf_linkage.defs.metadata.charts import records_of
from tf_linkage.defs.metadata.description import asset_key
from tf_linkage.pages import charts
from tf_linkage.pages.picture import markdown
from tf_linkage.study import REGIONS
from tf_linkage.workspace.catalogue import POPULATION_COUNTS, RESEARCH_SET

LINKED_SET = "research/linked_set"
COLOURS = dict(zip(disclosure.SIZES, (charts.RED, charts.ORANGE, charts.GREY, charts.BLUE), strict=True))
DRAWN_BY = {name: "family_study_ref" if name == "people" else "person_study_ref" for name in STEPS}
"""The order by which rows of a table are drawn: the reference that no table shows next to its own."""


ONE_OF = {"people": "person", "families": "family", "family_outcomes": "outcome"}


def released(
    name: str,
    tables: TableSet,
    linked_people: pl.LazyFrame,
    counts: pl.LazyFrame | None,
    sent: Mapping[str, pl.LazyFrame],
) -> Released:
    """A table as it is released: on the steps of least loss on which nobody stands out.

    Args:
        name: one of those whose steps are chosen.
        tables: that table on the finest steps, and the histories of people.
        linked_people: who is of which family, which nobody outside knows: the order by which rows are drawn.
        counts: `PopulationCounts`, or None where nobody has counted the population.
        sent: what the councils know, as `research.as_sent` gives it.
    """
    finest, lots = tables[name].collect().lazy(), lots_of(name, linked_people).collect().lazy()
    population = disclosure.population_classes(name, counts, REGIONS) if counts is not None else None

    sensitive = disclosure.sensitive_of(name, {**tables, name: finest})
    choice = disclosure.choose_steps(
        name,
        finest,
        population,
        sensitive=sensitive,
        protects=protection(name, {**tables, name: finest}, lots, population, sent),
    )
    value = disclosure.coarsened(finest, choice, lots).collect().lazy()
    before, after = (disclosure.released_classes(name, table, population) for table in (finest, value))
    figures = {
        "why nobody stands out": dg.MetadataValue.md(disclosure.in_words(choice, after)),
        "steps chosen": records_of(disclosure.steps_table(choice)),
        "risk": records_of(disclosure.risk_compared(before, after)),
        "how many look alike": dg.MetadataValue.md(_picture(name, before, after)),
        "rows withheld": choice.withheld,
        "of them hidden from a council": len(choice.hidden),
        "bits lost a row": round(sum(choice.lost[column] for column in choice.steps), 3),
        "smallest class in the sample": disclosure.risk_table(after)["smallest class in the sample"],
    }
    return Released(value, of_table(name, figures) | {"what remains": disclosure.ACCREDITED})


def protection(
    name: str,
    tables: TableSet,
    lots: pl.LazyFrame,
    population: pl.DataFrame | None,
    sent: Mapping[str, pl.LazyFrame],
) -> disclosure.Protects:
    """Whose rows of a table to withhold so that no council finds anybody: what the search for steps asks.

    Args:
        name: of the table.
        tables: that table on the finest steps, and the histories of people.
        lots: `lots_of`.
        population: `disclosure.population_classes`.
        sent: what the councils know.
    """

    def hides(choice: disclosure.Choice) -> frozenset[str] | None:
        def made(hidden: frozenset[str]) -> dict[str, pl.LazyFrame]:
            table = disclosure.coarsened(tables[name], replace(choice, hidden=hidden), lots)
            return {**tables, name: table.collect().lazy()}

        hidden = disclosure.to_hide(name, sent[name], made)
        if hidden is None:
            return None
        after = made(hidden)
        below = disclosure.risk_table(disclosure.released_classes(name, after[name], population))
        alike = disclosure.attribute_risk(name, after)
        return None if below["rows in classes below the rule"] or alike["rows in them"] else hidden

    return hides


def lots_of(name: str, linked_people: pl.LazyFrame) -> pl.LazyFrame:
    """A table's reference and `lot`, the order by which its rows are drawn."""
    return linked_people.group_by(REFERENCES[name]).agg(pl.col(DRAWN_BY[name]).min().alias("lot"))


def _picture(name: str, before: pl.DataFrame, after: pl.DataFrame) -> str:
    title = f"How many {_words(name)} look alike"
    rows = disclosure.alike(before, "on the finest steps") + disclosure.alike(after, "as released")
    chart = charts.flow(
        rows,
        title=title,
        description=f"{_words(name).capitalize()} by how many share everything that a lead worker may know of "
        "them, on the finest steps and as released.",
        parts=COLOURS,
        x_title=_words(name),
    )
    return markdown(chart, title)


def _words(name: str) -> str:
    return name.replace("_", " ")


def what_remains(tables: Mapping[str, pl.LazyFrame]) -> dict[str, Any]:
    """What the gates do not hold off, in figures that gate nothing."""
    joined = disclosure.join_figures(disclosure.families_that_fit(tables))
    figures = {"people joined to families by all that they share": list(joined), "": list(joined.values())}
    return {
        "singled out by one dated event": records_of(disclosure.known_event(tables)),
        "joining by attributes": records_of(pl.DataFrame(figures)),
        "what remains": disclosure.ACCREDITED,
    }


def risk_checks(*, counted: bool) -> list[dg.AssetChecksDefinition]:
    """The gates of people, families, what happened in them, pupils and offences, and the council's attack.

    Args:
        counted: whether the population has been counted.
    """
    alike = [nobody_stands_out(name, counted=counted) for name in STEPS]
    return [*alike, no_pupil_stands_out(), no_offence_stands_out(), no_council_finds_anybody()]


def no_council_finds_anybody() -> dg.AssetChecksDefinition:
    """Who has the whole list that a council sent finds nobody by it."""

    @gate(
        asset=asset_key(RESEARCH_SET),
        name="no_council_finds_anybody",
        description="A council that tries everybody whom it sent, with all that it sent of them, finds nobody for "
        f"certain and at most {MOST_FOUND:.0%} with a probability over one in five. The attack is made on the "
        "released tables; nothing of what was sent is told.",
        additional_ins={"linked_set": dg.AssetIn(asset_key(LINKED_SET))},
    )
    def check(tables: TableSet, linked_set: TableSet) -> dg.AssetCheckResult:
        return council_verdict(tables, research.as_sent(research.study_tables(linked_set), REGIONS))

    return check


def council_verdict(tables: TableSet, sent: Mapping[str, pl.LazyFrame]) -> dg.AssetCheckResult:
    """Red when a council finds somebody, or too many with a fair chance."""
    found = {name: disclosure.council_finds(name, known, tables) for name, known in sent.items()}
    rows = {name: tables[name].select(pl.len()).collect().item() for name in found}
    # Everybody who has a row was sent by some council: an attack that did not try them all proves nothing.
    untried = [_words(name) for name, one in found.items() if one.tried != rows[name]]
    failed = [_words(name) for name, one in found.items() if not one.holds]
    figures: dict[str, Any] = {}
    for name, one in found.items():
        figures |= of_table(
            _words(name),
            {"tried": one.tried, "found for certain": one.certain, "likely found": one.likely,
             "mean probability of the right row": round(one.chance, 4)},
        )  # fmt: skip
    return dg.AssetCheckResult(
        passed=not failed and not untried,
        description=f"a council finds somebody in {', '.join(failed)}"
        if failed
        else f"not everybody in {', '.join(untried)} was tried"
        if untried
        else "a council finds nobody",
        metadata=figures,
    )


def nobody_stands_out(name: str, *, counted: bool) -> dg.AssetChecksDefinition:
    """Everybody in a table has enough others who look the same, in the sample and in the population."""
    ins = {"counts": dg.AssetIn(asset_key(POPULATION_COUNTS))} if counted else {}

    held_to = gate(
        asset=asset_key(RESEARCH_SET),
        name=f"no_{ONE_OF[name]}_stands_out",
        description="Of every combination of what a neighbour or a lead worker may know (region, start "
        "year, group, service, problems, age and gender, or the family's make-up and what is empty because of "
        "it) there are at "
        f"least {disclosure.RULE.known} in the sample and in the population; {disclosure.RULE.alone} in the sample "
        "where the population is not known. No class shares something sensitive as a whole.",
        additional_ins=ins,
    )

    def against_population(tables: TableSet, counts: pl.LazyFrame) -> dg.AssetCheckResult:
        return risk_verdict(name, tables, counts)

    def in_sample(tables: TableSet) -> dg.AssetCheckResult:
        return risk_verdict(name, tables, None)

    return held_to(against_population if counted else in_sample)


def risk_verdict(name: str, tables: TableSet, counts: pl.LazyFrame | None) -> dg.AssetCheckResult:
    """Red when anybody stands out, or a class shares something sensitive as a whole."""
    population = disclosure.population_classes(name, counts, REGIONS) if counts is not None else None
    figures: dict[str, Any] = disclosure.risk_table(disclosure.released_classes(name, tables[name], population))
    figures |= disclosure.attribute_risk(name, tables)
    below, shared = figures["rows in classes below the rule"], figures["classes that share something sensitive"]
    said = [f"{below} of {figures['rows']} rows stand out"] if below else []
    said += [f"{shared} classes share something sensitive"] if shared else []
    return dg.AssetCheckResult(
        passed=not said,
        description="; ".join(said) or f"at least {figures['smallest class in the sample']} look alike",
        metadata=figures,
    )
