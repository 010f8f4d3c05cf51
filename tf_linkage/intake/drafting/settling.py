"""What the values settle of a draft, so that no person need be asked: each leaves a note that says how."""

from __future__ import annotations

import json
from collections.abc import Sequence

import dataframely as dy
import polars as pl

from tf_linkage.contracts.columns import ColumnClass, ColumnInfo
from tf_linkage.contracts.relations import OneOf, OnlyWhere, relations_of
from tf_linkage.intake.drafting.by_values import ENOUGH, numbers_of
from tf_linkage.intake.drafting.columns import GROUP
from tf_linkage.intake.drafting.names import dangerous
from tf_linkage.intake.drafting.proposal import Found, Proposal
from tf_linkage.intake.mapping.dates import fitting, form_of, read_in
from tf_linkage.intake.mapping.meanings import BLANK, codes_of
from tf_linkage.intake.mapping.model import USUAL_DATE
from tf_linkage.intake.reading.cells import is_key

LEAST_FAMILIES = 5
"""Families of two or more from which it is no accident that a column says one thing of each."""

SHARED = 0.7
"""Share of families whose members have one word of their names in common, from which it is the surname."""

LEAST_NAMES = 0.2
"""Share of different values among a column's cells, from which it may hold names or addresses."""

BY = {"words": "taken for it by the words of its name", "values": "taken for it by what stands in it"}


def settle(found: Found, table: type[dy.Schema], columns: Sequence[ColumnInfo], cells: pl.DataFrame) -> None:
    """Turns into notes, or into doubts, what was taken by words or values; and looks at what nothing fills.

    Args:
        found: the draft.
        table: the contract.
        columns: of the contract.
        cells: of the file.
    """
    of_family = {one.column for one in relations_of(table) if isinstance(one, OneOf)}
    of_family |= {"study_group"} if "family_ref" in found.filled() else set()
    families = found.rename.get("family_ref")
    groups = cells[families.theirs] if families and families.theirs in cells.columns else None
    for column in columns:
        made = found.rename.get(column.name)
        if made is None or made.by == "name":
            continue
        how = _settled(column, made, cells, groups if column.name in of_family else None)
        if how and not any("taken for it" in doubt for doubt in made.doubts):
            made.notes.insert(0, f"{BY[made.by]}, and {how}")
        elif not any("taken for it" in doubt for doubt in made.doubts):
            made.doubts.insert(0, f"{BY[made.by]}{', and not by its name' if made.by == 'values' else ''}. Is it?")
    _two_groups(found, columns, cells, groups)
    _days_in_order(found, cells)
    _whole_names(found, cells, groups)
    _given(found, table, cells)
    _left(found, columns, cells)


def _settled(column: ColumnInfo, made: Proposal, cells: pl.DataFrame, groups: pl.Series | None) -> str:
    """How the values settle that a column is the contract's; empty where they do not."""
    if made.theirs not in cells.columns or dangerous(made.theirs) or made.misfits:
        return ""
    known = cells[made.theirs]
    if column.nullable and known.null_count() == len(known):
        return "nothing stands in it"
    if is_key(column):
        # By values alone it was taken for one already.
        told = made.by == "words" and numbers_of(column, known)
        return "its values part people as such numbers do" if told else ""
    codes = codes_of(column)
    # A day, a number or a sex has a shape, and may be anybody's; the words of a problem say what they are.
    anybodys = made.by == "values" and not (codes and column.column_class is ColumnClass.ATTRIBUTE)
    if anybodys or (codes and len(codes) > 1 and made.spellings and set(codes) - {*made.spellings.values()}):
        return ""
    if groups is not None:
        return "all members of a family have the same in it" if _one_for_each(groups, known) else ""
    several = len({*made.spellings.values()} - {BLANK}) > 1 and BLANK not in made.spellings.values()
    return "all its words are the contract's or usual ones" if codes and several and not made.places else ""


def _two_groups(found: Found, columns: Sequence[ColumnInfo], cells: pl.DataFrame, groups: pl.Series | None) -> None:
    """The study's groups, where one unused column says one of two things of each family and no word tells which."""
    group = next((one for one in columns if one.name == GROUP), None)
    if group is None or GROUP in found.filled() or groups is None:
        return
    may = [
        theirs
        for theirs in cells.columns
        if theirs not in found.used() and cells[theirs].drop_nulls().n_unique() == 2
        if _one_for_each(groups, cells[theirs]) and not cells[theirs].null_count()
    ]
    if may:
        spellings = dict.fromkeys(cells[may[0]].unique().sort().to_list(), BLANK)
        others = f"; {', '.join(json.dumps(one, ensure_ascii=False) for one in may[1:4])} may be it too"
        found.rename[GROUP] = Proposal(
            may[0],
            spellings=spellings,
            doubts=[
                f"it says one of two things of each family{others if may[1:] else ''}. If these are the study's "
                f"groups, write {' or '.join(codes_of(group) or [])} behind each under [codes.{GROUP}]"
            ],
        )


