"""What things are taken to cost: one illustrative table, with where each figure comes from.

These are not the costs of the evaluation. It applied the unit costs of the Greater Manchester Unit Cost Database
(v1.4, March 2015), whose figures we have not seen. The round figures below are ours, of the order in which such
costs are usually quoted; replace them before any conclusion is drawn from a sum of pounds. Only two rest on
something seen: benefits, which are the amounts that DWP paid, and the programme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

YEAR = 365.25
"""Days."""


@dataclass(frozen=True)
class UnitCost:
    """One line of the table.

    Attributes:
        theme: one of `contracts.outputs.estimates.COST_THEMES`.
        pounds: cost of one unit.
        unit: `year` of a spell, pro rata by the day, or `event`.
        source: where the figure comes from.
    """

    theme: str
    pounds: float
    unit: str
    source: str


_OURS = "Illustrative: our round figure, not seen in a source"

UNIT_COSTS: Mapping[str, UnitCost] = {
    "child_in_need": UnitCost("social care", 3_000, "year", _OURS),
    "child_protection": UnitCost("social care", 6_000, "year", _OURS),
    "looked_after": UnitCost("social care", 50_000, "year", _OURS),
    "conviction": UnitCost("crime and justice", 2_000, "event", f"{_OURS}; police and courts"),
    "custody": UnitCost("crime and justice", 35_000, "year", f"{_OURS}; half of the sentence is served"),
    "exclusion": UnitCost("education", 1_000, "event", _OURS),
    "persistent_absence": UnitCost("education", 1_900, "year", f"{_OURS}; for each half-year it is half of it"),
    "programme": UnitCost(
        "the programme",
        2_300,
        "event",
        "£920 million for up to 400,000 families (gov.uk, Supporting Families evaluation 2015 to 2020)",
    ),
}
"""By what it is the cost of. Benefits are not here: they are counted in the pounds that were paid."""

SERVED = 0.5
"""Share of a custodial sentence that is served in prison (automatic release at half-way: the general rule)."""
