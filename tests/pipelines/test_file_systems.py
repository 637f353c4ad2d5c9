"""A history of runs on a network's file system is refused; what lies on this machine is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import file_systems
from pipelines.dagster_home import HomeError, dagster_home
from pipelines.file_systems import kind_of, network_kind
from pipelines.settings import Settings
from tests.campaign.network_file_systems import NEEDS, can_mount_fuse, fuse
from tests.small_disk import can_mount, small_disk


def mounts(place: Path, monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    place.write_text("".join(f"{line} rw 0 0\n" for line in lines))
    monkeypatch.setattr(file_systems, "MOUNTS", place)


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (("/dev/vda / ext4", "server:/export {at} nfs4"), "nfs4"),
        (("/dev/vda / ext4", "server:/export {at} nfs", "/dev/vdb {at}/home ext4"), None),
        (("server:/root / nfs", "tmpfs {at}x tmpfs"), "nfs"),
        (("server:/export {at} nfs", "/dev/vdb {at} xfs"), None),
        (("//server/share {at} cifs",), "cifs"),
        (("/dev/vda / ext4",), None),
    ],
)
def test_the_nearest_and_latest_mount_says_the_kind(
    lines: tuple[str, ...], kind: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = tmp_path / "a share"
    written = [line.format(at=str(at).replace(" ", r"\040")) for line in lines]
    mounts(tmp_path / "mounts", monkeypatch, *written)
    assert network_kind(at / "home") == kind


def test_a_history_on_nfs_is_refused_unless_a_server_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(warehouse=str(tmp_path / "warehouse.duckdb"))
    mounts(tmp_path / "mounts", monkeypatch, f"server:/export {tmp_path} nfs4")
    with pytest.raises(HomeError, match=r"dagster_home is on a network file system \(nfs4\), .* DAGSTER_HOME"):
        dagster_home(settings)
    (tmp_path / "dagster_home" / "dagster.yaml").write_text("storage: {postgres: {postgres_url: {env: URL}}}\n")
    assert dagster_home(settings) == tmp_path / "dagster_home"


def test_without_a_list_of_mounts_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_systems, "MOUNTS", tmp_path / "none")
    assert kind_of(tmp_path) is None


@pytest.mark.skipif(not can_mount(), reason="only root can mount")
def test_a_real_mount_is_seen(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1) as disk:
        assert (kind_of(disk / "new"), network_kind(disk)) == ("tmpfs", None)


@pytest.mark.skipif(not can_mount_fuse(), reason=NEEDS)
def test_a_real_file_system_of_fuse_is_seen(tmp_path: Path) -> None:
    with fuse(tmp_path / "share", "sshfs"):
        assert network_kind(tmp_path / "share") == "fuse.sshfs"
