"""A row of a table as Python sees it, and its numbers by their contract."""

from collections.abc import Mapping

Row = Mapping[str, object]


def whole(value: object) -> int:
    """A count of a row."""
    assert isinstance(value, int)  # noqa: S101 - counts are whole by their contract
    return value


def real(value: object) -> float:
    """A figure of a row."""
    assert isinstance(value, int | float)  # noqa: S101 - numbers by their contract
    return float(value)
