"""Of each check of the graph: what passes it and what fails it.

A case gives the stored assets by key, as the check will be handed them. `CASES` names checks by name, or by
`asset: name` where one name is of several checks that differ. A check without cases turns the walk over the graph
red (`defs/checks/test_every_check.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import dagster as dg
import polars as pl
from research_rows import research_table
from tables_of_counts import counts, placebos, pretrends, random_counts
from tables_of_counts import estimates as of_counts

from tf_linkage import disclosure
from tf_linkage.bodies.calibration import targets
from tf_linkage.contracts.bands import AGE_BANDS
from tf_linkage.contracts.bodies.council import Cohort
from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.handovers.population_counts import PopulationCounts
from tf_linkage.contracts.link_requests import HashedRequest
from tf_linkage.contracts.linked_set import LINKED_SET
from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER, PLACEBOS, ROLES
from tf_linkage.contracts.outputs.quality import Metrics
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.defs.failures import PlainFailure
from tf_linkage.defs.io import ParquetStore
from tf_linkage.defs.resources import StudyKey
from tf_linkage.quality import QUALITY_FLOORS
from tf_linkage.rehearsal import accepted_baseline
from tf_linkage.study import Preset, Study
from tf_linkage.workspace.catalogue import TABLES
from tf_linkage.workspace.releases_on_record import put_on_record

Stored = Any
"""One table, or a mapping of tables by name."""


@dataclass(frozen=True)
class Case:
    """What a check is handed.

    Attributes:
        stored: assets by key.
        resources: what else its function asks for, by the name of its argument.
        instead: what stands in the place of functions of `bodies.calibration.targets` while it is evaluated.
    """

    stored: Mapping[str, Stored] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)
    instead: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cases:
    """Cases that pass and cases that fail; one of each at least."""

    passing: Sequence[Case]
    failing: Sequence[Case]


@dataclass(frozen=True)
class At:
    """Where a check is tried: a study in a folder of its own, and the asset it is of."""

    study: Study
    key: str
    finished: Callable[[], tuple[Study, Callable[[str], Stored]]]
    """A finished run and how its assets are read, for checks that need a whole world."""

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.study.data


def keeps_contract(at: At) -> Cases:
    """Tables without a row keep any contract; one short of a column, of another type or missing does not."""
    whole = _empty(at.key)
    name = next(iter(whole))
    first = next(iter(whole[name].collect_schema()))
    broken = [
        whole | {name: whole[name].drop(first)},
        whole | {name: whole[name].with_columns(pl.lit(None, pl.Duration).alias(first))},
        {left: table for left, table in whole.items() if left != name} | {"of no contract": whole[name]},
    ]
    if set(whole) == {""}:
        broken = broken[:2]
    return Cases([_of(at.key, whole)], [_of(at.key, tables) for tables in broken])


def holds_no_identifier(at: At) -> Cases:
    """Any direct identifier of any contract is found, in whichever table."""
    whole = _empty(at.key)
    leaking = [
        whole | {name: table.with_columns(pl.lit("x").alias(column))}
        for name, table in whole.items()
        for column in ("surname", "nino", "postcode")
    ]
    return Cases([_of(at.key, whole)], [_of(at.key, tables) for tables in leaking])


def only_what_the_notice_allows(at: At) -> Cases:
    """One column more than the notice allows is one too many; so is any in the clear where hashes were chosen."""
    name = at.key.split("/")[0]
    columns = ["request_ref", *DEPARTMENTS[name].request_columns]
    allowed = pl.LazyFrame(schema=dict.fromkeys(columns, pl.String))
    more = allowed.with_columns(pl.lit("x").alias("problems"))
    hashed = (
        pl.LazyFrame(schema=schema_of(HashedRequest))
        .clear(1)
        .with_columns(request_ref=pl.lit("r"), linkage_on=pl.lit("hashes"), hash_surname=pl.lit("0" * 32))
    )
    clear, hashes = Study.of("tiny"), Study.of("tiny", linkage_on={name: "hashes"})

    def case(request: pl.LazyFrame, study: Study) -> Case:
        return Case({at.key: request}, {"study": study})

    return Cases(
        [case(allowed, clear), case(allowed.drop(columns[-1]), clear), case(hashed, hashes)],
        [
            case(more, clear),
            case(hashed, clear),
            case(allowed, hashes),
            case(hashed.with_columns(more=pl.lit("x")), hashes),
        ],
    )


def nothing_before_the_start(at: At) -> Cases:
    """Intervals that hold 1, and too few families to tell; then one window in which the groups differ."""

    def case(ratio: float, earlier: float = 1.0) -> Case:
        windows = dict(zip(PLACEBOS, (earlier, ratio), strict=True))
        rows = placebos({(window, ALL_TOGETHER): (value, 0.05, 60) for window, value in windows.items()})
        return Case({at.key: {"placebos": rows.lazy()}})

    untold = {at.key: {"placebos": placebos({}).lazy()}}
    return Cases([case(1.0), case(1.09), Case(untold)], [case(1.2), case(0.8), case(1.0, earlier=1.3)])


def no_drift_before_the_start(at: At) -> Cases:
    """Half-years alike, or too few to tell; then half-years that lie too far from the reference."""

    def case(p: float) -> Case:
        return Case({at.key: {"pretrends": pretrends({ALL_TOGETHER: (1.1, 0.05, p, 60)}).lazy()}})

    return Cases([case(0.06), Case({at.key: {"pretrends": pretrends({}).lazy()}})], [case(0.04), case(0.0)])


def planned_before_outcomes(at: At) -> Cases:
    """What was planned in time; then what was planned late, some of it late, and nothing planned."""

    def case(*roles: str) -> Case:
        return Case({at.key: {"differences": pl.LazyFrame({"role": roles}, schema={"role": pl.Enum(ROLES)})}})

    planned, late, exploratory = ROLES
    return Cases(
        [case(planned), case(planned, exploratory)],
        [case(late, exploratory), case(planned, late), case(exploratory), case()],
    )


def like_the_delivery_before(at: At) -> Cases:
    """The first delivery, the same again, and a little more; then half of it, and one with blank cells."""
    whole = _empty(at.key)
    name = next(iter(whole))
    columns = whole[name].collect_schema()
    first = next(iter(columns))

    def case(rows: int, blank: int = 0) -> Case:
        cells = [None] * blank + ["x"] * (rows - blank)
        table = pl.DataFrame({first: cells}, schema={first: pl.String}).with_columns(
            pl.lit(None, dtype).alias(column) for column, dtype in columns.items() if column != first
        )
        return Case(_of(at.key, whole | {name: table.lazy()}).stored, {"io_manager": ParquetStore.of(at.study)})

    return Cases([case(1000), case(1000), case(1100)], [case(500), case(500, blank=100), case(1000, blank=200)])


def same_people(at: At) -> Cases:
    """The same people in any order; nobody missing on either side."""

    def case(left: str, right: str) -> Case:
        return Case({at.key: _people(left), "ons/identifiers": _people(right)})

    return Cases([case("ab", "ba"), case("", "")], [case("ab", "a"), case("a", "ab"), case("a", "b")])


def records_conserved(at: At) -> Cases:
    """Every record that a council sent, once."""

    def case(sent: str, kept: str) -> Case:
        resources = {
            "study_key": StudyKey(simulated=True, incoming=at.folder, data=at.folder),
            "io_manager": ParquetStore.of(at.study),
        }
        return Case({"council/cohort": _records(sent), at.key: _records(kept)}, resources)

    return Cases([case("ab", "ba")], [case("ab", "a"), case("a", "ab"), case("ab", "aa")])


def people_alike(name: str, at: At) -> Cases:
    """Where the population is counted, ten in the sample and in the population; else twenty in the sample."""
    alike: dict[str, dict[str, object]] = {
        "families": {"region": "North", "start_year": "2016-17", "adults": "1", "children": "1", "youngest": "0-4"},
        "family_outcomes": {"region": "North", "start_year": "2016-17"},
        "people": {"region": "North", "start_year": "2016-17", "age_band": "0-4", "gender": "female"},
    }

    def case(rows: int, population: int, odd: Mapping[str, object] | None = None) -> Case:
        table = research_table(name, [alike[name]] * rows + ([alike[name] | odd] if odd else []))
        nothing = _empty(at.key)
        counted = pl.LazyFrame(
            [{"la_code": "E08000003", "adults": 1, "children": 1, "children_ages": "f3", "families": population}],
            schema=schema_of(PopulationCounts),
        )
        return Case({at.key: nothing | {name: table}, "population/population_counts": counted})

    odd = {"region": "South"}
    failing = [case(9, 50), case(50, 50, odd), case(50, 50, {"study_group": "comparison"})]
    if at.study.source == "simulation":
        return Cases([case(10, 10), case(50, 50)], [*failing, case(10, 9)])
    return Cases([case(20, 0), case(50, 0)], [*failing, case(19, 50)])


def a_council_finds_nobody(at: At) -> Cases:
    """Ten alike, and five; one who is alone; four of ninety-four who are alike."""

    def case(*classes: int) -> Case:
        ages = [age for age, rows in enumerate(classes) for _ in range(rows)]
        refs = [f"R{at:05d}" for at in range(len(ages))]
        bands = [list(AGE_BANDS)[age] for age in ages]
        people = research_table("people", [{"age_band": band} for band in bands])
        years = [AGE_BANDS[band] for band in bands]
        day = dt.date(2016, 5, 10)
        records = [
            {"person_study_ref": ref, "record_number": 1, "family_study_ref": f"F{ref}", "la_code": "E08000003",
             "age": age, "study_group": "programme", "service_received": False, "identified_date": day}
            for ref, age in zip(refs, years, strict=True)
        ]  # fmt: skip
        linked = [
            {"person_study_ref": ref, "family_study_ref": f"F{ref}", "outcome_study_ref": f"O{ref}"} for ref in refs
        ]
        handed = _empty("research/linked_set") | {
            "people": pl.LazyFrame(linked, schema=schema_of(LINKED_SET["people"])),
            "records": pl.LazyFrame(records, schema=schema_of(LINKED_SET["records"])),
        }
        tables = _empty(at.key) | {"people": people}
        return Case({at.key: tables, "research/linked_set": handed})

    return Cases([case(10, 10), case(5, 5)], [case(1, 50), case(4, 90)])


def pupils_alike(at: At) -> Cases:
    """Twenty pupils at least who share what is shown of them."""
    refs = [f"R{at:05d}" for at in range(60)]
    people = research_table("people", [{"region": "North", "person_study_ref": ref} for ref in refs])

    def case(alike: int) -> Case:
        rows: list[dict[str, object]] = [
            {"person_study_ref": ref, "years_from_start": 0, "ethnic_group": "black" if n < alike else "white"}
            for n, ref in enumerate(refs)
        ]
        return Case({at.key: {"schooling": research_table("schooling", rows), "people": people}})

    return Cases([case(20), case(0)], [case(19), case(1)])


def offences_alike(at: At) -> Cases:
    """Twenty people at least with an offence that shows the same; ten of ten families where it is counted."""
    refs = [f"R{at:05d}" for at in range(60)]
    people = research_table("people", [{"region": "North", "person_study_ref": ref} for ref in refs])

    def counted(families: int, kinds: int) -> dict[str, pl.LazyFrame]:
        there = ("theft", "fraud")[:kinds]
        return {
            "offence_kinds": research_table(
                "offence_kinds",
                [{"offence_group": one, "people": 12, "families": families, "offences": 15} for one in there],
            ),
            "offence_disposals": research_table("offence_disposals", []),
        }

    def case(alike: int, families: int = 10, kinds: int = 2) -> Case:
        rows: list[dict[str, object]] = [
            {"person_study_ref": ref, "offence_group": "robbery" if n < alike else "theft", "disposal": "FINE"}
            for n, ref in enumerate(refs)
        ]
        offending = {"offending": research_table("offending", rows), "people": people}
        return Case({at.key: offending | counted(families, kinds)})

    return Cases([case(20), case(0)], [case(19), case(1), case(20, families=9), case(20, kinds=1)])


def withstands_attack(at: At) -> Cases:
    """A release as the rules make it; one with what they withheld put back."""
    behind = _estimates()
    made = disclosure.propose_release(behind)
    told = made["outcomes"].with_columns(number_with=pl.col("number_with").fill_null(10))
    cases = (Case({at.key: release, "research/estimates": behind}) for release in (made, made | {"outcomes": told}))
    return Cases([next(cases)], [next(cases)])


def apart_from_earlier(at: At) -> Cases:
    """The same again, or without twelve families; without a single one is too near."""
    first = _estimates()
    put_on_record(ParquetStore.of(at.study).store, at.study, disclosure.propose_release(first), first)
    less = {n: Case({at.key: disclosure.propose_release(_estimates(n))}, {"study": at.study}) for n in (0, 1, 12)}
    return Cases([less[0], less[12]], [less[1]])


def withstands_attack_on_all(at: At) -> Cases:
    """Twelve families more in one region: no figure is too near, yet two releases give what each withholds."""
    cases = []
    for more in (0, 300, 12):
        behind = _convicted(more)
        stored = {at.key: disclosure.propose_release(behind), "research/estimates": behind}
        cases.append(Case(stored, {"study": at.study}))
    first = cases[0].stored
    put_on_record(ParquetStore.of(at.study).store, at.study, first[at.key], first["research/estimates"])
    return Cases(cases[:2], cases[2:])


def nobody_leaked(at: At) -> Cases:
    """Somebody of the cohort in a report is found; a data folder with others' names alone is not a leak."""
    cases = []
    for leaks in (False, True):
        store = ParquetStore.of(at.study.model_copy(update={"data": at.folder / str(leaks)})).store
        person = {"forename": "Zebedee", "surname": "Quillfeather", "postcode": "M1 1AE", "address": "1 Moss Row"}
        columns = schema_of(Cohort)
        row = {column: person.get(column) for column in columns}
        store.write(["council", "cohort"], pl.DataFrame([row], schema=columns))
        said = "Zebedee Quillfeather" if leaks else "Florence Dougal"
        store.write_text(["reports", "report"], ".html", f"<p>{said}</p>")
        cases.append(Case(resources={"context": _context(store)}))
    return Cases(cases[:1], cases[1:])


