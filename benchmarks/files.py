# ruff: noqa: PLC0415  each worker imports what its engine needs, and no more
"""From files to files: whole processes, so that nothing that one engine does beforehand goes uncounted.

`python benchmarks/linkage.py files` calls it. Two Parquet files as they come are linked and the pairs written to a
third, each engine in processes of its own: processor seconds (user and system), wall and peak resident memory are
the system's count of the process from start to exit, imports and all. Next to them recall at a precision of .99.

- `tf_linkage`: the command `link` with nothing chosen.
- `splink documented`: Splink 5 as its tutorial links people, for our seven fields: upper-cased columns, the
  library's comparisons for names, dates of birth and postcodes, frequencies, u from a million random pairs, EM by
  two blocks. Of several that were tried the choice for names and addresses that serves Splink best.
- `splink tuned`: the same by Splink's own guidance: names compared together, addresses left out, since they say
  again what postcodes say; EM without frequencies on counted patterns of at most a million pairs; DuckDB kept from
  reordering joins.
- `splink, our rules`: the tables standardised here, our blocking rules and levels, trained and scored by Splink,
  tuned as above.
- `recordlinkage`: the toolkit as its documentation links people: blocks, Jaro-Winkler, ECM.

Pairs are made one to one here, likeliest first, off the clock. A peer's pairs below a probability of .01 are not
written, nor ours below .1.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent.parent
OURS = "tf_linkage"
ENGINES = (OURS, "splink documented", "splink tuned", "splink, our rules", "recordlinkage")
FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
LEFT, RIGHT = "request_ref", "dwp_key"
LEAST = 0.01
PRECISION = 0.99
SEED = 2015


def measured(folder: Path, python: Path, engines: Sequence[str], runs: int) -> list[dict[str, Any]]:
    """A row for each engine: medians of its runs, which take turns, and ratios to ours.

    Args:
        folder: with `left.parquet`, `right.parquet`, `truth.parquet`.
        python: the interpreter of the peers' environment.
        engines: of `ENGINES`.
        runs: processes of each.
    """
    found: dict[str, list[dict[str, float]]] = {engine: [] for engine in engines}
    for run in range(runs):
        for engine in engines:
            found[engine].append(_process(engine, folder, python))
            figures = ", ".join(f"{key} {value:.4g}" for key, value in found[engine][-1].items())
            print(f"run {run + 1}, {engine}: {figures}", file=sys.stderr)
    rows = []
    for engine, each in found.items():
        row: dict[str, Any] = {"engine": engine}
        row |= {key: statistics.median(one[key] for one in each) for key in each[0]}
        for key, name in (("CPU seconds", "CPU, times ours"), ("peak GB", "memory, times ours")):
            if OURS in found:
                row[name] = statistics.median(
                    one[key] / ours[key] for one, ours in zip(each, found[OURS], strict=True)
                )
        rows.append(row)
    return rows


def growth(folder: Path, times: Sequence[int]) -> list[dict[str, Any]]:
    """Our command with the same people asked about and a register of so many times as many; one process each.

    Args:
        folder: as for `measured`.
        times: each a multiple of the register.

    Returns:
        A row for each: rows of the register, what the process used, and how good its pairs are.
    """
    rows = []
    for number in times:
        grown = folder.with_name(f"{folder.name}_times_{number}")
        height = _grow(folder, grown, number)
        rows.append({"register": height, **_process(OURS, grown, Path(sys.executable))})
        (grown / "right.parquet").unlink()
        print(rows[-1], file=sys.stderr)
    first, last = rows[0], rows[-1]
    millions = max(last["register"] - first["register"], 1) / 1e6
    for key in ("CPU seconds", "peak GB"):
        print(f"{key} for a million rows more: {(last[key] - first[key]) / millions:.2f}", file=sys.stderr)
    return rows


def _grow(folder: Path, grown: Path, times: int) -> int:
    """The files with a register of several times the rows, in no order: the others are strangers like its people.

    Names and birthdays of one are given to another; a stranger's NINO is one that nobody has.
    """
    import polars as pl

    right = pl.read_parquet(folder / "right.parquet")
    together = (["forename", "gender"], ["surname"], ["date_of_birth"], ["address", "postcode"])
    copies = [right]
    for copy in range(1, times):
        mixed = [pl.col(columns).shuffle(seed=1000 * copy + at) for at, columns in enumerate(together)]
        number = pl.int_range((copy - 1) * right.height, copy * right.height)
        # The second letter of no NINO is one of these.
        letters = [
            values.gather(place) for values, place in (
                (pl.lit(pl.Series(list("ABCEGHJKLMNOPRSTWXYZ"))), number // 1_000_000 % 20),
                (pl.lit(pl.Series(list("DFIQUV"))), number // 20_000_000),
            )
        ]  # fmt: skip
        nino = pl.format("{}{}{}A", *letters, (number % 1_000_000).cast(pl.String).str.zfill(6))
        stranger = pl.when(pl.col("nino").is_not_null()).then(nino).alias("nino")
        copies.append(right.with_columns(*mixed, stranger, pl.format("{}-{}", RIGHT, pl.lit(copy)).alias(RIGHT)))
    grown.mkdir(exist_ok=True)
    every = pl.concat(copies).sample(fraction=1, shuffle=True, seed=SEED)
    every.write_parquet(grown / "right.parquet")
    for name in ("left.parquet", "truth.parquet"):
        (grown / name).write_bytes((folder / name).read_bytes())
    return every.height


def _process(engine: str, folder: Path, python: Path) -> dict[str, float]:
    """One cold process: what it used, and how good its pairs are."""
    return {**used_by(engine, folder, python), **quality_of(folder / "links.parquet", folder / "truth.parquet")}


def used_by(engine: str, folder: Path, python: Path, *options: str) -> dict[str, float]:
    """What one cold process used that links the files of a folder; `options` are for our command alone."""
    out = folder / "links.parquet"
    out.unlink(missing_ok=True)
    files = [str(folder / "left.parquet"), str(folder / "right.parquet")]
    if engine == OURS:
        ids = ["--left-id", LEFT, "--right-id", RIGHT]
        command = [sys.executable, "-m", "tf_linkage", "link", *files, "-o", str(out), *ids, *options]
    else:
        command = [str(python), __file__, engine, *files, str(out)]
    environment = os.environ | {"PYTHONPATH": str(HOME), "PYTHONHASHSEED": "0"}
    started = time.perf_counter()
    with (folder / "said.txt").open("wb") as said:
        process = subprocess.Popen(command, cwd=HOME, env=environment, stdout=said, stderr=said)
        _, code, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    if code:
        raise SystemExit(f"{engine} failed; {folder / 'said.txt'} says why")
    return {
        "CPU seconds": used.ru_utime + used.ru_stime,
        "wall seconds": wall,
        "peak GB": used.ru_maxrss * 1024 / 1e9,
    }


def quality_of(pairs: Path, truth: Path, precision: float = PRECISION) -> dict[str, float]:
    """How good pairs are once they are made one to one, likeliest first.

    Args:
        pairs: `left_id`, `right_id`, `match_weight`, and `status` where links are more than a weight.
        truth: `left_id`, `right_id` of true pairs; somebody who is held twice is found once.
        precision: share of right pairs down to the last that counts.

    Returns:
        Recall as far down as pairs are right that often; precision and recall of the links, which are the pairs
        whose weight is positive unless `status` says.
    """
    import polars as pl

    scored = pl.read_parquet(pairs)
    link = pl.col("status") == "link" if "status" in scored.columns else pl.col("match_weight") >= 0
    order = ["link", "match_weight", "left_id", "right_id"]
    scored = scored.with_columns(link.alias("link")).sort(order, descending=[True, True, False, False])
    known = pl.read_parquet(truth)
    true, people = set(known.select("left_id", "right_id").iter_rows()), known["left_id"].n_unique()
    taken: tuple[set[str], set[str]] = (set(), set())
    number = right = best = links = right_links = 0
    for one, other, linked in scored.select("left_id", "right_id", "link").iter_rows():
        if one in taken[0] or other in taken[1]:
            continue
        taken[0].add(one)
        taken[1].add(other)
        number += 1
        right += (one, other) in true
        if right >= precision * number:
            best = right
        if linked:
            links, right_links = number, right
    return {
        "recall at precision .99": best / people,
        "precision": right_links / max(links, 1),
        "recall": right_links / people,
    }


def _splink(files: Sequence[str], out: str, *, tuned: bool) -> None:
    """Splink as its tutorial links people."""
    import duckdb
    import splink.comparison_library as library
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    connection = duckdb.connect()
    if tuned:
        connection.execute("SET disabled_optimizers = 'join_order'")
    database = DuckDBAPI(connection)
    held = []
    for name, file, record_id in zip(("asked", "held"), files, (LEFT, RIGHT), strict=True):
        columns = ", ".join(f"nullif(upper(trim({field}::VARCHAR)), '') AS {field}" for field in FIELDS)
        both = "forename || ' ' || surname AS forename_surname"
        table = connection.sql(
            f"SELECT *, {both} FROM (SELECT {record_id}::VARCHAR AS id, {columns} FROM '{file}')"
        ).to_arrow_table()
        held.append(database.register(table, dataset_display_name=name))
    if tuned:
        names = [
            library.ForenameSurnameComparison(
                "forename", "surname", forename_surname_concat_col_name="forename_surname"
            )
        ]
        homes = []
    else:
        names = [library.NameComparison(name) for name in ("forename", "surname")]
        homes = [library.ExactMatch("address")]
        for comparison in (*names, *homes):
            comparison.configure(term_frequency_adjustments=True)
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="id",
        comparisons=[
            *names,
            library.DateOfBirthComparison("date_of_birth", input_is_string=True),
            library.ExactMatch("gender"),
            *homes,
            library.PostcodeComparison("postcode"),
            library.LevenshteinAtThresholds("nino", [1, 2]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("nino"),
            block_on("forename", "surname"),
            block_on("forename", "date_of_birth"),
            block_on("surname", "date_of_birth"),
            block_on("surname", "postcode"),
            block_on("forename", "postcode"),
            block_on("date_of_birth", "postcode"),
        ],
    )
    linker = Linker(held, settings)
    sure = [block_on("nino"), block_on("forename", "surname", "date_of_birth")]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=SEED)
    for rule in (block_on("forename", "surname"), block_on("date_of_birth")):
        if tuned:
            linker.training.estimate_parameters_using_expectation_maximisation(
                rule, estimate_without_term_frequencies=True, max_pairs=1e6
            )
        else:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_probability=LEAST, warning_mode="never")
    connection.execute(
        f"COPY (SELECT id_l AS left_id, id_r AS right_id, match_weight FROM {predicted.physical_name}) "
        f"TO '{out}' (FORMAT parquet)"
    )


def _splink_by_our_rules(files: Sequence[str], out: str) -> None:
    """Splink on tables standardised here, with our rules and levels, trained by Splink itself."""
    import linkage
    import polars as pl

    from tf_linkage.linkage import general_model
    from tf_linkage.linkage.tables.records import prepare

    left, right = (pl.scan_parquet(file) for file in files)
    columns = [table.collect_schema().names() for table in (left, right)]
    model = general_model(*columns, left_id=LEFT, right_id=RIGHT)
    links, _ = linkage.by_splink(prepare(left, right, model), model, tuned=True)
    links.select("left_id", "right_id", match_weight="weight").write_parquet(out)


def _toolkit(files: Sequence[str], out: str) -> None:
    """The toolkit: blocks, string comparison, ECM."""
    import numpy as np
    import pandas as pd
    import recordlinkage

    tables = []
    for file, record_id in zip(files, (LEFT, RIGHT), strict=True):
        table = pd.read_parquet(file).set_index(record_id)[list(FIELDS)].astype("string")
        tables.append(table.apply(lambda column: column.str.strip().str.upper()).astype(object))
    index = recordlinkage.Index()
    for block in (
        ["nino"],
        ["forename", "surname"],
        ["forename", "date_of_birth"],
        ["surname", "date_of_birth"],
        ["surname", "postcode"],
        ["forename", "postcode"],
        ["date_of_birth", "postcode"],
    ):
        index.block(block)
    pairs = index.index(*tables)
    compare = recordlinkage.Compare()
    for name in ("forename", "surname", "address"):
        compare.string(name, name, method="jarowinkler", threshold=0.85, label=name)
    for name in ("date_of_birth", "gender", "postcode", "nino"):
        compare.exact(name, name, label=name)
    features = compare.compute(pairs, *tables)
    np.random.seed(SEED)
    classifier = recordlinkage.ECMClassifier()
    classifier.fit(features)
    chance = classifier.prob(features)
    chance = chance[chance >= LEAST].clip(upper=1 - 1e-12)
    frame = pd.DataFrame(
        {
            "left_id": chance.index.get_level_values(0).astype(str),
            "right_id": chance.index.get_level_values(1).astype(str),
            "match_weight": np.log2(chance.to_numpy() / (1 - chance.to_numpy())),
        }
    )
    frame.to_parquet(out)


def main() -> None:
    """In a process of its own: `files.py ENGINE LEFT RIGHT OUT`."""
    engine, *files, out = sys.argv[1:]
    if engine == "recordlinkage":
        _toolkit(files, out)
    elif engine == "splink, our rules":
        _splink_by_our_rules(files, out)
    else:
        _splink(files, out, tuned=engine == "splink tuned")


if __name__ == "__main__":
    main()
