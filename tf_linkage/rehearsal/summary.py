"""What a person reads when the main job has run.

The text of the summary, from the stored figures.
"""

from pathlib import Path

import polars as pl

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.study import Source, Study
from tf_linkage.workspace.folder import store_of
from tf_linkage.workspace.store import Store, relative

COUNTS = ("sent", "present", "linked")
RATES = ("match_rate", "precision", "recall")


def summary(study: Study) -> str:
    """Per department: people sent, present there, linked, precision, recall; then where to look."""
    store = Store(study.data, study.source is Source.SIMULATION)
    figures = store.read(["quality", "linkage_quality"])
    assert isinstance(figures, pl.LazyFrame)  # noqa: S101 - the asset is one table by its contract
    overall = figures.filter(pl.col("breakdown") == "all").collect()
    found = {(str(row["department"]), str(row["measure"])): row for row in overall.iter_rows(named=True)}
    lines = ["", f"{'':<6}" + "".join(f"{name.replace('_', ' '):>12}" for name in COUNTS) + _rate_heads()]
    for name in DEPARTMENTS:
        counts = "".join(_count(found.get((name, measure))) for measure in COUNTS)
        rates = "".join(_rate(found.get((name, measure))) for measure in RATES)
        lines.append(f"{DEPARTMENTS[name].short:<6}{counts}{rates}")
    lines += ["", "Match rate is not recall: many people sent are in no register of that department."]
    if study.source is Source.FILES:
        lines.append("Without the truth of a simulation, people present, precision and recall are not known.")
    report = store.place(["quality", "report"]).with_suffix(".html")
    database = study.data / "research" / "linked.duckdb"
    lines += ["", f"Report: {_shown(report)}", f"Database for researchers: {_shown(database)}"]
    return "\n".join(lines)


def vaults(study: Study) -> str:
    """Where the vaults are, what opens them, and what day it is in the study."""
    store = store_of(study)
    passwords = store.passwords().rehearsal_file
    opened = "custodians' own passwords"
    if passwords is not None and passwords.exists():
        opened = f"passwords that this rehearsal made: {relative(passwords)}"
    return (
        f"Vaults: {relative(study.data / 'custody')}/, under {opened}\n"
        f"Day of the study: {store.clock().today()}. Departments destroy what they were sent by "
        f"{store.deadlines.month} (job end_of_month), ONS all it holds by {store.deadlines.end} "
        "(job end_of_study)."
    )


def _rate_heads() -> str:
    return "".join(f"{name.replace('_', ' '):>26}" for name in RATES)


def _count(row: dict[str, object] | None) -> str:
    return f"{'-':>12}" if row is None or row["value"] is None else f"{round(float(str(row['value']))):>12,}"


def _rate(row: dict[str, object] | None) -> str:
    if row is None or row["value"] is None:
        return f"{'-':>26}"
    value, low, high = (float(str(row[name])) for name in ("value", "low", "high"))
    return f"{f'{value:.1%} ({low:.1%} to {high:.1%})':>26}"


def _shown(path: Path) -> str:
    return relative(path) if path.exists() else f"{relative(path)} (not made)"
