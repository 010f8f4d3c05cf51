"""Checks that hold a run back: declared in one way, and red in words of their own.

Dagster raises an error of its own where a check that blocks is red, with a stack that leads into Dagster. Here the
check's step fails first, with the sentence that its verdict gives.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from typing import Any

import dagster as dg

from tf_linkage.defs.failures import PlainFailure
from tf_linkage.defs.metadata.description import ERROR

HELD_BACK = "held back by a check"
"""Metadata of a failure that a check which blocks is the reason of."""

Verdict = Callable[..., dg.AssetCheckResult]
Declared = Callable[[Verdict], dg.AssetChecksDefinition]


def gate(*, asset: Sequence[str], name: str, description: str, **declared: Any) -> Declared:
    """Declares a check that blocks: where it is red, nothing is made of the asset and the run fails.

    Args:
        asset: the parts of the key of what it is a check of.
        name: of the check.
        description: what it holds the asset to.
        declared: whatever else `dagster.asset_check` takes.

    Returns:
        What turns a function that gives a verdict into the check. A red verdict has the severity ERROR.
    """

    def made(verdict: Verdict) -> dg.AssetChecksDefinition:
        @wraps(verdict)
        def told(*args: Any, **kwargs: Any) -> Iterator[dg.AssetCheckResult]:
            result = verdict(*args, **kwargs)
            yield result
            refuse_red([(f"{name} of {'/'.join(asset)}", result)])

        check: Callable[[Callable[..., Any]], dg.AssetChecksDefinition] = dg.asset_check(
            asset=asset, name=name, description=description, blocking=True, metadata=ERROR, **declared
        )
        return check(told)

    return made


def refuse_red(results: Iterable[tuple[str, dg.AssetCheckResult]]) -> None:
    """Ends a check's step, after its verdicts are on record, where one of them is red.

    Args:
        results: the name of each check, and what it found.

    Raises:
        PlainFailure: each red check with its verdict.
    """
    red = [(name, result) for name, result in results if not result.passed]
    if red:
        said = "; ".join(f"{name}: {result.description or 'red'}" for name, result in red)
        raise PlainFailure(f"{said}. Nothing is made of it.", {HELD_BACK: True})


def held_back(failure: dg.DagsterEvent) -> bool:
    """Whether a step failed because a check that blocks was red, of which its verdict speaks already."""
    told = failure.step_failure_data.user_failure_data
    return told is not None and HELD_BACK in told.metadata
