"""What MkDocs adds to the pages of docs/: the changelog, and what everybody needs to read them."""

import re
from itertools import count
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]


def on_files(files: Files, *, config: Any) -> Files:
    """Adds the changelog, which stands at the top of the repository."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    files.append(File.generated(config, "changelog.md", content=text))
    return files


def on_page_content(html: str, **_: Any) -> str:
    """Lets wide tables and commands scroll by themselves, by keyboard too."""
    number = count(1)
    html = re.sub(
        "<table>",
        lambda _: f'<div class="beside" tabindex="0" role="region" aria-label="Table {next(number)}"><table>',
        html,
    )
    return html.replace("</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')


def on_post_page(output: str, **_: Any) -> str:
    """Names the bar at the top for those who do not see it."""
    return output.replace('<div class="navbar ', '<div role="navigation" aria-label="Pages" class="navbar ', 1)
