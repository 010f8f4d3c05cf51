"""Forenames go with years of birth: a Jacqueline born in 1977 is less rare than Jacquelines are.

How much oftener strangers born about the same time share a forename.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tf_linkage.linkage.compare.patterns import Levels
from tf_linkage.linkage.estimate.frequencies import people_counted
from tf_linkage.linkage.model.comparisons import MISSING, Role, place_of
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.tables.encoded import Tables
from tf_linkage.linkage.tables.records import COHORT


def forename_cohorts(tables: Tables, own: float) -> NDArray[np.float64] | None:
    """For each left row, bits by which its forename is rarer among those born about then than among all.

    Counted between people of the right table, of whom one may be the person who is asked about. None where forename
    or date of birth is not compared.

    Args:
        tables: both tables.
        own: records of the right table, on average, that are a left record's own and share its forename.
    """
    if not {"forename", "dob_year"} <= tables.right.columns:
        return None
    settings = tables.model.settings.names
    band = COHORT if COHORT in tables.right.columns else f"birth_year // {settings.years}"
    # Anyone who has several rows counts once.
    side = people_counted(tables)
    once = "DISTINCT" if tables.aliased and side == "r" else ""
    person = "entity" if side == "r" else "row"
    found = tables.frame(
        f"WITH people AS (SELECT {once} {person}, forename AS name, {band} AS band FROM {side} "
        f"WHERE forename IS NOT NULL AND {band} IS NOT NULL), "
        f"asked AS (SELECT row, forename AS name, {band} AS band FROM l), "
        "shared AS (SELECT name, band, count(*) AS number FROM people SEMI JOIN asked USING (name) GROUP BY ALL), "
        "names AS (SELECT name, sum(number) AS number FROM shared GROUP BY name), "
        "bands AS (SELECT band, count(*) AS number FROM people GROUP BY band) "
        "SELECT coalesce(shared.number, 0)::DOUBLE AS seen, names.number::DOUBLE AS bearers, "
        "bands.number::DOUBLE AS born FROM "
        "asked LEFT JOIN shared USING (name, band) "
        "LEFT JOIN names USING (name) LEFT JOIN bands USING (band) ORDER BY row"
    )
    seen, bearers, born = (found[name].to_numpy() for name in ("seen", "bearers", "born"))
    everybody = tables.total(f"SELECT count({once} {person}) FROM {side} WHERE {band} IS NOT NULL")
    own = max(1.0, own)
    expected = np.maximum(bearers - own, 0.0) * born / max(everybody, 1.0)
    # Of a forename that nobody else bears nothing is known.
    oftener = (np.maximum(seen - own, 0.0) + settings.half_way) / (expected + settings.half_way)
    bits: NDArray[np.float64] = -np.log2(oftener)
    return np.where(np.isfinite(bits), bits, 0.0)


def of_one_time(levels: Levels, model: Model) -> NDArray[np.bool_]:
    """Patterns of pairs that share a forename and, nearly enough, a year of birth."""
    forename, born = (place_of(model.comparisons, role) for role in (Role.FORENAME, Role.BORN))
    if forename is None or born is None:
        return np.zeros(len(levels), dtype=bool)
    about = ~np.isin(levels[:, born], (MISSING, model.comparisons[born].different))
    found: NDArray[np.bool_] = about & (levels[:, forename] == model.comparisons[forename].full)
    return found
