"""Where the vaults' passwords come from: the environment, or, in a rehearsal, a file of its own making.

The one place that reads a password. It is never stored next to the vault it opens, never shown and never part of a
run's configuration.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.refusals import PasswordMissing

CUSTODIANS = ("council", "ons", *DEPARTMENTS, "research")
"""Who keeps a vault. That of `research` belongs to those who make the researchers' tables from the linked set;
researchers themselves hold nothing that needs one."""

LEAST_LENGTH = 12
"""Characters of a password for real extracts: the least that NCSC's three random words come to."""


@dataclass(frozen=True)
class Passwords:
    """The passwords of the custodians' vaults.

    Attributes:
        rehearsal_file: where a rehearsal keeps the passwords it made, next to the simulated world that they protect
            from nobody; None where the people are real.
        environment: where custodians' own passwords are looked up.
    """

    rehearsal_file: Path | None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def of(self, custodian: str) -> str:
        """One custodian's password.

        Raises:
            PasswordMissing: there is none, or one that is too short for real people.
        """
        variable = f"TF_LINKAGE_{custodian.upper()}_PASSWORD"
        given = self.environment.get(variable, "")
        if given:
            if self.rehearsal_file is None and len(given) < LEAST_LENGTH:
                raise PasswordMissing(f"{variable} is too short; use at least {LEAST_LENGTH} characters")
            return given
        if self.rehearsal_file is None:
            raise PasswordMissing(f"the vault of {custodian} needs its password: set {variable}")
        return self._made(self.rehearsal_file)[custodian]

    def _made(self, path: Path) -> dict[str, str]:
        """The rehearsal's own passwords, made on first use."""
        try:
            made: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        except OSError:
            made = {}
        if without := [custodian for custodian in CUSTODIANS if custodian not in made]:
            path.parent.mkdir(parents=True, exist_ok=True)
            made |= {custodian: secrets.token_urlsafe(24) for custodian in without}
            new = path.with_name(f".{path.name}.new")
            new.write_text(json.dumps(made, indent=1), encoding="utf-8")
            new.chmod(0o600)
            new.replace(path)
        return made
