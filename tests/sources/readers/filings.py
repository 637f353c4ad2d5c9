"""Accounts as companies file them, in inline XBRL, made up: pages, and ZIPs of them."""

from __future__ import annotations

import io
import zipfile

PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
 xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:core="http://xbrl.frc.org.uk/fr/2023-01-01/core"
 xmlns:bus="http://xbrl.frc.org.uk/cd/2023-01-01/business">
<body><ix:header><ix:resources>
<xbrli:context id="this"><xbrli:entity><xbrli:identifier scheme="http://www.companieshouse.gov.uk/">{company}</xbrli:identifier></xbrli:entity>
<xbrli:period><xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{end}</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:context id="before"><xbrli:entity><xbrli:identifier scheme="http://www.companieshouse.gov.uk/">{company}</xbrli:identifier></xbrli:entity>
<xbrli:period><xbrli:startDate>2000-01-01</xbrli:startDate><xbrli:endDate>2000-12-31</xbrli:endDate></xbrli:period></xbrli:context>
</ix:resources></ix:header>{facts}</body></html>
"""


def employees(text: str, attributes: str = "", context: str = "this") -> str:
    """A filed number of employees."""
    return (
        f'<ix:nonFraction name="core:AverageNumberEmployeesDuringPeriod" contextRef="{context}" decimals="0" '
        f'unitRef="pure" {attributes}>{text}</ix:nonFraction>'
    )


def turnover(text: str, attributes: str = "", context: str = "this") -> str:
    """A filed turnover."""
    return (
        f'<ix:nonFraction name="core:TurnoverRevenue" contextRef="{context}" decimals="0" unitRef="GBP" '
        f"{attributes}>{text}</ix:nonFraction>"
    )


def filing(company: str, end: str, *facts: str, run: str = "Prod223_3785", kind: str = "html") -> dict[str, bytes]:
    """A member of a ZIP: its name, and the page."""
    start = f"{int(end[:4]) - 1}{end[4:]}"
    page = PAGE.format(company=company, start=start, end=end, facts="".join(facts))
    return {f"{run}_{company}_{end.replace('-', '')}.{kind}": b"\xef\xbb\xbf" + page.encode()}


def packed(members: dict[str, bytes]) -> bytes:
    """A ZIP of members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 7, 1, 0, 0, 0)), content)
    return buffer.getvalue()
