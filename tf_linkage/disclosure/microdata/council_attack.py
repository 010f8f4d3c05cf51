"""The council's attack: everybody it sent, held against the released tables, with everything that it sent of them.

What it knows for certain (age, gender, group, service, start, problems) leaves the rows of one class. Among
these it prefers those whose histories look like the problems it recorded: who was out of work when the council
said so has a claim, and who offended a conviction. How likely each trace is it knows exactly: the attack learns
it from the truth, which no council has, so that a real one does worse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.intruders import CERTAIN, LIKELY, MOST_FOUND
from tf_linkage.contracts.ladders import REFERENCES, emptiness_tells, shown_labels, steps_of
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.disclosure.microdata.coarsening_choice import steps_named
from tf_linkage.disclosure.microdata.risk import empty_cells

Tables = Mapping[str, pl.LazyFrame]

ROUNDS = 8
"""How often the attack is made again at most, to find whose rows to withhold."""

KEY, WITHHELD, TRUTH, CHILD = "key", "withheld", "truth", "child"

_AT_THE_START = pl.col("starts").fill_null(-1200).le(0) & pl.col("ends").fill_null(1200).ge(-3)
_YEAR_BEFORE = (-12, 0)
_LAST_YEARS = pl.col("years_from_start").is_between(-1, 0)

TRACES: Mapping[str, tuple[str, str, pl.Expr]] = {
    "claims": ("worklessness", "benefits_and_work", pl.col("out_of_work") & _AT_THE_START),
    "offends": (
        "crime",
        "offending",
        pl.col("sentenced").is_between(*_YEAR_BEFORE) | pl.col("offence").is_between(*_YEAR_BEFORE),
    ),
    "in need": ("child_need", "social_care", (pl.col("episode_type") == "CIN") & _AT_THE_START),
    "on a plan": ("child_need", "social_care", (pl.col("episode_type") == "CPP") & _AT_THE_START),
    "looked after": ("child_need", "social_care", (pl.col("episode_type") == "CLA") & _AT_THE_START),
    "absent": ("school_absence", "schooling", pl.col("persistent_absence") & _LAST_YEARS),
    "excluded": (
        "school_absence",
        "schooling",
        ((pl.col("fixed_exclusions") != "0") | pl.col("permanently_excluded")) & _LAST_YEARS,
    ),
}
"""What a problem leaves in a person's histories about the start: the problem, the table, and which rows show it."""

OUTCOME_TRACES: Mapping[str, str] = {
    "out_of_work_benefit_year_before": "worklessness",
    "employment_year_before": "worklessness",
    "conviction_year_before": "crime",
    "custody_year_before": "crime",
    "child_in_need_year_before": "child_need",
    "child_protection_year_before": "child_need",
    "looked_after_year_before": "child_need",
    "exclusion_year_before": "school_absence",
    "persistent_absence_year_before": "school_absence",
}
"""The outcomes of a family that show the same, with the problem."""


@dataclass(frozen=True)
class Found:
    """How the attack went.

    Attributes:
        tried: people, or families, whom some council sent and who have a row.
        certain: how many of them it found for certain, rightly.
        likely: how many of them it found with a probability over one in five, rightly.
        chance: the mean probability that it gave to the right row.
    """

    tried: int
    certain: int
    likely: int
    chance: float

    @property
    def holds(self) -> bool:
        """Whether the tables withstand it."""
        return not self.certain and self.likely <= MOST_FOUND * self.tried


def council_finds(name: str, sent: pl.LazyFrame, tables: Mapping[str, pl.LazyFrame]) -> Found:
    """The attack on one table, with the histories that join to it.

    Args:
        name: of the table.
        sent: what the councils know, as `research.as_sent` gives it.
        tables: the research tables by name, as released.
    """
    return summed(probabilities(name, sent, tables))


def to_hide(name: str, sent: pl.LazyFrame, tables: Callable[[frozenset[str]], Tables]) -> frozenset[str] | None:
    """Whose rows to withhold so that the table withstands the attack; None if that does not come to an end.

    Those whom a council finds with the highest probability, as few as will do; then the attack is made again, since
    who is left stands out the more.

    Args:
        name: of the table.
        sent: as in `council_finds`.
        tables: the research tables, as released with these rows of the table withheld besides.
    """
    hidden: frozenset[str] = frozenset()
    for _ in range(ROUNDS):
        found = probabilities(name, sent, tables(hidden))
        likely = found.filter(pl.col("probability") > LIKELY).sort("probability", TRUTH, descending=[True, False])
        may_stay = int(MOST_FOUND * found.height)
        certain = int((likely["probability"] > CERTAIN).sum())
        beyond = max(certain, likely.height - may_stay)
        if not beyond:
            return hidden
        hidden |= frozenset(likely[TRUTH].head(beyond).to_list())
    return None


def probabilities(name: str, sent: pl.LazyFrame, tables: Tables) -> pl.DataFrame:
    """What probability the attack gives to the right row of each who was sent: `truth`, `probability`."""
    traces = _problem_by_trace(name)
    rows = tables[name].join(traces_of(name, tables), on=REFERENCES[name], how="left")
    shown = shown_labels(name)
    sought = _on_steps(name, tables[name])
    codes = [f"{problem}_code" for problem in PROBLEMS]
    there = rows.select(pl.col(REFERENCES[name]).alias(TRUTH), _key(shown, empty_cells(name), KEY), *traces)
    known = sent.select(
        TRUTH,
        CHILD,
        _key(sought, empty_cells(name), KEY),
        _key(dict.fromkeys(sought, pl.lit(None, pl.String)), _all_empty(name), WITHHELD),
        *codes,
    )
    return judged(there.collect(), known.collect(), traces)


