"""The asset checks: what must hold before anything downstream is made.

Checks as Dagster sees them, made by factories from the contracts and from the rooms' own rules. What stops things
is a blocking ERROR. Each check has a passing and a failing test.
"""

from collections.abc import Mapping

import dagster as dg
import dataframely as dy
import polars as pl

from tf_linkage import custody, intake, quality
from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.link_requests import HashedRequest
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.audit.sizes import size_class
from tf_linkage.defs.assets.extracts import extract_keys
from tf_linkage.defs.assets.microdata_risk import risk_checks
from tf_linkage.defs.checks.accepted import no_worse_than_accepted
from tf_linkage.defs.checks.leaks import no_leak
from tf_linkage.defs.checks.placebos import no_drift_before_the_start, nothing_before_the_start
from tf_linkage.defs.checks.planned import planned_before_outcomes
from tf_linkage.defs.gates import gate, refuse_red
from tf_linkage.defs.io import ParquetStore
from tf_linkage.defs.metadata.charts import records_of
from tf_linkage.defs.metadata.description import DOUBT, ERROR, WARNING, asset_key
from tf_linkage.defs.resources import StudyKey
from tf_linkage.rehearsal import accepted_baseline
from tf_linkage.study import COUNCILS, DepartmentSource, LinkageOn, Source, Study
from tf_linkage.workspace.catalogue import (
    ASSESSED,
    EFFECT_RECOVERY,
    OF_THE_SIMULATION,
    OR_ELSE,
    TABLES,
    at_departments,
)
from tf_linkage.workspace.rights_requests import asked_cohort

DEIDENTIFIED = ("return", "research/", "quality/", "published/")
"""Assets in which no direct identifier may stand (law 5)."""


def study_checks(study: Study) -> list[dg.AssetChecksDefinition]:
    """Every check of a study."""
    simulated = study.source is Source.SIMULATION
    here = [name for name in DEPARTMENTS if study.source_of(name) is not DepartmentSource.RETURN]
    besides = at_departments(set(DEPARTMENTS) - set(here)) | (
        set() if study.wholly_simulated else {EFFECT_RECOVERY, *ASSESSED}
    )
    keys = [key for key in TABLES if key not in besides and (simulated or not key.startswith(OF_THE_SIMULATION))]
    return [
        *(table_check(key) for key in keys),
        *(like_the_delivery_before(key, TABLES[key]) for key in extract_keys(study)),
        people_of_identifiers(
            "ons/attributes",
            "references_match_identifiers",
            "The people of the attributes are exactly the people of the identifiers.",
        ),
        cohort_conserved(),
        people_of_identifiers(
            "linkage/linked_people", "rows_conserved", "Everyone ONS holds has one row, linked or not."
        ),
        no_leak(),
        nothing_before_the_start(),
        no_drift_before_the_start(),
        planned_before_outcomes(),
        *risk_checks(counted=simulated),
        *(request_as_allowed(name) for name in here),
        *([quality_floors()] if simulated else []),
        *([no_worse_than_accepted()] if accepted_baseline.held_to(study) else []),
    ]


def table_check(key: str) -> dg.AssetChecksDefinition:
    """The checks of one asset's tables, made in one scan: contract, rows, and no identifier where none may be."""
    specs = [
        dg.AssetCheckSpec(
            "keeps_contract",
            asset=asset_key(key),
            blocking=True,
            metadata=ERROR,
            description="Columns, types, codes, keys and rules are as the contract declares.",
        )
    ]
    deidentified = any(key.startswith(kind) or key.endswith(f"/{kind}") for kind in DEIDENTIFIED)
    if deidentified:
        specs.append(
            dg.AssetCheckSpec(
                "holds_no_identifier",
                asset=asset_key(key),
                blocking=True,
                metadata=ERROR,
                description="No stored column is a direct identifier of any contract (law 5).",
            )
        )

    @dg.multi_asset_check(
        name=f"{key.replace('/', '_')}_checks",
        specs=specs,
        ins={"stored": dg.AssetIn(asset_key(key))},
    )
    def check(stored):  # type: ignore[no-untyped-def]
        tables = stored if isinstance(stored, Mapping) else {"": stored}
        broken = broken_rules(tables, _kept(key, tables))
        results = [
            dg.AssetCheckResult(
                passed=not broken,
                asset_key=asset_key(key),
                check_name="keeps_contract",
                description="; ".join(broken) or "as declared",
                metadata={"rules broken": len(broken)},
            )
        ]
        if deidentified:
            found = sorted(
                {name for table in tables.values() for name in custody.identifiers_in(table.collect_schema())}
            )
            results.append(
                dg.AssetCheckResult(
                    passed=not found,
                    asset_key=asset_key(key),
                    check_name="holds_no_identifier",
                    description=f"direct identifiers: {', '.join(found)}" if found else "none",
                    metadata={"columns": ", ".join(found) or "none"},
                )
            )
        yield from results
        refuse_red((f"{result.check_name} of {key}", result) for result in results)

    return check


