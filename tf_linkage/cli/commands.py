"""The commands, by name: the one table to which a new one is added. Its module is imported when it is meant."""

from __future__ import annotations

from dataclasses import dataclass

STUDY, FILES, EXTRACTS, CUSTODIANS, PEOPLE = (
    "A study",
    "Any files of your own",
    "Extracts",
    "What a custodian does",
    "People's requests",
)
"""Groups of commands, as `--help` lists them."""


@dataclass(frozen=True)
class Command:
    """A command.

    Attributes:
        group: under which it is listed.
        about: what it does, in a line.
        module: its module in this room.
        function: in it, adds arguments and the default `run` to the parser that it is handed.
    """

    group: str
    about: str
    module: str
    function: str


COMMANDS: dict[str, Command] = {
    "run": Command(STUDY, "run a job, by default the main one, with every check", "study", "add_run"),
    "assess": Command(STUDY, "what linkage error does to the findings; after run, minutes", "study", "add_assess"),
    "ui": Command(STUDY, "start the Dagster web UI", "study", "add_ui"),
    "baseline": Command(STUDY, "accept today's figures at `tiny` and `demo`; minutes", "study", "add_baseline"),
    "plan": Command(STUDY, "what is looked for first, and whether it was sealed in time", "study", "add_plan"),
    "clean": Command(STUDY, "empty a rehearsal's data folder", "study", "add_clean"),
    "link": Command(FILES, "link two CSV or Parquet files", "files.linking", "add_link"),
    "deduplicate": Command(
        FILES, "find the records of one file that are one person's", "files.deduplicating", "add_deduplicate"
    ),
    "export-splink": Command(
        FILES, "write a model that `link` saved as Splink settings", "files.exporting", "add_export_splink"
    ),
    "dedupe": Command(FILES, "short for deduplicate", "files.deduplicating", "add_deduplicate"),
    "make-hashing-key": Command(
        FILES, "draw a key, or a share of one, to hash under", "files.hashing", "add_make_key"
    ),
    "hash": Command(FILES, "put keyed hashes in place of a file's names", "files.hashing", "add_hash"),
    "link-hashed": Command(FILES, "link two hashed files, without the key", "files.hashing", "add_link_hashed"),
    "draft-mapping": Command(EXTRACTS, "draft the mapping of a file that has none", "files.mapping", "add_draft"),
    "check-extract": Command(EXTRACTS, "say what fits of a file, and what to do", "files.mapping", "add_check"),
    "map-extract": Command(EXTRACTS, "make the contract's file of a foreign one", "files.mapping", "add_map"),
    "export-contracts": Command(
        EXTRACTS, "write the contracts as a Frictionless data package", "files.mapping", "add_contracts"
    ),
    "export-extracts": Command(EXTRACTS, "write the simulated bodies' extracts", "extracts", "add_export"),
    "review": Command(CUSTODIANS, "clerical review of a department's links", "review", "add_review"),
    "sign-off": Command(CUSTODIANS, "put on record who signed off the thresholds", "custody", "add_sign_off"),
    "accreditation": Command(
        CUSTODIANS, "what still has to be granted before real records", "custody", "add_accreditation"
    ),
    "breach-drill": Command(
        CUSTODIANS, "stage incidents in a copy, and see whether each is noticed", "custody", "add_breach_drill"
    ),
    "make-lock": Command(CUSTODIANS, "make the lock of a body's vault", "custody", "add_make_lock"),
    "export-lock": Command(CUSTODIANS, "write the public half of a body's lock", "packages", "add_export_lock"),
    "import-lock": Command(CUSTODIANS, "take in the public half of another's lock", "packages", "add_import_lock"),
    "send": Command(CUSTODIANS, "pack a hand-over into one encrypted file", "packages", "add_send"),
    "receive": Command(CUSTODIANS, "take in a file that another body carried here", "packages", "add_receive"),
    "table": Command(CUSTODIANS, "a researcher's own table, let out under its protection", "tables", "add_table"),
    "reproduce": Command(CUSTODIANS, "make published rows again, and what is behind", "tables", "add_reproduce"),
    "leak-scan": Command(CUSTODIANS, "search folders for anybody of the study", "custody", "add_leak_scan"),
    "request": Command(PEOPLE, "make a ticket of a person's request", "requesting", "add_request"),
    "take-answer": Command(
        PEOPLE, "take the sealed answer to a request out of ONS's vault", "requesting", "add_take"
    ),
    "open-answer": Command(PEOPLE, "open the answer to a request for access", "requesting", "add_open_answer"),
}
