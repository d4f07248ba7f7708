from __future__ import annotations

from dataclasses import dataclass

from feedsvc.web.operator.wrongtokens import MOST_CLIENTS, PER_MINUTE, WrongTokens


@dataclass
class Clock:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_who_sent_five_wrong_tokens_waits_for_the_rest_of_the_minute() -> None:
    clock = Clock()
    wrong = WrongTokens(monotonic=clock)
    clock.seconds = 10
    for _ in range(PER_MINUTE):
        assert wrong.wait("a") == 0
        wrong.note("a")
    assert (wrong.wait("a"), wrong.wait("b")) == (50, 0)
    clock.seconds = 59.9
    assert wrong.wait("a") == 1
    clock.seconds = 60
    assert wrong.wait("a") == 0


def test_clients_beyond_the_table_are_counted_together() -> None:
    wrong = WrongTokens(monotonic=Clock())
    for number in range(MOST_CLIENTS + PER_MINUTE):
        wrong.note(str(number))
    assert wrong.wait("another") > 0
    assert wrong.wait("0") == 0
