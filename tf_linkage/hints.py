"""What a person may type next, and what they probably meant: words that refusals and results end with."""

from __future__ import annotations

import difflib
import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

NAME = "tf-linkage"
"""The command."""

USUAL_DATA = Path("data")


def program() -> str:
    """How this installation's command is typed from the working folder.

    Its bare name where the shell finds this very installation, else the path of its script, else as a module.
    """
    script = Path(sys.executable).parent / NAME
    if not script.exists():
        return f"{shlex.quote(sys.executable)} -m tf_linkage"
    found = shutil.which(NAME)
    if found is not None and Path(found).absolute() == script.absolute():
        return NAME
    below = script.is_relative_to(Path.cwd())
    return shlex.quote(os.path.relpath(script) if below else str(script))


def command(*words: str | Path, data: Path | None = None) -> str:
    """A command of ours as it works when typed here.

    Args:
        words: what stands behind the command's name.
        data: the data folder that it is about, which is named unless it is the usual one.
    """
    told = [] if data is None or data == USUAL_DATA else ["--data", str(data)]
    return f"{program()} {shlex.join([*map(str, words), *told])}"


def closest(value: str, known: Iterable[str]) -> str:
    """What a person may have meant, in words to put behind a refusal; empty where nothing is close."""
    there = {one.lower(): one for one in known}
    asked = value.lower()
    near = difflib.get_close_matches(asked, list(there), n=1)
    # A part of a name is what a person types who remembers the rest dimly.
    if not near and len(asked) >= PART:
        near = sorted(one for one in there if asked in one or (len(one) >= PART and one in asked))
    return f". Did you mean {there[near[0]]}?" if near else ""


PART = 3
"""Letters from which a part of a name is taken for the whole."""
