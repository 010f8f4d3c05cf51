"""What intruders find, as a page: an annex to the impact assessment, made next to the tables that it is about."""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.intruders import INTRUDERS
from tf_linkage.disclosure.microdata.intruder_figures import in_classes
from tf_linkage.disclosure.microdata.risk_words import ACCREDITED
from tf_linkage.pages.markdown import markdown_table

HEAD = (
    "Intruder",
    "Held against",
    "Found for certain",
    "With a probability over one in five",
    "Fewer than ten alike",
    "",
)


def intruders_page(figures: pl.DataFrame) -> str:
    """The page, in Markdown.

    Args:
        figures: `intruder_figures`.
    """
    declared = [(one.name, one.knows, one.held.value, one.why) for one in INTRUDERS.values()]
    parts = [
        "# What intruders find in the research tables",
        "An annex to the impact assessment. Each intruder is held against the tables as they are released, with "
        "all "
        "that they are declared to know; who is really who is known to the judge alone. A gate stops the tables; "
        "what "
        "is only measured is a reason for the setting in which they may be used.",
        "## Who they are",
        markdown_table(("Intruder", "Knows", "Is held off by", "Why so"), declared),
        "## What they find",
        "Shares of the people or families who have a row of that kind. They are told in classes: two annexes, "
        "before "
        "and after somebody left, do not differ by one family.",
        markdown_table(HEAD, in_classes(figures)),
        ACCREDITED,
    ]
    return "\n\n".join(parts) + "\n"
