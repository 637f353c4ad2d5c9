"""The register of companies, from its page of links to rows: whole, resumed, and with everything that can go wrong."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from assets.fetch.problems import FetchError, FetchPausedError
from assets.months import Month
from assets.sources.delivery.deliveries import bring
from assets.sources.delivery.drops import select_drops
from assets.sources.delivery.storage import Storage
from assets.sources.readers.companies_house import COMPANIES_HOUSE
from assets.sources.reading.contract import Desk
from assets.sources.steps import list_all
from synthetic_uk.publishers.files import ListedFiles
from synthetic_uk.publishers.server import Answer, Fault, serving
from tests.publishers.support import MAY, Fetcher, zipped
from tests.sources.support import rows

HEADER = (
    '"CompanyName"," CompanyNumber","RegAddress.PostCode","CompanyCategory","CompanyStatus","IncorporationDate",'
    '"DissolutionDate","SICCode.SicText_1","SICCode.SicText_2","SICCode.SicText_3","SICCode.SicText_4"\n'
)
PARTS = 3
DAY = "2025-06-02"


def part(number: int, day: str = DAY, parts: int = PARTS) -> tuple[str, bytes]:
    """A part of the register: name and content. Its rows do not pack, so that a part has some 40 kB."""
    noise = random.Random(number)
    rows = "".join(
        f'"ALPHA {noise.getrandbits(256):064x} LTD","{number:02d}{row:06d}","OX11 0AA","Private Limited Company",'
        f'"Active","01/02/2019","","62012 - Business and domestic software development","","",""\n'
        for row in range(1000)
    )
    name = f"BasicCompanyData-{day}-part{number}_{parts}"
    return f"{name}.zip", zipped({f"{name}.csv": HEADER + rows})


@dataclass
class House:
    """The publisher and who fetches from it."""

    site: ListedFiles
    fetch: Fetcher

    @property
    def faults(self) -> list[Fault]:
        return self.fetch.publishers.faults

    def asked(self, matching: str) -> int:
        return self.fetch.publishers.times_asked(matching)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    site = ListedFiles("en_output.html", dict(part(number) for number in range(1, PARTS + 1)))
    with serving({"house": site}) as publishers:
        yield House(site, Fetcher("companies_house", publishers, "house/en_output.html", tmp_path / "sources"))


def test_every_part_comes_and_the_drop_says_where_from(house: House):
    outcome = house.fetch()
    assert outcome.is_new
    assert house.fetch.drops() == {"2025-05-31": [*house.site.files]}
    for name, content in house.site.files.items():
        assert (outcome.path / name).read_bytes() == content
    known = outcome.provenance
    assert known is not None
    assert (known.release, known.dated) == (f"BasicCompanyData-{DAY}", DAY)
    assert [file.sha256 for file in known.files] == [
        hashlib.sha256(content).hexdigest() for content in house.site.files.values() if isinstance(content, bytes)
    ]
    assert [file.address for file in known.files] == [
        f"{house.fetch.publishers.address}/house/{name}" for name in house.site.files
    ]
    assert all(file.headers["etag"] for file in known.files)
    agents = {headers["user-agent"] for _, headers in house.fetch.publishers.asked}
    assert len(agents) == 1
    assert "tests@example.org" in agents.pop()


def test_what_is_there_is_not_fetched_again_and_a_page_that_is_unchanged_is_not_sent_again(house: House):
    house.fetch()
    again = house.fetch()
    assert not again.is_new
    assert again.provenance is not None
    assert house.asked(r"\.zip") == PARTS
    assert "if-none-match" in house.fetch.publishers.asked[-1][1]
    # The register of early June is May's; June's is yet to come, and reads May's meanwhile.
    june = house.fetch(Month(2025, 6))
    assert (june.as_of, june.is_new) == (date(2025, 5, 31), False)


def test_a_drop_that_a_person_put_there_stays(house: House):
    by_hand = house.fetch.sources / "companies_house" / "2025-05-31.csv"
    by_hand.parent.mkdir(parents=True)
    by_hand.write_text("mine")
    outcome = house.fetch()
    assert (outcome.path, outcome.is_new, outcome.provenance) == (by_hand, False, None)
    assert by_hand.read_text() == "mine"
    assert house.asked(r"\.zip") == 0


def test_the_newest_list_that_is_complete_is_taken(house: House):
    house.site.files |= dict(part(number, "2025-05-01", 2) for number in (1, 2))
    assert house.fetch().as_of == date(2025, 5, 31)
    del house.site.files[f"BasicCompanyData-{DAY}-part2_3.zip"]
    house.fetch.sources = house.fetch.sources.with_name("others")
    assert house.fetch().as_of == date(2025, 5, 1)
    assert any("lists the register of 2025-06-02 incompletely" in told for told in house.fetch.told)


def test_a_list_that_lacks_a_part_is_said(house: House):
    del house.site.files[f"BasicCompanyData-{DAY}-part2_3.zip"]
    with pytest.raises(FetchError, match=r"of 2025-06-02 in 3 parts, and lacks part 2: it is being put there"):
        house.fetch()
    assert house.fetch.drops() == {}


@pytest.mark.parametrize(
    ("page", "said"),
    [("", "it has no links at all"), ('<a href="about.html">About</a>', "it has 1 links, and none is of that form")],
)
def test_a_page_without_the_links_says_what_was_looked_for_and_where(house: House, page: str, said: str):
    house.faults.append(Fault("en_output", answer=Answer.html(page)))
    with pytest.raises(FetchError) as refused:
        house.fetch()
    assert str(refused.value).startswith("looked for files named BasicCompanyData-YYYY-MM-DD-partN_N.zip on http://")
    assert "/house/en_output.html: " + said in str(refused.value)


def test_a_page_that_is_gone_is_said_with_what_to_do(house: House):
    house.faults.append(Fault("en_output", answer=Answer.missing()))
    with pytest.raises(
        FetchError, match=r"en_output\.html answered 404 Not Found: look whether the publisher has moved"
    ):
        house.fetch()


def test_a_body_that_breaks_off_is_gone_on_with_by_its_range(house: House):
    house.faults.append(Fault("part2", changes={"cut_after": 15_000}))
    outcome = house.fetch()
    assert outcome.bytes == sum(len(content) for content in house.site.files.values() if isinstance(content, bytes))
    ranges = [headers.get("range") for path, headers in house.fetch.publishers.asked if "part2" in path]
    assert ranges == [None, "bytes=15000-"]


def test_a_fetch_that_stopped_goes_on_where_it_was(house: House):
    house.faults.append(Fault("part2", times=3, changes={"cut_after": 4_000}))
    with pytest.raises(
        FetchPausedError, match=r"stopped after 12,000 of [\d,]+ bytes, 3 times in a row; what has come is"
    ):
        house.fetch()
    assert house.fetch.drops() == {}
    outcome = house.fetch()
    assert outcome.is_new
    assert house.asked("part1") == 1
    ranges = [headers.get("range") for path, headers in house.fetch.publishers.asked if "part2" in path]
    assert ranges == [None, "bytes=4000-", "bytes=8000-", "bytes=12000-"]
    for name, content in house.site.files.items():
        assert (outcome.path / name).read_bytes() == content


def test_a_server_without_ranges_is_asked_for_the_whole(house: House):
    house.faults.extend(
        [
            Fault("part1", changes={"cut_after": 4_000}),
            Fault("part1", changes={"has_ranges": False}),
        ]
    )
    outcome = house.fetch()
    name, content = part(1)
    assert (outcome.path / name).read_bytes() == content


def test_a_file_that_changed_between_two_ranges_is_begun_anew(house: House):
    name, content = part(1)
    older = bytes(reversed(content))
    house.faults.append(Fault("part1", changes={"body": older, "cut_after": 4_000}))
    outcome = house.fetch()
    assert (outcome.path / name).read_bytes() == content
    assert house.asked("part1") == 2


def test_a_server_that_goes_on_with_another_version_is_not_believed(house: House):
    name, content = part(1)
    middle = Answer(
        content[4000:],
        "application/zip",
        206,
        {"Content-Range": f"bytes 4000-{len(content) - 1}/{len(content)}"},
        '"new"',
    )
    house.faults.extend([Fault("part1", changes={"cut_after": 4_000}), Fault("part1", answer=middle)])
    outcome = house.fetch()
    assert (outcome.path / name).read_bytes() == content
    assert house.asked("part1") == 3


def test_html_in_place_of_a_file_is_said(house: House):
    house.faults.append(Fault("part3", answer=Answer.html("We are busy")))
    with pytest.raises(
        FetchError, match=r"part3_3\.zip answered with a page of HTML in place of the file Basic.*part3_3"
    ):
        house.fetch()
    house.faults.append(Fault("part3", changes={"body": b"<html>We are busy</html>"}))
    with pytest.raises(FetchError, match="a page of HTML in place of the file"):
        house.fetch()
    assert house.fetch().is_new


def test_a_file_that_is_cut_short_without_a_word_is_no_drop(house: House):
    name, content = part(1)
    house.faults.append(Fault("part1", times=3, changes={"body": content[:9000]}))
    with pytest.raises(FetchPausedError, match=r"gave 9,000 bytes that are no whole ZIP file, 3 times in a row"):
        house.fetch()
    assert house.fetch.drops() == {}
    assert (house.fetch().path / name).read_bytes() == content


def test_the_drop_is_what_the_reader_takes(house: House, tmp_path: Path):
    outcome = house.fetch()
    storage = Storage(str(house.fetch.sources))
    drop = select_drops(list_all(storage, house.fetch.today), MAY)["companies_house"]
    assert (drop.as_of, drop.is_folder) == (outcome.as_of, True)
    delivery = bring(storage, drop, tmp_path)
    assert [part.path.name for part in delivery.parts] == [*house.site.files]
    (tmp_path / "desk").mkdir()
    reading = COMPANIES_HOUSE.read(delivery, Desk(tmp_path / "desk", 0.01))
    assert len(rows(reading, "sources.companies_house")) == PARTS * 1000
