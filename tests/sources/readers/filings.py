"""Accounts as companies file them, in inline XBRL, made up: pages, and ZIPs of them."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta

PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
 xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:core="http://xbrl.frc.org.uk/fr/2023-01-01/core"
 xmlns:bus="http://xbrl.frc.org.uk/cd/2023-01-01/business" xmlns:xbrldi="http://xbrl.org/2006/xbrldi">
<body><ix:header><ix:resources>
<xbrli:context id="this"><xbrli:entity><xbrli:identifier scheme="http://www.companieshouse.gov.uk/">{company}</xbrli:identifier></xbrli:entity>
<xbrli:period><xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{end}</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:context id="before"><xbrli:entity><xbrli:identifier scheme="http://www.companieshouse.gov.uk/">{company}</xbrli:identifier></xbrli:entity>
<xbrli:period><xbrli:startDate>2000-01-01</xbrli:startDate><xbrli:endDate>2000-12-31</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:context id='part'><xbrli:entity><xbrli:identifier scheme="http://www.companieshouse.gov.uk/">{company}</xbrli:identifier>
<xbrli:segment><xbrldi:explicitMember dimension="core:Activity">core:Production</xbrldi:explicitMember></xbrli:segment>
</xbrli:entity>
<xbrli:period><xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{end}</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:context id="near"><xbrli:entity><xbrli:identifier scheme="http://www.companieshouse.gov.uk/">{company}</xbrli:identifier></xbrli:entity>
<xbrli:period><xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{near}</xbrli:endDate></xbrli:period></xbrli:context>
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


OLD_FILE = """<?xml version="1.0" encoding="UTF-8"?>
<xbrl xmlns="http://www.xbrl.org/2003/instance" xmlns:pt="http://www.xbrl.org/uk/fr/gaap/pt/2004-12-01">
<context id="before"><entity><identifier scheme="x">{company}</identifier></entity>
<period><startDate>2000-01-01</startDate><endDate>2000-12-31</endDate></period></context>
<context id="this"><entity><identifier scheme="x">{company}</identifier></entity>
<period><startDate>{start}</startDate><endDate>{end}</endDate></period></context>
<pt:EmployeesTotal contextRef="before" decimals="0" unitRef="pure">{before}</pt:EmployeesTotal>
<pt:EmployeesTotal contextRef="this" decimals="0" unitRef="pure">{now}</pt:EmployeesTotal>
</xbrl>
"""


def old_filing(company: str, end: str, before: int, now: int) -> dict[str, bytes]:
    """A member that is no page: employees of the year before, then those of this year."""
    start = f"{int(end[:4]) - 1}{end[4:]}"
    text = OLD_FILE.format(company=company, start=start, end=end, before=before, now=now)
    return {f"Prod224_9956_{company}_{end.replace('-', '')}.xml": text.encode()}


def filing(company: str, end: str, *facts: str, run: str = "Prod223_3785", kind: str = "html") -> dict[str, bytes]:
    """A member of a ZIP: its name, and the page.

    Its contexts are `this` year, the one `before`, a `part` of the company in this year, and this year as it ends two
    days earlier (`near`).
    """
    start = f"{int(end[:4]) - 1}{end[4:]}"
    near = date.fromisoformat(end) - timedelta(days=2)
    page = PAGE.format(company=company, start=start, end=end, near=near, facts="".join(facts))
    return {f"{run}_{company}_{end.replace('-', '')}.{kind}": b"\xef\xbb\xbf" + page.encode()}


def packed(members: dict[str, bytes]) -> bytes:
    """A ZIP of members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 7, 1, 0, 0, 0)), content)
    return buffer.getvalue()
