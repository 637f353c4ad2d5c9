"""Links of a page of HTML, as publishers' lists of files are."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from assets.fetch.problems import FetchError
from assets.fetch.transport import Page


def links_of(page: Page) -> dict[str, str]:
    """File name -> address of everything that a page links to, in the page's order; the first of a name stands."""
    parser = _Links()
    parser.feed(page.text)
    found: dict[str, str] = {}
    for target in parser.targets:
        address = urljoin(page.address, target)
        parts = urlsplit(address)
        name = unquote(parts.path.rsplit("/", 1)[-1])
        if parts.scheme in ("http", "https") and name:
            found.setdefault(name, address)
    return found


def missed(page: Page, wanted: str, found: int) -> FetchError:
    """What to say where a page has no link of a kind."""
    links = f"it has {found} links, and none is of that form" if found else "it has no links at all"
    return FetchError(
        f"looked for {wanted} on {page.address}: {links}; look at the page in a browser: it has changed, or moved"
    )


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.targets += [value.strip() for name, value in attrs if name == "href" and value]
