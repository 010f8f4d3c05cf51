"""The few commands that are not Dagster's: link two files, write the rehearsal's extracts, search for leaks.

Belongs here: arguments, wording, exit codes. Does not belong here: the work itself, which the rooms do. What can
be mended is told in one line on stderr with exit code 2; nothing is left half-written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from tf_linkage import intake
from tf_linkage.contracts.identity import IdentityWithNino
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.passwords import CUSTODIANS, Passwords
from tf_linkage.custody.vault import LOCK, Vault
from tf_linkage.errors import InputRefused, TfLinkageError
from tf_linkage.study import Preset, Study

OUTPUT = ("left_id", "right_id", "match_weight", "match_probability", "status")
USUAL_IDS = ("id", "record_id")
FOUND, REFUSED = 1, 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: the words after the command's name; the process's own unless given.

    Returns:
        0 when done, 1 when a scan found somebody, 2 when refused with one line on stderr, 130 when interrupted.
    """
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen) or 0)
    except TfLinkageError as refusal:
        return _refused(str(refusal))
    except OSError as error:
        return _refused(f"{error.filename or 'file'}: {(error.strerror or 'cannot be read or written').lower()}")
    except KeyboardInterrupt:
        _say("interrupted; nothing was written")
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tf_linkage",
        description="Record linkage of any two tables, the rehearsal's extracts, leaks.",
    )
    parser.add_argument("--version", action="version", version=f"tf_linkage {version('tf_linkage')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_link(commands)
    _add_export(commands)
    _add_leak_scan(commands)
    _add_make_lock(commands)
    return parser


def _add_link(commands: Any) -> None:
    link = commands.add_parser(
        "link",
        help="link two CSV or Parquet files",
        description="Links the records of two files. Columns are known by the names "
        + ", ".join(IdentityWithNino.columns())
        + "; family_id is used if the left file has it.",
    )
    link.add_argument("left", type=Path, metavar="LEFT", help="a .csv or .parquet file")
    link.add_argument("right", type=Path, metavar="RIGHT", help="a .csv or .parquet file")
    link.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="LINKS",
        help="links and pairs for review, .csv or .parquet",
    )
    link.add_argument(
        "--map", nargs="+", default=[], action="extend", metavar="THEIRS=OURS", help="other names for columns"
    )
    link.add_argument(
        "--compare", nargs="+", default=[], action="extend", metavar="COL", help="further columns to compare"
    )
    link.add_argument("--left-id", metavar="COL", help="column that names a left record")
    link.add_argument("--right-id", metavar="COL", help="column that names a right record")
    link.add_argument("--engine", default="duckdb", help="linkage engine (default: %(default)s)")
    link.add_argument(
        "--threshold",
        type=_share,
        default=0.5,
        metavar="P",
        help="probability of a link, unless a whole matchkey agrees (default: %(default)s)",
    )
    link.set_defaults(run=_link)


def _add_export(commands: Any) -> None:
    export = commands.add_parser(
        "export-extracts",
        help="write the simulated bodies' extracts",
        description="Simulates the rehearsal's population and writes what each body would hand over.",
    )
    export.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    export.add_argument("--preset", choices=[preset.value for preset in Preset], default=Preset.DEMO.value)
    export.add_argument("--seed", type=int, default=None, help="seed of every draw (default: the study's)")
    export.add_argument("--form", choices=("csv", "parquet"), default="csv")
    export.set_defaults(run=_export)


def _add_leak_scan(commands: Any) -> None:
    scan = commands.add_parser(
        "leak-scan",
        help="search folders for anybody of the study",
        description="Opens every file by its format and searches it for names, addresses, postcodes and National "
        "Insurance numbers, encoded and hashed ones too. Exit code 1 if anybody is found or a file does not open.",
    )
    scan.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="folders to search")
    scan.add_argument(
        "--people", type=Path, required=True, metavar="FILE", help="whom to search for: a .csv or .parquet file"
    )
    scan.add_argument(
        "--leave-out", type=Path, nargs="+", default=[], metavar="DIR", help="folders within them not to search"
    )
    scan.set_defaults(run=_leak_scan)


def _add_make_lock(commands: Any) -> None:
    lock = commands.add_parser(
        "make-lock",
        help="make the lock of a body's vault",
        description="Makes the lock that a body's password opens (TF_LINKAGE_<BODY>_PASSWORD). With a copy of it "
        "another body can put something into the vault; nobody can take anything out without the password.",
    )
    lock.add_argument("body", choices=CUSTODIANS, metavar="BODY", help=f"one of {', '.join(CUSTODIANS)}")
    lock.add_argument("--data", type=Path, default=Path("data"), metavar="DIR", help="the data folder")
    lock.set_defaults(run=_make_lock)