def floors_kept(at: At) -> Cases:
    """Every floor reached by far; one of them missed beyond doubt."""
    return Cases([_figures(at.key, 990)], [_figures(at.key, 990, worst=(floor.department, floor.measure))
                                          for floor in QUALITY_FLOORS])  # fmt: skip


def gaps_within_bounds(at: At) -> Cases:
    """Two groups alike; one far worse than the other."""
    return Cases([_groups(at.key, 970, 960)], [_groups(at.key, 990, 700)])


def below_baseline(at: At) -> Cases:
    """The accepted means, and lower ones under other choices; each a tenth lower, and one that is not there."""
    accepted = accepted_baseline.accepted(Preset.TINY).with_columns(pl.col("department", "measure").cast(pl.String))

    def case(rows: list[dict[str, Any]], **choices: Any) -> Case:
        return Case({at.key: _metrics(rows)}, {"study": Study.of("tiny", **choices)})

    rows = [
        {"department": row["department"], "measure": row["measure"], "value": row["mean"]}
        for row in accepted.iter_rows(named=True)
    ]
    lower = [[other | {"value": other["value"] - 0.1} if other is row else other for other in rows] for row in rows]
    good = [case(rows), *(case(each, noise="hard") for each in lower)]
    return Cases(good, [case(rows[1:]), *(case(each) for each in lower)])


