"""Clerical review of a department's links, by the department alone: with its own password, in its own folder.

What is read from the vault, laid on the clerks' desk, and put back.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tf_linkage import custody, intake, linkage
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.audit.sizes import size_class
from tf_linkage.custody.vault.clerks_desk import Desk
from tf_linkage.errors import TfLinkageError
from tf_linkage.hints import command
from tf_linkage.linkage import LinkResult
from tf_linkage.linkage.review.answers import Agreement, agreement_of, answers_of, verdicts_of
from tf_linkage.linkage.review.applied import with_answers
from tf_linkage.linkage.review.sheets import REVIEW, clerks_sheet, review_sheet, simulated_answers
from tf_linkage.pages.spreadsheets import spreadsheet_safe
from tf_linkage.quality.measures.judging import owners
from tf_linkage.study import Study
from tf_linkage.workspace.environment import bounds_of
from tf_linkage.workspace.store import Store

PAIRS, DECISIONS = "review_pairs", "review_decisions"
"""Datasets of a department's vault: what clerks are asked about, and what they decided."""

IDS = ["left_id", "right_id"]


class ReviewRefused(TfLinkageError):
    """There is nothing to review, or no review to read."""


@dataclass(frozen=True)
class Imported:
    """What a review came to.

    Attributes:
        confirmed: pairs that are links.
        rejected: pairs that are not.
        open: pairs on which reviewers differ or are unsure; they stay as they were.
        agreement: of the pairs that two reviewed; None if none was.
    """

    confirmed: int
    rejected: int
    open: int
    agreement: Agreement | None


def export_review(store: Store, study: Study, name: str, *, most: int) -> tuple[list[Path], int]:
    """Lay out the pairs of a department's review zone that no clerk has seen yet.

    Args:
        store: the data folder.
        study: the study, of which thresholds, engine and bounds are used.
        name: the department.
        most: pairs at most.

    Returns:
        The sheets, one for each reviewer, and the number of pairs.

    Raises:
        ReviewRefused: no pair is left to review.
        CustodyRefused: there are sheets already.
    """
    department, desk = DEPARTMENTS[name], Desk(store.vault(name))
    request, register = (_table(store, name, table) for table in ("link_request", department.people[0]))
    model = linkage.department_model(
        name,
        department.request_columns,
        link_threshold=study.link_threshold,
        review_threshold=study.review_threshold,
    )
    result = linkage.link(request, register, model, engine=study.engine, bounds=bounds_of(study))
    before = _kept(store, name, DECISIONS)
    answered = None if before is None else before.select(IDS).unique(maintain_order=True)
    sheet = review_sheet(result, request, register, most=most, answered=answered)
    if sheet.is_empty():
        raise ReviewRefused(f"no pair of {name} is left for clerks: none is in doubt, or all were decided before")
    desk.must_be_clear()
    _keep(store, name, PAIRS, sheet.select(list(REVIEW)))
    shown = {number: clerks_sheet(sheet, number) for number in range(1, _reviewers(sheet) + 1)}
    paths = desk.lay_out({_file(number): _as_csv(rows) for number, rows in shown.items()})
    store.ledger().append(
        store.clock().today(),
        "written",
        name,
        f"{name}/review, in the clear for clerks",
        size=size_class(sheet.height),
    )
    return paths, sheet.height


def import_review(store: Store, name: str) -> Imported:
    """Read the sheets back, keep the decisions in the vault, and clear the desk.

    Raises:
        ReviewRefused: no sheets.
        InputRefused, LinkageRefused: a sheet is not sound; nothing is kept, and the sheets stay.
    """
    desk, asked, paths = _laid_out(store, name)
    sheets = {path.name: intake.read_table(path).collect() for path in paths}
    decisions = answers_of(sheets, asked)
    before = _kept(store, name, DECISIONS)
    if before is not None:
        earlier = before.join(decisions, on=IDS, how="anti", maintain_order="left")
        _keep(store, name, DECISIONS, pl.concat([earlier, decisions]).sort(*IDS, "reviewer"))
    else:
        _keep(store, name, DECISIONS, decisions)
    desk.clear()
    store.ledger().append(store.clock().today(), "read", name, f"{name}/review", by="review, then cleared away")
    verdicts = verdicts_of(decisions)
    confirmed = verdicts.filter(pl.col("decision") == "link").height
    pairs = decisions.select(IDS).unique().height
    twice = (decisions["reviewer"] == 2).any()
    return Imported(
        confirmed, verdicts.height - confirmed, pairs - verdicts.height, agreement_of(decisions) if twice else None
    )


