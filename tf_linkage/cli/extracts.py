"""`export-extracts`: what the simulated bodies would hand over, as files.

Arguments and what is said.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tf_linkage import intake
from tf_linkage.cli.wording import say
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.errors import TfLinkageError
from tf_linkage.hints import command
from tf_linkage.study import Preset, Study


def add_export(export: argparse.ArgumentParser) -> None:
    """Adds the arguments of `export-extracts`."""
    export.description = "Simulates the rehearsal's population and writes what each body would hand over."
    export.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    export.add_argument("--preset", choices=[preset.value for preset in Preset], default=Preset.DEMO.value)
    export.add_argument("--seed", type=int, default=None, help="seed of every draw (default: the study's)")
    export.add_argument("--form", choices=("csv", "parquet"), default="csv")
    export.add_argument(
        "--body",
        nargs="+",
        choices=("council", *DEPARTMENTS),
        default=("council", *DEPARTMENTS),
        metavar="BODY",
        help="whose extracts: council, " + ", ".join(DEPARTMENTS) + " (default: all)",
    )
    export.add_argument(
        "--as",
        dest="foreign",
        metavar="NAME",
        help="write what it can in a foreign form, with mappings: such as case-system, workbook or semicolons",
    )
    export.set_defaults(run=_export)


def _export(chosen: argparse.Namespace) -> None:
    """Writes what each simulated body would hand over."""
    intake.check_folder(chosen.folder)
    try:
        # Only this command needs the simulated world; the others work with its folders deleted.
        from tf_linkage.bodies import body_of, council  # noqa: PLC0415
        from tf_linkage.bodies.foreign import FORMS  # noqa: PLC0415
        from tf_linkage.population import simulate  # noqa: PLC0415
        from tf_linkage.rehearsal.world import settings_of  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        if missing.name and missing.name.startswith("tf_linkage."):
            raise TfLinkageError(
                "export-extracts writes what the simulation makes, and this installation has no simulation "
                "(the folders population and bodies); every other command works without it"
            ) from None
        raise
    if chosen.foreign is not None and chosen.foreign not in FORMS:
        raise TfLinkageError(f"--as: no foreign form of that name; known are {', '.join(FORMS)}")
    seed = {} if chosen.seed is None else {"seed": chosen.seed}
    study = Study.of(chosen.preset, **seed)
    settings = settings_of(study)
    say(f"simulating {study.families:,} families among {study.population:,} people, seed {study.seed}")
    world = simulate(settings)
    tables = {"council_cohort": council.cohort(world, settings)}
    for name in (name for name in DEPARTMENTS if name in chosen.body):
        department, body = DEPARTMENTS[name], body_of(name)
        tables[f"{name}_{department.people[0]}"] = body.people(world, settings)
        tables |= {f"{name}_{table}": rows for table, rows in body.histories(world, settings).items()}
    wanted = {name: table for name, table in tables.items() if name.split("_", maxsplit=1)[0] in chosen.body}
    files: dict[str, bytes] = {}
    if chosen.foreign is not None:
        frames = {name: table.lazy().collect() for name, table in wanted.items()}
        files, taken = FORMS[chosen.foreign](frames)
        wanted = {name: table for name, table in wanted.items() if name not in taken}
    written = intake.write_extracts(wanted, chosen.folder, chosen.form, files)
    intake.mark_rehearsal(chosen.folder)
    following = command("run", "--source", "files", "--incoming", chosen.folder)
    say(f"{len(written)} files in {chosen.folder}; next: {following}")
