"""What the trusted third party refuses to do, in words for people.

Belongs here: the errors of this room. Does not belong here: anything that quotes a person's data.
"""

from __future__ import annotations

from tf_linkage.errors import TfLinkageError


class KeyRefused(TfLinkageError):
    """The study key is missing, too short, or the published one where a secret is needed."""


class CustodyRefused(TfLinkageError):
    """A table handed to the trusted third party does not fit what it already holds."""
