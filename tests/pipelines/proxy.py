"""The real nginx with the configuration that is shipped, in front of a server."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

SHIPPED = Path(__file__).parents[2] / "deploy" / "nginx.conf"
SSO = SHIPPED.with_name("nginx-sso.conf")
USER, PASSWORD = "viewer", "secret"
MAINTAINER = "maintainer"
AROUND = """
daemon off;
{user}
pid {folder}/pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{shipped}
}}
"""


def nginx_path() -> str | None:
    """Where nginx is; None where there is none."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def replaced(text: str, *replacements: tuple[str, str]) -> str:
    """A shipped file with paths and ports of a test; each pattern is to be there."""
    for pattern, replacement in replacements:
        text, times = re.subn(pattern, replacement, text)
        assert times, pattern
    return text


@contextlib.contextmanager
def proxied(
    folder: Path, port: int, maintained: int | None = None, publication: Path | None = None, sso: int | None = None
) -> Iterator[int]:
    """The port of nginx in front of others; of the shipped file only the addresses differ, and TLS is left out.

    `maintained` is the port behind the maintainers' name, `publication` the folder of the map, `sso` the port of a
    program that says who may look, in place of the viewers' passwords.
    """
    own = free_port()
    for name, user in (("viewers", USER), ("maintainers", MAINTAINER)):
        (folder / f"htpasswd-{name}").write_text(f"{user}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
    shipped = replaced(
        SHIPPED.read_text(encoding="utf-8"),
        (r"listen 443 ssl", f"listen 127.0.0.1:{own}"),
        (r"listen 80", f"listen 127.0.0.1:{free_port()}"),
        (r" *ssl_certificate(_key)? .*\n", ""),
        (r"/etc/nginx/htpasswd", str(folder / "htpasswd")),
        (r"http://127\.0\.0\.1:3000", f"http://127.0.0.1:{port}"),
        (r"http://127\.0\.0\.1:3001", f"http://127.0.0.1:{maintained or port}"),
        (r"/srv/innovation-clusters", str(publication or folder / "publication")),
    )
    if sso:
        included = replaced(SSO.read_text(encoding="utf-8"), (r"127\.0\.0\.1:4180", f"127.0.0.1:{sso}"))
        (folder / "sso.conf").write_text(included, encoding="utf-8")
        shipped = replaced(shipped, (r"auth_basic_user_file .*viewers;", f"auth_basic off; include {folder}/sso.conf;"))
        shipped = replaced(shipped, (r'auth_basic +"innovation clusters";', ""))
    user = "user root;" if os.getuid() == 0 else ""
    whole = AROUND.format(user=user, folder=folder, shipped=shipped)
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    command = [str(nginx_path()), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "errors")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(300):
            assert process.poll() is None, process.stderr and process.stderr.read()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", own)):
                break
            time.sleep(0.1)
        yield own
    finally:
        process.terminate()
        process.wait(timeout=30)
