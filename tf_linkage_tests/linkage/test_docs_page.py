"""The example of docs/linkage.md runs as it stands and gives what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = (Path(__file__).parents[2] / "docs" / "linkage.md").read_text()


def test_the_example_gives_what_the_page_says() -> None:
    source = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert source
    names: dict[str, Any] = {}
    exec(source.group(1), names)  # noqa: S102  the page's own lines
    links = names["links"]
    person = r"rec-(\d+)-"
    right = links["left_id"].str.extract(person) == links["right_id"].str.extract(person)
    said = re.search(r"([\d,]+) links, all of them right, and (\d+) people", PAGE)
    assert said
    assert right.all()
    assert [f"{links.height:,}", str(names["people"])] == list(said.groups())
