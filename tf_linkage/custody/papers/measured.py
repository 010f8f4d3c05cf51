"""What a run measured, as sentences for an impact assessment.

Reading the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.audit.sizes import size_class

NINO = "nino"
NOT_MEASURED = "not measured in this run"


@dataclass(frozen=True)
class Measured:
    """What is known of a run.

    Attributes:
        figures: `contracts.outputs.quality.Metrics`.
        gaps: `contracts.outputs.quality.Gaps`; empty without truth.
        disclosures: `contracts.outputs.quality.Disclosures`, if the longer studies ran on the same figures.
        rehearsed: whether the people are simulated.
        settings: what distinguishes the run, in words.
    """

    figures: pl.DataFrame
    gaps: pl.DataFrame
    disclosures: pl.DataFrame | None = None
    rehearsed: bool = True
    settings: Mapping[str, str] = field(default_factory=dict)

    def people_sent(self) -> str:
        """How many people each department is asked about, in classes: two papers may differ by one family."""
        return self._each(("sent",), "{title} is asked about {sent} people", size_class_of)

    def false_links(self) -> str:
        """How many links join two different people."""
        return self._each(
            ("false_discovery_rate",), "of the links at {title} {false_discovery_rate:.2%} are of different people"
        )

    def missed_links(self) -> str:
        """How many people present are not found."""
        return self._each(
            ("missed_match_rate",), "{title} does not find {missed_match_rate:.1%} of the people it holds"
        )

    def worst_groups(self) -> str:
        """Who is found least, by department."""
        found = []
        worst = self.gaps.filter(
            pl.col("measure").cast(pl.String) == "recall", pl.col("breakdown").cast(pl.String) == "community"
        )
        for row in worst.sort("department").iter_rows(named=True):
            title = DEPARTMENTS[str(row["department"])].short
            found.append(
                f"{title} finds {row['worst_value']:.1%} of people of the community it finds least "
                f"({row['worst']}), {row['rest_value']:.1%} of all others"
            )
        return "; ".join(found) or NOT_MEASURED

    def without_nino(self) -> str:
        """What the National Insurance number buys each department that receives it."""
        return "; ".join(self._with_nino()) or NOT_MEASURED

    def choices(self) -> list[tuple[str, str, str, str]]:
        """Department, choice, precision and recall of every choice of what a department is told."""
        if self.disclosures is None:
            return []
        rows = self.disclosures.sort("department", "disclosed", maintain_order=True).iter_rows(named=True)
        return [
            (
                DEPARTMENTS[str(row["department"])].short,
                str(row["disclosed"]),
                _percent(row["precision"]),
                _percent(row["recall"]),
            )
            for row in rows
        ]

    def _with_nino(self) -> Iterator[str]:
        receiving = [department.short for department in DEPARTMENTS.values() if NINO in department.request_columns]
        for department, choice, precision, recall in self.choices():
            if department in receiving:
                of = f"{department}, " if len(receiving) > 1 else ""
                yield f"{of}{choice}: precision {precision}, recall {recall}"

    def _each(self, measures: tuple[str, ...], words: str, told: Callable[[float], float | str] = float) -> str:
        """One sentence for each department whose figures are there."""
        overall = self.figures.filter(pl.col("breakdown").cast(pl.String) == "all")
        values = {
            (str(row["department"]), str(row["measure"])): row["value"] for row in overall.iter_rows(named=True)
        }
        said = []
        for name in DEPARTMENTS:
            known = {measure: values.get((name, measure)) for measure in measures}
            if all(value is not None for value in known.values()):
                shown = {measure: told(value) for measure, value in known.items() if value is not None}
                said.append(words.format(title=DEPARTMENTS[name].short, **shown))
        return "; ".join(said) or NOT_MEASURED


def size_class_of(count: float) -> str:
    """The class of a number that is held as a figure."""
    return size_class(round(count))


def _percent(value: float | None) -> str:
    return "too few" if value is None else f"{value:.1%}"
