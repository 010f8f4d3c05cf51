"""Record linkage of two tables: standardise, block, compare, train, score, resolve.

Usable on any two tables whose columns carry the contracts' names:

    model = general_model(left_columns, right_columns, extra=["suburb"])
    result = link(left, right, model)
    result.links
    deduplicate(left, general_model(left_columns, left_columns)).people
"""

from tf_linkage.linkage.cluster import Cluster
from tf_linkage.linkage.deduplicate.duplicates import find_duplicates
from tf_linkage.linkage.deduplicate.people import People, deduplicate
from tf_linkage.linkage.engines import ENGINES
from tf_linkage.linkage.estimate.model_file import model_json, model_of_json
from tf_linkage.linkage.estimate.saved_model import SavedModel
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.link import link, saved_model
from tf_linkage.linkage.model.model import Model, department_model, general_model
from tf_linkage.linkage.model.settings import Settings
from tf_linkage.linkage.result import Engine, LinkResult
from tf_linkage.linkage.score.explain import waterfall
from tf_linkage.linkage.tables.database import share_of_query

__all__ = [
    "ENGINES",
    "Cluster",
    "Engine",
    "Limits",
    "LinkResult",
    "Model",
    "People",
    "SavedModel",
    "Settings",
    "deduplicate",
    "department_model",
    "find_duplicates",
    "general_model",
    "link",
    "model_json",
    "model_of_json",
    "saved_model",
    "share_of_query",
    "waterfall",
]
