"""The three questions of the privacy notice, in its own words, and what the released figures answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from tf_linkage.contracts.outputs.estimates import ALL_REGIONS, BENEFIT_STATES, HALF_YEARS, SERVICES
from tf_linkage.contracts.outputs.published import REGIONAL_WINDOWS
from tf_linkage.disclosure.findings_page.before_start import doubted
from tf_linkage.disclosure.findings_page.headline import lead_of
from tf_linkage.disclosure.findings_page.words import GROUPS
from tf_linkage.pages import html

QUESTIONS = (
    "How well services for families with multiple problems are working across England",
    "How those families use public services and what benefits they get",
    "The costs of providing services to families with multiple problems",
)
"""What the notice says that the research aims to find out."""

FIRST, LAST = "1-6 months before", list(HALF_YEARS)[-1]
"""Half-years that are held next to each other: equally long, so that shares can be."""

AFTER = REGIONAL_WINDOWS[1]
SAYS = (
    "Families were told that the research aims to find out three things. What was found is about the groups of "
    "this study, and no family is told from it."
)
NOTHING = "Too few families to tell."


def questions_section(tables: Mapping[str, pl.DataFrame]) -> str:
    """The section's HTML.

    Args:
        tables: the tables of `contracts.outputs.published.PUBLISHED_TABLES`, codes as text.
    """
    told = (
        [*_working(tables)],
        [*_used(tables["outcomes"], tables["service_use"], tables["benefit_paths"])],
        [*_costs(tables["money"])],
    )
    answered = [(question, lines or [NOTHING]) for question, lines in zip(QUESTIONS, told, strict=True)]
    return html.paragraph(SAYS) + html.answers(answered)


def _working(tables: Mapping[str, pl.DataFrame]) -> Iterator[str]:
    yield lead_of(tables["differences"]) or NOTHING
    if doubt := doubted(tables["placebos"], tables["pretrends"]):
        yield doubt
    regions = tables["outcomes"].filter(pl.col("region") != ALL_REGIONS)["region"].n_unique()
    where = "one region" if regions == 1 else f"{regions} regions"
    lie = f"The councils of the study lie in {where}. " if regions else ""
    yield f"{lie}Nobody drew its councils to stand for those of England. See Compared, and Regions."


def _used(outcomes: pl.DataFrame, services: pl.DataFrame, paths: pl.DataFrame) -> Iterator[str]:
    claimed = outcomes.filter(
        pl.col("unit") == "family", pl.col("outcome") == "out_of_work_benefit", pl.col("region") == ALL_REGIONS
    )
    none = services.filter(pl.col("services") == 0)
    for words, rows in (("claimed an out-of-work benefit", claimed), (f"used none of {_all(SERVICES)}", none)):
        for group, name in GROUPS.items():
            before, after = (_share(rows, group, window) for window in (FIRST, LAST))
            if before and after:
                then = f"in the half-year before the start, {after} two years on"
                yield f"{name}: {before} of families {words} {then}."
    out_of_work, _, working, _ = BENEFIT_STATES
    went = paths.filter(pl.col("from_state") == out_of_work, pl.col("to_state") == working)
    for group, name in GROUPS.items():
        if share := _share(went, group, LAST):
            yield f"{name}: of adults out of work before, {share} were working without a claim two years on."


def _costs(money: pl.DataFrame) -> Iterator[str]:
    for group, name in GROUPS.items():
        rows = money.filter(pl.col("study_group") == group, pl.col("window") == AFTER, pl.col("mean").is_not_null())
        if rows.height:
            sums = [f"£{mean:,.0f} {theme}" for theme, mean in rows.select("theme", "mean").iter_rows()]
            yield f"{name}: for each family in the two years after the start about {_all(sums)}."
    if money["mean"].is_not_null().any():
        yield (
            "Sums are of two years, where Compared tells differences a year. Prices are mostly illustrative: no "
            "conclusion may be drawn from these sums. See Costs."
        )


def _share(rows: pl.DataFrame, group: str, window: str) -> str:
    of = rows.filter(pl.col("study_group") == group, pl.col("window") == window, pl.col("share").is_not_null())
    return f"{of['share'][0]:.0%}" if of.height else ""


def _all(words: list[str] | tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
