"""Engine `recordlinkage`: the Python Record Linkage Toolkit, taught by matchkeys.

Its Block indexes make the candidates (`pairs`), its Compare features measure them (`levels`), its naive Bayes
classifier decides (`teaching`), and what it decided becomes links (`outcome`). The toolkit's own EM settles on
households where families stand in both files, so matchkeys teach the classifier: once against pairs of strangers
and once against pairs of one home. A link must be likelier than both together.
"""

from tf_linkage.linkage.engines.recordlinkage.linking import link_by_recordlinkage, link_prepared
from tf_linkage.linkage.engines.recordlinkage.pairs import candidate_pairs

__all__ = ["candidate_pairs", "link_by_recordlinkage", "link_prepared"]
