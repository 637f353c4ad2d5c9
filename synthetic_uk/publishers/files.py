"""Publishers of files: a page with links, and the files that they lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from synthetic_uk.publishers.server import Answer, Asked

KINDS = {
    ".zip": "application/zip",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".json": "application/json",
}


@dataclass
class ListedFiles:
    """A page that links to files, which lie beside it."""

    page: str
    """Path of the page."""
    files: dict[str, Path | bytes]
    """Name -> content, in the order of the links."""
    folder: str = ""
    """Where the files are, relative to the site; with a stroke at its end where it is not empty."""
    text: Callable[[str], str] = field(default=lambda name: f"{name}  (69Mb)")
    unlisted: Mapping[str, Path | bytes] = field(default_factory=dict)
    """Files that are there and that the page does not name."""

    def answer(self, asked: Asked) -> Answer:
        """The page, or a file."""
        if asked.path == self.page:
            up = "../" * self.page.count("/")
            links = "".join(
                f'<li><a href="{up}{self.folder}{name}">{self.text(name)}</a></li>\n' for name in self.files
            )
            return Answer.html(f"<h2>Company data as multiple files:</h2>\n<ul>\n{links}</ul>")
        name = asked.path.removeprefix(self.folder)
        known = {**self.unlisted, **self.files}
        if asked.path.startswith(self.folder) and name in known:
            return Answer(known[name], KINDS.get(Path(name).suffix, "application/octet-stream"))
        return Answer.missing()


@dataclass
class FixedFiles:
    """Files under names that do not change, without a page."""

    files: dict[str, Path | bytes]
    changed: str = ""
    """What is said of when they were changed last."""

    def answer(self, asked: Asked) -> Answer:
        """A file."""
        if asked.path not in self.files:
            return Answer.missing()
        headers = {"Last-Modified": self.changed} if self.changed else {}
        return Answer(self.files[asked.path], KINDS.get(Path(asked.path).suffix, ""), headers=headers)
