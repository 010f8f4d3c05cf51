"""Real extract files, read into a contract or refused with file, line and rule."""

from tf_linkage.intake.exports import is_rehearsal, mark_rehearsal, write_extracts
from tf_linkage.intake.extracts import read_extract

__all__ = ["is_rehearsal", "mark_rehearsal", "read_extract", "write_extracts"]
