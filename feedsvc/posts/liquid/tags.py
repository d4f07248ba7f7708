"""Jekyll's tags."""

from __future__ import annotations

from typing import TextIO

from liquid import RenderContext, Token
from liquid.ast import BlockNode, Node
from liquid.exceptions import LiquidSyntaxError
from liquid.parser import get_parser
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG

from feedsvc.posts.liquid import gists, includes, links
from feedsvc.posts.liquid.filters.text import escape_html

_END = frozenset({"endhighlight"})


class _HighlightNode(Node):
    def __init__(self, token: Token, language: str, block: BlockNode) -> None:
        super().__init__(token)
        self.blank = False
        self._language, self._block = language, block

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the code as HTML, as Jekyll does without its colours and line numbers, which readers do not show."""
        code = context.get_buffer(buffer)
        self._block.render(context, code)
        text = escape_html(code.getvalue().strip("\r\n"))
        language = escape_html(self._language)
        name = language.replace("+", "-")
        opening = f'<figure class="highlight"><pre><code class="language-{name}" data-lang="{language}">'
        return buffer.write(f"{opening}{text}</code></pre></figure>")


class _Highlight(Tag):
    """``{% highlight ruby linenos %}`` (``lib/jekyll/tags/highlight.rb``)."""

    name = "highlight"
    end = "endhighlight"

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        words = stream.expect(TOKEN_EXPRESSION).value.split(None, 1)
        language = words[0].lower()
        if not language.replace("+", "").replace("#", "").replace(".", "").replace("-", "").replace("_", "").isalnum():
            raise LiquidSyntaxError("it names no language", token=None)
        next(stream)
        block = get_parser(self.env).parse_block(stream, _END)
        stream.expect(TOKEN_TAG, value="endhighlight")
        return _HighlightNode(token, language, block)


TAGS = (_Highlight, *includes.TAGS, *links.TAGS, *gists.TAGS)
