"""`draft-mapping`, `check-extract`, `map-extract`, `export-contracts`: what a sender does before it sends."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from tf_linkage import intake
from tf_linkage.cli.wording import REFUSED, say
from tf_linkage.contracts.registry import extract_tables
from tf_linkage.errors import InputRefused
from tf_linkage.fresh import fresh_beside
from tf_linkage.hints import command
from tf_linkage.pages import html as pages
from tf_linkage.study import Dates
from tf_linkage.workspace.choices import asked_by, chosen_study

SAYS_WHOSE = "<!-- a page of check-extract, which it may write anew -->"
"""Ends a page, so that a file of somebody else's is never taken for one."""


def add_draft(draft: argparse.ArgumentParser) -> None:
    """Adds the arguments of `draft-mapping`."""
    draft.description = (
        "Looks at a file's headers and at the shape of its values and drafts its mapping. What is in "
        "doubt is marked for a person; the mapping does not run before every doubt is settled."
    )
    draft.add_argument("file", type=Path, metavar="FILE", help="a .csv, .txt, .csv.gz, .xlsx or .parquet file")
    draft.add_argument("--as", dest="table", required=True, metavar="TABLE", help=", ".join(extract_tables()))
    draft.add_argument(
        "--sender", default=None, metavar="NAME", help="whose file it is (default: its folder's name)"
    )
    draft.add_argument(
        "--with",
        dest="also",
        type=Path,
        nargs="+",
        default=(),
        metavar="FILE",
        help="further files of its folder with addresses, families or numbers of the same people; other sheets of "
        "a workbook are looked at unasked",
    )
    draft.add_argument(
        "--drawn",
        type=_day_of,
        metavar="DAY",
        help="on which it was drawn, such as 2020-03-31 (default: the day that its titles name, or a doubt)",
    )
    draft.add_argument("--year", type=int, metavar="YEAR", help="of its codes (default: that of the day)")
    draft.add_argument(
        "--header-row",
        type=int,
        metavar="N",
        help="line of the columns' names, where none of them is known",
    )
    draft.add_argument("-o", "--output", type=Path, metavar="TOML", help="the mapping to write (default: print it)")
    draft.set_defaults(run=_draft)


def _day_of(written: str) -> dt.date:
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError("a day is written as 2020-03-31") from None


def _draft(chosen: argparse.Namespace) -> None:
    for path in (chosen.file, *chosen.also):
        _there(path)
    sender = chosen.sender or chosen.file.resolve().parent.name
    if chosen.output is not None and chosen.output.exists():
        raise InputRefused(f"{chosen.output} is there already; nothing was written. Name another file")
    made = intake.draft_mapping(
        chosen.file,
        chosen.table,
        sender,
        chosen.year,
        chosen.header_row,
        chosen.also,
        drawn=chosen.drawn,
        likely=Dates().extract.year,
    )
    if chosen.output is None:
        print(made.text, end="")
    else:
        chosen.output.parent.mkdir(parents=True, exist_ok=True)
        chosen.output.write_text(made.text, encoding="utf-8")
    where = f" in {chosen.output}" if chosen.output else ""
    then = command("check-extract", chosen.file, "--mapping", chosen.output or "TOML")
    say(f"{made.rows:,} rows, {made.columns} columns; {made.doubts} doubts to settle{where}. Then: {then}")


def add_check(check: argparse.ArgumentParser) -> None:
    """Adds the arguments of `check-extract`."""
    check.description = (
        "Reads a file as the study would and says what fits, what is refused, and what to do. Quotes "
        "nobody's values. Rules between files are checked when all of a body's files are taken in."
    )
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--mapping", type=Path, metavar="TOML", help="its mapping, unless it keeps the contract")
    check.add_argument(
        "--as", dest="table", metavar="TABLE", help="the contract's table, unless the file's name says it"
    )
    check.add_argument("--page", type=Path, metavar="HTML", help="also write it as a page that can be sent on")
    check.set_defaults(run=_check)


