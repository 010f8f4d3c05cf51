"""The output checker's page: each output with its rules, its results and what is withheld, to sign off.

It shows counts as they are and stays in the researchers' zone. What a checker has to see.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.outputs.release import DECISIONS
from tf_linkage.disclosure.release.release import Proof, cell_words
from tf_linkage.disclosure.suppression.rules import RULES
from tf_linkage.pages import html

TITLE = "Output check"
SUBTITLE = (
    "What is proposed for release, under which rules, with what result. For the output checker: this page holds "
    "unprotected counts and stays in the researchers' zone. On paper each withheld figure is left out."
)

_LINE = "_" * 20
"""Where something is to be written in."""


def checkers_page(
    tables: Mapping[str, pl.LazyFrame], proof: Proof, *, held_against: int, near: str, together: str, content: str
) -> str:
    """The page.

    Args:
        tables: the tables of `contracts.outputs.release.RELEASE_TABLES`.
        proof: what the attack on them found.
        held_against: how many earlier releases they were held against.
        near: why they are too near to one of these; empty if they are not.
        together: what they would give away together with all of these, in words; empty if nothing.
        content: digest of what would be published.
    """
    decisions = tables[DECISIONS].with_columns(pl.selectors.enum().cast(pl.String)).collect()
    names = list(dict.fromkeys(decisions.get_column("table")))
    sections = [
        html.Section("gates", "Gates", "The gates", _gates(proof, held_against, near, together)),
        html.Section("rules", "Rules", "The rules", _rules()),
        *(
            html.Section(
                name, _words(name), f"Output: {_words(name).lower()} ({name}.csv)", _output(name, decisions)
            )
            for name in names
        ),
        html.Section("sign-off", "Sign-off", "Sign-off", _sign_off(names, content)),
    ]
    return html.page(TITLE, SUBTITLE, sections, brief_in_print=True)


def _gates(proof: Proof, held_against: int, near: str, together: str) -> str:
    narrow = ", ".join(f"{key[0]} {key[1]}: {cell_words(key)}" for key in proof.exposed[:10])
    rows = [
        ("No withheld figure can be worked out", _verdict(not proof.exposed),
         narrow or f"{proof.attacked} sensitive numbers attacked by linear programming, those included that only "
         "follow from others"),
        ("The files hold what was decided", _verdict(not proof.unlike), ", ".join(proof.unlike) or "every figure "
         "was made again from the estimates and compared"),
        ("Apart from earlier releases", _verdict(not near), near or _against(held_against)),
        ("Nothing can be worked out from all releases together", _verdict(not together),
         together or _against(held_against)),
    ]  # fmt: skip
    return html.table("Each of these stops the release by itself", ("Gate", "Result", "How"), rows)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _against(releases: int) -> str:
    if not releases:
        return "there is no earlier release of this study"
    return f"held against {releases} earlier release{'s' if releases > 1 else ''}"


def _verdict(kept: bool) -> str:
    return "kept" if kept else "missed"


def _rules() -> str:
    return html.table(
        "Why a figure is withheld", ("Rule", "In words"), [(rule, words) for rule, words in RULES.items()]
    )


def _output(name: str, decisions: pl.DataFrame) -> str:
    of = decisions.filter(pl.col("table") == name)
    summary = [
        (str(figure), str(rows.height), str(rows.get_column("shown").sum()), _reasons(rows))
        for (figure,), rows in of.group_by(["figure"], maintain_order=True)
    ]
    withheld = of.filter(~pl.col("shown"))
    rows = [
        (str(row["cell"]), str(row["figure"]), _number(row["value"]), f"{row['people']:,}", f"{row['families']:,}",
         str(row["rule"]))
        for row in withheld.iter_rows(named=True)
    ]  # fmt: skip
    least = of.filter(pl.col("shown")).select(pl.col("people", "families").min()).row(0)
    words = "nothing is shown" if least[0] is None else f"{least[0]:,} people and {least[1]:,} families"
    head = ("Row", "Figure", "Value", "People", "Families", "Rule")
    withheld_of = f"{_words(name)}: withheld"
    return (
        html.table(
            f"{_words(name)}: figures, shown and withheld",
            ("Figure", "Rows", "Shown", "Withheld, and why"),
            summary,
        )
        + html.paragraph(f"Least that a shown figure stands on: {words}.")
        + (html.opened(f"{len(rows)} withheld figures", html.table(withheld_of, head, rows)) if rows else "")
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.6g}"


def _reasons(rows: pl.DataFrame) -> str:
    counted = rows.filter(~pl.col("shown")).group_by("rule").len().sort("rule")
    return ", ".join(f"{number} {rule}" for rule, number in counted.iter_rows()) or "none"


def _sign_off(names: list[str], content: str) -> str:
    rows = [(f"{name}.csv", _LINE, _LINE, _LINE) for name in names]
    return html.paragraph(f"Content to be published: {content}") + html.table(
        "To be filled in by the output checker", ("Output", "Released or refused", "Checker", "Day"), rows
    )