def calibrated(at: At) -> Cases:
    """A finished run as it is; the same where nobody is known to DWP."""
    case = _world(at)
    truth = case.stored["population/truth"]
    unknown = truth | {"people": truth["people"].with_columns(in_dwp=pl.lit(value=False))}
    return Cases([case], [replace(case, stored=case.stored | {"population/truth": unknown})])


def possible_lives(at: At) -> Cases:
    """A finished run as it is; the same with every exclusion on a Saturday."""
    case = _world(at)
    lives = case.stored["population/people"]
    saturday = pl.col("start") - (pl.col("start") + 3) % 7 + 5
    off = lives | {"exclusions": lives["exclusions"].with_columns(saturday.cast(pl.Int32).alias("start"))}
    return Cases([case], [replace(case, stored=case.stored | {"population/people": off})])


def noise_as_requested(at: At) -> Cases:
    """A finished run as it is; the same, were each kind of error to come out a tenth of all records too often.

    What is written down wrongly is drawn again from the settings, so no stored table can make this check fail: the
    failing case is a recorder that errs otherwise than it is asked to.
    """
    case, as_it_is = _world(at), targets.noise_realised

    def oftener(population: Any, settings: Any) -> pl.DataFrame:
        realised = (pl.col("realised") + 0.1).alias("realised")
        off = (pl.col("realised") - pl.col("requested")).abs()
        return as_it_is(population, settings).with_columns(realised).with_columns(
            passed=off <= pl.col("tolerance")
        )  # fmt: skip

    return Cases([case], [replace(case, instead={"noise_realised": oftener})])


