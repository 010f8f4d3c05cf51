"""What each identifier buys: the linkage again, with less told to the departments, or more.

The choices, and what each does to accuracy, to the worst-served community and to a finding.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.outputs.quality import Disclosures
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.linkage import Limits, department_model, link
from tf_linkage.quality.bounds.floors import gaps
from tf_linkage.quality.evaluation import evaluate
from tf_linkage.quality.measures.figures import figure
from tf_linkage.quality.studies.effects import effects
from tf_linkage.quality.studies.outcomes import Histories
from tf_linkage.quality.without_truth.second_identifier import second_identifier_figures

Frames = Mapping[str, pl.LazyFrame]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Choice:
    """One choice of what departments are told.

    Attributes:
        name: in a few words.
        without: identifiers that go empty.
        year_only: whether the year of birth stands for the date (2 July of it, the middle of the year).
        family_token: whether a token that members of a family share goes with the request.
        number: the identifier left out that hardly two people share, by which recall can be told without truth.
    """

    name: str
    without: tuple[str, ...] = ()
    year_only: bool = False
    family_token: bool = False
    number: str | None = None


AS_AGREED = "as agreed"

CHOICES: tuple[Choice, ...] = (
    Choice(AS_AGREED),
    Choice("without NINO", without=("nino",), number="nino"),
    Choice("postcode only", without=("address",)),
    Choice("without address and postcode", without=("address", "postcode")),
    Choice("year of birth only", year_only=True),
    Choice("with a family token", family_token=True),
)
"""From what the notice agrees to less, and once to more. The family token is off in the study."""


def what_identifiers_buy(
    *,
    attributes: pl.LazyFrame,
    requested: Frames,
    requests: Frames,
    registers: Frames,
    truth: Frames,
    histories: Histories,
    choices: tuple[Choice, ...] = CHOICES,
    engine: str = "recordlinkage",
    bounds: Limits | None = None,
    progress: Progress = lambda _: None,
) -> pl.LazyFrame:
    """Accuracy and bias against what is disclosed.

    Args:
        attributes: `ons.Attributes`.
        requested: by department, person_id and request_ref.
        requests: by department, the request with its identifiers.
        registers: by department, its table of people with identifiers.
        truth: `people` and `records`.
        histories: by department and table, the registers' histories under their own keys.
        choices: the choices to try; one that leaves a department as it is agreed is not tried there.
        engine: the linkage engine.
        bounds: what a linkage may use; the usual unless given.
        progress: receives a line at each step.

    Returns:
        `contracts.outputs.quality.Disclosures`, departments in their order and choices in theirs.
    """
    rows: list[dict[str, object]] = []
    for name in requests:
        tables = {"requested": requested[name], "request": requests[name], "register": registers[name]}
        for choice, told, known in _variants(name, choices, attributes, tables):
            progress(f"{name}: {choice.name}")
            model = department_model(name, [c for c in told.collect_schema().names() if c not in _NOT_TOLD])
            if choice.family_token:
                model = dataclasses.replace(model, family="family_id")
            links = link(told, known, model, engine=engine, bounds=bounds).links
            made = {name: links.rename({"left_id": "request_ref", "right_id": "register_key"}).lazy()}
            asked = {name: requested[name]}
            metrics = evaluate(attributes, asked, made, truth).collect()
            found = effects(attributes, asked, made, truth, histories, thresholds=(), draws=0).collect()
            outcome = DEPARTMENTS[name].headline
            true_gap, found_gap = (_difference(found, outcome, on) for on in ("true", "found"))
            rows.append(
                {
                    "department": name,
                    "disclosed": choice.name,
                    "tells": _words(told, choice),
                    **{measure: _shown(figure(metrics, name, measure)) for measure in _MEASURES},
                    **_second(name, choice, tables, links),
                    "recall_gap": _community_gap(metrics),
                    "outcome": outcome,
                    "true_difference": true_gap,
                    "found_difference": found_gap,
                    "bias": None if true_gap is None or found_gap is None else found_gap - true_gap,
                }
            )
    return of_rows(Disclosures, rows).lazy()


def _second(name: str, choice: Choice, tables: Frames, links: pl.DataFrame) -> dict[str, float]:
    """Recall with everything, as the number tells it that this linkage went without."""
    number, key = choice.number, DEPARTMENTS[name].key
    if number is None:
        return {}
    request, register = (
        tables[table].select(pl.col(of).cast(pl.String).alias(as_), number=pl.col(number)).collect()
        for table, of, as_ in (("request", "request_ref", "ref"), ("register", key, "key"))
    )
    made = links.filter(pl.col("status").cast(pl.String) == "link").select(ref="left_id", key="right_id")
    found = second_identifier_figures(request, register, made)
    names = (("value", "second_recall"), ("low", "second_low"), ("high", "second_high"))
    return {as_: found[end][0] for end, as_ in names} if found.height else {}


_MEASURES = ("precision", "recall", "f1")
_NOT_TOLD = ("request_ref", "family_id")


def _variants(
    name: str, choices: tuple[Choice, ...], attributes: pl.LazyFrame, tables: Frames
) -> Iterator[tuple[Choice, pl.LazyFrame, pl.LazyFrame]]:
    """Each choice that changes what this department is told: the request and the register as it is then."""
    agreed = DEPARTMENTS[name].request_columns
    for choice in choices:
        if choice.without and not set(choice.without) & set(agreed):
            continue
        # The request keeps its form: what is not told is empty, and no engine minds empty cells.
        empty = [pl.lit(None).cast(pl.String).alias(name) for name in choice.without if name in agreed]
        told = tables["request"].with_columns(empty)
        known = tables["register"]
        if choice.year_only:
            told, known = _year_only(told), _year_only(known)
        if choice.family_token:
            families = attributes.select("person_id", "family_id").sort("person_id", "family_id")
            family = families.unique("person_id", keep="first", maintain_order=True)
            tokens = tables["requested"].join(family, on="person_id").select("request_ref", "family_id")
            told = told.join(tokens, on="request_ref", how="left", maintain_order="left")
        yield choice, told, known


def _words(told: pl.LazyFrame, choice: Choice) -> str:
    names = [name for name in told.collect_schema().names() if name not in (*_NOT_TOLD, *choice.without)]
    words = ["year of birth" if choice.year_only and name == "date_of_birth" else name for name in names]
    return ", ".join([*(word.replace("_", " ") for word in words), *(["family token"] * choice.family_token)])


def _year_only(table: pl.LazyFrame) -> pl.LazyFrame:
    return table.with_columns(date_of_birth=pl.date(pl.col("date_of_birth").dt.year(), 7, 2))


def _difference(found: pl.DataFrame, outcome: str | None, links: str) -> float | None:
    if outcome is None:
        return None
    row = found.filter(
        pl.col("outcome") == outcome,
        pl.col("links").cast(pl.String) == links,
        pl.col("study_group").cast(pl.String) == "difference",
    )
    value = row.get_column("value")[0] if row.height else None
    return None if value is None else float(value)


def _community_gap(metrics: pl.DataFrame) -> float | None:
    row = gaps(metrics).filter(
        pl.col("breakdown").cast(pl.String) == "community", pl.col("measure").cast(pl.String) == "recall"
    )
    return float(row.get_column("gap")[0]) if row.height else None


def _shown(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124 - NaN is a figure that may not be shown
