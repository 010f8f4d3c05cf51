"""Clerical review of a department's links, by the department alone: with its own password, in its own folder.

What is read from the vault, laid on the clerks' desk, and put back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tf_linkage import intake, linkage
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.audit.sizes import size_class
from tf_linkage.custody.vault.clerks_desk import Desk
from tf_linkage.linkage import LinkResult
from tf_linkage.linkage.review.answers import Agreement, agreement_of, answers_of, differing, verdicts_of
from tf_linkage.linkage.review.applied import with_answers
from tf_linkage.linkage.review.homes import others_at_home
from tf_linkage.linkage.review.pages import clerks_page
from tf_linkage.linkage.review.sheets import (
    REVIEW,
    THIRD,
    clerks_sheet,
    review_sheet,
    side_by_side,
)
from tf_linkage.pages.clerks_page import as_typed, new_key
from tf_linkage.study import Study
from tf_linkage.workspace.custodians.linking import model_for, must_have_names
from tf_linkage.workspace.custodians.review_tables import (
    DECISIONS,
    IDS,
    PAGE,
    PAIRS,
    ReviewRefused,
    as_csv,
    file_of,
    keep,
    kept,
    laid_out,
    reviewers,
    table_of,
)
from tf_linkage.workspace.environment import bounds_of
from tf_linkage.workspace.store import Store


@dataclass(frozen=True)
class Imported:
    """What a review came to.

    Attributes:
        confirmed: pairs that are links.
        rejected: pairs that are not.
        open: pairs on which reviewers differ or are unsure; they stay as they were.
        agreement: of the pairs that two reviewed; None if none was.
        differ: pairs on which two reviewers differ, which a third may settle.
    """

    confirmed: int
    rejected: int
    open: int
    agreement: Agreement | None
    differ: int


@dataclass(frozen=True)
class LaidOut:
    """What clerks are handed.

    Attributes:
        paths: the sheets or pages, one for each reviewer.
        pairs: pairs on the first.
        keys: by file name, the key that opens a page; it is kept nowhere.
    """

    paths: list[Path]
    pairs: int
    keys: Mapping[str, str]


def export_review(store: Store, study: Study, name: str, *, most: int, pages: bool = False) -> LaidOut:
    """Lay out the pairs of a department's review zone that no clerk has seen yet.

    Args:
        store: the data folder.
        study: the study, of which thresholds, engine and bounds are used.
        name: the department.
        most: pairs at most.
        pages: encrypted pages instead of sheets in the clear.

    Raises:
        ReviewRefused: no pair is left to review.
        CustodyRefused: there are sheets already.
    """
    request, register, model = linked_tables(store, study, name)
    result = linkage.link(request, register, model, engine=study.engine, bounds=bounds_of(study))
    before = kept(store, name, DECISIONS)
    answered = None if before is None else before.select(IDS).unique(maintain_order=True)
    sheet = review_sheet(result, request, register, most=most, answered=answered)
    if sheet.is_empty():
        raise ReviewRefused(f"no pair of {name} is left for clerks: none is in doubt, or all were decided before")
    return _lay_out(store, name, sheet, others_at_home(sheet, request, register, model) if pages else None)


def settle_review(store: Store, study: Study, name: str, *, pages: bool = False) -> LaidOut:
    """Lay out, for a third reviewer, the pairs on which two have differed.

    Args:
        store: the data folder.
        study: the study.
        name: the department.
        pages: an encrypted page instead of a sheet in the clear.

    Raises:
        ReviewRefused: reviewers differ on no pair.
        CustodyRefused: there are sheets already.
    """
    decisions = kept(store, name, DECISIONS)
    open_ = None if decisions is None else differing(decisions)
    if open_ is None or open_.is_empty():
        raise ReviewRefused(f"no two reviewers of {name} differ on a pair that is still open")
    request, register, model = linked_tables(store, study, name)
    numbered = open_.with_row_index("pair", offset=1).with_columns(stands_for=pl.lit(1), reviewers=pl.lit(THIRD))
    sheet = side_by_side(numbered, request, register, model)
    said = dict(zip(numbered["pair"].to_list(), numbered["said"].to_list(), strict=True))
    homes = others_at_home(sheet, request, register, model) if pages else None
    return _lay_out(store, name, sheet, homes, said)


def linked_tables(store: Store, study: Study, name: str) -> tuple[pl.LazyFrame, pl.LazyFrame, linkage.Model]:
    """A department's two tables and the model that links them.

    Raises:
        StudyRefused: the department was sent hashes, which no clerk can read.
    """
    must_have_names(study, name, "clerks to compare or search for")
    department = DEPARTMENTS[name]
    request, register = (table_of(store, name, table) for table in ("link_request", department.people[0]))
    return request, register, model_for(study, name)


def _lay_out(
    store: Store,
    name: str,
    sheet: pl.DataFrame,
    homes: pl.DataFrame | None,
    said: Mapping[int, Sequence[str]] | None = None,
) -> LaidOut:
    """Put sheets on the desk, or pages where `homes` is given, and what they say of whom into the vault."""
    desk = Desk(store.vault(name))
    desk.must_be_clear()
    keep(store, name, PAIRS, sheet.select(list(REVIEW)))
    shown = {number: clerks_sheet(sheet, number) for number in reviewers(sheet)}
    keys: dict[str, str] = {}
    if homes is None:
        files = {file_of(number): as_csv(_with_what_was_said(rows, said)) for number, rows in shown.items()}
    else:
        files = {}
        for number, rows in shown.items():
            key, file = new_key(), file_of(number, PAGE)
            files[file] = clerks_page(rows, Path(file).stem, homes, said).written(key).encode()
            keys[file] = as_typed(key)
    paths = desk.lay_out(files)
    how = "in the clear for clerks" if homes is None else "as encrypted pages for clerks"
    size = size_class(sheet.height)
    store.ledger().append(store.clock().today(), "written", name, f"{name}/review, {how}", size=size)
    return LaidOut(paths, next(iter(shown.values())).height, keys)


def _with_what_was_said(rows: pl.DataFrame, said: Mapping[int, Sequence[str]] | None) -> pl.DataFrame:
    if said is None:
        return rows
    words = pl.Series("earlier decisions", [" and ".join(said[pair]) for pair in rows["pair"].to_list()])
    return rows.select("pair", "decision", words, pl.exclude("pair", "decision"))


def import_review(store: Store, name: str, given: Path | None = None) -> Imported:
    """Read the sheets back, keep the decisions in the vault, and clear the desk.

    Args:
        store: the data folder.
        name: the department.
        given: folder in which the decisions lie; the desk itself unless said. Nothing in it is touched.

    Raises:
        ReviewRefused: no sheets.
        InputRefused, LinkageRefused: a sheet is not sound; nothing is kept, and the sheets stay.
    """
    desk, asked, paths = laid_out(store, name, given)
    if lost := [path for path in paths if not path.is_file()]:
        raise ReviewRefused(
            f"{lost[0]} is not there; every reviewer's decisions are needed, under the name that the sheet or page "
            "gives them"
        )
    sheets = {path.name: intake.read_table(path).collect() for path in paths}
    decisions = answers_of(sheets, asked, first=reviewers(asked)[0])
    before = kept(store, name, DECISIONS)
    if before is not None:
        # A third reviewer's word stands next to what it settles; a pair that was shown anew counts as it is now.
        by = [*IDS, "reviewer"] if THIRD in decisions["reviewer"] else IDS
        earlier = before.join(decisions, on=by, how="anti", maintain_order="left")
        keep(store, name, DECISIONS, pl.concat([earlier, decisions]).sort(*IDS, "reviewer"))
    else:
        keep(store, name, DECISIONS, decisions)
    desk.clear()
    store.ledger().append(store.clock().today(), "read", name, f"{name}/review", by="review, then cleared away")
    verdicts = verdicts_of(decisions)
    confirmed = verdicts.filter(pl.col("decision") == "link").height
    pairs = decisions.select(IDS).unique().height
    twice = (decisions["reviewer"] == 2).any()
    return Imported(
        confirmed,
        verdicts.height - confirmed,
        pairs - verdicts.height,
        agreement_of(decisions) if twice else None,
        differing(decisions).height,
    )


def as_clerks_decided(store: Store, name: str, result: LinkResult) -> LinkResult:
    """A department's links with the decisions that its vault holds, if it holds any."""
    decisions = kept(store, name, DECISIONS)
    return result if decisions is None else with_answers(result, decisions)
