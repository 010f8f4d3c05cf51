"""Real extract files, read into a contract or refused with file, line and rule.

Its functions are imported when they are first used: reading any two tables need not wait for the contracts.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tf_linkage.intake.delivery import Delivery, check_delivery, stems_of, take_in
    from tf_linkage.intake.drafting.draft import draft_mapping
    from tf_linkage.intake.examination import Examined, examine, mapped_to_send
    from tf_linkage.intake.export import check_folder, is_rehearsal, mark_rehearsal, was_rehearsal, write_extracts
    from tf_linkage.intake.headers import described, is_data
    from tf_linkage.intake.mapping.apply import mapped
    from tf_linkage.intake.mapping.loading import Loaded, load_mapping, mapping_to_check
    from tf_linkage.intake.reading.tables import check_output, read_table, write_table
    from tf_linkage.intake.relations.profile import against_the_last, profile
    from tf_linkage.intake.senders import (
        MAPPINGS_DIGEST,
        digest_over,
        digests_of,
        must_be_there,
        read_extract,
    )
    from tf_linkage.intake.sending import must_be_free, place_for, place_of, write_mapped
    from tf_linkage.intake.standard import write_contracts

__all__ = [
    "MAPPINGS_DIGEST",
    "Delivery",
    "Examined",
    "Loaded",
    "against_the_last",
    "check_delivery",
    "check_folder",
    "check_output",
    "described",
    "digest_over",
    "digests_of",
    "draft_mapping",
    "examine",
    "is_data",
    "is_rehearsal",
    "load_mapping",
    "mapped",
    "mapped_to_send",
    "mapping_to_check",
    "mark_rehearsal",
    "must_be_free",
    "must_be_there",
    "place_for",
    "place_of",
    "profile",
    "read_extract",
    "read_table",
    "stems_of",
    "take_in",
    "was_rehearsal",
    "write_contracts",
    "write_extracts",
    "write_mapped",
    "write_table",
]

_WHERE = {
    "MAPPINGS_DIGEST": "senders",
    "digest_over": "senders",
    "digests_of": "senders",
    "must_be_there": "senders",
    "stems_of": "delivery",
    "Delivery": "delivery",
    "Examined": "examination",
    "against_the_last": "relations.profile",
    "check_delivery": "delivery",
    "check_folder": "export",
    "check_output": "reading.tables",
    "described": "headers",
    "is_data": "headers",
    "draft_mapping": "drafting.draft",
    "examine": "examination",
    "is_rehearsal": "export",
    "Loaded": "mapping.loading",
    "load_mapping": "mapping.loading",
    "mapping_to_check": "mapping.loading",
    "must_be_free": "sending",
    "place_for": "sending",
    "place_of": "sending",
    "write_mapped": "sending",
    "mapped": "mapping.apply",
    "mapped_to_send": "examination",
    "mark_rehearsal": "export",
    "profile": "relations.profile",
    "read_extract": "senders",
    "read_table": "reading.tables",
    "take_in": "delivery",
    "was_rehearsal": "export",
    "write_contracts": "standard",
    "write_extracts": "export",
    "write_table": "reading.tables",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = found
    return found
