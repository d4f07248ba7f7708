"""Who sees the operator's page and who does not, and what those get who do not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from werkzeug.test import Client, TestResponse

from feedsvc.model import Snapshot
from feedsvc.report import Rejected
from feedsvc.status import Run, Service
from feedsvc.web.app import PageFacts, create_app
from feedsvc.web.operator.options import OperatorOptions
from feedsvc.web.operator.seals import Seals
from feedsvc.web.operator.source import PostFiles

NOON = datetime(2024, 7, 11, 12, tzinfo=UTC)
TOKEN, FORMER, SECRET = "s3cret", "the one before", "of this start"
REASON = "the quoted text ends before the line does"
REJECTED = Rejected(
    path="2024-01-02-sea.md", line=2, column=8, reason=REASON, hint="quote it whole", kept_previous=True
)
LOCAL = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000"}
REMOTE = {"REMOTE_ADDR": "192.0.2.1", "HTTP_HOST": "feeds.example.org"}
OWN: dict[str, Any] = {"Origin": "https://feeds.example.org", "Sec-Fetch-Site": "same-origin"}


@dataclass(kw_only=True)
class Operated:
    """The service as an operator meets it, each part of it in the hands of a test."""

    posts: Path
    token: str = TOKEN
    now: datetime = NOON
    trust_local: bool = True
    rejected: list[Rejected] = field(default_factory=lambda: [REJECTED])
    status: dict[str, Any] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    service: Service | None = None
    snapshot: Snapshot | None = None
    builds: list[str] = field(default_factory=list)
    language: str = "en"
    server_url: str = "https://feeds.example.org"

    def client(self) -> Client:
        """Start a worker, so to speak."""
        fields = Rejected.__dataclass_fields__
        rejected = [{name: getattr(each, name) for name in fields} for each in self.rejected]
        build = {"posts": 3, "rejected": rejected, "warnings": [], "feed_warnings": []}
        told = {"built_at": NOON.isoformat(), "last_build": build, "error": None} | self.status
        return Client(
            create_app(
                lambda: self.snapshot,
                site=PageFacts(title="News & <b>", description="", language="en", server_url=self.server_url),
                max_age=300,
                token=self.token,
                request_build=lambda: self.builds.append("asked"),
                status_source=lambda: told,
                clock=lambda: self.now,
                operator=OperatorOptions(
                    read_runs=lambda: self.runs,
                    read_service=lambda: self.service,
                    posts=PostFiles(directory=self.posts, encodings=("utf-8-sig", "cp949")),
                    secret=SECRET,
                    trust_local=self.trust_local,
                ),
            ),
            use_cookies=False,
        )


@pytest.fixture
def service(tmp_path: Path) -> Operated:
    (tmp_path / REJECTED.path).write_text('---\ntitle: "바다"가 부른다\n---\n', encoding="utf-8")
    return Operated(posts=tmp_path)


def get(client: Client, path: str = "/-/", place: Mapping[str, str] = REMOTE, **headers: Any) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, headers=named, environ_overrides=dict(place))


def post(
    client: Client, path: str, form: Mapping[str, str], place: Mapping[str, str] = REMOTE, **headers: Any
) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(path, data=dict(form), headers=named, environ_overrides=dict(place))


def sign_in(client: Client) -> str:
    """Return the cookie of a new session, as a browser sends it back."""
    answer = post(client, "/-/sign-in", {"token": TOKEN}, **OWN)
    assert (answer.status_code, answer.headers["Location"]) == (303, "./")
    return answer.headers["Set-Cookie"].partition(";")[0]


def form_token(page: TestResponse) -> str:
    found = re.search(r'name="form" value="([^"]+)"', page.text)
    assert found
    return found[1]


def names_nothing(answer: TestResponse) -> bool:
    return not any(secret in answer.text for secret in (TOKEN, "sea.md", REASON, "바다", "key="))


@pytest.mark.parametrize("place", [
    {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000"},
    {"REMOTE_ADDR": "127.8.9.1", "HTTP_HOST": "localhost:8000"},
    {"REMOTE_ADDR": "::1", "HTTP_HOST": "[::1]:8000"},
    {"REMOTE_ADDR": "::ffff:127.0.0.1", "HTTP_HOST": "LOCALHOST"},
])  # fmt: skip
def test_who_is_at_the_machine_sees_the_page(service: Operated, place: Mapping[str, str]) -> None:
    answer = get(service.client(), place=place)
    assert answer.status_code == 200
    assert REASON in answer.text


@pytest.mark.parametrize("place", [
    {"REMOTE_ADDR": "192.0.2.1"},
    {"REMOTE_ADDR": "::ffff:192.0.2.1"},
    {"REMOTE_ADDR": ""},
    {"REMOTE_ADDR": "localhost"},
    {"HTTP_HOST": "feeds.example.org"},
    {"HTTP_HOST": "rebound.evil.example:8000"},
    {"HTTP_HOST": "localhost.evil.example"},
    {"HTTP_HOST": "127.0.0.1.evil.example"},
    {"HTTP_HOST": "evil.example@127.0.0.1"},
    {"HTTP_HOST": "127.0.0.1/@evil.example"},
    {"HTTP_HOST": "127.0.0.1:8000:9"},
    {"HTTP_HOST": "[::1"},
    {"HTTP_HOST": "0.0.0.0"},  # noqa: S104 -- a host that names no one machine
    {"HTTP_HOST": "192.0.2.1"},
    {"HTTP_FORWARDED": "for=192.0.2.1"},
    {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
    {"HTTP_X_FORWARDED_PROTO": "http"},
    {"HTTP_X_FORWARDED_HOST": "localhost"},
    {"HTTP_X_REAL_IP": "127.0.0.1"},
    {"HTTP_VIA": "1.1 proxy"},
    {"HTTP_CF_CONNECTING_IP": "127.0.0.1"},
    {"HTTP_TRUE_CLIENT_IP": "127.0.0.1"},
    {"HTTP_X_FORWARDED_FOR": ""},
    # nginx, told nothing but proxy_pass: it names itself as the host and speaks HTTP/1.0.
    {"SERVER_PROTOCOL": "HTTP/1.0"},
], ids=str)  # fmt: skip
@pytest.mark.parametrize("token", [TOKEN, ""])
def test_who_is_not_surely_at_the_machine_is_shown_nothing(
    service: Operated, place: Mapping[str, str], token: str
) -> None:
    service.token = token
    client = service.client()
    for path in ("/-/", "/-/atom.xml"):
        answer = get(client, path, place={**LOCAL, **place})
        assert answer.status_code == (401 if token else 403)
        assert names_nothing(answer)
        assert answer.headers["Cache-Control"] == "no-store"


def test_behind_a_silent_proxy_the_page_can_be_kept_to_who_has_the_token(service: Operated) -> None:
    service.trust_local = False
    assert get(service.client(), place=LOCAL).status_code == 401
    assert get(service.client(), place=LOCAL, Authorization=f"Bearer {TOKEN}").status_code == 200


def cookie(name: str, value: str) -> dict[str, str]:
    return {"Cookie": f"{name}={value}"}


def issue(token: str = TOKEN, ends: timedelta = timedelta(days=1), purpose: str = "session") -> str:
    return Seals(token).issue(purpose, NOON + ends)


GOOD = issue()


@pytest.mark.parametrize(("headers", "status"), [
    ({"Authorization": f"Bearer {TOKEN}"}, 200),
    ({"Authorization": f"bearer  {TOKEN}"}, 200),
    (cookie("__Host-feedsvc", GOOD), 200),
    (cookie("feedsvc", GOOD), 200),
    ({}, 401),
    ({"Authorization": "Bearer wrong"}, 401),
    ({"Authorization": "Bearer"}, 401),
    ({"Authorization": f"Basic {TOKEN}"}, 401),
    ({"Authorization": "Bearer wrong", **cookie("feedsvc", GOOD)}, 401),
    (cookie("other", GOOD), 401),
    (cookie("feedsvc", issue(ends=timedelta(seconds=0))), 401),
    (cookie("feedsvc", issue(ends=timedelta(days=-1))), 401),
    (cookie("feedsvc", issue(token=FORMER)), 401),
    (cookie("feedsvc", issue(token="")), 401),
    (cookie("feedsvc", issue(token=SECRET)), 401),
    (cookie("feedsvc", issue(purpose="form of local")), 401),
    (cookie("feedsvc", f"9{GOOD}"), 401),
    (cookie("feedsvc", GOOD[:-1]), 401),
    (cookie("feedsvc", f"{GOOD}="), 401),
    (cookie("feedsvc", GOOD.partition(".")[0]), 401),
    (cookie("feedsvc", "."), 401),
    (cookie("feedsvc", "x.y"), 401),
    (cookie("feedsvc", "1" * 5000 + ".x"), 401),
    (cookie("feedsvc", "٣.x"), 401),
    (cookie("feedsvc", Seals(TOKEN).mark("feed")), 401),
    (cookie("feedsvc", TOKEN), 401),
], ids=str)  # fmt: skip
def test_from_elsewhere_the_page_is_for_who_has_the_token_or_a_session(
    service: Operated, headers: dict[str, str], status: int
) -> None:
    answer = service.client().get("/-/", headers=headers, environ_overrides=REMOTE)
    assert answer.status_code == status
    assert (REASON in answer.text) is (status == 200)
    if status == 401:
        assert names_nothing(answer)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert 'action="sign-in"' in answer.text


def test_without_a_token_in_the_configuration_no_session_is_good(service: Operated) -> None:
    service.token = ""
    for secret in ("", SECRET):
        answer = get(service.client(), Cookie=f"feedsvc={issue(token=secret)}")
        assert answer.status_code == 403
        assert "<form" not in answer.text
    assert post(service.client(), "/-/sign-in", {"token": ""}, **OWN).status_code == 403


def test_a_session_is_good_in_every_worker_for_a_week_and_until_the_token_changes(service: Operated) -> None:
    session = sign_in(service.client())
    assert get(service.client(), Cookie=session).status_code == 200
    service.now += timedelta(days=7, seconds=-1)
    assert get(service.client(), Cookie=session).status_code == 200
    service.token = "another"  # noqa: S105 -- a token of this test
    assert get(service.client(), Cookie=session).status_code == 401
    service.token = TOKEN
    service.now += timedelta(seconds=1)
    assert get(service.client(), Cookie=session).status_code == 401


@pytest.mark.parametrize(("place", "headers", "cookie_is"), [
    (REMOTE, {}, "__Host-feedsvc=…; Secure; HttpOnly; Max-Age=604800; Path=/; SameSite=Strict"),
    ({**REMOTE, "HTTP_HOST": "other"}, {"X-Forwarded-Proto": "https", "Origin": "https://other"},
     "__Host-feedsvc=…; Secure; HttpOnly; Max-Age=604800; Path=/; SameSite=Strict"),
    ({**REMOTE, "HTTP_HOST": "nas:8000"}, {"Origin": "http://nas:8000"},
     "feedsvc=…; HttpOnly; Max-Age=604800; Path=/-/; SameSite=Strict"),
])  # fmt: skip
def test_the_cookie_of_a_session_is_as_strict_as_it_can_be(
    service: Operated, place: Mapping[str, str], headers: dict[str, str], cookie_is: str
) -> None:
    answer = service.client().post(
        "/-/sign-in", data={"token": TOKEN}, headers={**OWN, **headers}, environ_overrides=dict(place)
    )
    assert answer.status_code == 303
    told = answer.headers["Set-Cookie"]
    assert TOKEN not in told
    shown = sorted(re.sub(r"=\d+\.[\w-]+", "=…", told).split("; "))
    assert shown == sorted(cookie_is.split("; "))


FOREIGN: list[dict[str, Any]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://feeds.example.org", "Sec-Fetch-Site": "same-site"},
    {"Origin": "https://feeds.example.org.evil.example"},
    {"Origin": "https://feeds.example.org:8443"},
    {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "file://feeds.example.org"},
    {"Origin": ""},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_another_site_can_neither_sign_in_nor_build_nor_sign_out(service: Operated, headers: dict[str, Any]) -> None:
    client = service.client()
    session = sign_in(client)
    form = form_token(get(client, Cookie=session))
    assert post(client, "/-/sign-in", {"token": TOKEN}, **headers).status_code == 403
    for path in ("/-/build", "/-/sign-out"):
        answer = post(client, path, {"form": form}, Cookie=session, **headers)
        assert answer.status_code == 403
        assert "Set-Cookie" not in answer.headers
        assert names_nothing(answer)
    assert service.builds == []


def test_what_no_browser_sent_does_not_sign_in(service: Operated) -> None:
    assert post(service.client(), "/-/sign-in", {"token": TOKEN}).status_code == 403


def test_the_button_asks_for_a_build_and_leads_back(service: Operated) -> None:
    client = service.client()
    session = sign_in(client)
    answer = post(client, "/-/build", {"form": form_token(get(client, Cookie=session))}, Cookie=session, **OWN)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"./?asked={int(NOON.timestamp() * 1000)}"
    assert service.builds == ["asked"]


@pytest.mark.parametrize("which", ["none", "empty", "of another session", "of who is here", "expired", "a session"])
def test_a_form_that_was_not_shown_to_who_sends_it_builds_nothing(service: Operated, which: str) -> None:
    client = service.client()
    session = sign_in(client)
    form = form_token(get(client, Cookie=session))
    service.now += timedelta(minutes=1)
    forms: dict[str, Callable[[], dict[str, str]]] = {
        "none": lambda: {"other": "x"},
        "empty": lambda: {"form": ""},
        "of another session": lambda: {"form": form_token(get(client, Cookie=sign_in(client)))},
        "of who is here": lambda: {"form": form_token(get(client, place=LOCAL))},
        "expired": lambda: {"form": form},
        "a session": lambda: {"form": session.partition("=")[2]},
    }
    sent = forms[which]()
    if which == "expired":
        service.now += timedelta(hours=12)
    assert post(client, "/-/build", sent, Cookie=session, **OWN).status_code == 403
    assert service.builds == []


@pytest.mark.parametrize("token", [TOKEN, ""])
def test_who_is_at_the_machine_can_build_by_any_worker(service: Operated, token: str) -> None:
    service.token = token
    form = form_token(get(service.client(), place=LOCAL))
    own: dict[str, Any] = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    assert post(service.client(), "/-/build", {"form": form}, place=LOCAL, **own).status_code == 303
    assert service.builds == ["asked"]


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:9000", "null"])
def test_a_page_in_the_browser_of_who_is_at_the_machine_can_build_nothing(service: Operated, origin: str) -> None:
    form = form_token(get(service.client(), place=LOCAL))
    assert post(service.client(), "/-/build", {"form": form}, place=LOCAL, Origin=origin).status_code == 403
    assert service.builds == []


def test_programs_go_on_asking_for_builds_with_their_token(service: Operated) -> None:
    client = service.client()
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    page = {**bearer, **OWN}
    assert client.post("/-/build", data={"x": "y"}, headers=page, environ_overrides=REMOTE).status_code == 202
    service.builds.clear()
    assert client.post("/-/build", headers=bearer, environ_overrides=REMOTE).status_code == 202
    assert client.post("/-/build", data={"x": "y"}, headers=bearer, environ_overrides=REMOTE).status_code == 202
    assert service.builds == ["asked", "asked"]
    for answer in (
        client.post("/-/build", environ_overrides=LOCAL),
        client.post("/-/build", data={"x": "y"}, environ_overrides=LOCAL),
        client.post("/-/build", headers={"Authorization": "Bearer no"}, environ_overrides=REMOTE),
    ):
        assert answer.status_code == 401
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_the_status_is_for_machines_as_before(service: Operated) -> None:
    client = service.client()
    withheld = {"posts": 3, "rejected_count": 1, "warnings_count": 0, "feed_warnings": []}
    for headers in ({}, {"Cookie": sign_in(client)}):
        told = client.get("/-/status", headers=headers, environ_overrides=LOCAL).json
        assert told is not None
        assert told["last_build"] == withheld
        assert told.keys() == {"built_at", "last_build", "error", "snapshot", "documents"}


def test_who_signs_out_loses_the_cookie(service: Operated) -> None:
    client = service.client()
    session = sign_in(client)
    answer = post(client, "/-/sign-out", {"form": form_token(get(client, Cookie=session))}, Cookie=session, **OWN)
    assert answer.status_code == 303
    assert answer.headers["Set-Cookie"].startswith("__Host-feedsvc=; ")
    assert "Max-Age=0" in answer.headers["Set-Cookie"]


def test_who_sends_many_wrong_tokens_waits_and_nobody_else(service: Operated) -> None:
    client = service.client()
    for _ in range(5):
        assert post(client, "/-/sign-in", {"token": "wrong"}, **OWN).status_code == 401
    for answer in (
        post(client, "/-/sign-in", {"token": TOKEN}, **OWN),
        get(client, Authorization=f"Bearer {TOKEN}"),
        get(client, f"/-/atom.xml?key={Seals(TOKEN).mark('feed')}"),
    ):
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert names_nothing(answer)
    other = {**REMOTE, "REMOTE_ADDR": "192.0.2.7"}
    assert post(client, "/-/sign-in", {"token": TOKEN}, place=other, **OWN).status_code == 303
    assert get(client, Cookie=f"feedsvc={GOOD}").status_code == 200


@pytest.mark.parametrize("path", ["/-/sign-in", "/-/sign-out"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_forms_are_sent_by_post_only(service: Operated, path: str, method: str) -> None:
    answer = service.client().open(path, method=method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("path", ["/-/", "/-/atom.xml", "/-/sign-in"])
def test_no_other_site_may_read_here_through_a_browser(service: Operated, path: str) -> None:
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    client = service.client()
    answers = [client.options(path, headers=preflight, environ_overrides=LOCAL)]
    answers.append(get(client, path, place=LOCAL, Origin="https://evil.example"))
    for answer in answers:
        assert not [name for name in answer.headers.keys() if name == "Access-Control-Allow-Origin"] or (  # noqa: SIM118
            answer.status_code == 405
        )


def test_a_form_that_is_too_long_is_refused(service: Operated) -> None:
    answer = post(service.client(), "/-/sign-in", {"token": "x" * 100_000}, **OWN)
    assert answer.status_code == 413


@pytest.mark.parametrize("place", [LOCAL, REMOTE])
def test_the_page_is_never_kept_framed_or_indexed_and_runs_nothing_of_others(
    service: Operated, place: Mapping[str, str]
) -> None:
    headers = get(service.client(), place=place).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    for directive in ("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert directive in policy
    assert "unsafe" not in policy
    assert "ETag" not in headers


def test_where_the_page_is_switched_off_it_is_not_there(world: Any) -> None:
    for path in ("/-/", "/-/sign-in", "/-/atom.xml"):
        assert world.client().get(path).status_code == 404


HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>\0\x1b\u202e'


def test_nothing_that_authors_wrote_is_markup(service: Operated) -> None:
    fault = Rejected(path=f"{HOSTILE}.md", line=1, column=1, reason=HOSTILE, hint=HOSTILE, kept_previous=False)
    name = "".join(each for each in fault.path if each not in "\0/")
    (service.posts / name).write_text(HOSTILE, encoding="utf-8")
    service.rejected = [fault, Rejected(path=name, line=1, column=3, reason="x", hint="", kept_previous=False)]
    service.status = {"error": {"message": HOSTILE, "at": NOON.isoformat()}}
    service.runs = [
        Run(kind="changed", at=NOON, since=NOON, written=(HOSTILE,), newly_rejected=(fault,), mended=(HOSTILE,)),
        Run(kind="failed", at=NOON, since=NOON, message=HOSTILE),
    ]
    service.service = Service(pid=1, watching="failed", reason=HOSTILE)
    page = get(service.client(), place=LOCAL).text
    assert "<script>alert" not in page
    assert "<img" not in page
    assert page.count("<script ") == 1
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("path", [
    "../secret.md", "a/../../secret.md", "/etc/passwd", "./../secret.md", "..", "", "a//b.md", "link.md",
    "folder/secret.md", "x\0.md",
])  # fmt: skip
def test_no_file_outside_the_posts_directory_is_shown(service: Operated, tmp_path: Path, path: str) -> None:
    service.posts = tmp_path / "posts"
    service.posts.mkdir()
    (tmp_path / "secret.md").write_text("classified\n", encoding="utf-8")
    (service.posts / "link.md").symlink_to(tmp_path / "secret.md")
    (service.posts / "folder").symlink_to(tmp_path)
    service.rejected = [Rejected(path=path, line=1, column=1, reason="x", hint="", kept_previous=False)]
    page = get(service.client(), place=LOCAL)
    assert page.status_code == 200
    assert "classified" not in page.text
    assert "root:" not in page.text


def test_of_thousands_of_rejected_posts_and_warnings_some_are_shown(service: Operated) -> None:
    service.rejected = [REJECTED] * 3000
    warnings = [f"{number}.md: there is no tag {{% x %}}; take it out" for number in range(3000)]
    service.status = {"last_build": {"posts": 1, "rejected": [], "warnings": warnings, "feed_warnings": []}}
    page = get(service.client(), place=LOCAL).text
    assert page.count("<li>") < 100
    assert "2,997 more places" in page or "2997 more places" in page
    assert get(service.client(), "/-/?warnings=all", place=LOCAL).text.count("there is no tag") == 2000
    service.status = {}
    page = get(service.client(), place=LOCAL).text
    assert page.count('class="card fault"') == 200
    assert page.count('class="excerpt"') == 20
    assert "and 2,800 more" in page


@pytest.mark.parametrize("asked", ["", "x", "-1", "1e3", "٣", "9" * 15, "9" * 400, "<script>"])
def test_an_instant_that_is_none_is_no_instant(service: Operated, asked: str) -> None:
    assert get(service.client(), f"/-/?asked={asked}", place=LOCAL).status_code == 200


def test_a_build_that_was_asked_for_is_waited_for_and_then_told(service: Operated) -> None:
    asked = f"/-/?asked={int(NOON.timestamp() * 1000)}"
    service.runs = [Run(kind="idle", at=NOON - timedelta(seconds=1), since=NOON - timedelta(seconds=1))]
    page = get(service.client(), asked, place=LOCAL).text
    assert "A build is under way" in page
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    service.runs = [Run(kind="changed", at=NOON + timedelta(seconds=1), since=NOON, written_count=2), *service.runs]
    page = get(service.client(), asked, place=LOCAL).text
    assert "The build is done: 2 documents written." in page
    assert "refresh" not in page


def test_a_build_that_never_comes_is_not_waited_for_for_ever(service: Operated) -> None:
    asked = f"/-/?asked={int(NOON.timestamp() * 1000)}"
    service.now += timedelta(minutes=1)
    assert "under way" not in get(service.client(), asked, place=LOCAL).text


def test_a_build_that_runs_is_told(service: Operated) -> None:
    service.service = Service(pid=1, building_since=NOON, watching="on")
    page = get(service.client(), place=LOCAL).text
    assert "A build is under way" in page
    assert "yes; a post that is saved is published at once" in page


def test_the_feed_is_for_who_has_the_key_in_its_address_and_that_opens_nothing_else(service: Operated) -> None:
    client = service.client()
    found = re.search(r'value="https://feeds\.example\.org(/-/atom\.xml\?key=([\w-]+))"', get(client, place=LOCAL).text)
    assert found
    assert get(client, found[1]).status_code == 200
    assert get(client, f"/-/?key={found[2]}").status_code == 401
    assert get(client, "/-/", Authorization=f"Bearer {found[2]}").status_code == 401
    other = {**REMOTE, "REMOTE_ADDR": "192.0.2.8"}
    for wrong in ("", "x", found[2][:-1], found[2] + "A", Seals(FORMER).mark("feed"), TOKEN):
        answer = get(service.client(), f"/-/atom.xml?key={wrong}", place=other)
        assert answer.status_code == 401
        assert names_nothing(answer)


def test_without_a_token_in_the_configuration_no_key_opens_the_feed_and_none_closes_it(service: Operated) -> None:
    service.token = ""
    assert "key=" not in get(service.client(), place=LOCAL).text
    assert get(service.client(), "/-/atom.xml?key=x", place=LOCAL).status_code == 200
    for secret in ("", SECRET):
        assert get(service.client(), f"/-/atom.xml?key={Seals(secret).mark('feed')}").status_code == 403


@pytest.mark.parametrize("headers", [{"Authorization": f"Bearer {TOKEN}"}, {"Cookie": f"feedsvc={GOOD}"}])
def test_the_feed_is_for_who_may_see_the_page(service: Operated, headers: dict[str, str]) -> None:
    assert service.client().get("/-/atom.xml", headers=headers, environ_overrides=REMOTE).status_code == 200


def test_the_feed_is_answered_with_304_as_long_as_nothing_happened(service: Operated) -> None:
    service.runs = [Run(kind="changed", at=NOON, since=NOON, written_count=1, duration_s=0.5)]
    client = service.client()
    first = get(client, "/-/atom.xml", place=LOCAL)
    assert first.headers["Cache-Control"] == "private, no-cache"
    service.now += timedelta(days=1)
    service.runs = [Run(kind="idle", at=service.now, since=service.now), *service.runs]
    again = get(client, "/-/atom.xml", place=LOCAL, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    service.runs = [Run(kind="failed", at=service.now, since=service.now, message="no room"), *service.runs]
    later = get(client, "/-/atom.xml", place=LOCAL, If_None_Match=first.headers["ETag"])
    assert later.status_code == 200


def test_the_feed_of_hostile_texts_is_well_formed_and_they_are_text(service: Operated) -> None:
    fault = Rejected(path=f"{HOSTILE}.md", line=1, column=1, reason=HOSTILE, hint="]]>&", kept_previous=False)
    service.runs = [
        Run(kind="changed", at=NOON, since=NOON, newly_rejected=(fault,), mended=(HOSTILE,), mended_count=1),
        Run(kind="failed", at=NOON, since=NOON, message=f"{HOSTILE}\ud800\uffff"),
    ]
    root = etree.fromstring(get(service.client(), "/-/atom.xml", place=LOCAL).data)
    names = {etree.QName(each).localname for each in root.iter("*")}
    assert names <= {"feed", "id", "title", "updated", "author", "name", "link", "generator", "entry", "category",
                     "content", "div", "p"}  # fmt: skip
    assert len(root.findall("{*}entry")) == 4
