"""Real extract files, read into a contract or refused with file, line and rule.

Its functions are imported when they are first used: reading any two tables need not wait for the contracts.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tf_linkage.intake.export import check_folder, is_rehearsal, mark_rehearsal, was_rehearsal, write_extracts
    from tf_linkage.intake.reading.extracts import read_extract
    from tf_linkage.intake.reading.tables import check_output, read_table, write_table

__all__ = [
    "check_folder",
    "check_output",
    "is_rehearsal",
    "mark_rehearsal",
    "read_extract",
    "read_table",
    "was_rehearsal",
    "write_extracts",
    "write_table",
]

_WHERE = {
    "read_extract": "reading.extracts",
    "check_output": "reading.tables",
    "read_table": "reading.tables",
    "write_table": "reading.tables",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_WHERE.get(name, 'export')}"), name)
    globals()[name] = found
    return found
