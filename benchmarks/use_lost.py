"""What holding each intruder off costs researchers: by column, in bits a row, before and after.

python benchmarks/use_lost.py tiny demo (or study: minutes). Simulates each size on true links, makes the tables
coarse against a neighbour alone, against a lead worker too, and against a council, and prints a Markdown table for
each size. Offences, beside people as released and counted in tables that join nothing, are one for all: in bits an
offence; people, and where they are counted offences, withheld.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tf_linkage_tests"))

import polars as pl
from true_links import TrulyLinked, truly_linked

from tf_linkage import disclosure, research
from tf_linkage.contracts.ladders import COUNTED_OFFENCES, STEPS
from tf_linkage.defs.assets.microdata_risk import lots_of, protection, released
from tf_linkage.pages.markdown import markdown_table
from tf_linkage.study import REGIONS, Study

HEAD = ("Table", "Column", "At the finest", "Neighbour held off", "and lead worker", "and council")


def used(preset: str) -> pl.DataFrame:
    """What each column of each table tells, at one size."""
    world = truly_linked(Study.of(preset))
    handed = research.StudyTables(world.linked_people, world.attributes, world.returns)
    tables = {
        name: table.make(world.linked_people, world.attributes, world.returns[table.department]).collect().lazy()
        for name, table in (research.TABLES_OF_HISTORIES | {"schooling": research.SCHOOLING}).items()
    }
    tables |= {name: table.collect().lazy() for name, table in research.finest_tables(handed, REGIONS).items()}
    sent = {name: table.collect().lazy() for name, table in research.as_sent(handed, REGIONS).items()}
    made = []
    for name in STEPS:
        population = disclosure.population_classes(name, world.counts, REGIONS)
        lots = lots_of(name, world.linked_people).collect().lazy()
        protects = protection(name, tables, lots, population, sent)
        sensitive = disclosure.sensitive_of(name, tables)
        kept = disclosure.use_kept(name, tables[name], population, sensitive, protects)
        made.append(kept.select(pl.lit(name).alias("table"), pl.all()))
    people = released("people", tables, world.linked_people, world.counts, sent).table
    coarse = disclosure.coarsen_offences(tables["offending"], people)
    columns, after = made[0].columns, [coarse.told[one] - coarse.lost[one] for one in coarse.told]
    bits = [list(coarse.told.values()), after, after, after]
    withheld = [0.0, *[coarse.withheld / max(1, coarse.people)] * 3]
    offences = {"table": ["offending"] * 3, "column": [*coarse.told, "rows withheld"]}
    offences |= {name: [*of, share] for name, of, share in zip(columns[2:], bits, withheld, strict=True)}
    counted = [_counted(name, tables, world, columns) for name in COUNTED_OFFENCES]
    return pl.concat([*made, pl.DataFrame(offences), *counted])


def _counted(
    name: str, tables: Mapping[str, pl.LazyFrame], world: TrulyLinked, columns: Sequence[str]
) -> pl.DataFrame:
    """The same of a table that counts offences and joins no other: one for all intruders."""
    counted = disclosure.count_offences(name, tables["offending"], tables["people"], world.linked_people)
    after = [counted.told[column] - counted.lost[column] for column in counted.told]
    figures = [list(counted.told.values()), after, after, after]
    withheld = [0.0, *[counted.withheld / max(1, counted.offences)] * 3]
    rows = {name: [*of, share] for name, of, share in zip(columns[2:], figures, withheld, strict=True)}
    height = len(after) + 1
    return pl.DataFrame({"table": [name] * height, "column": [*counted.told, "rows withheld"]} | rows)


def as_rows(kept: pl.DataFrame) -> list[tuple[str, ...]]:
    """The table as text: bits with two decimals, rows withheld as a share."""
    rows = []
    for table, column, *figures in kept.iter_rows():
        share = column == "rows withheld"
        told = (
            "" if share else f"{figures[0]:.2f}",
            *(f"{one:.1%}" if share else f"{one:.2f}" for one in figures[1:]),
        )
        rows.append((f"`{table}`", column if share else f"`{column}`", *told))
    return rows


if __name__ == "__main__":
    for size in sys.argv[1:] or ["tiny", "demo"]:
        print(f"**{size}**\n\n{markdown_table(HEAD, as_rows(used(size)))}\n")