def simulate_clerks(store: Store, study_key: bytes, name: str, *, wrong: float) -> list[Path]:
    """Fill the sheets in as imperfect reviewers would, who know the truth; for a rehearsal.

    Args:
        store: the data folder of a simulated study.
        study_key: the key of its references.
        name: the department.
        wrong: share of answers that are wrong.

    Raises:
        ReviewRefused: no sheets, or no simulated world behind them.
    """
    desk, asked, paths = _laid_out(store, name)
    if not store.simulated:
        raise ReviewRefused("only the people of a simulation can be told apart without a clerk")
    truth = store.read(["population", "truth"])
    assert isinstance(truth, dict)  # noqa: S101 - a set of tables by its contract
    attributes, request = (_lazy(store, key) for key in (["ons", "attributes"], [name, "link_request"]))
    records = truth["records"].collect()
    people = custody.people_asked(request, attributes, custody.recipient_key(study_key, name)).collect()
    owned = owners(attributes.collect(), records).join(people, on="person_id")
    register = records.filter(pl.col("body").cast(pl.String) == name)
    same = owned.join(register, on="true_person").select(left_id="request_ref", right_id="record_key")
    answers = {}
    for number, path in enumerate(paths, start=1):
        decided = simulated_answers(asked, same, reviewer=number, wrong=wrong).select("pair", "decision")
        shown = intake.read_table(path).collect()
        if answered := shown["decision"].drop_nulls().len():
            raise ReviewRefused(
                f"{path}: somebody has filled in {answered:,} decisions, which would be lost; import them, or lay "
                "the sheets out anew (review export --anew)"
            )
        shown = shown.drop("decision").with_columns(pl.col("pair").cast(pl.Int64))
        filled = shown.join(decided, on="pair", how="left", maintain_order="left")
        answers[path.name] = _as_csv(filled.select("pair", "decision", pl.exclude("pair", "decision")))
    desk.clear()
    return desk.lay_out(answers)


def _laid_out(store: Store, name: str) -> tuple[Desk, pl.DataFrame, list[Path]]:
    """The desk, what was asked, and the sheets, all of which must be there."""
    desk, asked = Desk(store.vault(name)), _kept(store, name, PAIRS)
    if asked is None or not desk.sheets():
        raise ReviewRefused(
            f"there are no sheets of {name}; lay them out with: "
            + command("review", "export", name, data=store.root)
        )
    paths = [desk.folder / _file(number) for number in range(1, _reviewers(asked) + 1)]
    if lost := [path for path in paths if path not in desk.sheets()]:
        raise ReviewRefused(f"{lost[0]} is not there; every reviewer's sheet is needed, under the name it had")
    return desk, asked, paths


def _reviewers(asked: pl.DataFrame) -> int:
    return int(asked["reviewers"].max())  # type: ignore[arg-type]


def _file(reviewer: int) -> str:
    return f"sheet_{reviewer}.csv"


def as_clerks_decided(store: Store, name: str, result: LinkResult) -> LinkResult:
    """A department's links with the decisions that its vault holds, if it holds any."""
    decisions = _kept(store, name, DECISIONS)
    return result if decisions is None else with_answers(result, decisions)


def _as_csv(sheet: pl.DataFrame) -> bytes:
    """The sheet for a spreadsheet: with a byte order mark, so that accents stay, and no cell that it would run."""
    return spreadsheet_safe(sheet.lazy()).collect().write_csv(include_bom=True).encode()


def _table(store: Store, name: str, table: str) -> pl.LazyFrame:
    found = _lazy(store, [name, table])
    if store.in_vault([name, table]):
        store.ledger().append(store.clock().today(), "read", name, table, by="review")
    return found


def _lazy(store: Store, key: list[str]) -> pl.LazyFrame:
    found = store.read(key)
    assert isinstance(found, pl.LazyFrame)  # noqa: S101 - the asset is one table by its contract
    return found


def _kept(store: Store, name: str, dataset: str) -> pl.DataFrame | None:
    if dataset not in store.vault(name).datasets():
        return None
    return _lazy(store, [name, dataset]).collect()


def _keep(store: Store, name: str, dataset: str, table: pl.DataFrame) -> None:
    store.write([name, dataset], table)
    store.ledger().append(
        store.clock().today(), "written", name, f"{name}/{dataset}", size=size_class(table.height)
    )
