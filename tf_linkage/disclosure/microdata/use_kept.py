"""What researchers can still use once each intruder is held off: by column, in bits a row.

The same table made coarse three times: against a neighbour alone, against a lead worker too, and against a council.
What a column still tells is laid beside what it told before, so that the price of each gate can be seen.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.intruders import COUNCIL, LEAD_WORKER, NEIGHBOUR
from tf_linkage.contracts.ladders import STEPS
from tf_linkage.disclosure.microdata.coarsening_choice import Protects, choose_steps, finest_bits

WITHHELD = "rows withheld"
TOLD = "told at the finest"


def use_kept(
    name: str, table: pl.LazyFrame, population: pl.DataFrame | None, sensitive: pl.LazyFrame, protects: Protects
) -> pl.DataFrame:
    """What each column tells, against whom the table is made coarse.

    Args:
        name: of the table.
        table: the table on the finest steps.
        population: `risk.population_classes`, or None where it is not known.
        sensitive: `attributes.sensitive_of`.
        protects: whose rows to withhold so that no council finds anybody, as `choose_steps` takes it.

    Returns:
        One row for each column of `STEPS`, and one for the share of rows withheld: `column`, what it told, and what
        it tells once a neighbour, a lead worker, and a council are held off, in bits a row.
    """
    seen = choose_steps(name, _as_seen_by_a_neighbour(name, table), population)
    choices = {
        NEIGHBOUR.name: seen,
        LEAD_WORKER.name: choose_steps(name, table, population, sensitive=sensitive),
        COUNCIL.name: choose_steps(name, table, population, sensitive=sensitive, protects=protects),
    }
    told = finest_bits(name, table)
    columns = {
        "column": [*told, WITHHELD],
        TOLD: [*told.values(), 0.0],
    } | {
        intruder: [
            *(max(0.0, told[column] - choice.lost[column]) for column in told),
            choice.withheld / choice.rows,
        ]
        for intruder, choice in choices.items()
    }
    return pl.DataFrame(columns)


def _as_seen_by_a_neighbour(name: str, table: pl.LazyFrame) -> pl.LazyFrame:
    """The table in which what a neighbour does not know is the same of everybody, and so tells nobody apart."""
    unknown = [column for column in STEPS[name] if column not in NEIGHBOUR.columns]
    types = table.collect_schema()
    return table.with_columns(pl.lit(None, types[column]).alias(column) for column in [*unknown, *PROBLEMS])
