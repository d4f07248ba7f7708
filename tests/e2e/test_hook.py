"""`feedsvc check` as pre-commit runs it: the real program, a real repository, real commits.

The hook is the one of `.pre-commit-hooks.yaml`, but run by the feedsvc that is installed here: pre-commit would install
one for itself, from the network.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

MANIFEST = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
BROKEN = "---\ntitle: '장금이' 전국 확대\ncategories: [환경]\n---\n본문\n"
CONFIGURATION = '[site]\ntitle = "뉴스"\nurl = "https://example.org"\n'


class Repository:
    """A site under version control, with the hook."""

    def __init__(self, directory: Path, home: Path) -> None:
        self.directory = directory
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "FEEDSVC_"))}
        own = {
            "HOME": str(home),
            "PRE_COMMIT_HOME": str(home / "pre-commit"),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        who = {f"GIT_{role}_{what}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        self.environment = kept | own | who

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.directory, env=self.environment, capture_output=True, text=True, check=False
        )

    def done(self, *command: str) -> str:
        result = self.run(*command)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def configure(self, *arguments: str) -> None:
        (hook,) = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
        hook |= {"language": "system", "args": list(arguments)}
        config = {"repos": [{"repo": "local", "hooks": [hook]}]}
        (self.directory / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        self.done("git", "add", ".pre-commit-config.yaml")

    def write(self, name: str, text: str) -> Path:
        path = self.directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.done("git", "add", name)
        return path


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    (tmp_path / "site").mkdir()
    made = Repository(tmp_path / "site", tmp_path)
    made.done("git", "init", "--quiet")
    made.configure()
    made.done("pre-commit", "install")
    made.write("feedsvc.toml", CONFIGURATION)
    made.write("README.md", "---\ntitle: 'no' post\n---\n")
    made.write("_posts/2024-06-12-1.md", "---\ntitle: 좋은 글\n---\n본문\n")
    made.done("git", "commit", "-m", "A site")
    return made


def test_the_hook_is_as_pre_commit_wants_it(repository: Repository) -> None:
    repository.done("pre-commit", "validate-manifest", str(MANIFEST))


def test_a_commit_with_a_broken_post_is_refused_and_told_why(repository: Repository) -> None:
    repository.write("_posts/2024-06-12-105.md", BROKEN)
    refused = repository.run("git", "commit", "-m", "A broken post")
    assert refused.returncode == 1
    assert "_posts/2024-06-12-105.md:2:14: title: the quoted text ends before the line does; put the" in refused.stderr
    assert "exit code: 3" in refused.stderr
    assert repository.done("git", "log", "--format=%s") == "A site\n"


def test_a_commit_is_judged_by_the_posts_that_it_touches(repository: Repository) -> None:
    repository.write("_posts/2024-06-12-105.md", BROKEN)
    repository.done("git", "commit", "--no-verify", "-m", "A broken post")
    repository.write("_posts/2024-06-12-2.md", "---\ntitle: 새 글\n---\n본문\n")
    repository.write("about.html", "---\ntitle: 'no' post\n---\n")
    repository.done("git", "commit", "-m", "A good post")


def test_with_fix_the_post_is_mended_for_the_next_try(repository: Repository) -> None:
    repository.configure("--fix")
    path = repository.write("_posts/2024-06-12-105.md", BROKEN)
    refused = repository.run("git", "commit", "-m", "A broken post")
    assert refused.returncode == 1
    assert "files were modified by this hook" in refused.stderr
    assert path.read_text(encoding="utf-8") == BROKEN.replace("'장금이' 전국 확대", "\"'장금이' 전국 확대\"")
    repository.done("git", "add", "_posts")
    repository.done("git", "commit", "-m", "A mended post")
