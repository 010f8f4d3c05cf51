"""`make calibration`: the world next to England as a page, with the twenty questions."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from tf_linkage.bodies import council, simulated, truth
from tf_linkage.bodies.calibration.measures import World
from tf_linkage.bodies.calibration.pictures import page
from tf_linkage.bodies.calibration.questions import answers, in_words
from tf_linkage.bodies.calibration.sequences import impossible, rare
from tf_linkage.bodies.calibration.targets import calibrate
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.population import Settings, simulate
from tf_linkage.study import COUNCILS, SIZES, Preset


def main(arguments: list[str]) -> int:
    """Writes the page and a folder of its pictures: arguments are the file, a preset and a seed.

    Returns:
        1 where a target is missed or something impossible happens.
    """
    path = Path(arguments[0] if arguments else "data/reports/calibration.md")
    preset = Preset(arguments[1] if len(arguments) > 1 else "demo")
    families, people = SIZES[preset]
    seed = int(arguments[2]) if len(arguments) > 2 else 2015
    settings = Settings(seed=seed, families=families, population=people, councils=tuple(COUNCILS))
    population = simulate(settings)
    extracts: dict[str, pl.LazyFrame] = {"council_cohort": council.cohort(population, settings)}
    for name, body in simulated().items():
        extracts[f"{name}_{DEPARTMENTS[name].people[0]}"] = body.people(population, settings)
        extracts |= {f"{name}_{table}": frame for table, frame in body.histories(population, settings).items()}
    calibrated = calibrate(population, extracts, truth(population, settings), settings)
    world = World.of(population, extracts, {}, settings)
    sequences, seldom = impossible(world), rare(world)
    questions = answers(population)
    made_by = f"make calibration PRESET={preset} SEED={seed}"
    text, drawn = page(calibrated, questions, made_by=made_by, beside=path.stem)
    (path.parent / path.stem).mkdir(parents=True, exist_ok=True)
    for name, svg in drawn.items():
        (path.parent / path.stem / name).write_text(svg, encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    for asks, told, published in in_words(questions):
        _say(f"{asks}\n  world:     {told}\n  published: {published}")
    missed = calibrated.filter(~pl.col("passed"))["target"].to_list()
    _say(f"{calibrated.height - len(missed)} of {calibrated.height} targets met; missed: {missed or 'none'}")
    _say(f"impossible sequences: {int(sequences['found'].sum())} of {int(sequences['looked_at'].sum())} looked at")
    _say(f"rare ones off their rate: {seldom.filter(~pl.col('passed'))['sequence'].to_list() or 'none'}")
    _say(f"Page: {path}")
    return int(bool(missed) or bool(sequences["found"].sum()))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
