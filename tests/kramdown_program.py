"""The real kramdown, as Jekyll calls it: a process that is asked for the HTML of one text after the other."""

from __future__ import annotations

import json
import subprocess
from types import TracebackType
from typing import Any, Self

_PROGRAM = r"""
require "json"
require "jekyll"
require "kramdown-parser-gfm"
require "jekyll/converters/markdown/kramdown_parser"
defaults = Jekyll::Configuration::DEFAULTS["kramdown"]
STDOUT.sync = true
while (line = STDIN.gets)
  text, options = JSON.parse(line)
  begin
    merged = {"syntax_highlighter" => nil}.merge(defaults).merge(options)
    html = Kramdown::JekyllDocument.new(text, merged).to_html
  rescue Exception => error
    html = nil
  end
  puts JSON.generate([html])
end
"""


class Kramdown:
    """Runs while it is entered. Code is not highlighted: that is rouge's work, and left to readers."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            ["ruby", "-W0", "-e", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def html(self, text: str, **options: Any) -> str | None:
        """Return what kramdown makes of ``text``, or None where it fails itself."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([text, options]) + "\n")
        self._process.stdin.flush()
        html: str | None = json.loads(self._process.stdout.readline())[0]
        return html
