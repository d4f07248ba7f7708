from __future__ import annotations

import socket

import pytest

from feedsvc.errors import ServeError
from feedsvc.web.listen import claim_address, parse_listen


@pytest.mark.parametrize(
    ("listen", "parsed"),
    [
        ("127.0.0.1:8000", ("127.0.0.1", 8000)),
        ("[::1]:8000", ("::1", 8000)),
        ("localhost:80", ("localhost", 80)),
        (":8000", ("0.0.0.0", 8000)),  # noqa: S104 -- what an empty host means
        ("[]:8000", ("::", 8000)),
        ("127.0.0.1:0", ("127.0.0.1", 0)),
        ("127.0.0.1:65535", ("127.0.0.1", 65535)),
    ],
)
def test_an_address_is_split_into_host_and_port(listen: str, parsed: tuple[str, int]) -> None:
    assert parse_listen(listen) == parsed


@pytest.mark.parametrize(
    "listen",
    ["", "8000", "localhost", "::1:8000", "[::1]", "127.0.0.1:65536", "127.0.0.1:x", "a:1 ", "[::1:80", "a:１"],
)
def test_what_is_no_address_is_refused_with_an_example(listen: str) -> None:
    with pytest.raises(ServeError, match=r"is not host:port; write server\.listen like") as caught:
        parse_listen(listen)
    assert caught.value.address == listen


def test_a_name_becomes_a_number_and_port_0_a_free_one() -> None:
    host, port = claim_address("localhost:0")
    assert host in {"127.0.0.1", "::1"}
    assert port > 0


def test_an_address_in_use_is_refused_even_if_the_other_would_share_it() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(ServeError, match=f"^{listen}: address already in use; stop the other program"):
            claim_address(listen)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(ServeError, match="cannot assign requested address; use an address of this machine"):
        claim_address("192.0.2.1:8000")


def test_a_host_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ServeError, match="the host is not known"):
        claim_address("nowhere.invalid:8000")
