"""Real extract files, read into a contract or refused with file, line and rule."""

from tf_linkage.intake.delivery import Delivery, check_delivery, take_in
from tf_linkage.intake.export import check_folder, is_rehearsal, mark_rehearsal, was_rehearsal, write_extracts
from tf_linkage.intake.headers import described
from tf_linkage.intake.reading.extracts import read_extract
from tf_linkage.intake.reading.tables import check_output, read_table, write_table
from tf_linkage.intake.relations.profile import against_the_last, profile

__all__ = [
    "Delivery",
    "against_the_last",
    "check_delivery",
    "check_folder",
    "check_output",
    "described",
    "is_rehearsal",
    "mark_rehearsal",
    "profile",
    "read_extract",
    "read_table",
    "take_in",
    "was_rehearsal",
    "write_extracts",
    "write_table",
]
