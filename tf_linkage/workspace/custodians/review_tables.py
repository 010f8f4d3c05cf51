"""The tables of a department's clerical review: what its vault keeps of it, and the files on the clerks' desk."""

from pathlib import Path

import polars as pl

from tf_linkage.custody.audit.sizes import size_class
from tf_linkage.custody.vault.clerks_desk import Desk
from tf_linkage.errors import TfLinkageError
from tf_linkage.hints import command
from tf_linkage.linkage.review.sheets import THIRD
from tf_linkage.pages.spreadsheets import spreadsheet_safe
from tf_linkage.workspace.store import Store

PAIRS, DECISIONS = "review_pairs", "review_decisions"
"""Datasets of a department's vault: what clerks are asked about, and what they decided."""

IDS = ["left_id", "right_id"]
PAGE = ".html"


class ReviewRefused(TfLinkageError):
    """There is nothing to review, or no review to read."""


def laid_out(store: Store, name: str, given: Path | None = None) -> tuple[Desk, pl.DataFrame, list[Path]]:
    """The desk, what was asked, and where each reviewer's decisions should lie."""
    desk, asked = Desk(store.vault(name)), kept(store, name, PAIRS)
    if asked is None or not desk.sheets():
        raise ReviewRefused(
            f"there are no sheets of {name}; lay them out with: "
            + command("review", "export", name, data=store.root)
        )
    return desk, asked, [(given or desk.folder) / file_of(number) for number in reviewers(asked)]


def reviewers(asked: pl.DataFrame) -> list[int]:
    """Numbers of those who are asked: the third alone, where two have answered before."""
    most = int(asked["reviewers"].max())  # type: ignore[arg-type]
    return [THIRD] if most == THIRD else list(range(1, most + 1))


def file_of(reviewer: int, suffix: str = ".csv") -> str:
    """Name of a reviewer's sheet, or page."""
    return f"sheet_{reviewer}{suffix}"


def as_csv(sheet: pl.DataFrame) -> bytes:
    """The sheet for a spreadsheet: with a byte order mark, so that accents stay, and no cell that it would run."""
    return spreadsheet_safe(sheet.lazy()).collect().write_csv(include_bom=True).encode()


def table_of(store: Store, name: str, table: str) -> pl.LazyFrame:
    """A table of a department, read for its review; the ledger says so."""
    found = lazily(store, [name, table])
    if store.in_vault([name, table]):
        store.ledger().append(store.clock().today(), "read", name, table, by="review")
    return found


def lazily(store: Store, key: list[str]) -> pl.LazyFrame:
    """A table that is one by its contract."""
    found = store.read(key)
    assert isinstance(found, pl.LazyFrame)  # noqa: S101 - the asset is one table by its contract
    return found


def kept(store: Store, name: str, dataset: str) -> pl.DataFrame | None:
    """A dataset of a department's vault, or None where it holds none."""
    if dataset not in store.vault(name).datasets():
        return None
    return lazily(store, [name, dataset]).collect()


def keep(store: Store, name: str, dataset: str, table: pl.DataFrame) -> None:
    """Put a dataset into a department's vault, and on record."""
    store.write([name, dataset], table)
    store.ledger().append(
        store.clock().today(), "written", name, f"{name}/{dataset}", size=size_class(table.height)
    )