def _kept(key: str, tables: Mapping[str, pl.LazyFrame]) -> Mapping[str, type[dy.Schema]]:
    """The contract that tables are to keep: the one whose columns they have, where there are two."""
    other = OR_ELSE.get(key, {})
    hashed = other and all(set(tables[name].collect_schema()) == set(other[name].columns()) for name in tables)
    return other if hashed else TABLES[key]


def like_the_delivery_before(key: str, contracts: Mapping[str, type[dy.Schema]]) -> dg.AssetChecksDefinition:
    """A warning where a delivery looks unlike the one before it."""

    @dg.asset_check(
        asset=asset_key(key),
        name="like_the_delivery_before",
        metadata=WARNING,
        description="Rows, shares of blank cells and shares of codes are about those of the delivery before. It "
        "warns; what changed for a reason may go on.",
    )
    def check(stored, io_manager: dg.ResourceParam[ParquetStore]):  # type: ignore[no-untyped-def]
        tables = stored if isinstance(stored, Mapping) else {"": stored}
        seen = {name: intake.profile(table) for name, table in tables.items() if name in contracts}
        path = io_manager.store.profiles(key)
        return profile_verdict(intake.against_the_last(path, seen))

    return check


def profile_verdict(broken: list[str] | None) -> dg.AssetCheckResult:
    """A warning when anything moved."""
    return dg.AssetCheckResult(
        passed=not broken,
        severity=dg.AssetCheckSeverity.WARN,
        description="the first delivery here" if broken is None else "; ".join(broken) or "as before",
        metadata={"breaks": len(broken or [])},
    )


def broken_rules(tables: Mapping[str, pl.LazyFrame], contracts: Mapping[str, type[dy.Schema]]) -> list[str]:
    """What the tables break of their contracts: table, rule and number of rows, never a value."""
    broken = [f"{name or 'table'} is missing" for name in contracts if name not in tables]
    broken += [f"{name or 'table'} is in no contract" for name in tables if name not in contracts]
    for name, contract in contracts.items():
        if name not in tables:
            continue
        said = f"{name}: " if name else ""
        if other := unlike(tables[name].collect_schema(), schema_of(contract)):
            broken.append(f"{said}columns or types differ from the contract: {other}")
            continue
        _, failures = contract.filter(tables[name].collect())
        broken += [f"{said}{rule}: {rows} rows" for rule, rows in sorted(failures.counts().items())]
    return broken


def unlike(made: pl.Schema, declared: pl.Schema) -> str:
    """How a table's columns differ from those declared, by the contract's own names; nothing where they do not."""
    if made == declared:
        return ""
    missing = [name for name in declared if name not in made]
    typed = [name for name in declared if name in made and made[name] != declared[name]]
    more = len(set(made) - set(declared))
    said = [f"{name} is missing" for name in missing] + [f"{name} has another type" for name in typed]
    return ", ".join([*said, *([f"{more} not declared"] if more else [])]) or "their order"


def people_of_identifiers(table: str, name: str, description: str) -> dg.AssetChecksDefinition:
    """A table holds exactly the people whose identifiers ONS holds."""

    @gate(
        asset=asset_key(table),
        name=name,
        description=description,
        additional_ins={"identifiers": dg.AssetIn(asset_key("ons/identifiers"))},
    )
    def check(people: pl.LazyFrame, identifiers: pl.LazyFrame) -> dg.AssetCheckResult:
        return same_people(people, identifiers)

    return check


def same_people(left: pl.LazyFrame, right: pl.LazyFrame, column: str = "person_id") -> dg.AssetCheckResult:
    """Whether two tables name the same people, by reference."""
    only_left = _rows(left.join(right, on=column, how="anti"))
    only_right = _rows(right.join(left, on=column, how="anti"))
    return dg.AssetCheckResult(
        passed=only_left == 0 and only_right == 0,
        description=f"{only_left} people in the first alone, {only_right} in the second alone",
        metadata={"in the first alone": only_left, "in the second alone": only_right},
    )


def cohort_conserved() -> dg.AssetChecksDefinition:
    """No record a council sent is lost, and none appears from nowhere."""

    @gate(
        asset=asset_key("ons/attributes"),
        name="rows_conserved",
        description="Every record of the councils' extracts has one row among the attributes, but for records of "
        "people who asked to leave.",
        additional_ins={"cohort": dg.AssetIn(asset_key("council/cohort"))},
    )
    def check(
        attributes: pl.LazyFrame,
        cohort: pl.LazyFrame,
        study_key: dg.ResourceParam[StudyKey],
        io_manager: dg.ResourceParam[ParquetStore],
    ) -> dg.AssetCheckResult:
        asked = asked_cohort(io_manager.store, cohort, study_key.key(), by="rows_conserved")
        return records_conserved(attributes, asked)

    return check


def records_conserved(attributes: pl.LazyFrame, cohort: pl.LazyFrame) -> dg.AssetCheckResult:
    """Whether every record that may be processed has its row of attributes, and no other has one."""
    sent, kept = _rows(cohort), _rows(attributes)
    lost = _rows(cohort.join(attributes, on=["la_code", "person_ref"], how="anti"))
    return dg.AssetCheckResult(
        passed=sent == kept and lost == 0,
        description=f"{abs(sent - kept)} more or fewer than sent, {lost} lost, of {size_class(sent)}",
        metadata={"sent": size_class(sent), "kept": size_class(kept), "lost": lost},
    )


