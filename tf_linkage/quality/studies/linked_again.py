"""What linking again tells without truth: precision from records taken out, posteriors from a number held back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import polars as pl

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.linkage import Limits, Model, department_model, link
from tf_linkage.quality.measures.figures import FIGURES, laid_out
from tf_linkage.quality.measures.minimum_counts import of_ten_or_more
from tf_linkage.quality.studies.identifiers import CHOICES
from tf_linkage.quality.without_truth.held_out import by_posterior, held_out_pairs, refit
from tf_linkage.quality.without_truth.sentinel import sentinel_figures, strata_of

Frames = Mapping[str, pl.LazyFrame]
Progress = Callable[[str], None]
Linking = Callable[[pl.LazyFrame, pl.LazyFrame], pl.DataFrame]
"""Links and pairs for review, of a request and a register."""

NUMBERS = tuple(choice.number for choice in CHOICES if choice.number is not None)
EVEN = 0.5


def told_by_linking_again(
    requests: Frames,
    registers: Frames,
    links: Frames,
    *,
    engine: str = "duckdb",
    bounds: Limits | None = None,
    progress: Progress = lambda _: None,
) -> pl.LazyFrame:
    """Precision and what posteriors are worth, as far as each department's tables allow.

    Args:
        requests: by department, the request with its identifiers.
        registers: by department, its table of people with identifiers.
        links: by department, `exchange.Links` as made.
        engine: the linkage engine.
        bounds: what a linkage may use; the usual unless given.
        progress: receives a line before each linkage.

    Returns:
        `contracts.outputs.quality.Metrics`: `sentinel_precision`; `held_out_expected` and `held_out_share` by band
        of posterior, and `held_out_even`, where a number can be held back.
    """
    parts: dict[tuple[str, str], pl.DataFrame] = {}
    for name, request in requests.items():
        department = DEPARTMENTS[name]
        model = department_model(name, department.request_columns)
        linking = partial(_linking, model=model, engine=engine, bounds=bounds)
        numbers = tuple(one for one in NUMBERS if one in department.request_columns)
        made = _links(links[name].collect(), "request_ref", "register_key")
        progress(f"{name}: without the records of some linked people")
        relinked = partial(_relinked, request, linking)
        people = strata_of(request.collect(), numbers)
        found = [sentinel_figures(people, made, registers[name], department.key, relinked)]
        for number in numbers:
            progress(f"{name}: with {number} held back")
            overall, parts[name, "probability_band"] = _held_out(
                request, registers[name], department.key, number, linking
            )
            found.append(overall)
        parts[name, "all"] = pl.concat(found)
    return of_ten_or_more(laid_out(parts)).lazy()


def _linking(
    request: pl.LazyFrame, register: pl.LazyFrame, *, model: Model, engine: str, bounds: Limits | None
) -> pl.DataFrame:
    return link(request, register, model, engine=engine, bounds=bounds).links


def _relinked(request: pl.LazyFrame, linking: Linking, register: pl.LazyFrame) -> pl.DataFrame:
    return _links(linking(request, register), "left_id", "right_id")


def _links(made: pl.DataFrame, ref: str, key: str) -> pl.DataFrame:
    return made.filter(pl.col("status").cast(pl.String) == "link").select(
        pl.col(ref).cast(pl.String).alias("ref"), pl.col(key).cast(pl.String).alias("key")
    )


def _held_out(
    request: pl.LazyFrame, register: pl.LazyFrame, key: str, number: str, linking: Linking
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What an even chance by the refit is, and the bands."""
    made = linking(request.with_columns(pl.lit(None, pl.String).alias(number)), register)
    asked, held = (
        table.select(pl.col(of).cast(pl.String).alias(as_), number=pl.col(number)).collect()
        for table, of, as_ in ((request, "request_ref", "ref"), (register, key, "key"))
    )
    weighed = made.select("match_probability", ref=pl.col("left_id"), key=pl.col("right_id"))
    pairs = held_out_pairs(asked, held, weighed)
    found = refit(pairs)
    if found is None:
        return pl.DataFrame(schema=FIGURES), by_posterior(pairs)
    value, low, high = found.worth(EVEN)
    row = {"level": "all", "measure": "held_out_even", "numerator": None, "denominator": found.pairs,
           "value": value, "low": low, "high": high}  # fmt: skip
    return pl.DataFrame([row], schema=FIGURES), by_posterior(pairs)
