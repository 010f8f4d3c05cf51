"""`--review PAGE.html`: the pairs in doubt of somebody's own files as an encrypted page for a clerk."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tf_linkage.cli.files.writing import write_bytes
from tf_linkage.cli.wording import say
from tf_linkage.linkage import LinkResult

PAGE = ".html"


def write_page(
    result: LinkResult, tables: tuple[pl.LazyFrame, pl.LazyFrame], sheet: pl.DataFrame, path: Path
) -> None:
    """Writes the page and says its key, once.

    Args:
        result: the linkage.
        tables: left and right.
        sheet: from `review_sheet`, of these.
        path: where to; what the page saves has the same name and ends in `.csv`.
    """
    from tf_linkage.linkage.review.homes import others_at_home  # noqa: PLC0415
    from tf_linkage.linkage.review.pages import clerks_page  # noqa: PLC0415
    from tf_linkage.linkage.review.sheets import clerks_sheet  # noqa: PLC0415
    from tf_linkage.pages.clerks_page import as_typed, new_key  # noqa: PLC0415

    key = new_key()
    page = clerks_page(clerks_sheet(sheet, 1), path.stem, others_at_home(sheet, *tables, result.model))
    write_bytes(path, page.written(key).encode())
    say(f"{sheet.height:,} pairs in doubt in {path}, encrypted; its key, which is kept nowhere: {as_typed(key)}")
    say(f"open it in a browser, decide, and save; then link again as before, with --decisions {path.stem}.csv")
    say("in place of --review")
