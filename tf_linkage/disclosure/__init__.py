"""What may leave: who stands out, minimum counts, suppression, rounding, what has left before."""

from tf_linkage.disclosure.events.counted_offences import Counted, count_offences, counted_risk
from tf_linkage.disclosure.events.offences import Coarsened, coarsen_offences, offence_risk, steps_of_events
from tf_linkage.disclosure.events.pupils import Hidden, hide_pupils, pupil_risk
from tf_linkage.disclosure.findings_page.page import findings_in_short, findings_page
from tf_linkage.disclosure.microdata.attributes import attribute_risk, sensitive_of
from tf_linkage.disclosure.microdata.coarsening import coarsened
from tf_linkage.disclosure.microdata.coarsening_choice import Choice, NobodyToHideAmong, Protects, choose_steps
from tf_linkage.disclosure.microdata.council_attack import Found, council_finds, to_hide
from tf_linkage.disclosure.microdata.intruder_figures import in_classes, intruder_figures
from tf_linkage.disclosure.microdata.intruder_page import intruders_page
from tf_linkage.disclosure.microdata.residual_risk import families_that_fit, join_figures, known_event
from tf_linkage.disclosure.microdata.risk import RULE, Rule, population_classes, released_classes, risk_table
from tf_linkage.disclosure.microdata.risk_words import (
    ACCREDITED,
    SIZES,
    alike,
    in_words,
    risk_compared,
    steps_table,
)
from tf_linkage.disclosure.microdata.use_kept import use_kept
from tf_linkage.disclosure.release.across_releases import Released, given_away, must_give_nothing_away
from tf_linkage.disclosure.release.archive import ARCHIVED, as_tables, from_tables
from tf_linkage.disclosure.release.earlier_releases import ReleaseRefused, behind, content_digest, must_be_apart
from tf_linkage.disclosure.release.output_check import checkers_page
from tf_linkage.disclosure.release.release import Proof, must_hold, propose_release, prove, released
from tf_linkage.disclosure.release.renewal import Earlier
from tf_linkage.pages.spreadsheets import spreadsheet_safe, write_csv

__all__ = [
    "ACCREDITED",
    "ARCHIVED",
    "RULE",
    "SIZES",
    "Choice",
    "Coarsened",
    "Counted",
    "Earlier",
    "Found",
    "Hidden",
    "NobodyToHideAmong",
    "Proof",
    "Protects",
    "ReleaseRefused",
    "Released",
    "Rule",
    "alike",
    "as_tables",
    "attribute_risk",
    "behind",
    "checkers_page",
    "choose_steps",
    "coarsen_offences",
    "coarsened",
    "content_digest",
    "council_finds",
    "count_offences",
    "counted_risk",
    "families_that_fit",
    "findings_in_short",
    "findings_page",
    "from_tables",
    "given_away",
    "hide_pupils",
    "in_classes",
    "in_words",
    "intruder_figures",
    "intruders_page",
    "join_figures",
    "known_event",
    "must_be_apart",
    "must_give_nothing_away",
    "must_hold",
    "offence_risk",
    "population_classes",
    "propose_release",
    "prove",
    "pupil_risk",
    "released",
    "released_classes",
    "risk_compared",
    "risk_table",
    "sensitive_of",
    "spreadsheet_safe",
    "steps_of_events",
    "steps_table",
    "to_hide",
    "use_kept",
    "write_csv",
]
