"""The part of the findings' page that tells where adults went between benefits and work.

Belongs here: benefit paths as released, as tables. Does not belong here: what may be shown of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.disclosure.words import GROUPS
from tf_linkage.pages import html
from tf_linkage.pages.words import with_interval

SAYS = (
    "Of the adults of working age who stood in a state in the half-year before the family's start, the share that "
    "stood in each state in a half-year after it, with 95% intervals as if adults of one family went together."
)


def paths_section(paths: pl.DataFrame) -> str:
    """The section's HTML.

    Args:
        paths: `contracts.published.BenefitPaths`, codes as text.
    """
    tables = []
    for (window,), of in paths.group_by(["window"], maintain_order=True):
        rows = []
        for (start, to), both in of.group_by(["from_state", "to_state"], maintain_order=True):
            found = {row["study_group"]: _share(row) for row in both.iter_rows(named=True)}
            rows.append((f"{start}, then {to}".capitalize(), *(found.get(group, "–") for group in GROUPS)))
        told = html.table(f"Where adults stand, {window} the start", ("", *GROUPS.values()), rows)
        tables.append(html.opened(f"{window} the start", told))
    return html.paragraph(SAYS) + "".join(tables)


def _share(row: Mapping[str, object]) -> str:
    return with_interval({**row, "value": row["share"]}) if row["share"] is not None else "withheld"
