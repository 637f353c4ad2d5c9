"""The proxy's three names and its single sign-on: the real nginx, small servers behind it, the shipped files.

What of Dagster's own requests it refuses is tested in tests/pipelines/test_web.py, before the real web server.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipelines.serve import HEADERS, TYPES, make_server
from tests.pipelines.proxy import MAINTAINER, PASSWORD, SHIPPED, SSO, USER, nginx_path, proxied, replaced

pytestmark = pytest.mark.skipif(nginx_path() is None, reason="no nginx")
VIEW, MAINTAIN, MAP = "clusters.example", "maintain.clusters.example", "map.clusters.example"
COOKIE = "session=good"


class Answering(BaseHTTPRequestHandler):
    """Says its server's name; asked for /oauth2/auth, whether the cookie is the good one."""

    def do_GET(self) -> None:
        good = self.path != "/oauth2/auth" or self.headers.get("Cookie") == COOKIE
        text = f"{self.server.server_name} {self.path} {self.headers.get('Authorization', '')}".encode()
        self.send_response(200 if good else 401)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextlib.contextmanager
def answering(name: str) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        server.server_name = name
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def ask(
    port: int, host: str, path: str = "/", user: str = "", method: str = "GET", headers: Mapping[str, str] | None = None
) -> tuple[int, str, Mapping[str, str]]:
    sent = {"Host": host, **(headers or {})}
    if user:
        sent["Authorization"] = f"Basic {base64.b64encode(f'{user}:{PASSWORD}'.encode()).decode()}"
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, headers=sent)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.getheaders())


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("publication")
    release = folder / ".releases" / "2025-05-abc"
    release.mkdir(parents=True)
    for ending in TYPES:
        (release / f"file{ending}").write_text("of the release", encoding="utf-8")
    (folder / "2025-05").symlink_to(Path(".releases") / "2025-05-abc")
    (folder / "index.html").write_text("the way in", encoding="utf-8")
    return folder


def test_each_name_has_its_own_people_and_its_own_server(tmp_path: Path, publication: Path):
    with (
        answering("view") as view,
        answering("maintain") as maintain,
        proxied(tmp_path, view, maintain, publication) as port,
    ):
        assert ask(port, VIEW, user=USER)[:2] == (200, "view / ")
        assert ask(port, MAINTAIN, user=MAINTAINER)[:2] == (200, "maintain / ")
        assert [ask(port, VIEW, user=MAINTAINER)[0], ask(port, MAINTAIN, user=USER)[0]] == [401, 401]
        assert ask(port, MAINTAIN)[0] == 401
        # A page of one name may ask nothing of another, whoever looks at it.
        for name, own, user in ((VIEW, MAINTAIN, USER), (MAINTAIN, VIEW, MAINTAINER), (MAINTAIN, MAP, MAINTAINER)):
            crossed = {"Origin": f"https://{own}", "Content-Type": "application/json"}
            assert ask(port, name, "/graphql", user, "POST", crossed)[0] == 403
            owned = {**crossed, "Origin": f"https://{name}"}
            assert ask(port, name, "/graphql", user, "POST", owned)[0] == 200
        for name, user in ((VIEW, USER), (MAINTAIN, MAINTAINER)):
            assert ask(port, name, "/graphql?query=%7Bversion%7D", user)[0] == 403
            assert ask(port, name, "/report_asset_check/a", user)[0] == 403
            form = {"Content-Type": "text/plain"}
            assert ask(port, name, "/graphql", user, "POST", form)[0] == 415


def test_the_map_is_served_as_the_project_serves_it(tmp_path: Path, publication: Path):
    with proxied(tmp_path, 9, None, publication) as port:
        with make_server(publication, 0) as own:
            threading.Thread(target=own.serve_forever, daemon=True).start()
            assert ask(port, MAP)[:2] == (200, "the way in")
            for name in ("html", "js", "csv", "txt", "geojson", "gpkg", "parquet", "xlsx", "json", "png", "svg"):
                path = f"/2025-05/file.{name}"
                if not (publication / path[1:]).is_file():
                    continue
                status, text, given = ask(port, MAP, path)
                _, _, wanted = ask(own.server_port, "127.0.0.1", path)
                assert (status, text) == (200, "of the release")
                of_own = wanted["Content-type"].replace(" ", "").lower()
                assert given["Content-Type"].replace(" ", "").lower().partition(";")[0] == of_own.partition(";")[0]
                assert {header: given.get(header) for header in HEADERS} == HEADERS
            own.shutdown()
        for path in ("/.releases/2025-05-abc/file.csv", "/2025-05/", "/2025-05", "/missing", "/..%2f..%2fetc/passwd"):
            assert ask(port, MAP, path)[0] in (301, 400, 403, 404), path
        assert ask(port, MAP, method="POST")[0] in (403, 405)


def test_single_sign_on_says_who_may_look(tmp_path: Path):
    with answering("view") as view, answering("sso") as sso, proxied(tmp_path, view, sso=sso) as port:
        status, _, given = ask(port, VIEW, "/assets")
        assert (status, given["Location"].endswith(f"/oauth2/sign_in?rd=http://{VIEW}/assets")) == (302, True)
        assert ask(port, VIEW, "/oauth2/sign_in")[1].startswith("sso /oauth2/sign_in")
        good = {"Cookie": COOKIE}
        assert ask(port, VIEW, "/assets", headers=good)[:2] == (200, "view /assets ")
        assert ask(port, VIEW, "/assets", headers={"Cookie": "session=bad"})[0] == 302
        foreign = {**good, "Origin": "https://evil.example", "Content-Type": "application/json"}
        assert ask(port, VIEW, "/graphql", method="POST", headers=foreign)[0] == 403


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
def test_the_file_is_good_with_its_encryption(tmp_path: Path):
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={VIEW}".split()
        + f"-keyout {tmp_path}/clusters.example.key -out {tmp_path}/clusters.example.pem".split(),
        check=True,
        capture_output=True,
    )
    (tmp_path / "sso.conf").write_text(SSO.read_text(encoding="utf-8"), encoding="utf-8")
    shipped = replaced(SHIPPED.read_text(encoding="utf-8"), (r"/etc/nginx/tls", str(tmp_path)))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{shipped}\n}}\n", encoding="utf-8")
    command = [str(nginx_path()), "-t", "-p", str(tmp_path), "-c", str(whole), "-e", str(tmp_path / "errors")]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
