"""Words of our own tables that are also some people's names: a leak scan takes them for nobody's."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from tf_linkage.contracts.columns import columns_of
from tf_linkage.contracts.outputs.estimates import ESTIMATE_TABLES
from tf_linkage.contracts.outputs.published import PUBLISHED_TABLES
from tf_linkage.contracts.outputs.quality import Metrics
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.study import COUNCILS, REGIONS


def code_words() -> set[str]:
    """Words of the code lists and the names of places."""
    tables: list[type[dy.Schema]] = [
        *RESEARCH_TABLES.values(),
        *ESTIMATE_TABLES.values(),
        *PUBLISHED_TABLES.values(),
        Metrics,
    ]
    codes = {
        word
        for table in tables
        for column in columns_of(table)
        if isinstance(column.dtype, pl.Enum)
        for word in column.dtype.categories.to_list()
    }
    return codes | set(COUNCILS.values()) | set(REGIONS.values())
