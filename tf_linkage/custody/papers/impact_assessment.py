"""A draft data protection impact assessment: the parts that a run can fill, with its figures."""

from __future__ import annotations

from collections.abc import Sequence

from tf_linkage.contracts.flows import PUBLIC
from tf_linkage.contracts.intruders import INTRUDERS
from tf_linkage.custody.papers.carried import Carried, bullets
from tf_linkage.custody.papers.measured import NOT_MEASURED, Measured
from tf_linkage.custody.papers.risks import RISKS, Risk
from tf_linkage.pages.markdown import markdown_table

TO_FILL = "_To be filled by the controller._"
WHY = (
    "data from several sources are matched (the Information Commissioner's list of processing that needs an "
    "assessment)",
    "people are told by a notice and not asked one by one (invisible processing, on the same list)",
    "special categories and offence data are processed on a large scale (UK GDPR Article 35(3)(b))",
)

INTRUDERS_WORDS = (
    "Each of them is held against the tables whenever these are made, table by table and for joins of tables. What "
    "they find stands in the annex beside the tables, `data/research/intruders.md`."
)


def impact_assessment(carried: Sequence[Carried], measured: Measured) -> str:
    """A draft data protection impact assessment, in Markdown.

    Args:
        carried: the study's hand-overs, in the order in which they happen.
        measured: what the run measured.
    """
    parts = [
        "# Data protection impact assessment: draft",
        _standing(measured),
        "## 1. Why one is needed",
        bullets(WHY),
        "## 2. What is done",
        "Councils give identifiers of people in families with two or more of six problems to a trusted third "
        "party, which asks the departments about them. Each department finds them in its own register and "
        "returns their histories without identifiers. Researchers see linked tables under study references.",
        markdown_table(("From", "To", "For", "Until"), (_row(one) for one in carried)),
        "How many: " + measured.people_sent() + ".",
        "## 3. Who was asked",
        TO_FILL,
        "## 4. Necessity: what each identifier buys",
        _necessity(measured),
        "## 5. Risks, and what holds them off",
        *(_risk(number, risk, measured) for number, risk in enumerate(RISKS, 1)),
        "### Who might look for somebody in researchers' tables",
        INTRUDERS_WORDS,
        markdown_table(
            ("Intruder", "Knows", "Is held off by", "Why so"),
            ((one.name, one.knows, one.held.value, one.why) for one in INTRUDERS.values()),
        ),
        "## 6. What is published",
        bullets(f"{one.flow.asset}: {one.flow.condition}" for one in carried if one.flow.kept == PUBLIC),
        "## 7. Decisions and signatures",
        markdown_table(
            ("Who", "Decision", "Name and date"),
            [(who, " ", " ") for who in ("Data protection officer", "Controller", "Information asset owner")],
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _standing(measured: Measured) -> str:
    """What the figures are worth."""
    settings = "; ".join(f"{name} {value}" for name, value in measured.settings.items())
    said = (
        "The figures are a rehearsal's: nobody in it is real, and the truth is known."
        if measured.rehearsed
        else "The figures are of real extracts, so that how many links are right or missed is not known."
    )
    judged = "Likelihood and severity are the controller's to judge."
    return " ".join([said, f"Settings: {settings}.", judged] if settings else [said, judged])


def _row(one: Carried) -> tuple[str, str, str, str]:
    return one.flow.sender, one.flow.recipient, one.flow.purpose, one.destroy_by


def _necessity(measured: Measured) -> str:
    choices = measured.choices()
    if not choices:
        return f"{NOT_MEASURED.capitalize()}: job `assess` does it."
    return markdown_table(("Register", "Told", "Precision", "Recall"), choices)


def _risk(number: int, risk: Risk, measured: Measured) -> str:
    return f"### 5.{number} {risk.name}\n\n" + markdown_table(
        ("", ""),
        [
            ("Held off by", risk.held_off),
            ("Measured", risk.measured(measured)),
            ("Proved by", ", ".join(f"`{name}`" for name in risk.proof)),
            ("What is left", risk.left),
            ("Likelihood and severity", TO_FILL),
        ],
    )