def request_as_allowed(name: str) -> dg.AssetChecksDefinition:
    """A department is sent what the notice lets it see, or hashes of that, and nothing else."""
    allowed = {"request_ref", *DEPARTMENTS[name].request_columns}

    @gate(
        asset=asset_key(f"{name}/link_request"),
        name="only_what_the_notice_allows",
        description=f"Columns are {', '.join(sorted(allowed))} and no others; where the study links without names, "
        "keyed hashes of what it links on, and nothing in the clear.",
    )
    def check(link_request: pl.LazyFrame, study: dg.ResourceParam[Study]) -> dg.AssetCheckResult:
        kind = study.linkage_on_of(name)
        if kind is LinkageOn.CLEAR:
            return columns_allowed(link_request, allowed)
        return hashes_alone(link_request, kind, nino="nino" in allowed)

    return check


def columns_allowed(table: pl.LazyFrame, allowed: set[str]) -> dg.AssetCheckResult:
    """Whether a table has the allowed columns and no others."""
    extra = sorted(set(table.collect_schema()) - allowed)
    return dg.AssetCheckResult(
        passed=not extra,
        description=f"not allowed: {', '.join(extra)}" if extra else "as allowed",
        metadata={"columns beyond what is allowed": len(extra)},
    )


def hashes_alone(request: pl.LazyFrame, kind: LinkageOn, *, nino: bool) -> dg.AssetCheckResult:
    """Whether a request holds hashes of what it is linked on and nothing else.

    Args:
        request: the request.
        kind: what the department links on.
        nino: whether the department is sent National Insurance numbers.
    """
    names = list(schema_of(HashedRequest))
    extra = sorted(set(request.collect_schema()) - set(names))
    held = request.collect()
    ours = ("key_",) if kind is LinkageOn.MATCHKEYS else ("hash_", *(["bloom_"] if kind is LinkageOn.BLOOM else []))
    apart = {"request_ref", "linkage_on", "key_name"}
    filled = [name for name in names if name in held.columns and name not in apart and held[name].count()]
    extra += [name for name in filled if not name.startswith(ours) or (name == "hash_nino" and not nino)]
    if "linkage_on" in held.columns and (held["linkage_on"].cast(pl.String) != kind).any():
        extra.append("rows of another kind")
    return dg.AssetCheckResult(
        passed=not extra and bool(filled),
        description=f"not allowed: {', '.join(extra)}" if extra else "as allowed" if filled else "no hashes",
        metadata={"columns beyond what is allowed": len(extra)},
    )


def quality_floors() -> dg.AssetChecksDefinition:
    """No figure lies below its floor, and no group fares worse than its bound, beyond sampling doubt."""
    key = asset_key("quality/linkage_quality")

    @dg.multi_asset_check(
        name="quality_bounds",
        specs=[
            dg.AssetCheckSpec(
                "floors_kept",
                asset=key,
                metadata=DOUBT,
                description="Precision and recall reach the floors that were fixed beforehand, with their reasons.",
            ),
            dg.AssetCheckSpec(
                "gaps_within_bounds",
                asset=key,
                metadata=DOUBT,
                description="No group fares worse than everybody else by more than its bound.",
            ),
        ],
        ins={"figures": dg.AssetIn(key)},
    )
    def check(figures):  # type: ignore[no-untyped-def]
        metrics = figures.collect()
        yield verdict("floors_kept", quality.floors_missed(metrics), quality.floor_results(metrics))
        yield verdict("gaps_within_bounds", quality.gaps_missed(metrics), quality.gaps(metrics))

    return check


def verdict(name: str, missed: pl.DataFrame, results: pl.DataFrame) -> dg.AssetCheckResult:
    """Red when a bound is missed beyond doubt, a warning when one is in doubt or cannot be judged."""
    statuses = results.get_column("status").cast(pl.String)
    doubtful = statuses.is_in(["in doubt", "not judged"])
    return dg.AssetCheckResult(
        asset_key=asset_key("quality/linkage_quality"),
        check_name=name,
        passed=missed.is_empty() and not doubtful.any(),
        severity=dg.AssetCheckSeverity.WARN if missed.is_empty() else dg.AssetCheckSeverity.ERROR,
        description="; ".join(_said(row) for row in results.filter(statuses != "kept").iter_rows(named=True))
        or "all kept",
        # What is not kept stands first.
        metadata={"bounds": records_of(results.sort(statuses == "kept", maintain_order=True))},
    )


def _said(row: Mapping[str, object]) -> str:
    worst = row.get("worst")
    of = f" of {COUNCILS.get(str(worst), worst)}" if worst is not None else ""
    return f"{row['department']} {row['measure']}{of}: {row['status']}"


def _rows(table: pl.LazyFrame) -> int:
    return int(table.select(pl.len()).collect().item())
