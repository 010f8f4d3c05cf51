"""What the tests share: one run of the `tiny` rehearsal, whole, with every check."""

import pytest
from rehearsing import Rehearsed, rehearse

from tf_linkage.study import Study


@pytest.fixture(scope="session")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    """The `tiny` rehearsal, run once for all tests. Read it; do not change it."""
    return rehearse(Study.of("tiny", data=tmp_path_factory.mktemp("rehearsal") / "data"))
