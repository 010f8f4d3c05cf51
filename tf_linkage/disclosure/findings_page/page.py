"""The findings as one page that opens offline: what was released, in pictures and tables.

The order of the page, and what a reader has to know first. It reads published tables alone, so that nothing stands
on it that has not passed the rules.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.outputs.estimates import ALL_REGIONS, OUTCOMES
from tf_linkage.contracts.outputs.published import REGIONAL_WINDOWS
from tf_linkage.disclosure.findings_page.asked import five_years_part, questions_section, short_answers, short_part
from tf_linkage.disclosure.findings_page.balance import balance_section
from tf_linkage.disclosure.findings_page.before_start import (
    calibrated_part,
    doubted,
    over_time_section,
    placebos_section,
)
from tf_linkage.disclosure.findings_page.cells import plain
from tf_linkage.disclosure.findings_page.compared import compared_section
from tf_linkage.disclosure.findings_page.costs import costs_section
from tf_linkage.disclosure.findings_page.headline import headline_section
from tf_linkage.disclosure.findings_page.linkage import linkage_section
from tf_linkage.disclosure.findings_page.outcomes import half_years, people, regions, spans
from tf_linkage.disclosure.findings_page.paths import paths_section
from tf_linkage.disclosure.findings_page.planned import EXPLORATORY, planned_outcomes
from tf_linkage.disclosure.findings_page.protection import protection_section, rules_section
from tf_linkage.disclosure.findings_page.services import services_section
from tf_linkage.disclosure.findings_page.within import groups_section
from tf_linkage.disclosure.findings_page.words import GROUPS, LASTING, outcome_word
from tf_linkage.pages import html

TITLE = "Families before and after"
SUBTITLE = (
    "Figures about groups of families with several problems at once, some of them on the Troubled Families "
    "programme and others waiting for it. {whom}"
)
SIMULATED = "Nobody in them is real: this is a rehearsal on a synthetic population."

Tables = Mapping[str, pl.LazyFrame]


def findings_page(tables: Tables, *, rehearsal: bool, made: Mapping[str, str] | None = None) -> str:
    """The page.

    Args:
        tables: the tables of `contracts.outputs.published.PUBLISHED_TABLES`.
        rehearsal: whether nobody in them is real.
        made: what distinguishes this page from others like it, such as the version, shown as it is.
    """
    read = {name: plain(table) for name, table in tables.items()}
    outcomes = read["outcomes"]
    short = short_part(read) + headline_section(read["differences"])
    planned = planned_outcomes([*read["differences"].filter(pl.col("role") != EXPLORATORY).iter_rows(named=True)])
    in_doubt = doubted(read["placebos"], read["pretrends"])
    services, paths = services_section(read["service_use"]), paths_section(read["benefit_paths"])
    sections = [
        html.Section("headline", "In short", "In short", short),
        html.Section("asked", "What was asked", "What was asked by the privacy notice", questions_section(read)),
        html.Section("about", "How to read it", "How to read it", _about(outcomes)),
        html.Section(
            "linkage",
            "Linkage",
            "Linkage: what missed and false links may do to each result",
            linkage_section(read["differences"]),
        ),
        html.Section("before-after", "Before and after", "Before and after the start", spans(outcomes)),
        html.Section(
            "compared",
            "Compared",
            "Compared: the programme against those that wait",
            compared_section(read["differences"], in_doubt),
        ),
        html.Section(
            "placebos",
            "Before the start",
            "Before the start: what shows where nothing can",
            placebos_section(read["placebos"], planned) + calibrated_part(read["differences"], read["placebos"]),
        ),
        html.Section(
            "over-time",
            "Over time",
            "Over time: the groups side by side",
            over_time_section(read["event_study"], read["pretrends"]),
        ),
        html.Section("groups", "By group", "By group: councils and problems", groups_section(read["subgroups"])),
        html.Section("balance", "Alike", "Alike: how far the groups were made so", balance_section(read)),
        html.Section(
            "time", "Half-years", "Half-years, one by one", _folded("Every half-year", half_years(outcomes))
        ),
        html.Section("regions", "Regions", "Regions, each by itself", _folded("Each region", regions(outcomes))),
        html.Section(
            "people",
            "People",
            "People: children and adults",
            _folded("Every outcome", people(outcomes)),
        ),
        html.Section(
            "services",
            "Services",
            "Services: how families use them",
            _folded("How many at a time", services),
        ),
        html.Section(
            "paths",
            "Paths",
            "Paths between benefits and work",
            _folded("Every way", paths),
        ),
        html.Section(
            "costs",
            "Costs",
            "Costs of families",
            costs_section(read["money"]) + five_years_part(read["differences"], read["money"]),
        ),
        html.Section("cost", "Protection", "Protection: what it costs the figures", protection_section(read)),
        html.Section("rules", "Rules", "Rules of release", _folded("The rules in words", rules_section())),
    ]
    return html.page(
        TITLE,
        SUBTITLE.format(whom=SIMULATED if rehearsal else ""),
        sections,
        about=html.about(list(made.items())) if made else "",
        brief_in_print=True,
    )


def findings_in_short(tables: Tables) -> list[tuple[str, list[str]]]:
    """What stands first on the page: questions, each with its answers, of published figures alone.

    Args:
        tables: as `findings_page` takes them.
    """
    return short_answers({name: plain(table) for name, table in tables.items()})


def _folded(summary: str, text: str) -> str:
    """What few readers look for: to open on the screen, and left out on paper."""
    return html.opened(summary, text) if text else ""


def _about(outcomes: pl.DataFrame) -> str:
    """What the words of the page mean, and what may not be read from it."""
    lines = [
        _how_many(outcomes),
        "A family's start is the month in which its council found it eligible, for both groups alike. "
        "Families that wait and join later are followed until they join.",
        "Groups that stand side by side differ also for other reasons than the programme. Where it says "
        "weighted, corrected or difference in differences (In short, Linkage, Compared, Before the start, Over "
        "time) they are made alike as far as what was known before the start allows; everywhere else they "
        "stand as they are.",
        "Intervals hold the true figure in 95 of 100 studies like this one as far as chance goes: what else "
        "sets the groups apart, and errors of linkage where a figure is not corrected for them, are not in "
        "them.",
        "± rounding is by how much at most protecting a figure may have moved it, in percentage points or in the "
        "figure's own unit. Withheld: under the rules of release (see Rules), since the figure would tell too much "
        "about too few, rests on too few, or would give another away.",
        "The figures of every picture stand below it as a table, and all of them in the folder csv beside "
        "this page.",
    ]
    meanings = [(outcome_word(name), words) for name, words in {**OUTCOMES, **LASTING}.items()]
    defined = html.table(
        "Of a family; of a child or adult it is the same of one person", ("", "It means"), meanings
    )
    return html.bullets([line for line in lines if line]) + html.opened("What each outcome means", defined)


def _how_many(outcomes: pl.DataFrame) -> str:
    """About how many families there are in each group, as released."""
    families = outcomes.filter(
        (pl.col("unit") == "family")
        & (pl.col("region") == ALL_REGIONS)
        & (pl.col("window") == REGIONAL_WINDOWS[0])
        & pl.col("number").is_not_null()
    )
    most = dict(families.group_by("study_group").agg(pl.col("number").max()).sort("study_group").rows())
    released = [f"{GROUPS[group].lower()}: about {most[group]:,} families" for group in GROUPS if group in most]
    return f"{'; '.join(released).capitalize()}." if released else ""
