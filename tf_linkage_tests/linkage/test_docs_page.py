"""The example of docs/linkage.md runs as it stands and gives what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = (Path(__file__).parents[2] / "docs" / "linkage.md").read_text()


def test_the_example_gives_what_the_page_says() -> None:
    sources = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(sources) == 2
    names: dict[str, Any] = {}
    for source in sources:
        exec(source, names)  # noqa: S102  the page's own lines
    links = names["links"]
    person = r"rec-(\d+)-"
    right = links["left_id"].str.extract(person) == links["right_id"].str.extract(person)
    said = re.search(r"([\d,]+) links, all of them right, and (\d+) people", PAGE)
    assert said
    assert right.all()
    assert [f"{links.height:,}", str(names["people"])] == list(said.groups())
    again = names["again"]
    assert (again["left_id"].str.extract(person) == again["right_id"].str.extract(person)).all()
    said = re.search(r"the model makes ([\d,]+) links among the other half, all of them right", PAGE)
    assert said
    assert f"{again.height:,}" == said.group(1)
