"""What the study was asked: the privacy notice's three questions, and costs and benefits over five years."""

from tf_linkage.disclosure.findings_page.asked.five_years import five_years_part
from tf_linkage.disclosure.findings_page.asked.questions import questions_section
from tf_linkage.disclosure.findings_page.asked.short import short_answers, short_part

__all__ = ["five_years_part", "questions_section", "short_answers", "short_part"]
