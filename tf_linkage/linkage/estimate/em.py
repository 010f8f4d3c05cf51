"""How often each level occurs among links, strangers and household members: m, u and h, learnt without labels.

The estimation. u comes from value frequencies where a level is plain equality and from random pairs where it is
not. m comes from EM on the counts of patterns, in three classes: links, strangers, and people of one home. The
third class is what keeps EM from settling on households. It starts from the matchkeys' links and is checked against
them. An unknown value is no evidence in any class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.linkage.compare.patterns import Levels
from tf_linkage.linkage.model.comparisons import MISSING, Comparison
from tf_linkage.linkage.model.settings import Settings

Shares = tuple[NDArray[np.float64], ...]
"""For each comparison the share of each level among pairs where both values are known."""


Places = tuple[int | None, int | None, int | None]
"""Of forename, surname and date of birth among the comparisons; None for one that is not compared."""

Ends = tuple[tuple[int, int], ...]
"""For each comparison, the codes of full agreement and of disagreement."""


def ends_of(comparisons: Sequence[Comparison]) -> Ends:
    """Both codes of each comparison."""
    return tuple((comparison.full, comparison.different) for comparison in comparisons)


@dataclass(frozen=True)
class Dependence:
    """How names and birthdays go together, beyond what each says alone.

    Among household members twins share surname and day of birth, a father and his namesake both names but not the
    day, and hardly anybody shares a day and no name. Among links who errs in one name errs in the other: names of
    some communities are misspelt, shortened and turned round oftener.

    Attributes:
        places: which comparisons they are between.
        ends: for each comparison, its codes of full agreement and of disagreement.
        logs: natural log of how much oftener a group of each is seen together than if they were apart, by the
            groups of `group`; the last place of each axis stands for unknown.
    """

    places: Places
    ends: Ends
    logs: NDArray[np.float64]

    def group(self, levels: Levels) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """For each pattern the groups of both names (equal, alike, different) and of birth (one day or not)."""
        found = []
        for axis, place in enumerate(self.places):
            if place is None:
                found.append(np.full(len(levels), MISSING))
                continue
            codes = levels[:, place]
            full, different = self.ends[place]
            far = 1 if axis == _BORN else np.where(codes == different, 2, 1)
            found.append(np.where(codes == MISSING, MISSING, np.where(codes == full, 0, far)))
        return found[0], found[1], found[2]

    def of(self, levels: Levels) -> NDArray[np.float64]:
        """The log for each pattern."""
        found: NDArray[np.float64] = self.logs[self.group(levels)]
        return found


_BORN = 2
"""The axis of the date of birth."""


NO_DEPENDENCE = Dependence((None, None, None), (), np.zeros((4, 4, 3)))


def dependence_of(levels: Levels, counts: NDArray[np.float64], places: Places, ends: Ends) -> Dependence:
    """Ties counted among patterns in which all of these places are known; none where nothing is counted.

    One is added to what is seen and to what is expected, so that a group seldom seen says little.
    """
    dependence = Dependence(places, ends, np.zeros((4, 4, 3)))
    groups = np.stack(
        [group for group, place in zip(dependence.group(levels), places, strict=True) if place is not None]
    )
    known = (groups >= 0).all(axis=0)
    compared = [axis for axis, place in enumerate(places) if place is not None]
    seen = np.zeros([dependence.logs.shape[axis] for axis in compared])
    np.add.at(seen, tuple(groups[:, known]), counts[known])
    if not seen.sum():
        return NO_DEPENDENCE
    # What is unknown may be anything: its place holds the sum of the others.
    for axis in range(seen.ndim):
        np.moveaxis(seen, axis, 0)[-1] = seen.sum(axis=axis)
    total = seen.flat[-1]
    apart = np.full(seen.shape, total)
    for axis in range(seen.ndim):
        along = seen[tuple(slice(None) if other == axis else slice(-1, None) for other in range(seen.ndim))]
        apart = apart * along / total
    logs = np.log((seen + 1) / (apart + 1))
    for axis, place in enumerate(places):
        logs = logs if place is not None else np.expand_dims(logs, axis)
    return Dependence(places, ends, np.broadcast_to(logs, dependence.logs.shape).copy())


@dataclass(frozen=True)
class HouseholdMembers:
    """What training needs to know of people of one home who are not one person.

    Attributes:
        h: shares of levels between them.
        apart: for each comparison, whether it can tell them apart; where somebody lives cannot.
        dependence: how much names and birthdays go together.
        at_home: pairs of the two tables that stand at one address, links included.
        home: which comparison says where somebody lives, and its code of full agreement; None if none does.
    """

    h: Shares
    apart: tuple[bool, ...]
    dependence: Dependence
    at_home: float
    home: tuple[int, int] | None = None


@dataclass(frozen=True)
class Start:
    """Where m starts, and for each comparison whether it was learnt from matchkeys' links and binds the outcome.

    `personal` says of which a person's own two records seldom disagree: names, date of birth, number.
    """

    m: Shares
    learnt: tuple[bool, ...]
    personal: tuple[bool, ...]


@dataclass(frozen=True)
class Observed:
    """The candidate pairs, counted.

    Attributes:
        levels: one row for each pattern and set of blocking rules.
        counts: pairs of each of which training is to find out what they are.
        certain: pairs of each that are links for certain, and among `counts` no more.
        rarer: for each row, natural logs by which strangers and household members are rarer among the pairs counted
        than
            among all pairs, since others are known to be neither.
        names: between which comparisons the ties of links are learnt.
        ends: for each comparison, its codes of full agreement and of disagreement.
        free: for each row and comparison, whether some rule that the pairs meet leaves that comparison free; only
            from such pairs is its m learnt, since a rule's own keys always agree.
        free_names: for each row, whether some rule leaves both names free; only from such pairs are ties learnt.
        dependence: for each row, natural log by which strangers look so oftener than u says.
        nearby: bits by which both names agree oftener in one district than across districts, by chance.
        every_pair: number of pairs of the two tables, blocked or not.
    """

    levels: Levels
    counts: NDArray[np.int64]
    certain: NDArray[np.int64]
    rarer: tuple[NDArray[np.float64], NDArray[np.float64]]
    names: Places
    ends: Ends
    free: NDArray[np.bool_]
    free_names: NDArray[np.bool_]
    dependence: NDArray[np.float64]
    nearby: float
    every_pair: float


@dataclass(frozen=True)
class Counted:
    """How many records of the table a model was trained on bear each value; of common values alone.

    Attributes:
        bearers: records by value.
        known: records of which the value is known.
    """

    bearers: Mapping[str, int]
    known: int


@dataclass(frozen=True)
class Trained:
    """What training found.

    Attributes:
        m: shares among links.
        u: shares among strangers.
        members: what is known of household members.
        prior: share of links among all pairs of the two tables.
        household members: pairs of two people of one household for each link.
        curve: one row for each round: `round`, `log_likelihood` (of the pairs blocked, and of no more links and
            household members than expected), `expected_links`, `greatest_change`. It may fall slightly, since the m
            of a comparison is learnt from those pairs alone whose blocking rule leaves it free.
        nearby: bits by which both names agree oftener in one district than across districts, by chance.
        held: whether EM stayed near the matchkeys' links, or at least with what records of one person can be; if
            not, m is the matchkeys'.
        floor: share below which none of them counts; see `settings.Training`.
        dependence: how much a link's names go together.
        counted: of a model that was saved, frequencies by column; values that are not there are counted where it is
            applied.
    """

    m: Shares
    u: Shares
    members: HouseholdMembers
    prior: float
    household_members: float
    curve: pl.DataFrame
    nearby: float
    held: bool
    floor: float
    dependence: Dependence = NO_DEPENDENCE
    counted: Mapping[str, Counted] = field(default_factory=dict)


def train(observed: Observed, start: Start, u: Shares, members: HouseholdMembers, settings: Settings) -> Trained:
    """EM over patterns, from `start`; u and the household members' shares stay as they are."""
    floor = settings.training.floor
    levels, counts, every_pair = observed.levels, observed.counts, observed.every_pair
    m = start.m
    expected = float(max(1, min((counts + observed.certain).sum(), every_pair**0.5)))
    rows: list[tuple[int, float, float, float]] = []
    strangers, at_home = observed.rarer
    log_u = log_of(u, levels, floor) + observed.dependence + strangers
    dependence = NO_DEPENDENCE
    for turn in range(1, settings.training.most_rounds + 1):
        before, prior = expected, min(expected / every_pair, settings.training.most)
        link = np.log(prior) + log_of(m, levels, floor) + dependence.of(levels)
        stranger = np.log1p(-prior) + log_u
        number = _household_members(expected, m, members, settings.households.stayed)
        household_member = np.log(number) + link + household_ratio(m, members, levels, floor, dependence) + at_home
        total = np.logaddexp(np.logaddexp(link, stranger), household_member)
        weight = observed.certain + counts * np.exp(link - total)
        expected = max(float(weight.sum()), 1e-3)
        new = _shares(levels, weight, observed.free, m)
        new = _plausible(new, start, observed.ends, settings.training.wrong)
        if observed.free_names.any():
            dependence = dependence_of(
                levels, np.where(observed.free_names, weight, 0.0), observed.names, observed.ends
            )
        change = max(float(np.max(np.abs(one - other))) for one, other in zip(new, m, strict=True))
        likelihood = float((counts * total).sum() + (observed.certain * link).sum()) - before * (1 + number)
        rows.append((turn, likelihood, expected, change))
        m = new
        if change < settings.training.steady:
            break
    held = _near_matchkeys(m, start, observed.ends, settings.training.stray) or all(
        share[different] <= settings.training.wrong
        for share, personal, (_, different) in zip(m, start.personal, observed.ends, strict=True)
        if personal
    )
    curve = pl.DataFrame(
        rows, schema=["round", "log_likelihood", "expected_links", "greatest_change"], orient="row"
    )
    return Trained(
        m if held else start.m,
        u,
        members,
        min(expected / every_pair, settings.training.most),
        number,
        curve,
        observed.nearby,
        held,
        floor,
        dependence if held else NO_DEPENDENCE,
    )


