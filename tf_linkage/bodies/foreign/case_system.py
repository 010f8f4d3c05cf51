"""A children's-services system's export: people, addresses over time, identifiers and groups in files of their own.

Layout after the published extract scripts of such systems (data-to-insight's standard safeguarding dataset): a byte
order mark, Windows line ends, NULL for blank, days with a time, an address history of several kinds, numbers of all
kinds in one long file.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping

import polars as pl

from tf_linkage.bodies.foreign.writing import Files, councils_in, folder_of, text_file, toml

NULL = "NULL"
_PROBLEMS = ("worklessness", "school_absence", "child_need", "crime", "domestic_abuse", "health")


def case_system(tables: Mapping[str, pl.DataFrame]) -> tuple[Files, set[str]]:
    """Each council's cohort as its case system would export it; the tables that are thereby written."""
    files: Files = {}
    if "council_cohort" not in tables:
        return files, set()
    for code, cohort in councils_in(tables["council_cohort"]):
        place = folder_of(code)
        parts = {"people": _people(cohort), "addresses": _addresses(cohort), "identifiers": _identifiers(cohort),
                 "groups": _groups(cohort)}  # fmt: skip
        files |= {
            f"{place}/{name}.csv": text_file(part, end="\r\n", mark=codecs.BOM_UTF8) for name, part in parts.items()
        }
        files[f"mappings/{place}/people.toml"] = _mapping(place, code)
    return files, {"council_cohort"}


def _moment(column: str) -> pl.Expr:
    return pl.col(column).dt.to_string("%Y-%m-%d 00:00:00").fill_null(NULL)


def _people(cohort: pl.DataFrame) -> pl.DataFrame:
    return cohort.select(
        pl.col("person_ref").alias("PERSON_ID"),
        pl.col("forename").alias("FORENAME"),
        pl.col("surname").alias("SURNAME"),
        _moment("date_of_birth").alias("DATE_OF_BIRTH"),
        pl.lit("N").alias("DOB_ESTIMATED"),
        pl.col("gender").cast(pl.String).replace({"male": "M", "female": "F"}).fill_null("U").alias("SEX"),
        *(pl.col(name).cast(pl.String).fill_null(NULL).alias(f"{name.upper()}_ISSUE") for name in _PROBLEMS),
        pl.when(pl.col("study_group") == "programme").then(pl.lit("On programme")).otherwise(pl.lit("Waiting list"))
        .alias("STATUS"),
        pl.when("service_received").then(pl.lit("Y")).otherwise(pl.lit("N")).alias("RECEIVING"),
        _moment("identified_date").alias("ELIGIBLE_DTTM"),
        _moment("service_start_date").alias("START_DTTM"),
        _moment("service_end_date").alias("END_DTTM"),
        pl.lit("SYSTEM").alias("UPDATED_BY"),
    )  # fmt: skip


def _addresses(cohort: pl.DataFrame) -> pl.DataFrame:
    """The address that counts, one from before it, and a placement after it."""
    known = cohort.filter(pl.col("address").is_not_null() | pl.col("postcode").is_not_null())
    now = known.select(
        pl.col("person_ref").alias("PERSON_ID"),
        pl.lit("MAIN").alias("ADDRESS_TYPE"),
        pl.col("address").str.extract(r"^(\S+) ").alias("HOUSE_NO"),
        pl.coalesce(pl.col("address").str.extract(r"^\S+ (.*)$"), pl.col("address")).alias("STREET"),
        pl.col("postcode").alias("POST_CODE"),
        pl.lit("01/04/2014").alias("START_DATE"),
    )
    before = now.with_columns(HOUSE_NO=pl.lit("1"), STREET=pl.lit("Former Way"), START_DATE=pl.lit("01/04/2010"))
    placed = now.head(now.height // 10).with_columns(
        ADDRESS_TYPE=pl.lit("PLACEMENT"), STREET=pl.lit("Placement Close"), START_DATE=pl.lit("01/04/2019")
    )
    return pl.concat([before, now, placed])


def _identifiers(cohort: pl.DataFrame) -> pl.DataFrame:
    ninos = cohort.filter(pl.col("nino").is_not_null()).select(
        pl.col("person_ref").alias("PERSON_ID"), pl.lit("NINO").alias("TYPE"), pl.col("nino").alias("VALUE")
    )
    others = cohort.select(
        pl.col("person_ref").alias("PERSON_ID"),
        pl.lit("LEGACY").alias("TYPE"),
        ("L" + pl.col("person_ref")).alias("VALUE"),
    )
    return pl.concat([others, ninos])


def _groups(cohort: pl.DataFrame) -> pl.DataFrame:
    return cohort.select(
        pl.col("family_ref").alias("GROUP_ID"), pl.lit("Family").alias("GROUP_TYPE"),
        pl.col("person_ref").alias("PERSON_ID"),
    )  # fmt: skip


def _mapping(sender: str, code: str) -> bytes:
    own = {
        "person_ref": "PERSON_ID", "family_ref": "GROUP", "forename": "FORENAME", "surname": "SURNAME",
        "date_of_birth": "DATE_OF_BIRTH", "gender": "SEX", "postcode": "POST_CODE", "nino": "NI_NO",
        "study_group": "STATUS", "service_received": "RECEIVING", "identified_date": "ELIGIBLE_DTTM",
        "service_start_date": "START_DTTM", "service_end_date": "END_DTTM",
    }  # fmt: skip
    tables: dict[str, Mapping[str, object]] = {
        "set": {"la_code": code},
        "rename": own | {problem: f"{problem.upper()}_ISSUE" for problem in _PROBLEMS},
        "join": {"address": {"columns": ["HOUSE_NO", "STREET"]}},
        "dates": {"every": "yyyy-mm-dd hh:mm:ss"},
        "codes.study_group": {"On programme": "programme", "Waiting list": "comparison"},
        "missing": {"every": [NULL]},
        "[]lookup": {
            "file": "addresses.csv", "here": "PERSON_ID", "there": "PERSON_ID",
            "columns": {name: name for name in ("HOUSE_NO", "STREET", "POST_CODE")},
            "keep": [{"column": "ADDRESS_TYPE", "is": ["MAIN"]}],
            "choose": {"per": "PERSON_ID", "first": [{"column": "START_DATE", "latest": "dd/mm/yyyy"}]},
        },
    }  # fmt: skip
    rest = toml(tables, {
        "table": "council_cohort", "sender": sender, "year": 2020, "ignore": ["DOB_ESTIMATED", "UPDATED_BY"],
    })  # fmt: skip
    more: dict[str, Mapping[str, object]] = {
        "[]lookup": {
            "file": "identifiers.csv", "here": "PERSON_ID", "there": "PERSON_ID", "columns": {"NI_NO": "VALUE"},
            "keep": [{"column": "TYPE", "is": ["NINO"]}],
        },
    }  # fmt: skip
    groups: dict[str, Mapping[str, object]] = {
        "[]lookup": {
            "file": "groups.csv", "here": "PERSON_ID", "there": "PERSON_ID", "columns": {"GROUP": "GROUP_ID"},
            "ignore": ["GROUP_TYPE"],
        },
    }  # fmt: skip
    return rest + toml(more, {}) + toml(groups, {})