CASES: dict[str, Callable[[At], Cases]] = {
    "keeps_contract": keeps_contract,
    "holds_no_identifier": holds_no_identifier,
    "like_the_delivery_before": like_the_delivery_before,
    "planned_before_outcomes": planned_before_outcomes,
    "no_drift_before_the_start": no_drift_before_the_start,
    "nothing_before_the_start": nothing_before_the_start,
    "only_what_the_notice_allows": only_what_the_notice_allows,
    "references_match_identifiers": same_people,
    "ons/attributes: rows_conserved": records_conserved,
    "linkage/linked_people: rows_conserved": same_people,
    "no_person_stands_out": partial(people_alike, "people"),
    "no_family_stands_out": partial(people_alike, "families"),
    "no_outcome_stands_out": partial(people_alike, "family_outcomes"),
    "no_pupil_stands_out": pupils_alike,
    "no_offence_stands_out": offences_alike,
    "no_council_finds_anybody": a_council_finds_nobody,
    "withstands_attack": withstands_attack,
    "apart_from_earlier_releases": apart_from_earlier,
    "withstands_attack_on_all_releases": withstands_attack_on_all,
    "nobody_leaked": nobody_leaked,
    "floors_kept": floors_kept,
    "gaps_within_bounds": gaps_within_bounds,
    "below_baseline": below_baseline,
    "calibrated": calibrated,
    "possible_lives": possible_lives,
    "noise_as_requested": noise_as_requested,
}


