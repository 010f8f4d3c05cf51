"""Seeded mutations of extracts, foreign files, packages and linked files, and what came of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

NASTY = (
    "", " ", "\t", '"', '""', ",", ";", "\n", "\r", "\0", "\x1b[31m", "\u202e", "\ufeff", "é", b"\xe9",
    "NULL", "=1+1", "1e308", "-1", "99999999999", "0x10", "nan", "2090-01-01", "1066-10-14", "2016-02-30",
    "01/02/2016", "9999-12-31", "true", "maybe", "Zzsecret", "x" * 12_000, "'; drop table", "%s", "{0}",
    "٣", "\ud83d\ude00",
)  # fmt: skip
SECRETS = (
    "Secretname",
    "Hiddenly",
    "Zzsecret",
    "Amara",
    "Okafor",
    "Zoë",
    "Reed",
    "Marsh",
    "QQ 12 34",
    "XK13",
    "Elm Row",
)
"""Values of people in the files that are mutated, and one that mutations put in: no message may hold any."""


@dataclass
class Outcomes:
    """What came of the mutations."""

    refused: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many there were."""
        return sum(self.refused.values()) + sum(self.accepted.values())

    def lines(self, title: str) -> list[str]:
        """The counts, the most frequent first."""
        found = [f"{title}: {self.total:,} mutations, {sum(self.refused.values()):,} refused"]
        found += [f"  refused   {count:>6,}  {rule}" for rule, count in self.refused.most_common(12)]
        found += [f"  accepted  {count:>6,}  {reason}" for reason, count in self.accepted.most_common()]
        return found


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", errors="surrogatepass")


def flip(rng: random.Random, data: bytes) -> bytes:
    """One bit changed."""
    if not data:
        return b"x"
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]


def cut(rng: random.Random, data: bytes) -> bytes:
    """The end cut off."""
    return data[: rng.randrange(len(data) + 1)]


def insert(rng: random.Random, data: bytes) -> bytes:
    """Something nasty put in anywhere."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + _bytes(rng.choice(NASTY)) + data[at:]


def remove(rng: random.Random, data: bytes) -> bytes:
    """A stretch taken out."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[at + rng.randrange(1, 40) :]


def repeat(rng: random.Random, data: bytes) -> bytes:
    """A stretch repeated."""
    at = rng.randrange(len(data) + 1)
    end = at + rng.randrange(1, 200)
    return data[:end] + data[at:end] + data[end:]


def cell(rng: random.Random, data: bytes) -> bytes:
    """One cell replaced by something nasty."""
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    cells = lines[at].split(b",")
    cells[rng.randrange(len(cells))] = _bytes(rng.choice(NASTY))
    lines[at] = b",".join(cells)
    return b"\n".join(lines)


def swap_columns(rng: random.Random, data: bytes) -> bytes:
    """Two names of the header exchanged."""
    header, _, rest = data.partition(b"\n")
    names = header.split(b",")
    one, other = rng.randrange(len(names)), rng.randrange(len(names))
    names[one], names[other] = names[other], names[one]
    return b",".join(names) + b"\n" + rest


def line(rng: random.Random, data: bytes) -> bytes:
    """A line taken out, doubled or moved."""
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    taken = lines.pop(at)
    for _ in range(rng.randrange(3)):
        lines.insert(rng.randrange(len(lines) + 1), taken)
    return b"\n".join(lines)


def encoded(rng: random.Random, data: bytes) -> bytes:
    """Written in another encoding."""
    text = data.decode("utf-8", errors="replace")
    return text.encode(rng.choice(["utf-16", "latin-1", "utf-32", "cp037"]), errors="replace")


def separated(rng: random.Random, data: bytes) -> bytes:
    """Separated by another mark, or with other line ends."""
    old, new = rng.choice([(b",", b";"), (b",", b"\t"), (b"\n", b"\r"), (b"\n", b"\r\n"), (b'"', b"'")])
    return data.replace(old, new)


MUTATIONS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    flip, cut, insert, remove, repeat, cell, cell, cell, swap_columns, line, line, encoded, separated,
)  # fmt: skip
OF_BYTES = (flip, cut, insert, remove, repeat)


def mutated(rng: random.Random, data: bytes, mutations: Sequence[Callable[[random.Random, bytes], bytes]]) -> bytes:
    """Data after one to three mutations."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(mutations)(rng, data)
    return data


def rule_of(message: str) -> str:
    """The rule of a refusal, without file, place and counts: what refusals are counted by."""
    lines = message.splitlines()
    first = lines[1 if len(lines) > 1 and lines[0].endswith("problems") else 0].strip()
    parts = [part for part in first.split(": ") if " " in part and not part.startswith(("line", "column", "row"))]
    rule = parts[0] if parts else first
    return "".join("n" if one.isdigit() else one for one in rule)[:70]


def quoted(message: str) -> list[str]:
    """Values of people that a message holds."""
    return [secret for secret in SECRETS if secret.casefold() in message.casefold()]