def _one_for_each(groups: pl.Series, known: pl.Series) -> bool:
    """Whether a column says one thing of each family, and not the same of all."""
    rows = pl.DataFrame({"group": groups, "said": known.fill_null("")}).drop_nulls()
    each = rows.group_by("group", maintain_order=True).agg(pl.col("said").n_unique(), pl.len().alias("rows"))
    several = each.filter(pl.col("rows") > 1)
    return several.height >= LEAST_FAMILIES and bool((several["said"] == 1).all()) and rows["said"].n_unique() > 1


def _whole_names(found: Found, cells: pl.DataFrame, groups: pl.Series | None) -> None:
    """Which word of a whole name is the surname: the one that members of a family share."""
    if found.wholes is None or found.wholes not in cells.columns:
        return
    words = cells[found.wholes].str.split(" ")
    shown = json.dumps(found.wholes, ensure_ascii=False)
    if groups is not None and not (words.list.len() > 2).any():
        ends = pl.DataFrame({"group": groups, "first": words.list.first(), "last": words.list.last()}).drop_nulls()
        each = ends.group_by("group", maintain_order=True).agg(
            pl.col("first", "last").n_unique() == 1, pl.len().alias("rows")
        )
        several = each.filter(pl.col("rows") > 1)
        first, last = (
            several[name].mean() if several.height >= LEAST_FAMILIES else None for name in ("first", "last")
        )
        if isinstance(first, float) and isinstance(last, float) and first < 1 - SHARED and last > SHARED:
            found.notes["split"] = [f"{shown} was split at its blank: members of families share the last word"]
            return
    found.doubts["split"] = [
        f"{shown} was split at blanks, and what stands between its first and last word is left out; does the "
        "forename come first?"
    ]


def _days_in_order(found: Found, cells: pl.DataFrame) -> None:
    """One question for days that no name tells: by which is always there, and which comes after which."""
    names = ("identified_date", "service_start_date", "service_end_date")
    made = [found.rename.get(name) for name in names]
    days = [_read(one, cells) for one in made]
    if not all(one is not None and one.null_count() < len(one) for one in days):
        return
    frame = pl.DataFrame({name: one for name, one in zip(names, days, strict=True) if one is not None})
    found_day, start, end = (pl.col(name) for name in names)
    in_order = frame.select(
        found_day.is_not_null().all()
        & start.is_null().any()
        & (start.is_not_null() | end.is_null()).all()
        & (start.is_null() | (found_day <= start)).all()
        & (end.is_null() | (start <= end)).all()
        & (start < end).any()
    ).item()
    by_values = [one for one in made if one is not None and one.by == "values"]
    if not in_order or len(by_values) < 2:
        return
    for one in by_values:
        one.doubts = [doubt for doubt in one.doubts if not doubt.startswith(BY["values"])]
    shown = ", ".join(json.dumps(one.theirs, ensure_ascii=False) for one in by_values)
    by_values[0].doubts.insert(
        0, f"{shown} were taken for days of the service by their order, and by no name. Are they?"
    )


def _read(made: Proposal | None, cells: pl.DataFrame) -> pl.Series | None:
    """The days of a proposal, null where they are none."""
    if made is None or made.theirs not in cells.columns:
        return None
    forms = [form for name in [*made.forms, USUAL_DATE] if (form := form_of(name))]
    return read_in(forms, cells[made.theirs])[0]


def _given(found: Found, table: type[dy.Schema], cells: pl.DataFrame) -> None:
    """Whether all of one group have what is read as yes, and none of the other."""
    group = found.rename.get("study_group")
    for relation in relations_of(table):
        theirs = found.given.get(relation.told_by) if isinstance(relation, OnlyWhere) else None
        if not isinstance(relation, OnlyWhere) or theirs is None or theirs not in cells.columns:
            continue
        shown, name = json.dumps(theirs, ensure_ascii=False), relation.told_by
        said = f"it is yes where {shown} has something, else no"
        if group and group.theirs in cells.columns:
            arms = cells.select(
                arm=pl.col(group.theirs).replace(group.spellings), yes=pl.col(theirs).is_not_null()
            ).drop_nulls()
            shares = arms.group_by("arm", maintain_order=True).agg(pl.col("yes").mean())["yes"]
            if sorted(shares.to_list()) == [0.0, 1.0]:
                found.notes["given"] = [f"{said}: all of one study group have it, and none of the other"]
                continue
        found.doubts["given"] = [f"no column says {name}: {said}. Is it so?"]


def _left(found: Found, columns: Sequence[ColumnInfo], cells: pl.DataFrame) -> None:
    """Whether a column that nothing uses may be one that the draft leaves absent, and that has no shape: a name."""
    absent = [one for one in columns if one.nullable and one.name not in found.filled()]
    unused = [name for name in cells.columns if name not in found.used() and not dangerous(name)]
    texts = [one.name for one in absent if one.name in {"forename", "surname", "address"}]
    for theirs in unused:
        known = cells[theirs].drop_nulls()
        if len(known) < ENOUGH:
            continue
        letters = known.str.contains(r"^[^0-9@]*\p{L}[^0-9@]*$").mean() == 1
        many = known.n_unique() >= LEAST_NAMES * len(known)
        may = [one for one in texts if many and (letters or (one == "address" and not fitting(known)))]
        if may:
            shown = json.dumps(theirs, ensure_ascii=False)
            said = f"{shown} may be {' or '.join(may)}: use it under [rename] if it is"
            found.doubts.setdefault("absent", []).append(said)
