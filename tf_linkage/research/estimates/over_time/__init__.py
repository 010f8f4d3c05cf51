"""The groups side by side from three years before the start to two after, and whether they drifted apart before."""

from tf_linkage.research.estimates.over_time.event_study import Told, event_study, told_by_half_year
from tf_linkage.research.estimates.over_time.pretrend import pretrends
from tf_linkage.research.estimates.over_time.sustained import sustained_differences

__all__ = ["Told", "event_study", "pretrends", "sustained_differences", "told_by_half_year"]
