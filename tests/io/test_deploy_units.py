"""The systemd units of deploy/, read by systemd itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = ("feedsvc.service", "feedsvc-build.service", "feedsvc-build.timer")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make a machine on which feedsvc is installed as the units say."""
    shutil.copytree("/lib/systemd/system", tmp_path / "usr/lib/systemd/system", symlinks=True)
    (tmp_path / "lib").symlink_to("usr/lib")
    for program in ("opt/feedsvc/bin/feedsvc", "bin/kill"):
        (tmp_path / program).parent.mkdir(parents=True)
        shutil.copy("/bin/true", tmp_path / program)
    installed = tmp_path / "etc/systemd/system"
    installed.mkdir(parents=True)
    for unit in UNITS:
        shutil.copy(DEPLOY / unit, installed)
    return tmp_path


def verify(root: Path) -> str:
    """Return what systemd has to say of the units."""
    command = ["systemd-analyze", "verify", "--man=no", f"--root={root}", *UNITS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout + done.stderr


def test_systemd_has_nothing_to_say_of_the_units(root: Path) -> None:
    assert verify(root) == ""


def test_systemd_would_find_a_setting_it_does_not_know(root: Path) -> None:
    unit = root / "etc/systemd/system/feedsvc.service"
    unit.write_text(unit.read_text().replace("NoNewPrivileges=", "NoNewPrivilege="))
    assert "NoNewPrivilege" in verify(root)


@pytest.mark.parametrize(("unit", "limit"), [("feedsvc.service", 12), ("feedsvc-build.service", 6)])
def test_what_a_service_may_do_is_little(unit: str, limit: int) -> None:
    # Of 100; nginx.service of Debian has 96. What is left is the network and sockets that it needs.
    command = [
        "systemd-analyze",
        "security",
        "--no-pager",
        "--offline=true",
        f"--threshold={limit}",
        str(DEPLOY / unit),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_both_services_are_shut_in_alike() -> None:
    serve, build = (_shut_in(DEPLOY / unit) for unit in ("feedsvc.service", "feedsvc-build.service"))
    assert len(serve) > 20
    assert serve == build


def _shut_in(unit: Path) -> list[str]:
    text = unit.read_text().partition("NoNewPrivileges=")[2].partition("\n[")[0]
    return [line for line in text.splitlines() if line]
