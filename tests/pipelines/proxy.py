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
USER, PASSWORD = "viewer", "secret"
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


@contextlib.contextmanager
def proxied(folder: Path, port: int) -> Iterator[int]:
    """The port of nginx in front of another; of the shipped file only the addresses differ, and TLS is left out."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        own = free.getsockname()[1]
    (folder / "htpasswd").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
    shipped = SHIPPED.read_text(encoding="utf-8")
    for pattern, replacement in (
        (r"listen 443 ssl", f"listen 127.0.0.1:{own}"),
        (r" *ssl_certificate(_key)? .*\n", ""),
        (r"/etc/nginx/htpasswd", str(folder / "htpasswd")),
        (r"http://127\.0\.0\.1:3000", f"http://127.0.0.1:{port}"),
    ):
        shipped, times = re.subn(pattern, replacement, shipped)
        assert times, pattern
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
