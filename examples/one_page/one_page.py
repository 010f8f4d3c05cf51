"""The whole study on one page: nine assets, one file. `dagster dev -f examples/one_page/one_page.py` opens it.

It has the shape of tf_linkage and none of its care; each asset names the room that does its part properly.
"""

import random
from datetime import date
from hashlib import blake2b
from typing import NamedTuple

import dagster as dg
import duckdb
import polars as pl
import recordlinkage as rl
from faker import Faker
from recordlinkage.preprocessing import phonetic

Table = pl.DataFrame
FAMILIES, SEED, EXTRACT_DAY = 1_500, 2015, date(2015, 3, 31)
PROBLEMS = ["crime", "school", "children", "work", "violence", "health"]
# Bits for and against one person when a field disagrees and agrees: log2(m / u), here by hand. Two tables of
# thousands have millions of pairs, so that a pair is more likely than not one person from some 20 bits on.
WEIGHTS = {
    "forename": (-4, 6),
    "surname": (-4, 9),
    "date_of_birth": (-4, 13),
    "gender": (-5, 1),
    "postcode": (-1, 9),
}
IDENTIFIERS, LINK_FROM = list(WEIGHTS), 20


class Register(NamedTuple):
    """Whom a body can know, the share it does, how often a field is wrong, and what it knows of them."""

    ages: tuple[int, int]
    held: float
    errors: float
    event: str
    happened: float


REGISTERS = {
    "council": Register((0, 99), 1.00, 0.02, "", 0.0),
    "dwp": Register((16, 99), 0.95, 0.02, "out_of_work", 0.4),
    "moj": Register((10, 99), 0.15, 0.06, "convicted", 0.5),
    "dfe": Register((4, 17), 0.90, 0.03, "often_absent", 0.3),
}


def key_of(body: str, person: int) -> str:
    """The body's own number for a person: it says nothing to another body."""
    return blake2b(f"{body} {person}".encode(), digest_size=6, key=str(SEED).encode()).hexdigest()


def misrecord(row: dict, draw: random.Random, fake: Faker, errors: float) -> dict:
    """The person's identifiers as a clerk typed them: letters or day and month swapped, an old address."""
    typed = {name: row[name] for name in IDENTIFIERS}
    for name in ("forename", "surname"):
        if draw.random() < errors:
            at = draw.randrange(len(typed[name]) - 1)
            typed[name] = typed[name][:at] + typed[name][at + 1] + typed[name][at] + typed[name][at + 2 :]
    if draw.random() < errors and row["date_of_birth"].day <= 12:
        day = row["date_of_birth"]
        typed["date_of_birth"] = day.replace(month=day.day, day=day.month)
    if draw.random() < 5 * errors:
        typed["postcode"] = fake.postcode()
    return typed


def record(body: str, people: Table) -> Table:
    """What a body's register says of some people, in the order of its keys, which tells nothing."""
    kind, draw, fake = REGISTERS[body], random.Random(f"{SEED} {body}"), Faker("en_GB")
    fake.seed_instance(f"{SEED} {body}")
    rows = []
    for row in people.iter_rows(named=True):
        age = (EXTRACT_DAY - row["date_of_birth"]).days // 365.25
        typed = {f"{body}_key": key_of(body, row["person"])} | misrecord(row, draw, fake, kind.errors)
        if kind.event:
            typed[kind.event] = draw.random() < kind.happened
        if draw.random() < kind.held and kind.ages[0] <= age <= kind.ages[1]:
            rows.append(typed)
    return pl.DataFrame(rows).sort(f"{body}_key")


@dg.asset
def population() -> Table:
    """Everybody, in families with some of six problems. Properly, by England's rates: `tf_linkage/population/`."""
    draw, fake = random.Random(SEED), Faker("en_GB")
    fake.seed_instance(SEED)
    rows = []
    for family in range(FAMILIES):
        home = {"family": family, "surname": fake.last_name(), "postcode": fake.postcode()}
        home |= {problem: draw.random() < 0.25 for problem in PROBLEMS}
        for youngest, oldest in [(20, 55)] * draw.choice([1, 2]) + [(0, 19)] * draw.choice([0, 1, 2, 3]):
            gender = draw.choice(["F", "M"])
            name = fake.first_name_female() if gender == "F" else fake.first_name_male()
            birth = fake.date_between(date(2014 - oldest, 4, 1), date(2015 - youngest, 3, 31))
            rows.append({"person": len(rows), "forename": name, "gender": gender, "date_of_birth": birth} | home)
    return pl.DataFrame(rows)


@dg.asset
def council(population: Table) -> Table:
    """People in families with two or more of six problems. Properly: `tf_linkage/bodies/`, `tf_linkage/intake/`."""
    return record("council", population.filter(pl.sum_horizontal(PROBLEMS) >= 2))