def cases_of(check: dg.AssetCheckKey) -> Callable[[At], Cases] | None:
    """The cases of a check; None where nobody wrote any."""
    return CASES.get(f"{check.asset_key.to_user_string()}: {check.name}") or CASES.get(check.name)


def verdicts(made: dg.AssetChecksDefinition, **handed: object) -> Iterator[dg.AssetCheckResult]:
    """What the function of a check finds of what it is handed, up to where a red one would end its step."""
    found = made.op.compute_fn.decorated_fn(**handed)  # type: ignore[union-attr]
    with suppress(PlainFailure):
        yield from [found] if isinstance(found, dg.AssetCheckResult) else found


def evaluated(made: dg.AssetChecksDefinition, name: str, case: Case) -> dg.AssetCheckResult:
    """What a check of the graph says of a case: its own function, handed what its inputs name."""
    handed = {
        argument: case.stored[asset]
        for argument, key in made.keys_by_input_name.items()
        if (asset := key.to_user_string()) in case.stored
    } | dict(case.resources)
    with patch.multiple(targets, **case.instead) if case.instead else nullcontext():
        results = list(verdicts(made, **handed))
    (result,) = (each for each in results if (each.check_name or made.check_key.name) == name)
    return result


def _empty(key: str) -> dict[str, pl.LazyFrame]:
    return {name: pl.LazyFrame(schema=schema_of(contract)) for name, contract in TABLES[key].items()}


