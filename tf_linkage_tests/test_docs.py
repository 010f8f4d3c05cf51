"""Pages that are made from the code are as the code is."""

from pathlib import Path

import tf_linkage
from tf_linkage.workspace.table_map import table_map

DOCS = Path(tf_linkage.__file__).parents[1] / "docs"


def test_the_page_of_tables_is_that_of_the_contracts() -> None:
    made = "python -m tf_linkage.workspace.table_map > docs/tables.md"
    assert (DOCS / "tables.md").read_text(encoding="utf-8") == table_map(), f"make it again: {made}"
