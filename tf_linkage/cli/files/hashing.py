"""`make-hashing-key`, `hash`, `link-hashed`: two files linked by somebody who sees no name in them.

Who hashes needs the key; who links does not, and must not have it.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tf_linkage.cli.files.columns import ROW, columns_of, mapped, with_ids
from tf_linkage.cli.files.linking import OUTPUT
from tf_linkage.cli.files.options import KINDS, add_bounds, add_output, add_reading, add_threshold, reading_of
from tf_linkage.cli.files.reading import read_file
from tf_linkage.cli.files.writing import check_writable, write_bytes, write_file
from tf_linkage.cli.wording import say
from tf_linkage.errors import InputRefused
from tf_linkage.linkage.standardise.fields import STANDARD_FIELDS

if TYPE_CHECKING:
    from tf_linkage.linkage.hashed import HashedTable, HashingKey

LINKAGE_ON = ("hashes", "hashes+bloom", "matchkeys")
PACKED = (".parquet",)


def add_make_key(command: argparse.ArgumentParser) -> None:
    """Adds the arguments of `make-hashing-key`."""
    command.description = (
        "Draws a key, or a share of one, and writes it where its owner alone can read it. Who has the whole key\n"
        "can hash every name there is and so read all that was hashed."
    )
    command.add_argument("-o", "--output", type=Path, required=True, metavar="KEY", help="a new file")
    command.set_defaults(run=_make_key)


def add_hash(command: argparse.ArgumentParser) -> None:
    """Adds the arguments of `hash`."""
    command.description = (
        "Replaces what identifies people in a file by keyed hashes, for somebody to link who has no key.\n"
        "Ids are not hashed: give pseudonyms, or let records be named by their row."
    )
    command.add_argument("file", type=Path, metavar="FILE", help=KINDS)
    command.add_argument("-o", "--output", type=Path, required=True, metavar="HASHES", help="a new .parquet file")
    command.add_argument(
        "--linkage-on",
        choices=LINKAGE_ON,
        required=True,
        metavar="WHAT",
        help=f"what they will be linked on: {', '.join(LINKAGE_ON)}",
    )
    command.add_argument(
        "--key",
        type=Path,
        nargs="+",
        required=True,
        metavar="KEY",
        help="the key's file, or those of all its shares",
    )
    command.add_argument("--study", required=True, metavar="NAME", help="both parties' name for the study")
    command.add_argument(
        "--fields",
        nargs="+",
        choices=STANDARD_FIELDS,
        metavar="FIELD",
        help=f"what both files have, of {', '.join(STANDARD_FIELDS)} (default: all that this one has)",
    )
    command.add_argument(
        "--map", nargs="+", default=[], action="extend", metavar="THEIRS=OURS", help="other names for columns"
    )
    command.add_argument("--id", metavar="COL", help="column of pseudonyms (default: the row's number)")
    add_reading(command)
    command.set_defaults(run=_hash)


def add_link_hashed(command: argparse.ArgumentParser) -> None:
    """Adds the arguments of `link-hashed`."""
    command.description = "Links two files that `hash` made under one key, without it."
    command.add_argument("left", type=Path, metavar="LEFT", help="a file that hash made")
    command.add_argument("right", type=Path, metavar="RIGHT", help="another")
    add_output(command, "LINKS", "links and pairs for review, .csv or .parquet")
    add_threshold(command)
    add_bounds(command)
    command.set_defaults(run=_link_hashed)


def _make_key(chosen: argparse.Namespace) -> None:
    """Writes 32 random bytes as hexadecimal digits, for the owner alone, into a file that was not there."""
    path = chosen.output
    if not path.parent.is_dir():
        raise InputRefused(f"{path}: there is no folder {path.parent}")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputRefused(f"{path}: there is such a file; a key is never written over") from None
    except OSError as error:
        raise InputRefused(f"{path}: cannot be written ({error.strerror})") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
    say(f"a key is in {path}; who has it can read all that is hashed under it")


def _hash(chosen: argparse.Namespace) -> None:
    """Hashes a file."""
    from tf_linkage.linkage.hashed import Bloom, hash_matchkeys, hash_table, model_of, packed  # noqa: PLC0415

    check_writable(chosen.output, [chosen.file, *chosen.key], PACKED)
    key = _key(chosen.key, chosen.study)
    (file,), names = mapped([read_file(chosen.file)], chosen.map, ())
    there = tuple(field for field in STANDARD_FIELDS if field in file.table.columns)
    fields = there if chosen.fields is None else tuple(one for one in STANDARD_FIELDS if one in chosen.fields)
    if missing := [field for field in fields if field not in there]:
        raise InputRefused(f"--fields: {file.name} has no column {missing[0]}; {columns_of(file)}")
    asked = names.get(chosen.id, chosen.id)
    if asked in STANDARD_FIELDS:
        raise InputRefused(f"--id: {asked} tells who somebody is, and ids are not hashed; give pseudonyms")
    if asked is None:
        rows = pl.Series(ROW, range(1, file.table.height + 1)).cast(pl.String)
        table, record_id = file.table.select(fields).with_columns(rows), ROW
        say(f"{file.name}: records are named by their row; keep the file as it is, to know whose they are")
    else:
        named, record_id = with_ids(file, asked, "--id")
        table = named.table.select(*fields, record_id)
    model = model_of(fields, reading=reading_of(chosen))
    if chosen.linkage_on == LINKAGE_ON[2]:
        made = hash_matchkeys(table.lazy(), record_id, model, key)
    else:
        bloom = Bloom() if chosen.linkage_on == LINKAGE_ON[1] else None
        made = hash_table(table.lazy(), record_id, model, key, bloom=bloom)
    write_bytes(chosen.output, packed(made))
    say(f"{made.frame.height:,} records of {', '.join(fields)} as {made.linkage_on} in {chosen.output}")
    say("without the key, frequent values can still be read of hashes: keep the file as you would names")


def _link_hashed(chosen: argparse.Namespace) -> None:
    """Links two hashed files."""
    from tf_linkage.linkage import Limits  # noqa: PLC0415
    from tf_linkage.linkage.hashed import link_hashed, link_matchkeys, model_of  # noqa: PLC0415

    paths = [chosen.left, chosen.right]
    check_writable(chosen.output, paths)
    left, right = (_unpacked(path) for path in paths)
    model = model_of(left.fields, link_threshold=chosen.threshold, review_threshold=min(0.1, chosen.threshold))
    bounds = Limits(chosen.memory_gb, chosen.threads, chosen.most_pairs)
    if left.linkage_on == LINKAGE_ON[2]:
        result = link_matchkeys(left, right, model)
    else:
        result = link_hashed(left, right, model, say, bounds)
    shown = result.links.select(OUTPUT).with_columns(
        pl.col("match_weight").round(4), pl.col("match_probability").round(6)
    )
    write_file(chosen.output, shown)
    found = result.links.filter(pl.col("status") == "link").height
    say(f"{found:,} links and {result.links.height - found:,} pairs for review in {chosen.output}")


def _unpacked(path: Path) -> HashedTable:
    from tf_linkage.linkage.hashed import unpacked  # noqa: PLC0415

    try:
        return unpacked(path.read_bytes(), path.name)
    except FileNotFoundError:
        raise InputRefused(f"{path}: there is no such file") from None
    except OSError as error:
        raise InputRefused(f"{path}: cannot be read ({error.strerror})") from None


def _key(paths: list[Path], study: str) -> HashingKey:
    """The key of a file, or of all the shares it was split into. Nothing of a file is quoted."""
    from tf_linkage.linkage.hashed import HashingKey  # noqa: PLC0415

    parts = []
    for path in paths:
        try:
            text = path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise InputRefused(f"{path}: there is no such file; make-hashing-key makes a key") from None
        except OSError as error:
            raise InputRefused(f"{path}: cannot be read ({error.strerror})") from None
        except UnicodeDecodeError:
            text = ""
        if not re.fullmatch(r"[0-9a-f]{64}", text):
            raise InputRefused(f"{path}: not a key; make-hashing-key makes one")
        parts.append(bytes.fromhex(text))
    return HashingKey(parts[0], study) if len(parts) == 1 else HashingKey.of_shares(parts, study)
