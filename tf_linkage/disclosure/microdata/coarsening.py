"""Making people and families coarser: a table on its chosen steps, the rows withheld that no step hides."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from tf_linkage.contracts.columns import as_declared
from tf_linkage.contracts.ladders import PROBLEM_LIST, REFERENCES, Step, columns_shown, shown_labels
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.disclosure.microdata.coarsening_choice import DRAWN, Choice, lost_when_withheld, steps_named
from tf_linkage.disclosure.microdata.risk import PATTERN, empty_cells


def coarsened(table: pl.LazyFrame, choice: Choice, lots: pl.LazyFrame) -> pl.LazyFrame:
    """The table on the chosen steps, the rows of small classes withheld.

    Args:
        table: the table on the finest steps.
        choice: what `choose_steps` found for it.
        lots: the table's reference and `lot`: an order that nobody sees outside, by which rows are drawn. An order
            that a researcher could follow would tell which rows were drawn and which stood out.

    Returns:
        The table in its contract; as many rows, in the same order.
    """
    name, reference = choice.name, REFERENCES[choice.name]
    ladders = steps_named(name, choice.steps)
    keys = [*ladders, PATTERN]
    labels = shown_labels(name)
    stays = (
        table.select(reference, *(step.of(labels[column]) for column, step in ladders.items()), empty_cells(name))
        .join(choice.classes.lazy().select(*keys, DRAWN), on=keys, how="left", nulls_equal=True)
        .join(lots, on=reference, how="left")
        .sort(*keys, "lot", reference, nulls_last=True)
        .select(
            reference,
            *(pl.col(column).alias(f"{column}_on_step") for column in ladders),
            withheld=(pl.int_range(pl.len()).over(keys) < pl.col(DRAWN))
            | pl.col(reference).is_in(sorted(choice.hidden)),
        )
    )
    shown = pl.col("withheld").not_()
    coarser = table.join(stays, on=reference, how="left", maintain_order="left").with_columns(
        *(
            pl.when(shown).then(_on_step(column, there)).alias(column)
            for quasi, step in ladders.items()
            for column, there in _standing_for(name, quasi, step)
        ),
        *(pl.when(shown).then(pl.col(column)).alias(column) for column in lost_when_withheld(name)),
    )
    return as_declared(coarser, RESEARCH_TABLES[name])


def _standing_for(name: str, quasi: str, step: Step) -> Iterator[tuple[str, Step | None]]:
    """The columns of the table that stand for a quasi-identifier, each with its step, None if it is not shown."""
    for column, there in columns_shown(name, quasi, step).items():
        yield column, step if there else None


def _on_step(column: str, step: Step | None) -> pl.Expr:
    """A column as it is released: where its step merges labels as it was laid beside it, else as it stands."""
    if step is None:
        return pl.lit(None)
    merged = step.merged and column != PROBLEM_LIST
    return pl.col(f"{column}_on_step" if merged else column)
