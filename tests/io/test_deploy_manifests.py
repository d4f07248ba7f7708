"""What deploy/ has for several machines, read by the schemas and the programs that it is for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=120, check=False)


def tool(name: str) -> Path:
    return Path(sys.executable).with_name(name)


def spoilt(tmp_path: Path, file: str, old: str, new: str) -> Path:
    text = (DEPLOY / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new), encoding="utf-8")
    return tmp_path / file


def check_compose(file: Path) -> int:
    return run(tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", file).returncode


def check_kubernetes(file: Path) -> int:
    return run(tool("kubernetes-validate"), "--strict", file).returncode


def check_varnish(file: Path, tmp_path: Path) -> int:
    return run("varnishd", "-C", "-n", tmp_path / "varnish", "-f", file).returncode


def test_the_compose_file_is_one(tmp_path: Path) -> None:
    assert check_compose(DEPLOY / "compose.yaml") == 0
    assert check_compose(spoilt(tmp_path, "compose.yaml", "healthcheck:", "healthceck:")) != 0


def test_the_manifests_are_what_kubernetes_takes(tmp_path: Path) -> None:
    assert check_kubernetes(DEPLOY / "kubernetes.yaml") == 0
    assert check_kubernetes(spoilt(tmp_path, "kubernetes.yaml", "minAvailable: 2", "minAvailabel: 2")) != 0


def test_budgets_and_services_choose_pods_that_there_are() -> None:
    documents = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8")))
    pods = [each["spec"]["template"]["metadata"]["labels"] for each in documents if "template" in each.get("spec", {})]
    chosen = [
        selector.get("matchLabels", selector)
        for each in documents
        if each["kind"] in ("PodDisruptionBudget", "Service")
        for selector in [each["spec"]["selector"]]
    ]
    assert len(chosen) == 4
    assert all(labels in pods for labels in chosen)


def test_varnish_compiles_its_file(tmp_path: Path) -> None:
    assert check_varnish(DEPLOY / "varnish.vcl", tmp_path) == 0
    assert check_varnish(spoilt(tmp_path, "varnish.vcl", "sub vcl_hit", "sub vcl_hti"), tmp_path) != 0


@pytest.mark.parametrize("directive", ["proxy_next_upstream_tries", "proxy_next_upstream_trise"])
def test_nginx_takes_the_file_for_replicas(tmp_path: Path, directive: str) -> None:
    text = (DEPLOY / "nginx-replicas.conf").read_text(encoding="utf-8").replace("replica-", "127.0.0.")
    (tmp_path / "site.conf").write_text(text.replace("proxy_next_upstream_tries", directive), encoding="utf-8")
    main = f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; include {tmp_path}/site.conf; }}"
    (tmp_path / "nginx.conf").write_text(main, encoding="utf-8")
    done = run("nginx", "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf")
    assert (done.returncode == 0) == (directive == "proxy_next_upstream_tries")
