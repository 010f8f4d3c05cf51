"""Runs a job and kills it at one change of its data folder: before it, in the middle of it, or after it.

    python tf_linkage_tests/killing.py JOB AT PHASE

AT counts renames and removals below the study's data folder, from 1; with 0 nothing is killed and the changes are
counted. PHASE is `before`, `during` (a rename's new file is cut to half its bytes, as if the machine had stopped
while it was written) or `after`.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tf_linkage.defs.in_process import run
from tf_linkage.workspace.environment import study_from_environment
from tf_linkage.workspace.store import NEW, PARTIAL

PHASES = ("before", "during", "after")


def main(job: str, at: int, phase: str) -> int:
    """Run the job; the process is killed on the way, unless the job makes fewer changes than that."""
    study = study_from_environment()
    root = study.data.resolve()
    seen = 0

    def watch(change: Callable[..., Any]) -> Callable[..., Any]:
        def changed(source: Any, *others: Any, **options: Any) -> Any:
            nonlocal seen
            folder = options.get("src_dir_fd", options.get("dir_fd"))
            place = Path("" if folder is None else Path(f"/proc/self/fd/{folder}").readlink(), source).absolute()
            if not place.is_relative_to(root):
                return change(source, *others, **options)
            seen += 1
            if seen == at and phase != "after":
                if phase == "during" and place.name.endswith((NEW, PARTIAL)):
                    cut(place)
                os.kill(os.getpid(), signal.SIGKILL)
            result = change(source, *others, **options)
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return changed

    for name in ("replace", "rename", "unlink", "rmdir"):
        setattr(os, name, watch(getattr(os, name)))
    code = run(job, study)
    print(f"changes: {seen}")
    return code


def cut(place: Path) -> None:
    """Leave half of a file, or half of every file of a folder."""
    for path in [place] if place.is_file() else sorted(place.rglob("*")):
        if path.is_file():
            os.truncate(path, path.stat().st_size // 2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
