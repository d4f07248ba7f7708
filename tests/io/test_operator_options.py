from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from feedsvc.audience.salt import Salt, Today
from feedsvc.cli.serve import _worker_config
from feedsvc.config import Settings
from feedsvc.web.wiring import load_app
from feedsvc.web.workerconfig import make_secret

SALT = Salt(Today(ZoneInfo("UTC")))


@pytest.mark.parametrize(
    ("operator", "told"), [("local", (200, 200)), ("token", (401, 200)), ("off", (503, 503))], ids=str
)
def test_who_may_see_the_operators_page_is_said_by_the_configuration(
    settings: Callable[..., Settings], site: Path, operator: str, told: tuple[int, int]
) -> None:
    config = _worker_config(settings(web={"operator": operator}, server={"token": "s3cret"}), SALT)
    client = load_app(replace(config, metrics=None)).test_client()
    here = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost"}
    bearer = {"Authorization": "Bearer s3cret"}
    answers = (
        client.get("/-/", environ_overrides=here).status_code,
        client.get("/-/", environ_overrides=here, headers=bearer).status_code,
    )
    # 503 is what any address gets that is not there, as long as nothing is published.
    assert answers == told


def test_what_seals_forms_without_a_token_outlives_a_reload_but_not_the_service_and_is_told_to_nobody(
    settings: Callable[..., Settings],
) -> None:
    one, reloaded = _worker_config(settings(), SALT), _worker_config(settings(), SALT)
    make_secret.cache_clear()
    started_anew = _worker_config(settings(), SALT)
    assert one.secret == reloaded.secret != started_anew.secret
    assert len(one.secret) == 64
    assert one.secret not in repr(one)
