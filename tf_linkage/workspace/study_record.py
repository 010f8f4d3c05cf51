"""`study.json`: the choices with which a data folder was made, kept in it for later commands.

No secret is among them: the study key and the passwords are never part of a `Study`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tf_linkage.errors import StudyRefused
from tf_linkage.study import Study

FILE = "study.json"
FORM = 1
"""Version of the file's form; another one is refused."""


def recorded(data: Path) -> dict[str, Any]:
    """The choices recorded in a data folder, as arguments of `Study`; none where there is no record.

    Raises:
        StudyRefused: the file cannot be read as a record.
    """
    path = data / FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise StudyRefused(f"{path}: cannot be read; {_WHAT_TO_DO}") from None
    if not isinstance(content, dict) or content.get("form") != FORM or not isinstance(content.get("choices"), dict):
        raise StudyRefused(f"{path}: is no record of a study in form {FORM}; {_WHAT_TO_DO}")
    choices = dict(content["choices"])
    if unknown := sorted(set(choices) - set(Study.model_fields)):
        raise StudyRefused(f"{path}: {unknown[0]} is no choice of a study; {_WHAT_TO_DO}")
    if "incoming" in choices:
        choices["incoming"] = data / str(choices["incoming"])
    return choices


def record(study: Study) -> Path:
    """Writes the choices of a study into its data folder, whole or not at all.

    Returns:
        The file. The data folder's own place is not in it, and `incoming` is relative to it where it lies inside,
        so that the folder can be moved.
    """
    choices = study.model_dump(mode="json", exclude={"data", "incoming"})
    study.data.mkdir(parents=True, exist_ok=True)
    root, incoming = study.data.resolve(), study.incoming.resolve()
    inside = incoming.is_relative_to(root)
    choices["incoming"] = (incoming.relative_to(root) if inside else incoming).as_posix()
    path = study.data / FILE
    new = path.with_name(f".{FILE}.new")
    new.write_text(json.dumps({"form": FORM, "choices": choices}, indent=2) + "\n", encoding="utf-8")
    new.replace(path)
    return path


_WHAT_TO_DO = "remove it and give the study's choices again"
