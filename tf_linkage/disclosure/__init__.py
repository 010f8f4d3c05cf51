"""What may leave: who stands out, minimum counts, suppression, rounding, what has left before."""

from tf_linkage.disclosure.choice import Choice, NobodyToHideAmong, choose_steps
from tf_linkage.disclosure.coarsening import coarsened
from tf_linkage.disclosure.files import spreadsheet_safe, write_csv
from tf_linkage.disclosure.release import Proof, prove, release
from tf_linkage.disclosure.risk import RULE, Rule, population_classes, released_classes, risk_table
from tf_linkage.disclosure.risk_words import ACCREDITED, SIZES, alike, in_words, risk_compared, steps_table

__all__ = [
    "ACCREDITED",
    "RULE",
    "SIZES",
    "Choice",
    "NobodyToHideAmong",
    "Proof",
    "Rule",
    "alike",
    "choose_steps",
    "coarsened",
    "in_words",
    "population_classes",
    "prove",
    "release",
    "released_classes",
    "risk_compared",
    "risk_table",
    "spreadsheet_safe",
    "steps_table",
    "write_csv",
]
