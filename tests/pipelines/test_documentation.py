import re
from pathlib import Path

import pytest

from pipelines.documentation import PAGES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_the_declarations_say(name: str):
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), f"docs/{name} is out of date: run make docs"


def test_every_link_between_pages_leads_somewhere():
    """To files of the project, and to headings in them; addresses elsewhere are not looked at."""
    root = DOCS.parent
    broken = []
    for page in (*root.glob("*.md"), *DOCS.glob("*.md")):
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, heading = target.partition("#")
            if "://" in target:
                continue
            found = (page.parent / path).resolve() if path else page
            if not found.exists() or (heading and heading not in headings(found)):
                broken.append(f"{page.name}: {target}")
    assert broken == []


def headings(page: Path) -> set[str]:
    """The names that a page's headings have in addresses."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
