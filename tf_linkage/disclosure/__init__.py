"""What may leave: who stands out, minimum counts, suppression, rounding, what has left before."""

from tf_linkage.disclosure.checker import checkers_page
from tf_linkage.disclosure.choice import Choice, NobodyToHideAmong, choose_steps
from tf_linkage.disclosure.coarsening import coarsened
from tf_linkage.disclosure.files import spreadsheet_safe, write_csv
from tf_linkage.disclosure.kept import KEPT, as_tables, from_tables
from tf_linkage.disclosure.page import findings_page
from tf_linkage.disclosure.pupils import Hidden, hide_pupils, pupil_risk
from tf_linkage.disclosure.release import Proof, must_hold, prove, release, told
from tf_linkage.disclosure.releases import ReleaseRefused, behind, content_digest, must_be_apart
from tf_linkage.disclosure.risk import RULE, Rule, population_classes, released_classes, risk_table
from tf_linkage.disclosure.risk_remaining import families_that_fit, join_figures, known_event
from tf_linkage.disclosure.risk_words import ACCREDITED, SIZES, alike, in_words, risk_compared, steps_table
from tf_linkage.disclosure.together import Told, given_away, must_give_nothing_away

__all__ = [
    "ACCREDITED",
    "KEPT",
    "RULE",
    "SIZES",
    "Choice",
    "Hidden",
    "NobodyToHideAmong",
    "Proof",
    "ReleaseRefused",
    "Rule",
    "Told",
    "alike",
    "as_tables",
    "behind",
    "checkers_page",
    "choose_steps",
    "coarsened",
    "content_digest",
    "families_that_fit",
    "findings_page",
    "from_tables",
    "given_away",
    "hide_pupils",
    "in_words",
    "join_figures",
    "known_event",
    "must_be_apart",
    "must_give_nothing_away",
    "must_hold",
    "population_classes",
    "prove",
    "pupil_risk",
    "release",
    "released_classes",
    "risk_compared",
    "risk_table",
    "spreadsheet_safe",
    "steps_table",
    "told",
    "write_csv",
]
