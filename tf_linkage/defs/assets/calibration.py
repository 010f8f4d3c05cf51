"""Whether the simulated world is like England, as checks: targets from published sources against what was made.

The three checks on the truth and their pictures. Targets and sources: `bodies/calibration/targets.py`.
Absent on real extracts, like the world itself.
"""

from collections.abc import Mapping

import dagster as dg
import polars as pl

from tf_linkage.bodies.calibration import sequences
from tf_linkage.bodies.calibration import targets as calibration
from tf_linkage.bodies.calibration.measures import World
from tf_linkage.bodies.calibration.pictures import pictures, series_pictures
from tf_linkage.bodies.calibration.questions import answers
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.defs.metadata.charts import disagreement_picture, noise_picture, records_of
from tf_linkage.defs.metadata.description import CHOSEN, ERROR, asset_key
from tf_linkage.pages.picture import markdown
from tf_linkage.population.confounding import MODERATE
from tf_linkage.rehearsal.world import settings_of
from tf_linkage.study import Confounding, Noise, Study

TRUTH = asset_key("population/truth")
CHECKS = {
    "calibrated": "Names, households, moves, coverage, disagreement between bodies and lives across registers lie "
    "within the tolerance of their published sources, plus three standard errors.",
    "possible_lives": "No sequence in a life is impossible, such as a job held in custody, and rare ones occur at "
    "their rate.",
    "noise_as_requested": "Every kind of error comes out at the rate it was asked for, by body and community.",
}


def calibration_checks() -> list[dg.AssetChecksDefinition]:
    """Targets, and noise requested against noise realised."""
    registers = {
        f"{name}_{table}": f"{name}/{table}"
        for name, department in DEPARTMENTS.items()
        for table in (department.people[0], department.histories[0])
    }
    keys = {"truth": "population/truth", "people": "population/people", "cohort": "council/cohort"} | registers

    @dg.multi_asset_check(
        name="population_calibration",
        specs=[
            dg.AssetCheckSpec(
                name,
                asset=TRUTH,
                description=description,
                metadata=CHOSEN if name == "calibrated" else ERROR,
                additional_deps=[asset_key(key) for key in keys.values() if key != "population/truth"],
            )
            for name, description in CHECKS.items()
        ],
        ins={name: dg.AssetIn(asset_key(key)) for name, key in keys.items()},
    )
    def check(study: dg.ResourceParam[Study], **tables: pl.LazyFrame):  # type: ignore[no-untyped-def]
        settings = settings_of(study)
        extracts, truth, people = extracts_of(tables), _set(tables["truth"]), _set(tables["people"])
        disagreement = calibration.disagreement_by_community(extracts, truth)
        calibrated = calibration.calibrate(people, extracts, truth, settings)
        yield within_targets(
            calibrated,
            realistic=study.noise is Noise.REALISTIC
            and (study.noise_multiplier, study.moves_together) == (1, 1)
            and study.confounding is not Confounding.DRIFT
            and abs(study.confounding_strength) <= MODERATE,
            pictures={"disagreement between bodies": dg.MetadataValue.md(disagreement_picture(disagreement))}
            | {topic: dg.MetadataValue.md(markdown(drawn, topic)) for topic, drawn in pictures(calibrated).items()}
            | {
                (name := f"{topic}: world beside England"): dg.MetadataValue.md(markdown(drawn, name))
                for topic, drawn in series_pictures(answers(people)).items()
            },
        )
        world = World.of(people, extracts, truth, settings)
        yield lives_possible(sequences.impossible(world), sequences.rare(world))
        errors = truth["errors"].select(pl.len()).collect().item()
        yield noise_within_tolerance(calibration.noise_realised(people, settings), errors)

    return [check]


def within_targets(
    targets: pl.DataFrame, *, realistic: bool = True, pictures: Mapping[str, dg.MarkdownMetadataValue] | None = None
) -> dg.AssetCheckResult:
    """Red when any target is missed, and which; a warning where the choices are not meant to be England's."""
    missed = targets.filter(~pl.col("passed"))
    return dg.AssetCheckResult(
        asset_key=TRUTH,
        check_name="calibrated",
        passed=missed.is_empty(),
        severity=dg.AssetCheckSeverity.ERROR if realistic else dg.AssetCheckSeverity.WARN,
        description="; ".join(
            f"{row['target']}: {row['found']:.3g}, expected {row['expected']:.3g} within {row['tolerance']:.2g}"
            for row in missed.iter_rows(named=True)
        )
        or f"{targets.height} targets met",
        metadata={"targets": records_of(targets), "missed": missed.height, **(pictures or {})},
    )


def lives_possible(impossible: pl.DataFrame, rare: pl.DataFrame) -> dg.AssetCheckResult:
    """Red when anything impossible happens, or something rare not at its rate; and what."""
    found, off = impossible.filter(pl.col("found") > 0), rare.filter(~pl.col("passed"))
    said = [f"{row['sequence']}: {row['found']}" for row in found.iter_rows(named=True)]
    said += [
        f"{row['sequence']}: {row['found']:.3g}, expected {row['expected']:.3g}"
        for row in off.iter_rows(named=True)
    ]
    return dg.AssetCheckResult(
        asset_key=TRUTH,
        check_name="possible_lives",
        passed=not said,
        severity=dg.AssetCheckSeverity.ERROR,
        description="; ".join(said) or f"none of {impossible.height} impossible sequences",
        metadata={"impossible": records_of(impossible), "rare": records_of(rare)},
    )


def noise_within_tolerance(noise: pl.DataFrame, errors: int) -> dg.AssetCheckResult:
    """Red when more cells lie outside three standard errors than three standard errors leave outside by chance.

    Where no error was asked for there is no cell, and none of `errors`, those listed in the truth, may be there.
    """
    if noise.is_empty():
        return dg.AssetCheckResult(
            asset_key=TRUTH,
            check_name="noise_as_requested",
            passed=errors == 0,
            severity=dg.AssetCheckSeverity.ERROR,
            description=f"no error was asked for; {errors} are listed in the truth",
            metadata={"cells outside": 0, "cells": 0},
        )
    outside = noise.filter(~pl.col("passed"))
    # Three standard errors leave 0.3% outside; with hundreds of cells one or two of them are chance.
    allowed = max(2, round(0.01 * noise.height))
    return dg.AssetCheckResult(
        asset_key=TRUTH,
        check_name="noise_as_requested",
        passed=outside.height <= allowed,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{outside.height} of {noise.height} cells outside their tolerance; {allowed} allowed",
        metadata={
            "requested and realised": dg.MetadataValue.md(noise_picture(noise)),
            "outside": records_of(outside),
            "cells outside": outside.height,
            "cells": noise.height,
        },
    )


def extracts_of(tables: Mapping[str, pl.LazyFrame]) -> dict[str, pl.LazyFrame]:
    """The bodies' tables by the names of their extract files."""
    found = {"council_cohort": tables["cohort"]}
    for name, department in DEPARTMENTS.items():
        people, histories = department.people[0], department.histories[0]
        found[f"{name}_{people}"] = tables[f"{name}_{people}"]
        for table, frame in _set(tables[f"{name}_{histories}"]).items():
            found[f"{name}_{table}"] = frame
    return found


def _set(tables: object) -> dict[str, pl.LazyFrame]:
    """An input that is a set of tables, which Dagster's annotations cannot tell from a single one."""
    if not isinstance(tables, dict):
        raise TypeError("a set of tables was expected")
    return tables