def among_strangers(u: Shares, m: Shares, prior: float, least: float) -> Shares:
    """U without the links that any count of all pairs holds: in small tables they are most of who agrees.

    Args:
        u: shares of levels among all pairs.
        m: among links.
        prior: share of links among all pairs.
        least: share of u that is left at least, however many links are expected.
    """
    found = []
    for every, links in zip(u, m, strict=True):
        rest = np.maximum((every - prior * links) / (1 - prior), least * every)
        found.append(rest / rest.sum())
    return tuple(found)


def _near_matchkeys(m: Shares, start: Start, ends: Ends, stray: float) -> bool:
    """Whether links agree about as often as matchkeys' links do, which agree a little oftener than others."""
    return all(
        abs(one[full] - other[full]) <= stray
        for one, other, bound, (full, _) in zip(m, start.m, start.learnt, ends, strict=True)
        if bound
    )


def _household_members(expected: float, m: Shares, members: HouseholdMembers, least: float) -> float:
    """Pairs of two people of one household for each link, wherever they are recorded.

    Of the pairs at one address some are links; the rest are household members whom no move has parted, and moves
    part them as often as they part a person's two records.
    """
    stayed = 1.0 if members.home is None else float(m[members.home[0]][members.home[1]])
    return max(members.at_home / max(stayed, least) - expected, 1e-6) / expected