def judged(there: pl.DataFrame, known: pl.DataFrame, traces: Mapping[str, str]) -> pl.DataFrame:
    """How probable the right row is to the attack, from what is there and what is known.

    Args:
        there: one row for each released row: `truth`, `key` (its class), and a flag for each trace.
        known: one row for each that was sent: `truth`, `key` (the class it must stand in), `withheld` (the class
            of rows that show nothing of it, in which it must stand where no row has its key), `child`, and the
            sub-code of each problem as `<problem>_code`.
        traces: by trace the problem of which it is one.

    Returns:
        `truth` and `probability`, one row for each whom a council sent and who has a row.
    """
    names, codes = list(traces), [f"{problem}_code" for problem in PROBLEMS]
    # In one order throughout, so that sums, and with them what is withheld, are the same on every machine.
    right = known.join(there.rename({KEY: "true_key"}), on=TRUTH, how="inner").sort(TRUTH, KEY, CHILD, *codes)
    # Of whose class no row is shown, they were withheld, for all that the council can tell.
    here = pl.col(KEY).is_in(there[KEY].unique(maintain_order=True).implode())
    right = right.with_columns(pl.when(here).then(KEY).otherwise(WITHHELD).alias(KEY))
    likely = _likelihoods(right, traces)
    kinds = right.group_by(KEY, CHILD, *codes, maintain_order=True).len().drop("len").with_row_index("kind")
    rows = there.group_by(KEY, *names).len("rows").sort(KEY, *names)
    weighed = kinds.join(rows, on=KEY, how="inner", maintain_order="left_right")
    for trace, problem in traces.items():
        weighed = weighed.join(
            likely[trace], on=[CHILD, f"{problem}_code", trace], how="left", nulls_equal=True, maintain_order="left"
        )
    weighed = weighed.with_columns(
        weight=pl.sum_horizontal(f"log_{trace}" for trace in names).exp() if names else 1.0
    )
    weighed = weighed.with_columns(
        probability=pl.col("weight") / (pl.col("weight") * pl.col("rows")).sum().over("kind")
    )
    return (
        right.join(kinds, on=[KEY, CHILD, *codes], how="left", nulls_equal=True)
        .join(weighed.select("kind", *names, "probability"), on=["kind", *names], how="left", nulls_equal=True)
        .with_columns(
            probability=pl.when(pl.col(KEY) == pl.col("true_key")).then("probability").otherwise(0.0).fill_null(0.0)
        )
        .group_by(TRUTH)
        .agg(pl.col("probability").max())
        .sort(TRUTH)
    )


def summed(probable: pl.DataFrame) -> Found:
    """How an attack went, from `probabilities`."""
    found = probable["probability"]
    mean = found.mean()
    return Found(
        tried=found.len(),
        certain=int((found > CERTAIN).sum()),
        likely=int((found > LIKELY).sum()),
        chance=float(mean) if isinstance(mean, float) else 0.0,
    )


def traces_of(name: str, tables: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """One row for each row of a table: its reference, and which traces its histories or outcomes show."""
    reference = REFERENCES[name]
    if name != "people":
        there = [outcome for outcome in OUTCOME_TRACES if outcome in schema_of(RESEARCH_TABLES[name])]
        return tables[name].select(
            reference, *(pl.col(one).fill_null(value=False).alias(f"trace {one}") for one in there)
        )
    found = tables[name].select(reference)
    for trace, (_, table, shows) in TRACES.items():
        hit = (
            tables[table]
            .filter(shows)
            .select(reference)
            .unique()
            .with_columns(pl.lit(value=True).alias(f"trace {trace}"))
        )
        found = found.join(hit, on=reference, how="left").with_columns(
            pl.col(f"trace {trace}").fill_null(value=False)
        )
    return found


def _problem_by_trace(name: str) -> dict[str, str]:
    if name == "people":
        return {f"trace {trace}": problem for trace, (problem, _, _) in TRACES.items()}
    there = schema_of(RESEARCH_TABLES[name])
    return {f"trace {one}": problem for one, problem in OUTCOME_TRACES.items() if one in there}


def _on_steps(name: str, table: pl.LazyFrame) -> dict[str, pl.Expr]:
    """What the council looks for: all that it knows, on the steps on which the table stands."""
    labels = shown_labels(name)
    return {column: step.of(labels[column]) for column, step in steps_named(name, steps_of(name, table)).items()}


def _all_empty(name: str) -> pl.Expr:
    return pl.lit("1" * len(emptiness_tells(name)))


def _key(labels: Mapping[str, pl.Expr], cells: pl.Expr, named: str) -> pl.Expr:
    parts = [label.fill_null("-") for label in labels.values()]
    return pl.concat_str([*parts, cells], separator="|").alias(named)


def _likelihoods(right: pl.DataFrame, traces: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    """By trace, the logarithm of its probability: of a child or an adult, by the sub-code that was sent."""
    found = {}
    for trace, problem in traces.items():
        by = [CHILD, f"{problem}_code"]
        shown = right.group_by(by, maintain_order=True).agg(yes=(pl.col(trace).sum() + 0.5) / (pl.len() + 1))
        found[trace] = pl.concat(
            shown.select(*by, pl.lit(value).alias(trace), log.log().alias(f"log_{trace}"))
            for value, log in ((True, pl.col("yes")), (False, 1 - pl.col("yes")))
        )
    return found
