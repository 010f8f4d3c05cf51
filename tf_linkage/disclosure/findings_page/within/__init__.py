"""The parts of the findings' page that tell of groups of families within the study."""

from tf_linkage.disclosure.findings_page.within.groups import groups_section

__all__ = ["groups_section"]
