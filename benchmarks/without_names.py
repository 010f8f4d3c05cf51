"""Would linkage without names have been enough? Measures it and writes its part of docs/linkage-without-names.md.

python benchmarks/without_names.py [SEED ...] simulates a world of preset `demo` for each seed (2015 to 2017 unless
given), about a minute each, links it in every arrangement, and reads the requests as a thief would. What was
measured is kept in docs/without_names/; --page writes the page from there again, without measuring.
"""

import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from tf_linkage import custody
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.linkage import department_model, link
from tf_linkage.linkage.hashed import (
    Bloom,
    HashingKey,
    hash_matchkeys,
    hash_table,
    link_hashed,
    link_matchkeys,
)
from tf_linkage.pages.markdown import markdown_table
from tf_linkage.pages.words import percent, with_interval
from tf_linkage.quality import linkage_without_names
from tf_linkage.quality.report.longer.without_names import SHORT, pictures, pooled
from tf_linkage.quality.report.words import TITLES
from tf_linkage.rehearsal.cases import Case, Sent, sent_case
from tf_linkage.study import Study

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "linkage-without-names.md"
KEPT = ROOT / "docs" / "without_names"
SEEDS = (2015, 2016, 2017)
MARKS = "<!-- measured: make without-names -->\n", "<!-- to here -->"
KEY = HashingKey(custody.hashing_secret(custody.REHEARSAL_KEY), "benchmark")


def measured(seeds: Sequence[int]) -> None:
    """Measure every world, and what hashing and linking take in the first; keep both."""
    tables = []
    for seed in seeds:
        sent = sent_case(Case.of(Study.of("demo", seed=seed)))
        if not tables:
            cost = costs(sent)
        tables.append(
            linkage_without_names(
                attributes=sent.attributes, requested=sent.asked, requests=sent.requests,
                registers=sent.registers, truth=sent.truth, key=KEY,
                progress=lambda line, seed=seed: print(seed, line, flush=True),
            ).collect().with_columns(seed=pl.lit(seed, pl.Int32))
        )  # fmt: skip
    KEPT.mkdir(exist_ok=True)
    shown = pl.col("breakdown").cast(pl.String).is_in(["all", "read", "community"])
    wanted = pl.concat(tables).filter(shown, pl.col("denominator").is_not_null())
    wanted.select("seed", pl.exclude("seed")).write_csv(KEPT / "figures.csv")
    cost.write_csv(KEPT / "cost.csv")


def costs(sent: Sent) -> pl.DataFrame:
    """Seconds of processor time by arrangement, all departments together: `arrangement`, `hashing`, `linking`."""
    rows = []
    for arrangement in SHORT:
        hashing = linking = 0.0
        for name, department in DEPARTMENTS.items():
            model = department_model(name, department.request_columns)
            tables = [
                (table.collect().lazy(), column)
                for table, column in ((sent.requests[name], model.left_id), (sent.registers[name], model.right_id))
            ]
            if arrangement == "clear":
                linking += seconds(lambda tables=tables, model=model: link(tables[0][0], tables[1][0], model))[1]
                continue
            bloom = Bloom() if arrangement == "hashes+bloom" else None

            def hash_both(tables=tables, model=model, bloom=bloom, keys=arrangement == "matchkeys"):
                if keys:
                    return [hash_matchkeys(*one, model, KEY) for one in tables]
                return [hash_table(*one, model, KEY, bloom=bloom) for one in tables]

            (ours, theirs), took = seconds(hash_both)
            hashing += took
            by = link_matchkeys if arrangement == "matchkeys" else link_hashed
            linking += seconds(lambda by=by, ours=ours, theirs=theirs, model=model: by(ours, theirs, model))[1]
        rows.append({"arrangement": arrangement, "hashing": round(hashing, 1), "linking": round(linking, 1)})
    return pl.DataFrame(rows)


def seconds(work: Callable[[], Any]) -> tuple[Any, float]:
    """What some work gives, and the processor time it took."""
    began = time.process_time()
    made = work()
    return made, time.process_time() - began


def part(figures: pl.DataFrame, cost: pl.DataFrame) -> tuple[str, dict[str, str]]:
    """The measured part of the page, and its drawings by name.

    Args:
        figures: `contracts.outputs.without_names.WithoutNames` of several seeds, with `seed`.
        cost: as `costs` makes it.
    """
    worlds = figures.partition_by("seed", include_key=False, maintain_order=True)
    table = pooled(worlds)
    drawn = pictures(table)
    head = (
        "Linked on",
        *(f"{TITLES[name]}: missed" for name in DEPARTMENTS),
        "False links",
        "Read without the key: sex, year of birth, first forename, all with surname",
        "Read with the key: all with surname",
        "Seconds to hash and to link",
    )
    rows = [_row(table, cost, arrangement) for arrangement in SHORT]
    shown = [
        f"![{one.title}. {one.says}](without_names/{_file(one.name)})\n\n*{one.title}.* {one.says}" for one in drawn
    ]
    seeds = figures["seed"].unique(maintain_order=True).to_list()
    words = (
        f"{answer(table)}\n\nMeasured on {len(seeds)} simulated worlds (preset `demo`, seeds "
        f"{', '.join(str(seed) for seed in seeds)}) by `make without-names`. Missed and false: people and links of "
        "all worlds together, with 95% intervals. Read: all departments and worlds together; in brackets the least "
        "and the most of any. Seconds of processor time: one world, all departments, standardising included.\n\n"
    )
    return (
        words + markdown_table(head, rows) + "\n\n" + "\n\n".join(shown) + "\n",
        {_file(one.name): one.drawing.wide for one in drawn},
    )


