"""What linkage error does to the study: the same outcome on true links, on those found, and corrected.

Outcome rates by study group for a set of links, and two corrections.

The corrections, and what they assume:
* weighted: each outcome counts precision / recall of its study group and age (child or adult), known here from the
  truth. It assumes that within such a group the outcome is as frequent among the missed as among the found, and
  among false links as among right ones.
* drawn: sets of links are drawn from the posterior probabilities of all weighed pairs, one to one, and the results
  combined by Rubin's rules (1987). It assumes that the posteriors are right, and knows nothing of pairs that were
  never weighed.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from tf_linkage.contracts.bodies.council import STUDY_GROUPS
from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.outputs.quality import LinkageEffects
from tf_linkage.contracts.outputs.research import FAMILY_OUTCOMES, OUTCOME_DEPARTMENT
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.intervals import Z, newcombe, wilson_of
from tf_linkage.linkage.model.model import Model
from tf_linkage.quality.measures.judging import judged_pairs, made_links, owners
from tf_linkage.quality.measures.minimum_counts import MINIMUM_COUNT
from tf_linkage.quality.measures.pairs import links_at
from tf_linkage.quality.studies.drawing import LinkSet, drawn_links, rubin
from tf_linkage.quality.studies.outcomes import Computation, Histories, reachable

Frames = Mapping[str, pl.LazyFrame]

AS_RUN = "as run"


def effects(
    attributes: pl.LazyFrame,
    requested: Frames,
    links: Frames,
    truth: Frames,
    histories: Histories,
    *,
    thresholds: Sequence[float] = (0.1, 0.5, 0.9, 0.99),
    draws: int = 20,
    seed: int = 2015,
    link_threshold: float = Model.link_threshold,
) -> pl.LazyFrame:
    """Outcome rates and the programme's difference by set of links.

    Args:
        attributes: `ons.Attributes`.
        requested: by department, person_id and request_ref.
        links: by department, `exchange.Links`.
        truth: `records` (`truth.TrueRecords`).
        histories: by department and table, the registers' histories under their own keys.
        thresholds: thresholds at which the found links are also computed.
        draws: how many sets of links are drawn, two or more; 0 leaves the drawn rows out.
        seed: of the draws.
        link_threshold: posterior probability from which the run linked.

    Returns:
        `contracts.outputs.quality.LinkageEffects`.
    """
    people = attributes.collect()
    records = truth["records"].collect().with_columns(pl.col("body").cast(pl.String))
    owned = owners(people, records)
    pairs = {
        name: judged_pairs(
            made_links(requested[name].collect(), links[name].collect()),
            owned,
            records.filter(pl.col("body") == name),
        )
        for name in DEPARTMENTS
        if name in links
    }
    true = {
        name: requested[name]
        .collect()
        .join(owned, on="person_id")
        .join(records.filter(pl.col("body") == name), on="true_person")
        .select("person_id", register_key="record_key")
        for name in pairs
    }
    needed = reachable(
        histories, [*true.values(), *(p.select("person_id", "register_key") for p in pairs.values())]
    )
    compute = Computation(people, needed)
    found = {name: table.filter(pl.col("status").cast(pl.String) == "link") for name, table in pairs.items()}
    on_true, on_found = compute(true), compute(found)
    weights = _weights(compute.people, found, true)
    drawn = [compute(chosen) for chosen in drawn_links(pairs, draws=draws, seed=seed)]
    rows: list[dict[str, Any]] = []
    for outcome in FAMILY_OUTCOMES:
        department = OUTCOME_DEPARTMENT[outcome]
        if department not in pairs:
            continue
        key = {"outcome": outcome, "department": department, "threshold": AS_RUN}
        rows += _rates(on_true, outcome, key | {"links": "true"})
        rows += _rates(on_found, outcome, key | {"links": "found"}, against=on_true)
        rows += _rates(on_found, outcome, key | {"links": "weighted"}, weights=weights[department])
        if drawn:
            rows += _combined(drawn, outcome, key | {"links": "drawn"})
    for threshold in thresholds:
        above = {name: links_at(p, threshold, link_threshold) for name, p in pairs.items()}
        at = compute(above)
        for outcome in FAMILY_OUTCOMES:
            if (department := OUTCOME_DEPARTMENT[outcome]) in pairs:
                key = {"outcome": outcome, "department": department, "threshold": f"{threshold:g}"}
                rows += _rates(at, outcome, key | {"links": "found"}, against=on_true)
    return of_rows(LinkageEffects, rows).lazy()


def _weights(people: pl.DataFrame, found: LinkSet, true: LinkSet) -> dict[str, pl.DataFrame]:
    """Precision over recall by study group and adult, for each department; 1 where fewer than ten are in either."""
    weights = {}
    for name, made in found.items():
        present = true[name].select("person_id", present=pl.lit(True)).unique()
        linked = made.select("person_id", linked=pl.lit(True)).unique()
        sums = (
            people.join(present, on="person_id", how="left")
            .join(linked, on="person_id", how="left")
            .group_by("study_group", "adult")
            .agg(pl.col("present", "linked").sum())
        )
        enough = (pl.col("present") >= MINIMUM_COUNT) & (pl.col("linked") >= MINIMUM_COUNT)
        # precision / recall = (right / linked) / (right / present)
        ratio = pl.col("present") / pl.col("linked")
        weights[name] = sums.select("study_group", "adult", weight=pl.when(enough).then(ratio).otherwise(1.0))
    return weights


def _rates(
    computed: pl.DataFrame,
    outcome: str,
    key: Mapping[str, str],
    *,
    against: pl.DataFrame | None = None,
    weights: pl.DataFrame | None = None,
) -> list[dict[str, Any]]:
    """The rows of one outcome on one set of links: each group, and the difference."""
    rows = computed.filter(pl.col(outcome).is_not_null())
    rows = (
        rows.with_columns(weight=pl.lit(1.0))
        if weights is None
        else rows.join(weights, on=["study_group", "adult"])
    )
    wrong: dict[str, tuple[int, int]] = {}
    if against is not None:
        both = rows.join(against.select("person_id", true=outcome), on="person_id")
        for group in STUDY_GROUPS:
            of = both.filter(pl.col("study_group") == group)
            wrong[group] = (
                of.filter(pl.col(outcome) & ~pl.col("true")).height,
                of.filter(~pl.col(outcome) & pl.col("true")).height,
            )
    sums = {
        group: (people, had, weighed)
        for group, people, had, weighed in rows.group_by("study_group")
        .agg(pl.len(), pl.col(outcome).sum(), (pl.col(outcome) * pl.col("weight")).sum().alias("weighed"))
        .iter_rows()
    }
    if any(sums.get(group, (0, 0, 0))[0] < MINIMUM_COUNT for group in STUDY_GROUPS):
        return [{**key, "study_group": group} for group in (*STUDY_GROUPS, "difference")]
    ends = {group: _ends(*sums[group]) for group in STUDY_GROUPS}
    found: list[dict[str, Any]] = []
    for group in STUDY_GROUPS:
        rate, low, high = ends[group]
        phantom, lost = wrong.get(group, (None, None))
        found.append(
            {**key, "study_group": group, "people": sums[group][0], "value": rate, "low": low, "high": high,
             "phantom": phantom, "lost": lost}
        )  # fmt: skip
    programme, comparison = (tuple(pl.lit(end) for end in ends[group]) for group in STUDY_GROUPS)
    low, high = pl.select(*(e.alias(n) for n, e in zip("lh", newcombe(programme, comparison), strict=True))).row(0)  # type: ignore[arg-type]
    gap = ends[STUDY_GROUPS[0]][0] - ends[STUDY_GROUPS[1]][0]
    people = sum(sums[group][0] for group in STUDY_GROUPS)
    found.append({**key, "study_group": "difference", "people": people, "value": gap, "low": low, "high": high})
    return found


def _ends(people: int, had: int, weighed: float) -> tuple[float, float, float]:
    """A share and its Wilson interval, both scaled by the mean weight of the outcomes."""
    scale = weighed / had if had else 1.0
    low, high = wilson_of(pl.lit(had), pl.lit(people))
    ends = pl.select(low=low, high=high).row(0)
    return min(1.0, weighed / people), min(1.0, ends[0] * scale), min(1.0, ends[1] * scale)


def _combined(drawn: Sequence[pl.DataFrame], outcome: str, key: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of one outcome over all draws."""
    by_draw = [_rates(computed, outcome, key) for computed in drawn]
    if any(row.get("value") is None for row in itertools.chain(*by_draw)):
        return by_draw[0]
    combined = []
    for i, row in enumerate(by_draw[0]):
        estimates = [rows[i]["value"] for rows in by_draw]
        variances = [_variance(rows, i) for rows in by_draw]
        mean, low, high = rubin(estimates, variances)
        if row["study_group"] != "difference":
            low, high = max(0.0, low), min(1.0, high)
        combined.append({**key, "study_group": row["study_group"], "people": row["people"], "value": mean,
                         "low": low, "high": high})  # fmt: skip
    return combined


def _variance(rows: Sequence[Mapping[str, Any]], i: int) -> float:
    """Sampling variance of a share, or of the difference of the two shares before it."""
    parts = rows[:2] if i == 2 else [rows[i]]
    return float(sum(_of_share(row["value"], row["people"]) for row in parts))


def _of_share(rate: float, people: int) -> float:
    """Variance behind Wilson's interval: unlike the textbook's it is not 0 where nobody has the outcome."""
    return (rate * (1 - rate) / people + Z**2 / (4 * people**2)) / (1 + Z**2 / people) ** 2
