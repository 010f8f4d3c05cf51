"""What somebody reads out of stolen hashes: by frequencies, without the key; by a dictionary, with it.

Attacks that anybody can make. A reading is a guess for each hash of a column: `hash`, `value`. Published attacks go
further, above all on Bloom filters: what is read here is the least that can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.quality.measures.bootstrap import ratio_ends

Numbers = NDArray[np.float64]

Reading = pl.DataFrame
"""`hash` and the `value` it is taken for; a hash that nothing is known of is not there."""

PUBLISHED_TOGETHER: tuple[tuple[str, str], ...] = (
    ("gender", "forename_first"),
    ("dob_year", "forename_first"),
    ("gender", "dob_year"),
    ("forename_first", "forename_initial"),
    ("dob_year", "born_cohort"),
    ("dob_year", "born_stratum"),
)
"""Values of which anybody may know how often they go together: forenames by sex and year of birth (ONS's names of
babies), and what follows from each other. Surnames and places are read by their own frequency alone: that of
families on a programme is not that of everybody, and what is wrongly read of one misleads the others."""

KNOWN_OF_SENT = ["gender", "dob_year"]
"""What a thief knows of how many were sent, from reports about such families: people by sex and year of birth."""

ROUNDED = 10
"""To the nearest so many."""

WEIGHT = "weight"

MOST = 600
"""Values of a column that are read by frequencies: those borne most, beyond which counts of few people tell
nothing."""

ROUNDS = 8
"""In which each column is read anew by what was read of the others; readings settle before."""

STARTS = 20
"""Times that columns are read from the beginning: our choice; where more would read more, so would a thief."""

SMOOTHING = 0.01
"""People added to each cell of a published table: what was never seen is possible still."""

FIRST_DOUBT, DOUBT = 0.9, 0.2
"""Share of readings of another column that a reading allows to be wrong, in the first round and from halfway on."""


def by_rank(hashes: pl.Series, published: pl.Series) -> Reading:
    """The most frequent hash is taken for the most frequent value, the second for the second, and so on."""
    name = hashes.name
    ours, theirs = (
        _ranked(column.to_frame(name).with_columns(pl.lit(1.0).alias(WEIGHT)), name)
        for column in (hashes, published.alias(name))
    )
    both = min(ours.len(), theirs.len())
    return pl.DataFrame({"hash": ours[:both], "value": theirs[:both]})


def by_frequencies(
    hashes: pl.DataFrame,
    published: pl.DataFrame,
    sent: pl.DataFrame,
    together: Sequence[tuple[str, str]] = PUBLISHED_TOGETHER,
    starts: int = STARTS,
) -> dict[str, Reading]:
    """Columns read together: a hash is taken for the value whose frequencies, alone and with others, it has.

    Each column's hashes are assigned to values, one to one, so that the counts seen are likeliest: a hash's own
    count as a Poisson count, and for every column that goes together with it the counts of what is read there so
    far as a multinomial. Over and over, from columns of which it is known how many were sent. Where this settles
    hangs on where it starts: so it is done many times, and the likeliest reading is kept.

    Args:
        hashes: stolen columns, a row for each person.
        published: the same columns in the clear, a row for each of many other people: what is published is counted
            from them, and weighted to the people sent.
        sent: `KNOWN_OF_SENT` in the clear, of which the thief knows counts of `ROUNDED` people.
        together: pairs of columns of which frequencies are published.
        starts: how many times.
    """
    published = _weighted(published, sent)
    pairs = [pair for pair in together if set(pair) <= set(hashes.columns) & set(published.columns)]
    columns = [name for name in hashes.columns if name in published.columns]
    columns.sort(key=lambda name: (name not in KNOWN_OF_SENT, name))
    beside = {
        name: [other for pair in pairs if name in pair for other in pair if other != name] for name in columns
    }
    seen = hashes.with_columns(pl.lit(1.0).alias(WEIGHT))
    ours, theirs = ({name: _ranked(table, name) for name in columns} for table in (seen, published))
    told = {
        (name, other): _shares(published, (name, other), (theirs[name], theirs[other]))
        for name in columns
        for other in beside[name]
    }
    own, expected = (
        {name: _counts(table, name, values[name]) for name in columns}
        for table, values in ((seen, ours), (published, theirs))
    )
    evidence = _Evidence(seen, ours, theirs, beside, own, expected, told)
    settled = [_settled(evidence, start) for start in range(max(1, starts))]
    # The first of those alike: a thief has nothing else to choose by.
    return max(settled, key=lambda read: round(_likelihood(evidence, read), 6))


@dataclass(frozen=True)
class _Evidence:
    """What a reading goes by.

    Attributes:
        seen: the stolen columns.
        ours: hashes by column, from the most to the least frequent.
        theirs: values, likewise.
        beside: the columns that go together with each.
        own: how many people have each hash, by column.
        expected: how many of those sent should have each value.
        told: shares of another column's values among those who bear each of one's.
    """

    seen: pl.DataFrame
    ours: Mapping[str, pl.Series]
    theirs: Mapping[str, pl.Series]
    beside: Mapping[str, Sequence[str]]
    own: Mapping[str, Numbers]
    expected: Mapping[str, Numbers]
    told: Mapping[tuple[str, str], Numbers]

    def next_to(self, name: str, other: str, reading: Reading) -> Numbers:
        """How often each hash of a column stands next to each value that the other's are read as."""
        guess = reading.rename({"hash": other, "value": "guess"})
        guessed = self.seen.select(name, other, WEIGHT).join(guess, on=other, maintain_order="left")
        return _cells(guessed, (name, "guess"), (self.ours[name], self.theirs[other]))


