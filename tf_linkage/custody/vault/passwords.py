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

COMMON = (
    "password", "passwort", "passphrase", "letmein", "welcome", "changeme", "qwerty", "qwertyuiop", "asdfghjkl",
    "admin", "administrator", "secret", "iloveyou", "troubledfamilies", "tflinkage", "monday", "summer", "winter",
)  # fmt: skip
"""Words that guessers try first; a password that is one of them, repeated or with digits around, is none."""

SEQUENCES = ("0123456789" * 2, "abcdefghijklmnopqrstuvwxyz" * 2, "qwertyuiopasdfghjklzxcvbnm")
LEAST_LENGTH, LEAST_DIFFERENT, LEAST_OWN = 12, 6, 4
"""Characters of a password for real extracts, the least that NCSC's three random words come to; how many of them
differ; and letters next to words that anybody tries."""


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
            if self.rehearsal_file is None and (why := weakness(given, custodian)):
                raise PasswordMissing(f"{variable} {why}")
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


def weakness(password: str, custodian: str) -> str | None:
    """Why a password cannot protect real people, as the end of a sentence; None where nothing speaks against it."""
    plain = "".join(one for one in password.casefold() if one.isalnum())
    letters = plain.strip("0123456789")
    if len(password.strip()) < LEAST_LENGTH:
        return f"is too short; use at least {LEAST_LENGTH} characters"
    if len(set(plain)) < LEAST_DIFFERENT:
        return "has too few different characters; use three words that have nothing to do with each other"
    if any(plain in row or plain in row[::-1] for row in SEQUENCES):
        return "is a row of the keyboard or the alphabet; use three words that have nothing to do with each other"
    if len(_of_ones_own(plain, custodian)) < LEAST_OWN:
        return "is among the first that anybody tries; use three words that have nothing to do with each other"
    if _repeats(plain) or _repeats(letters):
        return "repeats itself; use three words that have nothing to do with each other"
    return None


def _of_ones_own(plain: str, custodian: str) -> str:
    """What is left of a password without the words that guessers try first, the custodian's name, and digits."""
    for word in sorted((*COMMON, custodian), key=len, reverse=True):
        plain = plain.replace(word, " ")
    return "".join(one for one in plain if one.isalpha())


def _repeats(plain: str) -> bool:
    """Whether it is one piece said over and over."""
    return any(plain == plain[:size] * (len(plain) // size) for size in range(1, len(plain) // 2 + 1))