def _make_lock(chosen: argparse.Namespace) -> None:
    """Makes a vault's lock; one that is there stays."""
    vault = Vault(chosen.data / "custody" / chosen.body, chosen.body, Passwords(None))
    there = (vault.folder / LOCK).exists()
    vault.lock()
    _say(f"{vault.folder / LOCK}: {'is there already' if there else 'made'}")


def _leak_scan(chosen: argparse.Namespace) -> int:
    """Searches folders for the people of a file."""
    from tf_linkage.custody.leak_controls import CONTROLS, PLANTED, proven_scan  # noqa: PLC0415
    from tf_linkage.custody.leak_scan import IDENTIFIERS, sought  # noqa: PLC0415

    if missing := [folder for folder in chosen.folders if not folder.is_dir()]:
        raise InputRefused(f"{missing[0]}: there is no such folder")
    people = intake.read_table(chosen.people).collect()
    if not set(IDENTIFIERS) & set(people.columns):
        raise InputRefused(f"{chosen.people.name} has none of the columns {', '.join(IDENTIFIERS)}")
    scanned = proven_scan(chosen.folders, sought([people, PLANTED]), leave_out=chosen.leave_out)
    for finding in scanned.findings:
        print(f"{finding.root / finding.file}: {finding.what}")
    _say(
        f"{scanned.files} files searched, {scanned.encrypted} of them encrypted; {len(CONTROLS)} planted controls "
        f"found; {len(scanned.findings)} findings"
    )
    return FOUND if scanned.findings else 0


def _link(chosen: argparse.Namespace) -> None:
    """Links two files and writes links and review zone."""
    # The engines bring large libraries with them, for which --help need not wait.
    from tf_linkage import linkage  # noqa: PLC0415

    intake.check_output(chosen.output, inputs=(chosen.left, chosen.right))
    names, paths = _names(chosen.map), (chosen.left, chosen.right)
    tables = [intake.read_table(path) for path in paths]
    _all_used(names, paths, tables)
    left, right = (_renamed(table, path, names) for table, path in zip(tables, paths, strict=True))
    left_id = _record_id(left, names.get(chosen.left_id, chosen.left_id), chosen.left)
    right_id = _record_id(right, names.get(chosen.right_id, chosen.right_id), chosen.right)
    model = linkage.general_model(
        left.collect_schema().names(),
        right.collect_schema().names(),
        _extra(names.get(column, column) for column in chosen.compare),
        left_id=left_id,
        right_id=right_id,
        link_threshold=chosen.threshold,
        review_threshold=min(0.1, chosen.threshold),
    )
    compared = [*model.fields, *model.extra]
    _say(f"comparing {', '.join(compared)}" + ("; families by family_id" if model.family else ""))
    for path, table in zip(paths, (left, right), strict=True):
        _unreadable_dates(path, table)
    result = linkage.link(left, right, model, engine=chosen.engine, progress=_say)
    shown = result.links.select(OUTPUT).with_columns(
        pl.col("match_weight").round(4), pl.col("match_probability").round(6)
    )
    intake.write_table(shown, chosen.output)
    found = result.links.filter(pl.col("status") == "link").height
    _say(f"{found:,} links and {result.links.height - found:,} pairs for review in {chosen.output}")


def _extra(columns: Iterable[str]) -> tuple[str, ...]:
    """Further columns to compare: none of those that are compared anyhow, whose evidence would count twice."""
    wanted = tuple(columns)
    if known := [column for column in wanted if column in IdentityWithNino.columns()]:
        raise InputRefused(f"{known[0]} is compared already; --compare names further columns")
    return wanted


def _unreadable_dates(path: Path, table: pl.LazyFrame) -> None:
    """Says how many dates of birth are no dates, since they count as unknown."""
    from tf_linkage.linkage.standardise import standardise  # noqa: PLC0415

    column = "date_of_birth"
    if column not in table.collect_schema().names():
        return
    given = table.select(column).with_row_index("_row").with_columns(pl.col("_row").cast(pl.String))
    said = given.filter(pl.col(column).is_not_null() & (pl.col(column).cast(pl.String).str.strip_chars() != ""))
    unread = int(standardise(said, "_row", [column]).get_column("dob").is_null().sum())
    if unread:
        _say(f"{path.name}: {unread:,} dates of birth are no dates, or placeholders; they count as unknown")


