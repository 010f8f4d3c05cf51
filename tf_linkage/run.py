"""`python -m tf_linkage.run`: the command `run`, which runs a job; `--help` lists jobs and choices."""

import sys
from collections.abc import Sequence

from tf_linkage import cli
from tf_linkage.cli.wording import REFUSED

__all__ = ["REFUSED", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a job of a study; see `defs.in_process.run` and the exit codes of `cli.main`."""
    return cli.main(["run", *(sys.argv[1:] if arguments is None else arguments)])


if __name__ == "__main__":
    sys.exit(main())
