"""The commands publish and serve, doctor's word on the folder, and what the small server lets through."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Mapping
from http.server import ThreadingHTTPServer
from pathlib import Path

import dagster as dg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import declared_tables
from assets.warehouse.made_from import set_made
from pipelines import cli
from pipelines.commands import telling
from pipelines.dagster_home import dagster_home, opened
from pipelines.definitions import build_defs
from pipelines.doctor import examine
from pipelines.doctor_approval import approval_findings
from pipelines.jobs import monthly_refresh
from pipelines.serve import HEADERS, make_server
from pipelines.settings import PUBLICATION, Settings
from tests.publication.register import Cluster, businesses, fill_register
from tests.support import MONTH, copy_home, fill, use_drop

PARTS = ("index.html", "report.html", "downloads.html", "datapackage.json", "checksums.txt")


@pytest.fixture(autouse=True)
def alone(empty_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(telling.console, "width", 200)
    monkeypatch.setenv("DAGSTER_HOME", str(copy_home(empty_home, tmp_path / "dagster_home")))


def call(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(cli.app, [*arguments], env=environment)


@pytest.fixture
def made(warehouse: Warehouse) -> Warehouse:
    """A month with two clusters, disclosure control not yet done."""
    members = businesses(30)
    fill_register(
        warehouse,
        [Cluster("north", members[:15]), Cluster("south", members[15:])],
        dict.fromkeys(members, 10.0),
        dict.fromkeys(members, 1e6),
    )
    fill(
        warehouse,
        "typology.cluster_counts",
        [{"profile": "dsit-v1", "cluster_type": "Specialised", "clusters": 2}],
    )
    use_drop(warehouse, "places")
    with warehouse.transaction() as connection:
        set_made(connection, declared_of("network", "organisations", "typology"), MONTH, "by hand")
    return warehouse


def declared_of(*layers: str) -> list[str]:
    return [table.name for table in declared_tables().values() if table.layer in layers]


def test_publish_makes_the_layer_of_a_month_that_is_there(made: Warehouse, tmp_path: Path):
    folder = tmp_path / "web"
    arguments = ("publish", "--month", str(MONTH), "--warehouse", str(made.path), "--profile", "dsit-v1")
    result = call(*arguments, **{PUBLICATION: str(folder)})
    assert result.exit_code == 0, result.output
    assert f"open the map: {folder}/index.html" in result.output
    assert all((folder / str(MONTH) / part).is_file() for part in PARTS)
    assert made.read("select cluster_id from publication.clusters order by all").rows() == [("north",), ("south",)]
    rows = made.read("select path, bytes from publication.files").rows()
    assert {path: (folder / str(MONTH) / path).stat().st_size for path, _ in rows} == dict(rows)


def test_publish_refuses_a_month_that_is_not_there(made: Warehouse, tmp_path: Path):
    result = call(
        "publish", "--month", "2020-01", "--warehouse", str(made.path), "--publication", str(tmp_path / "web")
    )
    assert result.exit_code == 1
    assert f"2020-01 is not in {made.path}: there is {MONTH}" in result.stderr
    assert "refresh --month 2020-01" in result.stderr
    assert not (tmp_path / "web").exists()


def test_a_folder_that_cannot_be_written_is_named(made: Warehouse, tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "web"
    arguments = ("publish", "--month", str(MONTH), "--warehouse", str(made.path), "--publication", str(folder))
    result = call(*arguments, "--profile", "dsit-v1")
    assert result.exit_code == 1
    assert f"{folder} cannot be written" in result.stderr
    assert made.read("select * from publication.files").is_empty()


@pytest.fixture
def asked(made: Warehouse, tmp_path: Path) -> tuple[Warehouse, Settings]:
    """The month under a profile that wants approval, with a check that warns: of types there were more before."""
    (tmp_path / "dsit-v1.toml").write_text("[publication]\napproval = true\n")
    with made.transaction() as connection:
        connection.execute(
            "insert into typology.cluster_counts by name select month - interval 1 month as month, profile, kind as "
            "cluster_type, clusters from typology.cluster_counts, unnest(['Diverse', 'Dispersed']) as kinds (kind)"
        )
    settings = Settings(
        sources=str(tmp_path / "sources"),
        warehouse=str(made.path),
        publication=str(tmp_path / "web"),
        profiles=(str(tmp_path / "dsit-v1.toml"),),
    )
    return made, settings


def given(settings: Settings) -> list[str]:
    where = ["--warehouse", settings.warehouse, "--publication", settings.publication]
    return ["--month", str(MONTH), *where, "--profile", *settings.profiles]


def test_a_month_waits_is_approved_from_the_command_line_and_shown(asked: tuple[Warehouse, Settings]):
    warehouse, settings = asked
    web = Path(settings.publication)
    early = call("approve", *given(settings))
    assert early.exit_code == 1
    assert f"{MONTH} does not wait for approval: no month does" in early.stderr
    published = call("publish", *given(settings))
    assert published.exit_code == 0, published.output
    assert f"{MONTH} is made and waits for approval" in published.stderr
    assert f"innovation-clusters approve --month {MONTH}" in published.stderr
    assert not web.exists()
    assert [(found.verdict, found.what) for found in approval_findings(settings)] == [("note", "approval")]
    approved = call("approve", *given(settings), "--by", "Ada", "--note", "as expected")
    assert approved.exit_code == 0, approved.output
    assert "typology.cluster_counts: row_count_band" in approved.stderr
    assert f"{MONTH} is approved by Ada and published; 1 check warned" in approved.stdout
    assert "Approved for publication by Ada on" in (web / str(MONTH) / "report.html").read_text()
    ((by, note, warnings),) = warehouse.read("select approved_by, note, warnings from ledger.approvals").rows()
    assert (by, note, warnings) == ("Ada", "as expected", 1)
    assert not list(approval_findings(settings))
    again = call("approve", *given(settings))
    assert again.exit_code == 1
    assert f"{MONTH} needs no approval. Approved for publication by Ada on" in again.stderr


def test_a_month_is_approved_by_materialising_it_with_a_name(asked: tuple[Warehouse, Settings]):
    warehouse, settings = asked
    job = build_defs(settings).resolve_job_def(monthly_refresh.name)
    key, web = dg.AssetKey(["publication", "approval"]), Path(settings.publication)
    with opened(dagster_home(settings)) as instance:

        def materialise(selection: list[dg.AssetKey], **config: str) -> Mapping[str, dg.MetadataValue]:
            told = {"ops": {"publication__release": {"config": config}}}
            result = job.execute_in_process(
                told, instance=instance, partition_key=str(MONTH), asset_selection=selection
            )
            assert result.success
            event = instance.get_latest_materialization_event(key)
            assert event is not None
            assert event.asset_materialization is not None
            return event.asset_materialization.metadata

        release = [key, dg.AssetKey(["publication", "files"])]
        layer = sorted(dg.AssetSelection.groups("publication").resolve(job.asset_layer.asset_graph))
        waiting = materialise(layer)
        assert waiting["approval"].value == "waits"
        assert "waits for approval" in str(waiting["notes"].value)
        assert "row_count_band" in str(waiting["checks that warn"].value)
        assert not web.exists()
        approved = materialise(release, who="Ben", note="from the UI")
        assert str(approved["approval"].value).startswith("Approved for publication by Ben")
    assert (web / str(MONTH) / "index.html").is_file()
    assert warehouse.read("select approved_by from ledger.approvals").rows() == [("Ben",)]


def test_doctor_says_whether_the_folder_can_be_written(tmp_path: Path):
    def word(publication: Path) -> tuple[str, str]:
        settings = Settings(sources=str(tmp_path), warehouse=str(tmp_path / "w.duckdb"), publication=str(publication))
        return next((found.verdict, found.found) for found in examine(settings) if found.what == "publication")

    assert word(tmp_path / "new")[0] == "note"
    assert word(tmp_path) == ("ok", f"{tmp_path}: nothing yet")
    (tmp_path / "file").touch()
    assert word(tmp_path / "file")[0] == "bad"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ThreadingHTTPServer]:
    folder = tmp_path / "publication"
    release = folder / ".releases" / "2025-05-abc"
    release.mkdir(parents=True)
    (folder / "2025-05").symlink_to(Path(".releases") / "2025-05-abc")
    (folder / "index.html").write_text("the way in")
    (release / "index.html").write_text("the map")
    (release / "data.js").write_text("1")
    (release / "clusters.geojson").write_text("{}")
    (release / "empty").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    server = make_server(folder, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ask(server: ThreadingHTTPServer, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, {name.title(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_the_server_follows_a_months_link_and_sends_its_headers(served: ThreadingHTTPServer):
    assert served.server_address[0] == "127.0.0.1"
    for path, body, kind in (
        ("/", b"the way in", "text/html"),
        ("/2025-05/index.html?profile=evidence", b"the map", "text/html"),
        ("/2025-05/", b"the map", "text/html"),
        ("/2025-05/data.js", b"1", "text/javascript"),
        ("/2025-05/clusters.geojson", b"{}", "application/geo+json"),
    ):
        status, headers, content = ask(served, path)
        assert (status, content) == (200, body)
        assert headers["Content-Type"].startswith(kind)
        assert HEADERS.items() <= headers.items()
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "path",
    [
        "/.releases/2025-05-abc/index.html",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/2025-05/../../secret.txt",
        "/2025-05/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/out.txt",
        "/2025-05/empty/",
        "/nothing",
        "/a%00b",
        "//secret.txt",
    ],
)
def test_the_server_refuses_what_is_hidden_outside_or_a_listing(served: ThreadingHTTPServer, path: str):
    status, headers, content = ask(served, path)
    assert status == 404
    assert b"secret" not in content.replace(b"secret.txt", b"")
    assert HEADERS.items() <= headers.items()


def test_the_server_only_reads(served: ThreadingHTTPServer):
    assert ask(served, "/", "HEAD")[0] == 200
    assert ask(served, "/", "POST")[0] == 501
    assert ask(served, "/", "PUT")[0] == 501


def test_serve_says_what_is_missing(tmp_path: Path, served: ThreadingHTTPServer):
    result = call("serve", "--publication", str(tmp_path / "nowhere"))
    assert result.exit_code == 1
    assert "no release in" in result.stderr
    taken = call("serve", "--publication", str(tmp_path / "publication"), "--port", str(served.server_port))
    assert taken.exit_code == 1
    assert "give another with --port" in taken.stderr
