"""The de-identified tables on which researchers work."""

from tf_linkage.research.as_sent import as_sent
from tf_linkage.research.croissant import ACCREDITED, NOBODY_REAL, RELEASED, DataSet, croissant
from tf_linkage.research.database import write_duckdb
from tf_linkage.research.dictionary import data_dictionary, dictionary_page, withheld_rows
from tf_linkage.research.estimates import estimates
from tf_linkage.research.finest import finest_tables
from tf_linkage.research.linked_set import StudyTables, study_tables
from tf_linkage.research.quality_statement import Linking, quality_statement, statement_page
from tf_linkage.research.tables.benefits_and_work import benefits_and_work
from tf_linkage.research.tables.families import families, outcomes_of_families
from tf_linkage.research.tables.offending import offending
from tf_linkage.research.tables.panel import panel
from tf_linkage.research.tables.people import people
from tf_linkage.research.tables.schooling import schooling
from tf_linkage.research.tables.social_care import social_care
from tf_linkage.research.tables.starts import ResearchRefused
from tf_linkage.research.tables.written import SCHOOLING, TABLES_OF_HISTORIES

__all__ = [
    "ACCREDITED",
    "NOBODY_REAL",
    "RELEASED",
    "SCHOOLING",
    "TABLES_OF_HISTORIES",
    "DataSet",
    "Linking",
    "ResearchRefused",
    "StudyTables",
    "as_sent",
    "benefits_and_work",
    "croissant",
    "data_dictionary",
    "dictionary_page",
    "estimates",
    "families",
    "finest_tables",
    "offending",
    "outcomes_of_families",
    "panel",
    "people",
    "quality_statement",
    "schooling",
    "social_care",
    "statement_page",
    "study_tables",
    "withheld_rows",
    "write_duckdb",
]