def _settled(evidence: _Evidence, start: int) -> dict[str, Reading]:
    """Where readings settle: the first start goes by the counts as they are, every other by one that is drawn.

    A draw reads each column, at first, in a way that is as likely to be drawn as the counts make it (noise on each
    log-likelihood, the likeliest assignment then: Papandreou and Yuille, Perturb-and-MAP, 2011), so that what is
    alike, or nearly, falls another way.
    """
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - half a second that commands do not need

    draws = np.random.default_rng(start)
    read: dict[str, Reading] = {}
    for number in range(ROUNDS):
        before = dict(read)
        for name, beside in evidence.beside.items():
            if name in read and not beside:
                continue  # nothing is learnt of it from the others
            likely = _alone(evidence.own[name], evidence.expected[name])
            if start and beside and not number:
                likely += draws.gumbel(size=likely.shape)
            for other in beside:
                if other in read:
                    cells = evidence.next_to(name, other, read[other])
                    likely += cells @ _told(evidence.told[name, other], number).T
            rows, at = linear_sum_assignment(-likely)
            read[name] = pl.DataFrame(
                {
                    "hash": evidence.ours[name].gather(rows.tolist()),
                    "value": evidence.theirs[name].gather(at.tolist()),
                }
            )
        if number > ROUNDS / 2 and all(
            name in before and read[name].equals(before[name]) for name in evidence.beside
        ):
            break
    return read


def by_dictionary(hashes: pl.Series, likely: pl.Series, hashing: Callable[[str], str]) -> Reading:
    """Every likely value is hashed and looked up."""
    values = likely.drop_nulls().unique(maintain_order=True)
    made = pl.DataFrame({"hash": [hashing(value) for value in values], "value": values}, schema=_READING)
    return made.join(hashes.drop_nulls().unique().to_frame("hash"), on="hash", how="semi", maintain_order="left")


_READING = {"hash": pl.String, "value": pl.String}


def rightly_read(truth: pl.DataFrame, readings: Mapping[str, Reading]) -> dict[str, float | int | None]:
    """How many people are read rightly in each of these columns, as `shares_read` gives it.

    Args:
        truth: for each person and column `name` the hash `h_<name>` and the value `v_<name>`.
        readings: by column.
    """
    known = truth.filter(*(pl.col(f"h_{name}").is_not_null() for name in readings))
    for name, reading in readings.items():
        guess = reading.rename({"hash": f"h_{name}", "value": f"g_{name}"})
        known = known.join(guess, on=f"h_{name}", how="left", maintain_order="left")
    right = pl.all_horizontal((pl.col(f"g_{name}") == pl.col(f"v_{name}")).fill_null(False) for name in readings)
    cluster = [f"h_{name}" for name in readings]
    counted = known.group_by(cluster, maintain_order=True).agg(right=right.sum(), people=pl.len()).sort(cluster)
    return share_of(counted["right"], counted["people"])


