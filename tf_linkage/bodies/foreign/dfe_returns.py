"""DfE's files in the layout of its returns: census names, addresses apart, terms in one row, care in return codes.

Layouts after the published specifications of the school census, the children-in-need census and SSDA903: SEX 1 and
2, days as dd/mm/yyyy, DECOM and DEC for an episode's ends, PLACE as a code, the three terms' sessions in a row.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.bodies.foreign.writing import Files, days, text_file, toml
from tf_linkage.contracts.bodies.dfe import TERMS

PLACES = {
    "foster": "U4", "kinship": "U1", "residential": "K2", "secure": "K1", "with parents": "P1", "independent": "P2",
}  # fmt: skip
"""Our words for placements, each by one of the return's codes for it."""

_FORM, _HOW = "dd/mm/yyyy", "%d/%m/%Y"
_SESSIONS = ("sessions_possible", "authorised_absence", "unauthorised_absence")
_YEAR = 2020
_EXCLUSIONS = {"PERM": "PERM", "FIXED": "FIXD", "LNCH": "LNCH"}


def dfe_returns(tables: Mapping[str, pl.DataFrame]) -> tuple[Files, set[str]]:
    """Pupils, enrolments, absence, exclusions and social care as returns; the tables that are thereby written."""
    made = {
        "dfe_pupils": _pupils, "dfe_enrolments": _enrolments, "dfe_absence": _absence,
        "dfe_exclusions": _exclusions, "dfe_social_care": _social_care,
    }  # fmt: skip
    files: Files = {}
    for stem, write in made.items():
        if stem in tables:
            files |= write(tables[stem])
    return files, {stem for stem in made if stem in tables}


def _return(
    name: str, table: pl.DataFrame, stem: str, mapping: Mapping[str, Mapping[str, object]], **top: object
) -> Files:
    said = {"table": stem, "sender": "DfE", "year": _YEAR} | top
    return {
        f"dfe/{name}.csv": text_file(table, end="\r\n"),
        f"mappings/dfe/{name}.toml": toml({"dates": {"every": _FORM}, **mapping}, said),
    }


def _pupils(pupils: pl.DataFrame) -> Files:
    roll = pupils.select(
        pl.col("dfe_key").alias("PupilMatchingRef"),
        pl.col("forename").alias("Forename"),
        pl.lit(None, pl.String).alias("PreferredSurname"),
        pl.col("surname").alias("Surname"),
        days("date_of_birth", _HOW).alias("DOB"),
        pl.col("gender").cast(pl.String).replace_strict({"male": "1", "female": "2"}, default="0").alias("Sex"),
    )
    known = pupils.filter(pl.col("address").is_not_null() | pl.col("postcode").is_not_null())
    addresses = known.select(
        pl.col("dfe_key").alias("PupilMatchingRef"),
        pl.col("address").alias("AddressLine1"),
        pl.col("postcode").alias("PostCode"),
        pl.lit("England").alias("Country"),
    )
    files = _return("pupilonroll", roll, "dfe_pupils", {
        "rename": {
            "dfe_key": "PupilMatchingRef", "forename": "Forename", "surname": "Surname", "date_of_birth": "DOB",
            "gender": "Sex", "address": "AddressLine1", "postcode": "PostCode",
        },
        "[]lookup": {
            "file": "addresses.csv", "here": "PupilMatchingRef", "there": "PupilMatchingRef",
            "columns": {"AddressLine1": "AddressLine1", "PostCode": "PostCode"}, "ignore": ["Country"],
        },
    }, ignore=["PreferredSurname"])  # fmt: skip
    return files | {"dfe/addresses.csv": text_file(addresses, end="\r\n")}


def _enrolments(enrolments: pl.DataFrame) -> Files:
    names = {
        "dfe_key": "PupilMatchingRef", "academic_year": "AcademicYear", "school_id": "URN", "la_code": "LA",
        "start_date": "EntryDate", "end_date": "LeavingDate", "nc_year_actual": "NCyearActual",
        "fsm_eligible": "FSMeligible", "sen_provision": "SENprovision", "ethnic_group_minor": "EthnicGroupMinor",
        "language_group": "LanguageGroup",
    }  # fmt: skip
    written = enrolments.select(
        _as_return(column, kind).alias(names[column]) for column, kind in enrolments.schema.items()
    )
    return _return("enrolments", written, "dfe_enrolments", {"rename": names})


