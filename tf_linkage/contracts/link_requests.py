"""What a department is asked: the two forms of a request, with and without the National Insurance number."""

from __future__ import annotations

from tf_linkage.contracts.bodies.identity import Identity, IdentityWithNino
from tf_linkage.contracts.columns import ColumnClass, text


class Request(Identity):
    """One row for each person asked about: name, date of birth, gender, address."""

    request_ref = text(ColumnClass.REFERENCE, "The request's reference of a person", primary_key=True)


class RequestWithNino(IdentityWithNino):
    """One row for each person asked about: as any department is told, and the National Insurance number.

    For the one department that is sent it.
    """

    request_ref = text(ColumnClass.REFERENCE, "The request's reference of a person", primary_key=True)