def _export(chosen: argparse.Namespace) -> None:
    """Writes what each simulated body would hand over."""
    intake.check_folder(chosen.folder)
    try:
        # Only this command needs the simulated world; the others work with its folders deleted.
        from tf_linkage.bodies import council, dfe, dwp, moj  # noqa: PLC0415
        from tf_linkage.population import Settings, simulate  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        if missing.name and missing.name.startswith("tf_linkage."):
            raise TfLinkageError(
                "export-extracts writes what the simulation makes, and this installation has no simulation "
                "(the folders population and bodies); every other command works without it"
            ) from None
        raise
    seed = {} if chosen.seed is None else {"seed": chosen.seed}
    study = Study.of(chosen.preset, **seed)
    settings = Settings(
        seed=study.seed,
        families=study.families,
        population=study.population,
        councils=study.councils,
        noise=study.noise.value,
        noise_multiplier=study.noise_multiplier,
        history_from=study.dates.history_from,
        identified_from=study.dates.identified_from,
        identified_to=study.dates.identified_to,
        extract=study.dates.extract,
    )
    _say(f"simulating {study.families:,} families among {study.population:,} people, seed {study.seed}")
    world = simulate(settings)
    tables = {"council_cohort": council.cohort(world, settings)}
    registers: dict[str, Any] = {"dwp": dwp, "moj": moj, "dfe": dfe}
    for name, department in DEPARTMENTS.items():
        body = registers[name]
        tables[f"{name}_{department.people[0]}"] = body.people(world, settings)
        tables |= {f"{name}_{table}": rows for table, rows in body.histories(world, settings).items()}
    written = intake.write_extracts(tables, chosen.folder, chosen.form)
    intake.mark_rehearsal(chosen.folder)
    _say(f"{len(written)} extracts in {chosen.folder}; next: make run SOURCE=files INCOMING={chosen.folder}")


def _names(pairs: Sequence[str]) -> dict[str, str]:
    """The names given with --map: theirs to ours."""
    names = {}
    for pair in pairs:
        theirs, separator, ours = pair.partition("=")
        if not (separator and theirs.strip() and ours.strip()):
            raise InputRefused(f"--map wants THEIRS=OURS, such as given_name=forename; not {pair!r}")
        names[theirs.strip()] = ours.strip()
    return names


def _renamed(table: pl.LazyFrame, path: Path, names: dict[str, str]) -> pl.LazyFrame:
    """The table under the contract's names; `sex` is accepted for gender."""
    columns = table.collect_schema().names()
    synonyms = {"sex": "gender"} if "gender" not in columns else {}
    renamed = {theirs: ours for theirs, ours in (synonyms | names).items() if theirs in columns}
    after = [renamed.get(column, column) for column in columns]
    if twice := sorted({column for column in after if after.count(column) > 1}):
        raise InputRefused(f"{path.name}: two columns would be called {twice[0]}; choose one with --map")
    return table.rename(renamed)


def _all_used(names: dict[str, str], paths: Sequence[Path], tables: Sequence[pl.LazyFrame]) -> None:
    columns = {column for table in tables for column in table.collect_schema().names()}
    if unused := [theirs for theirs in names if theirs not in columns]:
        raise InputRefused(f"--map: neither {paths[0].name} nor {paths[1].name} has a column {unused[0]}")


def _record_id(table: pl.LazyFrame, asked: str | None, path: Path) -> str:
    """The column that names a record: the one asked for, a usual one, or the first that is unique and complete."""
    columns = table.collect_schema().names()
    if asked is not None:
        if asked not in columns:
            raise InputRefused(f"{path.name} has no column {asked}; it has {', '.join(columns)}")
        return asked
    candidates = [
        name for name in (*USUAL_IDS, *columns) if name in columns and name not in IdentityWithNino.columns()
    ]
    rows = table.collect()
    for name in candidates:
        if not rows[name].null_count() and rows[name].is_unique().all():
            _say(f"{path.name}: records are named by {name}")
            return name
    raise InputRefused(
        f"{path.name}: no column names each record once; add one, or name it with --left-id or --right-id"
    )


def _share(words: str) -> float:
    try:
        share = float(words)
    except ValueError:
        share = -1.0
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError("a probability between 0 and 1, such as 0.5")
    return share


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _refused(why: str) -> int:
    _say("tf_linkage: " + "; ".join(part.strip() for part in why.splitlines() if part.strip()))
    return REFUSED