def answer(table: pl.DataFrame) -> str:
    """The paragraph, with what was measured in it."""
    missed = {
        arrangement: ", ".join(
            f"{percent(_of(table, arrangement, 'missed_match_rate', department=name)['value'])} ({TITLES[name]})"
            for name in DEPARTMENTS
        )
        for arrangement in SHORT
    }
    false = max(
        float(_of(table, name, "false_discovery_rate", department=one)["value"])
        for name in SHORT
        for one in DEPARTMENTS
    )
    year, forename, named = (
        with_interval(_of(table, "hashes", "read_by_frequencies", level))
        for level in ("dob_year", "forename_first", "named")
    )
    keys = percent(_of(table, "matchkeys", "read_by_rank", "matchkey")["value"])
    with_key = percent(_of(table, "hashes", "read_with_key", "named")["value"])
    return (
        f"**To find people, nearly; to keep names from the departments, no.** In the clear the linkage misses "
        f"{missed['clear']} of the people whom a register holds; on keyed hashes {missed['hashes']}; with Bloom "
        f"filters of names besides {missed['hashes+bloom']}; on hashed matchkeys, as ONS uses them, "
        f"{missed['matchkeys']}. Of the links made, at most {percent(false)} are false in any of these. But a "
        "department that hashes its own register needs the key, and who has the key and a list of names reads "
        f"first forename, surname and year of birth of {with_key} of the people sent. A thief without the key, by "
        "what is published of names, still reads the year of birth of at least "
        f"{year} and the first forename of {forename}, though with the surname of {named} only; any matchkey of "
        f"{keys}. So hashing is worth its cost against the theft of a file, and against a department only where "
        "somebody else links who holds no key."
    )


def _row(table: pl.DataFrame, cost: pl.DataFrame, arrangement: str) -> tuple[str, ...]:
    missed = [with_interval(_of(table, arrangement, "missed_match_rate", department=name)) for name in DEPARTMENTS]
    if arrangement == "clear":
        read = ("all", "all")
    elif arrangement == "matchkeys":
        read = tuple(
            with_interval(_of(table, arrangement, way, "matchkey")) for way in ("read_by_rank", "read_with_key")
        )
        read = (f"of any matchkey {read[0]}", f"{read[1]}, from the register's people")
    else:
        levels = ("gender", "dob_year", "forename_first", "named")
        each = [with_interval(_of(table, arrangement, "read_by_frequencies", level)) for level in levels]
        at_least = "at least " if arrangement == "hashes+bloom" else ""
        read = (at_least + ", ".join(each), with_interval(_of(table, arrangement, "read_with_key", "named")))
    took = cost.filter(pl.col("arrangement") == arrangement).row(0, named=True)
    return (
        SHORT[arrangement],
        *missed,
        with_interval(_of(table, arrangement, "false_discovery_rate")),
        *read,
        f"{took['hashing']:.0f} and {took['linking']:.0f}",
    )


def _of(
    table: pl.DataFrame, arrangement: str, measure: str, level: str = "all", *, department: str | None = None
) -> dict[str, object]:
    """One figure: of one department, or of all together, where ends are Wilson's or, of readings, those of any."""
    found = table.filter(
        pl.col("arrangement") == arrangement,
        pl.col("measure") == measure,
        pl.col("breakdown").is_in(["all", "read"]),
        pl.col("level") == level,
    )
    if department is not None:
        return found.filter(pl.col("department") == department).row(0, named=True)
    one = pooled([found.with_columns(department=pl.lit("all"), value=pl.col("value"))]).row(0, named=True)
    if found["breakdown"][0] == "read":
        one |= {"low": found["low"].min(), "high": found["high"].max()}
    return one


def _file(name: str) -> str:
    return f"{name.removeprefix('without_names_')}.svg"


def written() -> dict[Path, str]:
    """The page and its drawings as they should be, by file, from what was kept."""
    text, drawings = part(pl.read_csv(KEPT / "figures.csv"), pl.read_csv(KEPT / "cost.csv"))
    page = PAGE.read_text(encoding="utf-8")
    between = re.compile(re.escape(MARKS[0]) + ".*?" + re.escape(MARKS[1]), re.DOTALL)
    return {
        PAGE: between.sub(lambda _: f"{MARKS[0]}{text}{MARKS[1]}", page),
        **{KEPT / name: svg for name, svg in drawings.items()},
    }


if __name__ == "__main__":
    if "--page" not in sys.argv:
        measured([int(seed) for seed in sys.argv[1:]] or SEEDS)
    for file, content in written().items():
        file.write_text(content, encoding="utf-8")
