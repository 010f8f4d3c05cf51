"""What a report says of its run."""

import datetime as dt
from pathlib import Path

from tf_linkage.defs.assets.report import mapped
from tf_linkage.workspace.store import Store

DAY = dt.date(2020, 4, 6)


def test_a_report_names_the_mappings_by_which_each_table_was_last_made(tmp_path: Path) -> None:
    ledger = Store(tmp_path).ledger()
    ledger.append(DAY, "written", "dwp", "dwp/people", mappings="ab" * 32)
    ledger.append(DAY, "written", "moj", "moj/people", mappings="ef" * 32)
    ledger.append(DAY, "written", "dwp", "dwp/people", mappings="cd" * 32)
    ledger.append(DAY, "written", "dfe", "dfe/pupils", rows="10 to 99")
    assert sorted(mapped(Store(tmp_path)).values()) == ["cd" * 8, "ef" * 8]