@dg.asset
def dwp(population: Table) -> Table:
    """DWP's register: benefits and work. Properly: `tf_linkage/bodies/dwp.py`, as spells with days and amounts."""
    return record("dwp", population)


@dg.asset
def moj(population: Table) -> Table:
    """MoJ's register: offending. Properly: `tf_linkage/bodies/moj.py`, where most people were never in it."""
    return record("moj", population)


@dg.asset
def dfe(population: Table) -> Table:
    """DfE's register: school. Properly: `tf_linkage/bodies/dfe.py`, with episodes of social care."""
    return record("dfe", population)


def link(asked: Table, register: Table, body: str) -> Table:
    """Pairs of a council's and a body's key, one to one, whose weight says that they are one person."""
    text = pl.col("date_of_birth").cast(pl.String)
    left, right = (
        table.select(pl.col(key).alias(name), *IDENTIFIERS).with_columns(text).to_pandas().set_index(name)
        for table, key, name in ((asked, "council_key", "council_key"), (register, f"{body}_key", "key"))
    )
    for side in (left, right):
        side["sound"] = phonetic(side["surname"], "soundex")
    pairs = rl.Index()
    pairs.block("date_of_birth")
    pairs.block(["sound", "forename"])
    compare = rl.Compare()
    for field in WEIGHTS:
        compare.string(field, field, "jarowinkler", 0.88 if field.endswith("name") else 1, label=field)
    weight = compare.compute(pairs.index(left, right), left, right)
    for field, (apart, alike) in WEIGHTS.items():
        weight[field] = weight[field].map({0.0: apart, 1.0: alike})
    weighed = pl.from_pandas(weight.sum(axis=1).rename("weight").reset_index())
    best = weighed.filter(pl.col("weight") >= LINK_FROM).sort("weight", "council_key", "key", descending=True)
    for side in ("council_key", "key"):
        best = best.unique(side, keep="first", maintain_order=True)
    return best.select(pl.lit(body).alias("department"), pl.all())


@dg.asset
def links(council: Table, dwp: Table, moj: Table, dfe: Table) -> Table:
    """Who is whom, on identifiers alone. Properly: `tf_linkage/linkage/`, by each department in its own vault."""
    registers = {"dwp": dwp, "moj": moj, "dfe": dfe}
    return pl.concat(link(council, register, body) for body, register in registers.items())


@dg.asset
def linked(council: Table, dwp: Table, moj: Table, dfe: Table, links: Table) -> Table:
    """What researchers see: events, no names. Properly: `tf_linkage/custody/`, `research/` and `disclosure/`."""
    query = """
        select gender, year(council.date_of_birth) as born, out_of_work, convicted, often_absent from council
        left join (select council_key, out_of_work from links join dwp on key = dwp_key) using (council_key)
        left join (select council_key, convicted from links join moj on key = moj_key) using (council_key)
        left join (select council_key, often_absent from links join dfe on key = dfe_key) using (council_key)
        order by council_key"""
    return duckdb.sql(query).pl().with_row_index("study_ref")


@dg.asset
def truth(population: Table, council: Table, dwp: Table, moj: Table, dfe: Table) -> Table:
    """The links that should be made; only a simulation has them. Properly: `tf_linkage/contracts/truth.py`."""
    asked = set(council["council_key"])
    rows = [
        {"department": body, "council_key": key_of("council", person), "key": key}
        for body, register in {"dwp": dwp, "moj": moj, "dfe": dfe}.items()
        for held in [set(register[f"{body}_key"])]
        for person in population["person"]
        if key_of("council", person) in asked and (key := key_of(body, person)) in held
    ]
    return pl.DataFrame(rows)


@dg.asset
def metrics(links: Table, truth: Table) -> dg.MaterializeResult[Table]:
    """How good the links are. Properly, also for whom and how sure: `tf_linkage/quality/`."""
    right = links.join(truth, on=["department", "council_key", "key"], how="semi")
    figures = pl.DataFrame({"department": sorted(set(truth["department"]))})
    for name, table in {"linked": links, "true": truth, "right": right}.items():
        counted = dict(table["department"].value_counts().rows())
        figures = figures.with_columns(pl.col("department").replace_strict(counted, default=0).alias(name))
    precision, recall = (pl.col("right") / pl.col(of) for of in ("linked", "true"))
    figures = figures.with_columns(precision=precision, recall=recall)
    table = figures.to_pandas().round(4).to_string(index=False)
    return dg.MaterializeResult(value=figures, metadata={"figures": dg.MetadataValue.md(f"```\n{table}\n```")})


defs = dg.Definitions(assets=[population, council, dwp, moj, dfe, links, linked, truth, metrics])
