"""The departments by name alone, for what must not wait until their tables are read, such as `--help`."""

from __future__ import annotations

from importlib.metadata import entry_points

OURS = ("dwp", "moj", "dfe")
"""The departments that this package declares, in the order of `registry.DEPARTMENTS`."""

GROUP = "tf_linkage.departments"
"""Entry points of installed packages that declare a department; each is named as its department is."""


def department_names() -> tuple[str, ...]:
    """Every department's name; `registry` holds the same ones, with their tables."""
    return (*OURS, *sorted(point.name for point in entry_points(group=GROUP)))
