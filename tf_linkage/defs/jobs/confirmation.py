"""What cannot be undone is confirmed by its name: in the launchpad, by a schedule, and on the command line."""

from typing import Any

import dagster as dg
from pydantic import Field

from tf_linkage.errors import TfLinkageError

UNDO = "Cannot be undone."
TAGS = {"tf/irreversible": "true"}


class NotConfirmed(TfLinkageError):
    """A job that cannot be undone was started without its name."""


class Confirmation(dg.Config):  # type: ignore[misc]
    """The word that lets such a job begin. It has no default, so that no button starts one."""

    confirm: str = Field(description="The job's name, typed out: what it does cannot be undone")

    def must_name(self, job: str) -> None:
        """Refuse any other word.

        Raises:
            NotConfirmed: it is not the job's name.
        """
        if self.confirm != job:
            raise NotConfirmed(f"{job} cannot be undone, and was not confirmed: set confirm to {job}")


def confirmed(job: str) -> dict[str, Any]:
    """The run configuration by which such a job is confirmed."""
    return {"ops": {f"{job}_step": {"config": {"confirm": job}}}}