def _plausible(m: Shares, start: Start, ends: Ends, most: float) -> Shares:
    """M of comparisons of which no matchkey taught anything, held to what records of one person can be.

    Without labels the strongest pattern among the pairs need not be one person: where two tables share homes but
    nobody, it is people of one home.
    """
    found = []
    for share, learnt, personal, (_, different) in zip(m, start.learnt, start.personal, ends, strict=True):
        if learnt or not personal or share[different] <= most:
            found.append(share)
            continue
        held = share * (1 - most) / max(1 - share[different], 1e-12)
        held[different] = most
        found.append(held / held.sum())
    return tuple(found)


def shares_of(
    levels: Levels, counts: NDArray[np.int64], comparisons: Sequence[Comparison], smoothing: float
) -> Shares:
    """Share of each level among counted patterns; `smoothing` pairs are added, spread evenly over the levels."""
    found = []
    for place, comparison in enumerate(comparisons):
        known = levels[:, place] >= 0
        size = len(comparison.levels)
        number = np.bincount(levels[known, place], weights=counts[known], minlength=size).astype(np.float64)
        number += smoothing / size
        found.append(number / number.sum())
    return tuple(found)


def log_of(shares: Shares, levels: Levels, floor: float) -> NDArray[np.float64]:
    """Log probability of each pattern, comparisons taken as independent; unknown counts as certain."""
    total = np.zeros(len(levels))
    for place, share in enumerate(shares):
        total += padded_log(share, floor)[levels[:, place]]
    return total


def padded_log(share: NDArray[np.float64], floor: float) -> NDArray[np.float64]:
    """Logs of the shares, none below the floor, with a zero at the end, where code -1 looks."""
    return np.append(np.log(np.maximum(share, floor)), 0.0)


def household_ratio(
    m: Shares, members: HouseholdMembers, levels: Levels, floor: float, dependence: Dependence = NO_DEPENDENCE
) -> NDArray[np.float64]:
    """Log of how much likelier a pattern is between household members than between records of one person."""
    total = -dependence.of(levels)
    for place, (one, other) in enumerate(zip(m, members.h, strict=True)):
        if members.apart[place]:
            total += padded_log(other, floor)[levels[:, place]] - padded_log(one, floor)[levels[:, place]]
    return total + members.dependence.of(levels)


def _shares(levels: Levels, weight: NDArray[np.float64], free: NDArray[np.bool_], before: Shares) -> Shares:
    found = []
    for place, share in enumerate(before):
        known = (levels[:, place] >= 0) & free[:, place]
        number = np.bincount(levels[known, place], weights=weight[known], minlength=len(share)).astype(np.float64)
        # One pair's worth spread over the levels, so that a level never seen keeps a chance.
        number += 1 / len(share)
        found.append(number / number.sum())
    return tuple(found)
