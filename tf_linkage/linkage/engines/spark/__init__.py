"""Engine `spark`: the linkage of engine `duckdb`, with the pairs found, compared, counted and kept on a cluster.

Standardising, training and resolution stay here; see `linking` for what goes to the cluster and what comes back.
"""

from tf_linkage.linkage.engines.spark.linking import link_by_spark

__all__ = ["link_by_spark"]
