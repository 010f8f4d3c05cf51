"""Other estimators of the same ratios, each with the variance of its influence function.

Doubly robust, nearest neighbour, and waiting families weighted for those who joined. They rest on the same
covariates as the weighted estimate, so that what no register holds misleads all of them alike: they tell whether an
answer hangs on the way in which it was computed, and nothing of what nobody saw.
"""

from tf_linkage.research.estimates.estimators.side_by_side import side_by_side

__all__ = ["side_by_side"]
