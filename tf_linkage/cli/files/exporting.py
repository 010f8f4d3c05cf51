"""`export-splink`: a model that `link` saved, as settings for Splink on DuckDB."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tf_linkage.cli.files.models import read_model
from tf_linkage.cli.files.writing import check_writable, write_bytes
from tf_linkage.cli.wording import say
from tf_linkage.errors import InputRefused


def add_export_splink(command: argparse.ArgumentParser) -> None:
    """Adds the arguments of `export-splink`."""
    command.description = (
        "Writes levels, m, u, prior and blocking rules as Splink settings, for tables in standard form on DuckDB."
    )
    command.add_argument("model", type=Path, metavar="MODEL", help="a .json that link --save-model wrote")
    command.add_argument(
        "-o", "--output", type=Path, required=True, metavar="SETTINGS", help="settings that Splink reads, .json"
    )
    command.add_argument(
        "--people",
        type=int,
        required=True,
        metavar="N",
        help="people in the right table that Splink will link to, which the prior depends on",
    )
    command.set_defaults(run=_export)


def _export(chosen: argparse.Namespace) -> None:
    """Writes the settings, and says what they leave out."""
    from tf_linkage.linkage.engines.splink import saved_settings  # noqa: PLC0415

    if chosen.people < 1:
        raise InputRefused("--people: at least one person must be in the right table")
    check_writable(chosen.output, [chosen.model], (".json",))
    settings = saved_settings(read_model(chosen.model), chosen.people)
    write_bytes(chosen.output, (json.dumps(settings, indent=1) + "\n").encode())
    say(f"Splink settings with {len(settings['comparisons'])} comparisons in {chosen.output}")
    say(
        "left out is what Splink has no word for: household members, certain links, names that go together, strata "
        "and family evidence; it counts frequencies itself"
    )
    say("the conditions are DuckDB's, so Splink runs them there and not on Spark")
