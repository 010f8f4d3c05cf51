"""Figures in words: how a share and its interval are written wherever people read them.

The writing of one figure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping


def percent(value: object) -> str:
    """A share in words: a dash when it may not be shown, and 100% only when it is."""
    if not isinstance(value, float) or math.isnan(value):
        return "–"
    almost = 0.9995 <= value < 1
    return f"{100 * min(value, 0.9999):.2f}%" if almost else f"{100 * value:z.1f}%"


def with_interval(row: Mapping[str, object]) -> str:
    """A share with its interval in words; the interval alone where the numerator is small."""
    value, low, high = (row[name] for name in ("value", "low", "high"))
    if not isinstance(low, float) or not isinstance(high, float):
        return percent(value)
    interval = f"{100 * low:z.1f} to {100 * high:z.1f}"
    return f"{interval}%" if value is None else f"{percent(value)} ({interval})"
