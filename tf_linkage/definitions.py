"""The code location: `defs` for the study of the environment and the data folder, `build_defs` for any other."""

import dagster as dg

from tf_linkage.defs.build import build_defs
from tf_linkage.workspace.choices import chosen_study

defs: dg.Definitions = build_defs(chosen_study())

__all__ = ["build_defs", "defs"]
