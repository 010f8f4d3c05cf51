"""What the time before the start says of the figures after it: which assumption is in doubt."""

from tf_linkage.disclosure.findings_page.before_start.calibrated import calibrated_part
from tf_linkage.disclosure.findings_page.before_start.doubts import (
    before_the_start,
    doubted,
    doubts,
    planned_before,
)
from tf_linkage.disclosure.findings_page.before_start.over_time import over_time_section
from tf_linkage.disclosure.findings_page.before_start.placebos import placebos_section

__all__ = [
    "before_the_start",
    "calibrated_part",
    "doubted",
    "doubts",
    "over_time_section",
    "placebos_section",
    "planned_before",
]
