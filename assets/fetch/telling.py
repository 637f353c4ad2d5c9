"""What the UI says of where a drop came from: of the asset that fetches it, and of the tables that it fills.

What belongs here: which of it is told, and as what. What does not: finding and reading it (`provenance`, `steps`).
"""

from __future__ import annotations

import polars as pl

from assets.fetch.provenance import Provenance
from assets.warehouse.markdown import markdown_table
from assets.warehouse.steps import Report

BY_HAND = "put there by hand"


def tell_of(report: Report, known: Provenance | None, what: str = "") -> None:
    """Tell of a drop's provenance; `what` begins the name of each thing told."""
    if known is None:
        report.figure(f"{what}came", BY_HAND)
        return
    report.figure(f"{what}came", "fetched")
    for name, text in (
        ("publisher", known.publisher),
        ("release", known.release),
        ("release as of", known.dated or "the moment of asking"),
        ("licence", known.licence),
        ("licence address", known.licence_address),
        ("attribution", known.attribution),
    ):
        report.figure(f"{what}{name}", text)
    report.figure(f"{what}bytes", sum(file.bytes for file in known.files))
    files = [
        {
            "file": file.name,
            "bytes": file.bytes,
            "whole at": file.fetched_at,
            "sha256": file.sha256,
            "address": file.address,
        }
        for file in known.files
    ]
    headers = [
        {"file": file.name, "header": name, "value": value}
        for file in known.files
        for name, value in sorted(file.headers.items())
    ]
    report.page(f"{what}files", markdown_table(pl.DataFrame(files)))
    report.page(f"{what}response headers", markdown_table(pl.DataFrame(headers)))
