"""The systemd units: systemd reads them, their commands are the project's, and they fit each other."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assets.warehouse.memory import parse_bytes
from pipelines.instance import __file__ as shipped_instance
from pipelines.settings import Settings
from tests.deploy.commands import is_of_the_project, parsed

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = DEPLOY / "systemd"
COMMON = UNITS / "innovation-clusters-.service.d" / "common.conf"
SERVICES = sorted(UNITS.glob("*.service"))
INSTALLED = "/opt/innovation-clusters/.venv/bin/"


def unit(path: Path) -> configparser.RawConfigParser:
    """A unit's sections; of what stands several times, all values with line breaks between."""

    class Values(dict):  # type: ignore[type-arg]
        def __setitem__(self, key: str, value: object) -> None:
            if isinstance(value, list) and isinstance(self.get(key), list):
                self[key].extend(value)
            else:
                super().__setitem__(key, value)

    read = configparser.RawConfigParser(dict_type=Values, strict=False, delimiters=("=",))
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(path.read_text(encoding="utf-8"))
    return read


def environment() -> dict[str, str]:
    """The settings that the services are given."""
    lines = (DEPLOY / "environment").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def commands(path: Path) -> list[list[str]]:
    return [shlex.split(line) for line in unit(path)["Service"]["ExecStart"].splitlines()]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
def test_systemd_reads_the_units(tmp_path: Path):
    folder = Path(shutil.copytree(UNITS, tmp_path / "units"))
    # The programs are where the tests have them.
    for path in folder.glob("*.service"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(INSTALLED, f"{Path(sys.executable).parent}/"), encoding="utf-8")
    verified = subprocess.run(
        [
            "systemd-analyze",
            "verify",
            *(str(path) for path in sorted(folder.glob("innovation-clusters*")) if path.is_file()),
        ],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_unit_starts_what_the_project_has(path: Path):
    given = [words for words in commands(path) if is_of_the_project(words)]
    assert given
    for words in given:
        assert words[0].startswith(INSTALLED)
        parsed(words)


def test_the_services_share_one_workspace_and_one_socket():
    code = parsed(commands(UNITS / "innovation-clusters-code.service")[0])
    said = (DEPLOY / "workspace.yaml").read_text(encoding="utf-8")
    assert f"socket: {code['socket']}\n" in said
    assert f"location_name: {code['location_name']}\n" in said
    workspaces = {
        shlex.split(line)[shlex.split(line).index("--workspace") + 1]
        for path in SERVICES
        for line in unit(path)["Service"]["ExecStart"].splitlines()
        if "--workspace" in line
    }
    assert workspaces == {"/etc/innovation-clusters/workspace.yaml"}
    folder = unit(UNITS / "innovation-clusters-code.service")["Service"]["RuntimeDirectory"]
    assert code["socket"] == f"/run/{folder}/code.sock"


def test_the_web_uis_are_where_the_proxy_looks():
    proxy = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for name, server, read_only in (
        ("view", "clusters.example", True),
        ("maintain", "maintain.clusters.example", False),
    ):
        given = parsed(commands(UNITS / f"innovation-clusters-{name}.service")[0])
        assert given["read_only"] is read_only
        block = proxy[proxy.rindex(f"server_name {server};") :]
        assert re.search(r"proxy_pass (\S+);", block)[1] == f"http://127.0.0.1:{given['port']}"  # type: ignore[index]
        assert server in environment()["INNOVATION_CLUSTERS_UI_HOSTS"].split(",")
    assert f"root {environment()['INNOVATION_CLUSTERS_PUBLICATION']};" in proxy


def test_only_the_code_reaches_sources_and_warehouse():
    given = environment()
    folders = {given["INNOVATION_CLUSTERS_SOURCES"], str(Path(given["INNOVATION_CLUSTERS_WAREHOUSE"]).parent)}
    for name in ("daemon", "view", "maintain"):
        service = unit(UNITS / f"innovation-clusters-{name}.service")["Service"]
        assert set(service["InaccessiblePaths"].split()) == folders
    assert "ReadWritePaths" not in unit(UNITS / "innovation-clusters-view.service")["Service"]
    written = unit(UNITS / "innovation-clusters-code.service")["Service"]["ReadWritePaths"].split()
    assert given["INNOVATION_CLUSTERS_METRICS"] in written
    common = unit(COMMON)["Service"]
    assert (common["ProtectSystem"], common["NoNewPrivileges"], common["User"]) == (
        "strict",
        "yes",
        "innovation-clusters",
    )


def test_a_run_fits_into_what_its_service_may_take(monkeypatch: pytest.MonkeyPatch):
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    settings = Settings.from_environment()
    # Nothing is given that no setting is, and no value is read otherwise than it is written.
    known = settings.to_environment()
    ours = {name: value for name, value in environment().items() if name.startswith("INNOVATION_CLUSTERS_")}
    assert {name: known.get(name) for name in ours} == ours
    service = unit(UNITS / "innovation-clusters-code.service")["Service"]
    assert service["OOMPolicy"] == "continue"
    assert settings.memory_limit is not None
    assert parse_bytes(f"{service['MemoryMax']}iB") > parse_bytes(settings.memory_limit) + parse_bytes("2GB")


def test_the_instance_is_the_shipped_one_but_for_its_storage():
    yaml = pytest.importorskip("yaml")
    shipped = yaml.safe_load(Path(shipped_instance).with_name("dagster.yaml").read_text(encoding="utf-8"))
    deployed = yaml.safe_load((DEPLOY / "dagster.yaml").read_text(encoding="utf-8"))
    storage = deployed.pop("storage")
    assert deployed == shipped
    assert storage["postgres"]["postgres_url"]["env"] in environment()


@pytest.mark.skipif(shutil.which("systemd-tmpfiles") is None, reason="no systemd-tmpfiles")
def test_the_user_and_the_folders_are_made(tmp_path: Path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "group").write_text("www-data:x:33:\n", encoding="utf-8")
    (tmp_path / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n", encoding="utf-8")
    for program, settings in (("systemd-sysusers", "sysusers.conf"), ("systemd-tmpfiles", "tmpfiles.conf")):
        options = ["--create"] if program == "systemd-tmpfiles" else []
        subprocess.run([program, f"--root={tmp_path}", *options, str(UNITS / settings)], check=True)
    published = tmp_path / "srv" / "innovation-clusters"
    made = published / "2025-05"
    made.mkdir()
    assert (oct(published.stat().st_mode)[-4:], published.stat().st_gid, made.stat().st_gid) == ("2750", 33, 33)
    for name in ("sources", "warehouse", "dagster_home"):
        assert (tmp_path / "var" / "lib" / "innovation-clusters" / name).stat().st_mode & 0o007 == 0
    figures = tmp_path / environment()["INNOVATION_CLUSTERS_METRICS"].lstrip("/")
    assert figures.stat().st_mode & 0o007 == 0o005, "an agent of another user reads it"
