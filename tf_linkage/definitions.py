"""The code location: `defs` for the study that the environment asks for, `build_defs` for any other."""

import dagster as dg

from tf_linkage.defs.build import build_defs
from tf_linkage.workspace.environment import study_from_environment

defs: dg.Definitions = build_defs(study_from_environment())

__all__ = ["build_defs", "defs"]
