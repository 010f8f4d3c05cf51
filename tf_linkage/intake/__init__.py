"""Real extract files, read into a contract or refused with file, line and rule."""

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
