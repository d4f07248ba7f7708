"""The benchmark of replicas in its short form, and what it makes of the file that is given to operators."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench"
SHORT = "--store file --posts 12 --pushes 1 --replicas 2 --loads 226 --seconds 1 --rounds 1 --edits 1 --polls 200ms"
TEXT = """\
upstream feedsvc {
    server replica-1:8000 max_fails=1;      # YOURS
    server replica-2:8000 max_fails=1;      # YOURS
    keepalive 64;
}
server {
    listen 80;                              # YOURS
}
"""


def test_two_replicas_share_the_deltas_and_an_edit_comes_to_both() -> None:
    command = [sys.executable, str(BENCH / "scale_out.py"), *SHORT.split()]
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    # What follows are connections that timed out on a busy machine.
    shares = re.search(r"^nginx and 2 replicas .*? (\d+\.\d)% (\d+\.\d)%", told.stdout, re.MULTILINE)
    assert shares, told.stdout
    assert sum(map(float, shares.groups())) == pytest.approx(100, abs=0.2)
    assert "Non-2xx" not in told.stdout
    assert re.search(r"^at every replica +\d+\.\d+ ", told.stdout, re.MULTILINE), told.stdout


def test_the_file_of_deploy_is_taken_with_as_many_replicas_as_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCH)
    monkeypatch.delitem(sys.modules, "fleet", raising=False)
    text = importlib.import_module("fleet").render_replicas(TEXT, [8001, 8002, 8003], 8080, 8443)
    assert re.findall(r"server (\S+ \S+);", text) == [f"127.0.0.1:{port} max_fails=1" for port in (8001, 8002, 8003)]
    assert "listen 127.0.0.1:8080; listen 127.0.0.1:8443 ssl;" in text
    assert "replica-" not in text
    assert "keepalive 64;" in text