def _of(key: str, tables: Mapping[str, pl.LazyFrame]) -> Case:
    return Case({key: tables[""] if set(tables) == {""} else tables})


def _people(refs: str) -> pl.LazyFrame:
    return pl.LazyFrame({"person_id": list(refs)}, schema={"person_id": pl.String})


def _records(refs: str) -> pl.LazyFrame:
    return pl.LazyFrame({"la_code": ["E09000012"] * len(refs), "person_ref": list(refs)})


def _estimates(less: int = 0) -> dict[str, pl.LazyFrame]:
    """Estimates of random counts, where so many families of every cell have withdrawn."""
    cells = random_counts(3, 600)
    return of_counts(counts({cell: (n - less, having) for cell, (n, having) in cells.items()}))


def _convicted(more: int) -> dict[str, pl.LazyFrame]:
    """Estimates of three regions, in one of which so many more families are convicted."""
    of = {"London": (851 + more, 58 + more), "North": (853, 7), "South": (639, 21)}
    return of_counts(
        counts({("family", "conviction", "programme", "year before", name): each for name, each in of.items()})
    )


def _context(store: object) -> Any:
    return SimpleNamespace(resources=SimpleNamespace(io_manager=SimpleNamespace(store=store)))


def _metrics(rows: Sequence[Mapping[str, Any]]) -> pl.LazyFrame:
    """`Metrics` from rows; a rate is of 1,000, and its interval lies a hundredth around it."""
    filled = []
    for row in rows:
        value = row["value"]
        rate = {"numerator": round(1000 * value), "denominator": 1000}
        ends = {"low": max(0.0, value - 0.01), "high": min(1.0, value + 0.01)}
        filled.append({"breakdown": "all", "level": "all"} | rate | ends | dict(row))
    return pl.LazyFrame(filled, schema=schema_of(Metrics))


def _figures(key: str, right: int, worst: tuple[str, str] | None = None) -> Case:
    rows = [
        {"department": floor.department, "measure": floor.measure,
         "value": 0.5 if (floor.department, floor.measure) == worst else right / 1000}
        for floor in QUALITY_FLOORS
    ]  # fmt: skip
    return Case({key: _metrics(rows)})


def _groups(key: str, one: int, other: int) -> Case:
    of = {"department": "dfe", "measure": "recall"}
    sides = [
        of | {"breakdown": "community", "level": name, "value": right / 1000}
        for name, right in (("one", one), ("other", other))
    ]
    both = of | {"value": (one + other) / 2000, "numerator": one + other, "denominator": 2000}
    return Case({key: _metrics([both, *sides])})


def _world(at: At) -> Case:
    study, read = at.finished()
    keys = ["population/truth", "population/people", "council/cohort"]
    keys += [f"{name}/{table}" for name, department in DEPARTMENTS.items()
             for table in (department.people[0], department.histories[0])]  # fmt: skip
    return Case({key: read(key) for key in keys}, {"study": study})
