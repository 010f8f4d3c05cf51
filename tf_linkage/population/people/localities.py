"""How a population is divided: councils into localities, localities into families.

Numbering and counts. A locality is the unit that is simulated as a whole, has its own quota of study families, and
does not depend on any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tf_linkage.population.confounding import health_not_collected, missed_share
from tf_linkage.population.draws import Floats, Ints
from tf_linkage.population.places.places import HOME_AUTHORITIES, LOCALITIES_PER_COUNCIL, units_of
from tf_linkage.population.rates import rate
from tf_linkage.population.settings import Settings

_MOST_PEOPLE = 14_000
"""Expected people of a locality at most; its numbers allow 16,384."""

GENERAL_SIZE = 2.47
"""People in an ordinary family unit over the whole window, measured from the generator itself."""

HIGH_NEED_SIZE = 4.40
"""People in a family in high need over the whole window, measured likewise."""

WITH_CHILDREN = 0.322
"""Share of ordinary households with dependent children or an expected one (households.py, kinds)."""

HIGH_NEED_MARGIN = 2.2
"""Families in high need simulated for each family the study wants: not all have two problems on the day.

The population is a stratified sample. Families in high need (the most adverse 5.9% of families with children) are
drawn more often than they occur, so that a study of any size fits its population; `weight` undoes it."""


UNRECORDED_MARGIN = 1.3
"""What the margin grows by for the share of problems that a council misses, and by `NO_HEALTH_MARGIN` where it does
not collect health at all (measured at 44 study families for 1,000 people, as dense as preset `study`: every council
then finds about a fifth more families in high need than it is asked for)."""

NO_HEALTH_MARGIN = 0.3


@dataclass(frozen=True)
class Localities:
    """One entry for each locality of all councils, in order.

    Attributes:
        number: the locality's own number, the same in every study.
        slot: its authority (position in places.AUTHORITIES).
        quota: study families the council finds here.
        high_need: families in high need.
        general: other families.
        units: postcodes in use in each authority.
        high_need_weight: weight that gives a council's families in high need their natural share of its families
            with children.
    """

    number: Ints
    slot: Ints
    quota: Ints
    high_need: Ints
    general: Ints
    units: int
    high_need_weight: Floats

    def __len__(self) -> int:
        return len(self.number)

    def part(self, start: int, stop: int) -> Localities:
        """The localities from start up to stop."""
        cut = slice(start, stop)
        return replace(
            self,
            number=self.number[cut],
            slot=self.slot[cut],
            quota=self.quota[cut],
            high_need=self.high_need[cut],
            general=self.general[cut],
            high_need_weight=self.high_need_weight[cut],
        )


def localities(settings: Settings) -> Localities:
    """The localities of a world.

    Each council holds an equal share of the people and of the study's families (the first few one family more), so
    what stands in one council does not depend on which others take part.
    """
    number, slot, quota, high_need, general, weight = [], [], [], [], [], []
    natural = rate("families with children in high need")
    people = settings.population / len(settings.councils)
    count = int(np.ceil(people / _MOST_PEOPLE))
    families, rest = divmod(settings.families, len(settings.councils))
    for place, council in enumerate(settings.councils):
        wanted = _shares(families + (place < rest), count)
        # Where a council misses problems, fewer families reach two recorded ones.
        margin = HIGH_NEED_MARGIN * (1 + UNRECORDED_MARGIN * missed_share(settings, council))
        margin *= 1 + NO_HEALTH_MARGIN * health_not_collected(settings, council)
        needy = np.ceil(wanted * margin).astype(np.int64) + 4
        others = np.maximum((people / count - needy * HIGH_NEED_SIZE) / GENERAL_SIZE, 10).astype(np.int64)
        home = HOME_AUTHORITIES[council]
        number.append(home * LOCALITIES_PER_COUNCIL + np.arange(count))
        slot.append(np.full(count, home))
        quota.append(wanted)
        high_need.append(needy)
        general.append(others)
        sampled_for = others.sum() * WITH_CHILDREN * natural / (1 - natural)
        weight.append(np.full(count, sampled_for / needy.sum()))
    return Localities(
        number=np.concatenate(number),
        slot=np.concatenate(slot),
        quota=np.concatenate(quota),
        high_need=np.concatenate(high_need),
        general=np.concatenate(general),
        units=units_of(people),
        high_need_weight=np.concatenate(weight),
    )


def _shares(total: int, parts: int) -> Ints:
    """A total in whole parts as equal as can be."""
    edges = np.arange(parts + 1, dtype=np.int64) * total // parts
    return np.diff(edges)
