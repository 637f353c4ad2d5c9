"""Why a fetch ended without its drop, said in one sentence that a person can act on."""

from __future__ import annotations

from datetime import datetime

from assets.text_safety import visible


class FetchError(ValueError):
    """A drop was not fetched; nothing in the sources has changed."""

    def __init__(self, sentence: str) -> None:
        # Words of a publisher may stand in it.
        super().__init__(visible(" ".join(sentence.split())))


class FetchPausedError(FetchError):
    """A fetch that stopped where it is and goes on from there; `until`, in UTC, where the publisher says when."""

    def __init__(self, sentence: str, until: datetime | None = None) -> None:
        self.until = until
        when = f" from {until:%Y-%m-%d %H:%M} UTC on" if until else " later"
        super().__init__(f"{sentence}; what has come is kept: start the fetch again{when}, and it goes on from there")


class FaultError(Exception):
    """A request failed for a reason that may pass; `wait_s` where the publisher says how long that takes."""

    def __init__(self, what: str, wait_s: float | None = None) -> None:
        self.wait_s = wait_s
        super().__init__(what)
