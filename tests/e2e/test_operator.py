"""The operator's page over the real server, with workers that agree, and behind proxies that tell nothing of it."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NGINX = """
daemon off; pid {work}/nginx.pid; error_log stderr warn; worker_processes 1; {user}
events {{ worker_connections 64; }}
http {{
    access_log off; client_body_temp_path {work}/1; proxy_temp_path {work}/2; fastcgi_temp_path {work}/3;
    uwsgi_temp_path {work}/4; scgi_temp_path {work}/5;
    server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{behind}; }} }}
}}
"""
CADDY = "{{\n  admin off\n  auto_https off\n}}\nhttp://127.0.0.1:{port} {{\n  reverse_proxy 127.0.0.1:{behind}\n}}\n"


@contextmanager
def proxied(kind: str, site: Any, port: int, work: Path) -> Iterator[None]:
    """Run a proxy that was told nothing but where feedsvc is, until the end of the block."""
    user = "user root;" if os.getuid() == 0 else ""
    text = (NGINX if kind == "nginx" else CADDY).format(work=work, port=port, behind=site.port, user=user)
    file = work / "proxy.conf"
    file.write_text(text, encoding="utf-8")
    command = {
        "nginx": ["/usr/sbin/nginx", "-c", str(file), "-e", "stderr"],
        "caddy": ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)],
    }
    home = {**os.environ, "HOME": str(work), "XDG_CONFIG_HOME": str(work), "XDG_DATA_HOME": str(work)}
    with (work / "proxy.log").open("wb") as log:
        process = subprocess.Popen(command[kind], stdout=log, stderr=log, env=home)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
def test_behind_a_proxy_that_was_told_nothing_nobody_is_at_the_machine(
    live_site: Any, tmp_path_factory: pytest.TempPathFactory, kind: str
) -> None:
    live_site.start()
    assert live_site.get("/-/").status == 200
    front = type(live_site)(directory=live_site.directory, port=live_site.port + 1)
    with proxied(kind, live_site, front.port, tmp_path_factory.mktemp("proxy")):
        front.wait_until(lambda: front.try_get("/healthz") == 200, f"{kind} listens")
        answer = front.get("/-/")
        assert answer.status == 401
        assert front.get("/-/atom.xml").status == 401
        assert front.get("/-/", {"Authorization": "Bearer s3cret"}).status == 200


def test_workers_agree_on_sessions_and_forms_and_a_build_is_told_with_what_it_changed(live_site: Any) -> None:
    live_site.start()
    own = {
        "Origin": live_site.url,
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    for number in range(4):
        live_site.write_post(f"2024-07-12-{number}.md", f"새 {number}")
        form = re.search(rb'name="form" value="([^"]+)"', live_site.get("/-/").body)
        assert form
        answer = post(live_site, "/-/build", b"form=" + form[1], own)
        assert answer.status == 303
        live_site.wait_until(
            lambda target=answer.headers["location"][1:]: "빌드가 끝났습니다: 글 1편 늘어남" in page(live_site, target),
            "the build is told",
        )


def post(site: Any, path: str, body: bytes, headers: dict[str, str]) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    connection.request("POST", path, body=body, headers=headers)
    response = connection.getresponse()
    response.read()
    told = type(site.get("/healthz"))(
        status=response.status, headers={name.lower(): value for name, value in response.getheaders()}, body=b""
    )
    connection.close()
    return told


def page(site: Any, target: str) -> str:
    return str(site.get(f"/-{target}").body.decode())


def test_what_the_command_builds_beside_the_service_is_told_too(live_site: Any) -> None:
    live_site.start()
    live_site.write_post("2024-07-12-broken.md", '"따옴표"로 시작')
    done = live_site.run("build", "--json")
    assert len(json.loads(done.stdout)["rejected"]) == 1
    text = page(live_site, "/")
    assert "2024-07-12-broken.md" in text
    assert "<mark>로</mark>" in text
    assert "글 1편 새로 거부됨" in text
    assert "2024-07-12-broken.md" not in live_site.get("/-/status").body.decode()
    assert "거부됨: 2024-07-12-broken.md" in live_site.get("/-/atom.xml").body.decode()


def test_after_the_service_ended_nothing_is_under_way_and_no_token_is_in_its_log(live_site: Any) -> None:
    live_site.start()
    live_site.get("/-/", {"Authorization": "Bearer s3cret"})
    time.sleep(0.1)
    assert live_site.stop() == 0
    told = json.loads((live_site.directory / "var" / "service.json").read_bytes())
    assert told["building_since"] is None
    assert "s3cret" not in (live_site.directory / "serve.log").read_text(encoding="utf-8")
