from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from feedsvc.config import load_settings
from feedsvc.errors import ConfigError

TEXT = '[site]\ntitle = "{}"\nurl = "https://harbour.example"\n'


def write(path: Path, title: str = "Harbour") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEXT.format(title), encoding="utf-8")
    return path


def refusal(path: Path | None, cwd: Path, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(path, environ or {}, cwd)
    return str(caught.value)


def test_a_named_file_wins_then_the_environment_then_what_lies_here(tmp_path: Path) -> None:
    write(tmp_path / "config/feedsvc.toml", "in config")
    assert load_settings(None, {}, tmp_path).site.title == "in config"
    write(tmp_path / "feedsvc.toml", "here")
    assert load_settings(None, {}, tmp_path).site.title == "here"
    write(tmp_path / "other/a.toml", "environment")
    environ = {"FEEDSVC_CONFIG": "other/a.toml"}
    assert load_settings(None, environ, tmp_path).site.title == "environment"
    named = write(tmp_path / "other/b.toml", "named")
    settings = load_settings(Path("other/b.toml"), environ, tmp_path)
    assert settings.site.title == "named"
    assert (settings.file, settings.base) == (named, tmp_path / "other")
    assert settings.posts.dir == tmp_path / "other/_posts"
    assert load_settings(named, {}, Path("/")) == settings


def test_a_variable_overrides_the_file(tmp_path: Path) -> None:
    write(tmp_path / "feedsvc.toml")
    assert load_settings(None, {"FEEDSVC_SITE__TITLE": "Other"}, tmp_path).site.title == "Other"


def test_without_a_file_the_message_says_how_to_make_one(tmp_path: Path) -> None:
    message = refusal(None, tmp_path)
    assert message.startswith(f"feedsvc.toml: there is no configuration in {tmp_path}")
    assert "feedsvc init" in message


def test_a_named_file_that_is_not_there_is_not_replaced_by_another(tmp_path: Path) -> None:
    write(tmp_path / "feedsvc.toml")
    assert refusal(Path("no.toml"), tmp_path).startswith("--config: there is no file no.toml; name a")
    assert refusal(None, tmp_path, {"FEEDSVC_CONFIG": "no.toml"}).startswith("FEEDSVC_CONFIG: there is no file no.toml")
    assert refusal(tmp_path, tmp_path).startswith(f"--config: {tmp_path} is not a file")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[site]\ntitle = Harbour\n", "a.toml:2:9: not TOML: invalid value; put text in double quotes"),
        ('[site]\ntitle = "a"\ntitle = "b"\n', "a.toml:3:12: not TOML: cannot overwrite a value; it is given twice"),
        ("[site]\n[site]\n", "a.toml:2:6: not TOML: cannot declare"),
        ('[site]\ntitle = "a', "a.toml:2:1: not TOML: unterminated string"),
        ("[site]\nwidth = " + "9" * 5000, "a.toml: Exceeds the limit"),
        ("[site]\ntitle = 3", "a.toml:2: [site] title: 3 is not text"),
    ],
    ids=["bare word", "same key", "same table", "open quote", "long number", "wrong type"],
)
def test_a_wrong_file_is_reported_by_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.toml").write_text(text)
    assert refusal(Path("a.toml"), tmp_path).startswith(message)


def test_windows_editors_may_write_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "feedsvc.toml").write_bytes(b"\xef\xbb\xbf" + TEXT.format("한글").encode().replace(b"\n", b"\r\n"))
    assert load_settings(None, {}, tmp_path).site.title == "한글"


def test_a_file_in_another_encoding_is_reported(tmp_path: Path) -> None:
    (tmp_path / "feedsvc.toml").write_bytes(TEXT.format("한글").encode("cp949"))
    assert refusal(None, tmp_path) == "feedsvc.toml:2: is not UTF-8 text; save it as UTF-8"


def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "feedsvc.toml")

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert refusal(None, tmp_path) == "feedsvc.toml: cannot be read: Permission denied; check its permissions"


def test_loading_pays_for_no_module_that_a_quiet_build_does_not_need(tmp_path: Path) -> None:
    write(tmp_path / "feedsvc.toml")
    code = (
        "import sys, pathlib; from feedsvc.config import load_settings; "
        "load_settings(None, {}, pathlib.Path.cwd()); "
        "print(*sys.modules)"
    )
    environ = {"PATH": os.environ["PATH"]}
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environ, capture_output=True, check=True)
    loaded = set(run.stdout.decode().split())
    assert "feedsvc.config" in loaded
    assert not loaded & {"pydantic_settings", "yaml", "lxml", "flask", "apscheduler", "click"}
