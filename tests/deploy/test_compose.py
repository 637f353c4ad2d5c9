"""The compose file: no Docker is asked; that its commands, names, ports and volumes are what the project has, is."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from pipelines.settings import Settings
from tests.deploy.commands import is_of_the_project, parsed
from tests.deploy.test_units import DEPLOY

FILE = DEPLOY / "compose" / "compose.yaml"
OURS = ("code", "daemon", "view", "maintain", "backup")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("name", OURS)
def test_a_service_runs_what_the_project_has(compose: dict[str, Any], name: str):
    command = compose["services"][name]["command"]
    if not is_of_the_project(command):
        assert command[:2] == ["/bin/sh", "-c"]
        command = command[2].split("&&")[0].split()
    parsed(command)


def test_the_services_find_each_other(compose: dict[str, Any]):
    services = compose["services"]
    location = yaml.safe_load((FILE.parent / "workspace.yaml").read_text(encoding="utf-8"))["load_from"][0]
    code = parsed(services["code"]["command"])
    assert location["grpc_server"] == {"host": "code", "port": code["port"], "location_name": code["location_name"]}
    assert parsed(services["code"]["healthcheck"]["test"][1:])["port"] == code["port"]
    proxy = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for name in ("view", "maintain"):
        # The web UI listens on 127.0.0.1 alone: the proxy is where it does.
        assert services[name]["network_mode"] == "service:proxy"
        assert f"http://127.0.0.1:{parsed(services[name]['command'])['port']};" in proxy
    assert parsed(services["view"]["command"])["read_only"] is True
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)


def test_only_the_proxy_listens_to_the_outside(compose: dict[str, Any]):
    services = compose["services"]
    assert {name for name, service in services.items() if "ports" in service} == {"proxy"}
    assert services["proxy"]["ports"] == ["80:80", "443:443"]
    assert services["postgres"]["networks"] == ["inside"]
    assert compose["networks"]["inside"] == {"internal": True}


def test_every_volume_is_one(compose: dict[str, Any]):
    seen = set()
    for name, service in compose["services"].items():
        for volume in service["volumes"]:
            source, target = re.fullmatch(r"(\$\{[^}]+\}[^:]*|[^:]+):([^:]+)(?::ro)?", volume).groups()  # type: ignore[union-attr]
            assert target.startswith("/")
            if re.fullmatch(r"[a-z_]+", source):
                seen.add(source)
            elif source.startswith(".."):
                assert (FILE.parent / source).is_file(), source
            if target.startswith("/var/lib/innovation-clusters/warehouse") or target.endswith("/sources"):
                assert name in ("code", "backup")
    assert seen == set(compose["volumes"])


def test_the_environment_is_of_settings_that_there_are(compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    given = dict(compose["services"]["code"]["environment"])
    example = dict(
        line.split("=", 1)
        for line in (FILE.parent / "environment.example").read_text(encoding="utf-8").splitlines()
        if "=" in line and not line.startswith("#")
    )
    asked = set(re.findall(r"\$\{(\w+)", FILE.read_text(encoding="utf-8")))
    assert asked == set(example)
    for name, value in given.items():
        given[name] = re.sub(r"\$\{(\w+)[^}]*\}", lambda found: example[found[1]], str(value))
        monkeypatch.setenv(name, given[name])
    known = Settings.from_environment().to_environment()
    ours = {name: value for name, value in given.items() if name.startswith("INNOVATION_CLUSTERS_")}
    assert {name: known.get(name) for name in ours} == ours
    assert given["DAGSTER_POSTGRES_URL"].startswith("postgresql+psycopg2://")


def test_the_image_is_made_from_files_that_are_there():
    lines = (FILE.parent / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [source for line in lines if line.startswith("COPY ") for source in line.split()[1:-1]]
    assert copied
    root = DEPLOY.parent
    sent = {line[1:] for line in (root / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"}
    for source in copied:
        assert (root / source).exists(), source
        assert source.split("/")[0] in sent, source
