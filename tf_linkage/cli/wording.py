"""What the commands say: lines on stderr, and the one line of a refusal.

The wording that commands share.
"""

from __future__ import annotations

import sys

FOUND, REFUSED = 1, 2
INTERRUPTED = 130
STOPPED_READING = 141
"""Exit codes."""


def say(line: str) -> None:
    """Tells a person how far a command is; what it is asked for goes to files or stdout."""
    print(line, file=sys.stderr, flush=True)


def refused(why: str) -> int:
    """Says in one line why a command does not go on; the exit code."""
    say("tf_linkage: " + "; ".join(part.strip() for part in why.splitlines() if part.strip()))
    return REFUSED
