"""The option `--data`, which commands on a study's data folder share."""

from __future__ import annotations

import argparse
from pathlib import Path

from tf_linkage.study import Study
from tf_linkage.workspace.choices import chosen_study


def add_data(parser: argparse.ArgumentParser) -> None:
    """Adds it; the study's other choices come from that folder and the environment."""
    parser.add_argument(
        "--data", metavar="DIR", help="the data folder, unless TF_LINKAGE_DATA names it (usual: data)"
    )


def study_of(chosen: argparse.Namespace) -> Study:
    """The study of the data folder."""
    return chosen_study({"data": chosen.data or ""})


def data_folder(chosen: argparse.Namespace) -> Path:
    """The data folder."""
    return study_of(chosen).data
