"""No event finds anybody: schooling and offences as researchers get them, and the gates on them.

What the UI shows of how those tables came to be, and the blocking checks. The rules stand in `disclosure`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg
import polars as pl

from tf_linkage import disclosure
from tf_linkage.contracts.ladders import COUNTED_OFFENCES, STEPS
from tf_linkage.defs.gates import gate
from tf_linkage.defs.metadata.charts import records_of
from tf_linkage.defs.metadata.description import asset_key
from tf_linkage.workspace.catalogue import RESEARCH_SET

TableSet = Mapping[str, pl.LazyFrame]


@dataclass(frozen=True)
class Released:
    """A table as researchers get it, and what the web UI shows of how it came to that."""

    table: pl.LazyFrame
    metadata: Mapping[str, Any]


def of_table(name: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    """Figures under the name of their table: one asset shows those of several."""
    return {f"{name}: {figure}": value for figure, value in figures.items()}


def released_schooling(schooling: pl.LazyFrame, people: pl.LazyFrame) -> Released:
    """School years without what would make a pupil stand out among the people as released."""
    hidden = disclosure.hide_pupils(schooling.collect().lazy(), people)
    value = hidden.table.collect().lazy()
    figures = {
        "columns shown": ", ".join(hidden.shown) or "none",
        "pupils withheld": hidden.withheld,
        "bits lost a pupil": round(sum(hidden.lost.values()), 3),
        **disclosure.pupil_risk(value, people),
    }
    return Released(value, of_table("schooling", figures))


def released_offending(offending: pl.LazyFrame, people: pl.LazyFrame) -> Released:
    """Offences on the steps of least loss on which one of them finds nobody among the people as released."""
    coarse = disclosure.coarsen_offences(offending.collect().lazy(), people)
    value = coarse.table.collect().lazy()
    figures = {
        "steps chosen": records_of(disclosure.steps_of_events(coarse)),
        "people withheld": coarse.withheld,
        "bits lost an offence": round(sum(coarse.lost.values()), 3),
        **disclosure.offence_risk(value, people),
        "people whom a lead worker would find who knows an offence": disclosure.offence_risk(
            value, people, known=list(STEPS["people"])
        )["people in classes below the rule"],
    }
    return Released(value, of_table("offending", figures))


def counted_offences(
    name: str, offending: pl.LazyFrame, people: pl.LazyFrame, linked_people: pl.LazyFrame
) -> Released:
    """Offences counted on the steps of least loss on which nobody is found by one, in a table that joins no other.

    Args:
        name: of the table.
        offending: as it is made.
        people: on the finest steps.
        linked_people: who is of which family.
    """
    counted = disclosure.count_offences(name, offending.collect().lazy(), people, linked_people)
    value = counted.table.collect().lazy()
    figures = {
        "steps chosen": records_of(disclosure.steps_of_events(counted)),
        "offences withheld": counted.withheld,
        "bits lost an offence": round(sum(counted.lost.values()), 3),
        **disclosure.counted_risk(name, value),
    }
    return Released(value, of_table(name, figures))


def no_offence_stands_out() -> dg.AssetChecksDefinition:
    """One offence, its kind and what came of it, finds nobody: among people as released, or where it is counted."""

    @gate(
        asset=asset_key(RESEARCH_SET),
        name="no_offence_stands_out",
        description="Of every combination of what one offence shows (kind, finding of guilt, disposal, length) "
        "with what a reader of newspapers may know of who committed it (region, start year, age, gender) there are "
        "at least "
        f"{disclosure.RULE.alone} people, or it shows neither kind nor disposal. In tables that count offences ten "
        "people of ten families share each row, and of nobody alike does kind or disposal follow.",
    )
    def check(tables: TableSet) -> dg.AssetCheckResult:
        return offences_verdict(tables)

    return check


def offences_verdict(tables: TableSet) -> dg.AssetCheckResult:
    """Red when an offence finds somebody, or a table that counts offences tells of too few."""
    figures: dict[str, Any] = disclosure.offence_risk(tables["offending"], tables["people"])
    of = f"{figures['people with offences']} people stand out by an offence"
    found = _alike_verdict(figures, figures["people in classes below the rule"], of, "offences")
    faults = []
    for name in COUNTED_OFFENCES:
        counted = disclosure.counted_risk(name, tables[name])
        figures |= of_table(name, counted)
        few, follows = counted["classes of too few"], counted["classes of which the offence follows"]
        faults += [f"{few} rows of {name} count too few"] if few else []
        faults += [f"in {name} the offence follows for {follows} classes"] if follows else []
    if not faults:
        return found._replace(metadata=figures)
    said = ([] if found.passed else [str(found.description)]) + faults
    return dg.AssetCheckResult(passed=False, description="; ".join(said), metadata=figures)


def _alike_verdict(figures: Mapping[str, Any], below: int, of: str, what: str) -> dg.AssetCheckResult:
    """Red when anybody stands out.

    Args:
        figures: `classes`, and the `smallest class` of those who look alike.
        below: how many stand out.
        of: of how many, and that they do.
        what: what could tell them apart.
    """
    alike = f"at least {figures['smallest class']} look alike"
    good = alike if figures["classes"] else f"nothing is shown that tells {what} apart"
    return dg.AssetCheckResult(
        passed=not below, description=f"{below} of {of}" if below else good, metadata=figures
    )


def no_pupil_stands_out() -> dg.AssetChecksDefinition:
    """Ethnic group, first language and year tell nobody apart among the people as released."""

    @gate(
        asset=asset_key(RESEARCH_SET),
        name="no_pupil_stands_out",
        description="Of every combination of what schooling adds (ethnic group, first language, academic year) to "
        "what the table of people shows (region, age, gender, start year) there are at least "
        f"{disclosure.RULE.alone} pupils, or nothing is shown.",
    )
    def check(tables: TableSet) -> dg.AssetCheckResult:
        return pupils_verdict(tables["schooling"], tables["people"])

    return check


def pupils_verdict(schooling: pl.LazyFrame, people: pl.LazyFrame) -> dg.AssetCheckResult:
    """Red when a pupil stands out."""
    figures = disclosure.pupil_risk(schooling, people)
    of = f"{figures['pupils']} pupils stand out"
    return _alike_verdict(figures, figures["pupils in classes below the rule"], of, "pupils")
