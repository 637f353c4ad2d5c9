"""Approval: what waits is not shown, what is approved says by whom, and it holds for the very rows alone."""

from __future__ import annotations

import json
from pathlib import Path

import fastexcel
import pytest

from assets.method import MethodProfile, PublicationMethod
from assets.publication.approval import APPROVED, NOT_ASKED_FOR, WAITS
from assets.publication.folder import RELEASES, months_shown, waiting_folder
from assets.publication.steps import release
from assets.publication.steps.release import release_step
from assets.publication.steps.source_files import source_files
from assets.warehouse.database import Warehouse
from assets.warehouse.running import StepResult, run_step
from tests.publication.release_example import fill_release
from tests.support import MONTH, make

ASKED = tuple(
    MethodProfile(name=name, publication=PublicationMethod(approval=True)) for name in ("dsit-v1", "evidence")
)
FREE = tuple(MethodProfile(name=name) for name in ("dsit-v1", "evidence"))
WHO = {"who": "Ada <b>Reader</b>", "note": "seen,\nall well"}
NEXT = MONTH.plus(1)


@pytest.fixture(autouse=True)
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "_pictures", lambda *arguments: {})


def released(
    warehouse: Warehouse,
    publication: Path,
    told: dict[str, str] | None = None,
    profiles: tuple[MethodProfile, ...] = ASKED,
) -> StepResult:
    """Run the release's step, with what a person says to it."""
    return run_step(release_step(str(publication)), warehouse, MONTH, profiles, told=told)


def state(warehouse: Warehouse) -> str:
    (found,) = warehouse.read("select state from publication.approval").rows()
    return str(found[0])


def rename(warehouse: Warehouse) -> None:
    """Other rows of the month than were there before."""
    with warehouse.transaction() as connection:
        connection.execute("update publication.clusters set name = name || ' and further'")


def page(folder: Path) -> str:
    return (folder / str(MONTH) / "index.html").read_text(encoding="utf-8")


def test_what_waits_is_put_beside_the_publication_and_says_so(filled: Warehouse, publication: Path):
    result = released(filled, publication)
    assert state(filled) == WAITS
    assert not publication.exists()
    assert months_shown(waiting_folder(publication)) == [MONTH]
    assert "NOT PUBLISHED" in page(waiting_folder(publication))
    assert filled.read("select * from publication.files").is_empty()
    (said,) = result.reports[""].messages
    assert "waits for approval" in said
    assert f"innovation-clusters approve --month {MONTH}" in said


def test_once_approved_it_is_shown_with_who_when_and_what_was_said(filled: Warehouse, publication: Path):
    released(filled, publication)
    released(filled, publication, WHO)
    assert state(filled) == APPROVED
    assert months_shown(publication) == [MONTH]
    assert not waiting_folder(publication).exists()
    ((by, at, note),) = filled.read("select approved_by, approved_at, note from ledger.approvals").rows()
    assert (by, note) == ("Ada <b>Reader</b>", "seen, all well")
    month = publication / str(MONTH)
    package = json.loads((month / "datapackage.json").read_text())
    sentence = f"Approved for publication by {by} on {at:%Y-%m-%d %H:%M} UTC: {note}"
    assert package["approval"] == sentence
    assert sentence in json.loads((month / "data.js").read_text().partition(" = ")[2].rstrip(";\n"))["approval"]
    for name in ("report.html", "downloads.html"):
        assert sentence.replace("<", "&lt;").replace(">", "&gt;") in (month / name).read_text(encoding="utf-8")
    book = fastexcel.read_excel(month / "downloads" / f"innovation-clusters-{MONTH}.xlsx")
    assert ("approval", sentence) in book.load_sheet("notes").to_polars().rows()
    assert "NOT PUBLISHED" not in page(publication)
    assert filled.read("select count(*) from publication.files").item() > 0


def test_the_same_rows_are_shown_again_without_being_asked_for(filled: Warehouse, publication: Path):
    released(filled, publication)
    released(filled, publication, WHO)
    before = (publication / str(MONTH)).readlink()
    fill_release(filled, clusters=3)
    released(filled, publication)
    assert state(filled) == APPROVED
    assert (publication / str(MONTH)).readlink() == before


def test_other_rows_wait_again_and_what_was_published_stays(filled: Warehouse, publication: Path):
    released(filled, publication)
    released(filled, publication, WHO)
    before, files = page(publication), filled.read("select * from publication.files order by all")
    rename(filled)
    released(filled, publication)
    assert state(filled) == WAITS
    assert page(publication) == before
    assert filled.read("select * from publication.files order by all").equals(files)
    released(filled, publication, {"who": "Ben"})
    assert (publication / str(MONTH)).readlink() != Path(RELEASES)
    assert filled.read("select approved_by from ledger.approvals order by all")["approved_by"].to_list() == [
        "Ada <b>Reader</b>",
        "Ben",
    ]


def test_nobody_approves_what_has_not_waited_as_it_is(filled: Warehouse, publication: Path):
    with pytest.raises(ValueError, match="are not those that waited"):
        released(filled, publication, WHO)
    released(filled, publication)
    with pytest.raises(ValueError, match="or the profiles, are not those"):
        released(
            filled,
            publication,
            WHO,
            tuple(profile.model_copy(update={"name": f"{profile.name}-2"}) for profile in ASKED),
        )
    rename(filled)
    with pytest.raises(ValueError, match="are not those that waited"):
        released(filled, publication, WHO)
    assert filled.read("select * from ledger.approvals").is_empty()
    assert not publication.exists()


def test_what_needs_no_approval_or_has_it_is_said(filled: Warehouse, publication: Path):
    released(filled, publication, profiles=FREE)
    assert state(filled) == NOT_ASKED_FOR
    assert months_shown(publication) == [MONTH]
    with pytest.raises(ValueError, match=r"publication\.approval is false"):
        released(filled, publication, WHO, FREE)
    released(filled, publication)
    with pytest.raises(ValueError, match="Say who approves"):
        released(filled, publication, {"note": "well"})
    released(filled, publication, WHO)
    with pytest.raises(
        ValueError, match=r"needs no approval: it has one of these rows\. Approved for publication by Ada"
    ):
        released(filled, publication, WHO)


def test_a_month_approved_leaves_the_others_that_wait(filled: Warehouse, publication: Path):
    released(filled, publication)
    waiting = waiting_folder(publication)
    fill_release(filled, clusters=3, month=NEXT)
    make(filled, source_files, month=NEXT)
    run_step(release_step(str(publication)), filled, NEXT, ASKED)
    assert months_shown(waiting) == [NEXT, MONTH]
    run_step(release_step(str(publication)), filled, NEXT, ASKED, told=WHO)
    assert months_shown(waiting) == [MONTH]
    assert str(NEXT) not in (waiting / "months.js").read_text()
    assert months_shown(publication) == [NEXT]
