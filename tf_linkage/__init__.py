"""The evaluation of the Troubled Families programme, rehearsed and run: see README.md."""

import os

import polars as pl

# Out of memory, polars writes what it works on to plain temporary files, names included. Here it gives up instead.
os.environ["POLARS_OOC_DISK_BUDGET_MB"] = "0"
pl.Config.reload_env_vars()