def _as_return(column: str, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.Date):
        return days(column, _HOW)
    if isinstance(kind, pl.Boolean):
        return pl.when(pl.col(column)).then(pl.lit("1")).otherwise(pl.lit("0"))
    return pl.col(column).cast(pl.String)


def _absence(absence: pl.DataFrame) -> Files:
    """One row for each pupil, year and school, the terms side by side; a term twice begins another."""
    group = ["dfe_key", "academic_year", "school_id"]
    numbered = absence.with_columns(pl.int_range(pl.len()).over(*group, "term").alias("again"))
    frames = []
    for term in TERMS:
        of_term = numbered.filter(pl.col("term") == term)
        frames.append(
            of_term.select(
                *group,
                "again",
                *(pl.format("{}.0", pl.col(name)).alias(f"{term}{_short(name)}") for name in _SESSIONS),
            )
        )
    keys = numbered.select(*group, "again").unique(maintain_order=True)
    wide = keys
    for frame in frames:
        wide = wide.join(frame, on=[*group, "again"], how="left", maintain_order="left")
    written = wide.drop("again").rename(
        {"dfe_key": "PupilMatchingRef", "academic_year": "AcademicYear", "school_id": "URN"}
    )
    terms = written.with_columns(pl.lit(term).alias(f"{term}Term") for term in TERMS)
    terms = terms.with_columns(
        pl.when(pl.col(f"{term}Possible").is_not_null()).then(pl.col(f"{term}Term")).alias(f"{term}Term")
        for term in TERMS
    )
    mapping = toml(
        {
            "rename": {
                "dfe_key": "PupilMatchingRef", "academic_year": "AcademicYear", "school_id": "URN", "term": "Term",
                **{name: _short(name) for name in _SESSIONS},
            },
            "numbers": {name: {} for name in _SESSIONS},
        },
        {"table": "dfe_absence", "sender": "DfE", "year": _YEAR},
    )  # fmt: skip
    for term in TERMS:
        slot = {"Term": f"{term}Term"} | {_short(name): f"{term}{_short(name)}" for name in _SESSIONS}
        mapping += toml({"[]repeat": slot}, {})
    return {
        "dfe/absence.csv": text_file(terms.cast(pl.String), end="\r\n"),
        "mappings/dfe/absence.toml": mapping,
    }


def _short(name: str) -> str:
    return {"sessions_possible": "Possible", "authorised_absence": "Authorised"}.get(name, "Unauthorised")


def _exclusions(exclusions: pl.DataFrame) -> Files:
    written = exclusions.select(
        pl.col("dfe_key").alias("PupilMatchingRef"),
        days("start_date", _HOW).alias("StartDate"),
        pl.col("category").cast(pl.String).replace(_EXCLUSIONS).alias("Category"),
        pl.col("sessions").cast(pl.String).alias("ActualNumberOfSessions"),
    )
    return _return("exclusions", written, "dfe_exclusions", {
        "rename": {
            "dfe_key": "PupilMatchingRef", "start_date": "StartDate", "category": "Category",
            "sessions": "ActualNumberOfSessions",
        },
        "codes.category": {theirs: ours for ours, theirs in _EXCLUSIONS.items()},
    })  # fmt: skip


def _social_care(care: pl.DataFrame) -> Files:
    written = care.select(
        pl.col("dfe_key").alias("CHILD"),
        pl.col("episode_type").cast(pl.String).alias("RETURN"),
        days("start_date", _HOW).alias("DECOM"),
        days("end_date", _HOW).alias("DEC"),
        pl.col("primary_need_code").cast(pl.String).alias("CIN"),
        pl.col("category_of_abuse").cast(pl.String).alias("ABUSE"),
        pl.col("legal_status").cast(pl.String).alias("LS"),
        pl.col("placement").cast(pl.String).replace(PLACES).alias("PLACE"),
    )
    return _return("ssda903", written, "dfe_social_care", {
        "rename": {
            "dfe_key": "CHILD", "episode_type": "RETURN", "start_date": "DECOM", "end_date": "DEC",
            "primary_need_code": "CIN", "category_of_abuse": "ABUSE", "legal_status": "LS", "placement": "PLACE",
        },
        "codes.placement": {theirs: ours for ours, theirs in PLACES.items()},
    })  # fmt: skip