def share_of(right: pl.Series, people: pl.Series) -> dict[str, float | int | None]:
    """Numerator, denominator, value, and the interval of a share whose clusters stand or fall together."""
    n, d = int(right.sum() or 0), int(people.sum() or 0)
    if not d:
        return {"numerator": 0, "denominator": 0, "value": None, "low": None, "high": None}
    low, high = ratio_ends(right.cast(pl.Float64).to_numpy(), people.cast(pl.Float64).to_numpy())
    return {"numerator": n, "denominator": d, "value": n / d, "low": low, "high": high}


def _weighted(published: pl.DataFrame, sent: pl.DataFrame) -> pl.DataFrame:
    """Published people, each with the number of people sent that it stands for: `WEIGHT`.

    Of those sent the thief knows how many have each of the values `KNOWN_OF_SENT`, to the nearest ten.
    """
    known = [name for name in KNOWN_OF_SENT if name in sent.columns and name in published.columns]
    if not known:
        return published.with_columns(pl.lit(sent.height / max(published.height, 1)).alias(WEIGHT))
    counted = sent.select(known).drop_nulls().group_by(known).agg(people=pl.len())
    counted = counted.with_columns(people=(pl.col("people") / ROUNDED).round() * ROUNDED)
    there = published.drop_nulls(known).with_columns(alike=pl.len().over(known))
    there = there.join(counted, on=known, maintain_order="left")
    return there.with_columns((pl.col("people") / pl.col("alike")).alias(WEIGHT)).drop("people", "alike")


def _ranked(table: pl.DataFrame, name: str) -> pl.Series:
    """Known values from the most to the least frequent, as many as can be read; equals in their own order."""
    counted = table.drop_nulls(name).group_by(name).agg(pl.col(WEIGHT).sum())
    return counted.sort([WEIGHT, name], descending=[True, False])[name][:MOST]


def _likelihood(evidence: _Evidence, read: Mapping[str, Reading]) -> float:
    """How likely what was seen is, were all hashes what they are read as: counts alone, and next to each other."""
    total = 0.0
    for name, beside in evidence.beside.items():
        at = read[name].join(evidence.ours[name].to_frame("hash").with_row_index("ours"), on="hash")
        at = at.join(evidence.theirs[name].to_frame("value").with_row_index("theirs"), on="value")
        likely = _alone(evidence.own[name], evidence.expected[name])
        for other in beside:
            shares = _told(evidence.told[name, other], ROUNDS)
            likely += evidence.next_to(name, other, read[other]) @ shares.T
        total += float(likely[at["ours"].to_numpy(), at["theirs"].to_numpy()].sum())
    return total


def _alone(own: Numbers, expected: Numbers) -> Numbers:
    """Log-likelihood of each hash's count under each value's, up to what all values have in common."""
    likely = expected + SMOOTHING
    found: Numbers = own[:, None] * np.log(likely)[None, :] - likely[None, :]
    return found


def _shares(published: pl.DataFrame, names: tuple[str, str], values: tuple[pl.Series, pl.Series]) -> Numbers:
    """Shares of the other column's values among those who bear each of this one's."""
    cells = _cells(published, names, values) + SMOOTHING
    found: Numbers = cells / cells.sum(axis=1, keepdims=True)
    return found


def _told(shares: Numbers, number: int) -> Numbers:
    """Logs of these shares, some readings of the other column being wrong: most at first, fewer with each round."""
    doubt = max(DOUBT, FIRST_DOUBT - number * (FIRST_DOUBT - DOUBT) / (ROUNDS / 2))
    found: Numbers = np.log((1 - doubt) * shares + doubt / shares.shape[1])
    return found


def _counts(table: pl.DataFrame, name: str, values: pl.Series) -> Numbers:
    counted = table.group_by(name).agg(pl.col(WEIGHT).sum())
    joined = values.to_frame(name).join(counted, on=name, how="left", maintain_order="left")
    found: Numbers = joined[WEIGHT].to_numpy().copy()
    return found


def _cells(table: pl.DataFrame, names: tuple[str, str], values: tuple[pl.Series, pl.Series]) -> Numbers:
    """How many people, by weight, have each value of two columns together."""
    found = np.zeros((values[0].len(), values[1].len()))
    counted = table.select(*names, WEIGHT).drop_nulls().group_by(names).agg(pl.col(WEIGHT).sum())
    for at, (name, of) in enumerate(zip(names, values, strict=True)):
        counted = counted.join(of.to_frame(name).with_row_index(f"at_{at}"), on=name)
    found[counted["at_0"].to_numpy(), counted["at_1"].to_numpy()] = counted[WEIGHT].to_numpy()
    return found
