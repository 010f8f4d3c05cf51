"""Papers that data protection law asks for, drawn from the flows of a run and what it measured."""

from tf_linkage.custody.papers.accreditation import accreditation_of
from tf_linkage.custody.papers.carried import Carried
from tf_linkage.custody.papers.impact_assessment import impact_assessment
from tf_linkage.custody.papers.measured import Measured
from tf_linkage.custody.papers.policy_document import policy_document
from tf_linkage.custody.papers.record_of_processing import record_of_processing

__all__ = [
    "Carried",
    "Measured",
    "accreditation_of",
    "impact_assessment",
    "policy_document",
    "record_of_processing",
]