def _check(chosen: argparse.Namespace) -> int:
    _there(chosen.file)
    loaded = intake.mapping_to_check(chosen.mapping) if chosen.mapping else None
    table = loaded.mapping.table if loaded else chosen.table or chosen.file.name.split(".")[0]
    if table not in extract_tables():
        raise InputRefused(
            f"{chosen.file.name}: give its --mapping, or say what it is with --as: {', '.join(extract_tables())}"
        )
    if chosen.page is not None:
        if chosen.page.suffix.lower() not in {".html", ".htm"}:
            raise InputRefused(f"{chosen.page}: a page is a file that ends in .html")
        intake.must_be_free(chosen.page, _inputs(chosen.file, chosen.mapping, loaded), _is_page, "the page")
    study = chosen_study()
    found = intake.examine(chosen.file, table, loaded, study.dates.extract, asked_by(study))
    for title, lines in _told(found):
        if lines:
            print(title, *(f"  {line}" for line in lines), sep="\n")
    if chosen.page is not None:
        _write_page(chosen.page, _page(found))
    return REFUSED if found.refused else 0


def _is_page(path: Path) -> bool:
    """Whether a file is a page that `check-extract` wrote."""
    try:
        return SAYS_WHOSE in path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False


def _write_page(path: Path, page: str) -> None:
    fresh = fresh_beside(path)
    try:
        fresh.write_text(page, encoding="utf-8")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _told(found: intake.Examined) -> list[tuple[str, tuple[str, ...]]]:
    return [
        ("What fits", found.fits),
        ("What is refused", found.refused),
        ("What to do", found.to_do),
        ("Noted, and taken in", found.notes),
    ]


def _page(found: intake.Examined) -> str:
    verdict = "can be sent" if not found.refused else f"is refused for {_counted(len(found.refused))}"
    sections = [
        pages.Section(title.lower().replace(" ", "-").replace(",", ""), title, title, pages.bullets(list(lines)))
        for title, lines in _told(found)
        if lines
    ]
    return pages.page(f"{found.file} {verdict}", f"as {found.table}", sections) + f"{SAYS_WHOSE}\n"


def _counted(reasons: int) -> str:
    return "one reason" if reasons == 1 else f"{reasons} reasons"


def add_map(make: argparse.ArgumentParser) -> None:
    """Adds the arguments of `map-extract`."""
    make.description = (
        "Writes a file that keeps the contract, and by which mapping it was made. Columns that the "
        "mapping ignores are not in it."
    )
    make.add_argument("file", type=Path, metavar="FILE")
    make.add_argument("--mapping", type=Path, required=True, metavar="TOML")
    make.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="folder for <table>.<sender>.csv"
    )
    make.set_defaults(run=_map)


def _map(chosen: argparse.Namespace) -> None:
    _there(chosen.file)
    loaded = intake.mapping_to_check(chosen.mapping)
    path = intake.place_of(chosen.output, loaded)
    intake.place_for(path, _inputs(chosen.file, chosen.mapping, loaded))
    study = chosen_study()
    made, notes = intake.mapped_to_send(chosen.file, loaded, study.dates.extract, asked_by(study))
    intake.write_mapped(made, loaded, path)
    for note in notes:
        say(note)
    say(f"{made.rows.height:,} rows in {path}, by the mapping {loaded.digest[:16]}")


def _inputs(file: Path, mapping: Path | None, loaded: intake.Loaded | None) -> list[Path]:
    """What a command reads: the file, its mapping, and the files in which that looks things up."""
    second = [file.parent / name for name in loaded.mapping.second_files()] if loaded else []
    return [file, *second, *([mapping] if mapping else [])]


def add_contracts(export: argparse.ArgumentParser) -> None:
    """Adds the arguments of `export-contracts`."""
    export.description = (
        "Writes datapackage.json: types, codes, bounds and keys of every extract as Frictionless Table "
        "Schema, with which a sender can check a file by tools of its own."
    )
    export.add_argument("folder", type=Path, metavar="DIR")
    export.set_defaults(run=lambda chosen: say(f"{intake.write_contracts(chosen.folder)}"))


def _there(path: Path) -> None:
    if not path.is_file():
        raise InputRefused(f"{path}: there is no such file")
