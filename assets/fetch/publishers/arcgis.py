"""What ArcGIS answers: an error stands in an answer with status 200."""

from __future__ import annotations

from typing import Any

from assets.fetch.problems import FaultError, FetchError
from assets.fetch.transport import MAY_PASS, Page


def arcgis_json(page: Page) -> dict[str, Any]:
    """The answer. Raises FaultError for an error that may pass, FetchError for any other."""
    found = page.json()
    if not isinstance(found, dict):
        raise FaultError(f"{page.address} answered with JSON that is no object")
    error = found.get("error")
    if error:
        said = error if isinstance(error, dict) else {"message": str(error)}
        what = f"{page.address} answered 200 with an error: {said.get('message', '')} ({said.get('code', 'no code')})"
        if said.get("code") in MAY_PASS:
            raise FaultError(what)
        raise FetchError(f"{what}; look whether the publisher has moved it, and give the address that holds now")
    return found
