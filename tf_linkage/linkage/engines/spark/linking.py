"""The order of the engine's steps: look whether the cluster can do it, standardise here, block and compare there.

To the cluster go row numbers, the numbers of the values that blocking rules ask, and the standardised values that
comparisons ask; never an id or a value as it came. Back come counts of patterns and the pairs whose pattern may
reach the review floor, as row numbers. The rest is engine `duckdb`'s own code on these, so the links are the same.
"""

from __future__ import annotations

import dataclasses

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.engines.duckdb import link_task
from tf_linkage.linkage.engines.spark.blocking import block_and_compare_on
from tf_linkage.linkage.engines.spark.session import connected_to
from tf_linkage.linkage.result import LinkageTask, LinkResult


def link_by_spark(task: LinkageTask) -> LinkResult:
    """Link by a cluster. See `Engine`.

    Raises:
        LinkageRefused: no cluster is named, it cannot be reached, or its workers
            cannot compare as this machine does.
    """
    if task.bounds.cluster is None:
        raise LinkageRefused("engine 'spark' needs a cluster; name one, such as sc://localhost:15002")
    with connected_to(task.bounds.cluster) as session:
        task.progress(f"pairs are found and compared by Spark {session.version} at {task.bounds.cluster.host}")
        return dataclasses.replace(link_task(task, block_and_compare_on(session)), engine="spark")
