"""The trusted third party: references, the split of identifiers from attributes, requests and returns."""

from tf_linkage.custody.handover.exchange import (
    link_request,
    linked_people,
    make_return,
    people_asked,
    people_to_ask,
    returned_columns,
)
from tf_linkage.custody.handover.linked_set import linked_set
from tf_linkage.custody.references.identifiers import drop_identifiers, identifiers_in
from tf_linkage.custody.references.references import (
    REHEARSAL_KEY,
    hashing_secret,
    real_key,
    recipient_key,
    reference,
)
from tf_linkage.custody.references.split import split
from tf_linkage.custody.refusals import CustodyRefused, KeyRefused

__all__ = [
    "REHEARSAL_KEY",
    "CustodyRefused",
    "KeyRefused",
    "drop_identifiers",
    "hashing_secret",
    "identifiers_in",
    "link_request",
    "linked_people",
    "linked_set",
    "make_return",
    "people_asked",
    "people_to_ask",
    "real_key",
    "recipient_key",
    "reference",
    "returned_columns",
    "split",
]
