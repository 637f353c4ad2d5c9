"""Approval: a month is made, and shown only once a person has approved the very rows that its release is made of.

What belongs here: the digest of these rows, the decision, its rows in table and ledger, its sentences. What does not:
where a release is put (`folder`), which files it has (`steps.release`).

An approval is of rows, not of a month: made anew with the same rows the month is shown as before, with others it waits
again. It can be given of rows alone that have waited, so that nobody approves what was not there to be looked at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from assets.method import MethodProfile
from assets.months import Month
from assets.text_safety import visible
from assets.warehouse.database import Replacement
from assets.warehouse.steps import StepContext

TABLE, LEDGER = "publication.approval", "ledger.approvals"
NOT_ASKED_FOR, WAITS, APPROVED = "not asked for", "waits", "approved"
WHO, NOTE = "who", "note"
ASKS = {
    WHO: "Who approves the release that waits; without a name nothing is approved, and the month is looked at alone.",
    NOTE: "What that person says of it; it stands in the release.",
}
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "state": pl.String,
    "rows_sha256": pl.String,
    "approved_by": pl.String,
    "approved_at": pl.Datetime("us"),
    "note": pl.String,
}


@dataclass(frozen=True)
class Approval:
    """What a person said of the rows of a month."""

    approved_by: str
    approved_at: datetime
    """In UTC."""
    note: str

    @property
    def sentence(self) -> str:
        """All of it, for readers."""
        said = f": {self.note}" if self.note else ""
        return f"Approved for publication by {self.approved_by} on {self.approved_at:%Y-%m-%d %H:%M} UTC{said}"


@dataclass(frozen=True)
class Decision:
    """Whether the rows of a month may be shown."""

    state: str
    rows_sha256: str
    approval: Approval | None = None
    is_new: bool = False
    """Whether it was approved in this run."""
    warnings: int = 0
    """Checks of the month that warn."""

    @property
    def waits(self) -> bool:
        """Whether a person is to be asked."""
        return self.state == WAITS

    def replacements(self, month: Month) -> list[Replacement]:
        """Its row, and the ledger's where it is new."""
        given = self.approval
        row = {"state": self.state, "rows_sha256": self.rows_sha256, **_columns(given)}
        rows = [Replacement(TABLE, {"month": month.first_day}, pl.DataFrame([row], schema=SCHEMA))]
        if given is not None and self.is_new:
            kept = pl.DataFrame([{**_columns(given), "warnings": self.warnings}])
            scope = {"month": month.first_day, "rows_sha256": self.rows_sha256}
            rows.append(Replacement(LEDGER, scope, kept))
        return rows


def rows_digest(tables: Mapping[str, pl.DataFrame], profiles: Sequence[MethodProfile]) -> str:
    """SHA-256 of what a release is made of: the rows of tables by name, in any order, and the parameters."""
    stated = [
        [
            profile.name,
            profile.fingerprint,
            profile.shared_fingerprint,
            profile.publication.model_dump(mode="json", exclude={"approval"}),
        ]
        for profile in profiles
    ]
    digest = hashlib.sha256(json.dumps(stated, sort_keys=True).encode())
    for name, rows in sorted(tables.items()):
        digest.update(f"\n{name}\n".encode())
        digest.update(rows.sort(pl.all()).write_csv().encode())
    return digest.hexdigest()


def decide(ctx: StepContext, rows_sha256: str, warnings: int) -> Decision:
    """Whether the rows may be shown: by the profile, by the ledger, or by what a person says now.

    Raises ValueError where a person approves without a name, or what needs no approval, has it already, or has not
    waited as it is.
    """
    approval = _approved(ctx, rows_sha256)
    who, note = (visible(" ".join(ctx.told.get(name, "").split())) for name in (WHO, NOTE))
    if who:
        _refuse_what_does_not_wait(ctx, rows_sha256, approval)
        given = Approval(who, datetime.now(UTC).replace(tzinfo=None, microsecond=0), note)
        return Decision(APPROVED, rows_sha256, given, is_new=True, warnings=warnings)
    if note:
        raise ValueError(f"{ctx.month} is not approved: `{NOTE}` is given and `{WHO}` is empty. Say who approves too")
    if approval is not None:
        return Decision(APPROVED, rows_sha256, approval)
    return Decision(WAITS if ctx.method.publication.approval else NOT_ASKED_FOR, rows_sha256, warnings=warnings)


def how_to_approve(month: Month) -> str:
    """What a person does where a month waits."""
    return (
        f"approve it with `innovation-clusters approve --month {month}`, or in the UI by materialising "
        f"publication/approval of the month with `{WHO}` in its configuration"
    )


def _refuse_what_does_not_wait(ctx: StepContext, rows_sha256: str, approval: Approval | None) -> None:
    if approval is not None:
        raise ValueError(f"{ctx.month} needs no approval: it has one of these rows. {approval.sentence}")
    if not ctx.method.publication.approval:
        raise ValueError(
            f"{ctx.month} needs no approval: publication.approval is false in its profiles, and it is published as "
            f"it is made (innovation-clusters publish --month {ctx.month})"
        )
    waiting = ctx.read(f"select rows_sha256 from {TABLE} where month = $month and state = '{WAITS}'")
    if waiting["rows_sha256"].to_list() != [rows_sha256]:
        raise ValueError(
            f"{ctx.month} is not approved: its rows, or the profiles, are not those that waited to be looked at. Run "
            f"innovation-clusters publish --month {ctx.month} with the same --profile, look at it, then approve it"
        )


def _approved(ctx: StepContext, rows_sha256: str) -> Approval | None:
    columns = "approved_by, approved_at, note"
    query = f"select {columns} from {LEDGER} where month = $month and rows_sha256 = $rows_sha256"
    found = ctx.read(query, rows_sha256=rows_sha256)
    return Approval(**found.row(0, named=True)) if found.height else None


def _columns(approval: Approval | None) -> dict[str, object]:
    if approval is None:
        return dict.fromkeys(("approved_by", "approved_at", "note"))
    return {"approved_by": approval.approved_by, "approved_at": approval.approved_at, "note": approval.note}
