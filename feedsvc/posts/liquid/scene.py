"""What one post's Liquid is rendered in: its variables, what it may still use, and what there is to tell its author."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple, TextIO

from liquid import BoundTemplate, Environment, RenderContext, Token
from liquid.builtin.tags.for_tag import ForLoop
from liquid.builtin.tags.tablerow_tag import TableRow
from liquid.undefined import UNDEFINED
from liquid.utils import ReadOnlyChainMap

from feedsvc.posts.liquid.bounds import Bounds, Output
from feedsvc.posts.liquid.problems import ExceededError, Problem, TagError, note, place
from feedsvc.posts.liquid.ruby import plain

if TYPE_CHECKING:
    from feedsvc.posts.liquid.site import Site

Filter = Callable[..., object]

_ITEMS_A_STEP = 128
_LETTERS_A_STEP = 8192


class _Frame(NamedTuple):
    """An include that is being rendered: where in the post, or in the file that includes it, its tag stands."""

    path: str
    at: int


class Scene(RenderContext):
    """python-liquid's context for one post. ``problems`` grows while it is rendered; offsets are in the post's body.

    ``stopped_at`` is where it went beyond its bounds, if it did, and ``stopped_in`` the file that was included there.
    """

    def __init__(self, env: Environment, site: Site, variables: Mapping[str, object], filters: Filters) -> None:
        super().__init__(BoundTemplate(env, []), globals=variables)
        # Without python-liquid's own variables `now` and `today`, which are a clock.
        self.scope = ReadOnlyChainMap(self.locals, self.globals, self.counters)
        self.site, self.bounds = site, Bounds()
        self.problems: list[Problem] = []
        self.stopped_at, self.stopped_in = 0, ""
        self._told: set[Problem] = set()
        self._frames: list[_Frame] = []
        self._filters = filters

    def tell(self, token: Token, reason: str, hint: str = "") -> None:
        """Note what is wrong at ``token``, of whichever file is being rendered."""
        self.tell_at(token.source, token.start_index, reason, hint)

    def tell_at(self, source: str, offset: int, reason: str, hint: str = "") -> None:
        """Note what is wrong at ``offset`` of ``source``, the file that is being rendered."""
        if self._frames:
            line, column = place(source, max(offset, 0))
            reason = f"in {self._frames[-1].path}:{line}:{column}: {reason}"
        problem = Problem(self.post_offset(offset), reason, hint)
        if problem not in self._told:
            self._told.add(problem)
            note(self.problems, problem)

    def post_offset(self, offset: int) -> int:
        """Return the place in the post that is being rendered, be it that of the outermost include."""
        return max(self._frames[0].at if self._frames else offset, 0)

    @contextmanager
    def included(self, path: str, token: Token, variables: Mapping[str, object]) -> Iterator[None]:
        """Render the file at ``path`` in here, where ``token`` stands."""
        self._frames.append(_Frame(path, token.start_index))
        try:
            with self.extend(variables):
                yield
        except ExceededError:
            self.stopped_in = self.stopped_in or path
            raise
        finally:
            self._frames.pop()

    def get(self, path: list[object], *, token: Token | None, default: object = UNDEFINED) -> object:
        """Return the value of a variable; a great one counts, since a condition may go through all of it."""
        value = super().get(path, token=token, default=default)
        if isinstance(value, str | list | dict):
            self.bounds.step(len(value) // (_LETTERS_A_STEP if isinstance(value, str) else _ITEMS_A_STEP))
        return value

    def get_buffer(self, buf: TextIO | None = None) -> StringIO:  # noqa: ARG002 - the base class's signature
        """Return a new output within the bounds of this rendering."""
        return Output(self.bounds)

    @contextmanager
    def loop(self, namespace: Mapping[str, object], forloop: ForLoop | TableRow) -> Iterator[RenderContext]:
        """Count the rounds of a loop before its first one."""
        self.bounds.step(forloop.length)
        with super().loop(namespace, forloop) as scene:
            yield scene

    def filter(self, name: str, token: Token | None) -> Filter:
        """Return the filter of that name; one that is not known changes nothing, as in Jekyll, and is told."""
        function = self._filters.get(name)
        if function is None:
            hint = "what a plugin of Jekyll's would have made of the value is missing in the feeds"
            at = token or Token("word", name, 0, "")
            self.tell(at, f"{name} is no filter that is known here; the value stays as it is", hint)
            return lambda value, *_, **__: value
        return partial(self._apply, name, function)

    def _apply(self, name: str, function: Filter, value: object, *given: object, **named: object) -> object:
        arguments = [plain(each) for each in (value, *given)]
        for each in arguments:
            self.bounds.handle(each)
        if named:
            arguments.append({key: plain(each) for key, each in named.items()})
        try:
            result = function(self, *arguments)
        except TypeError as error:
            raise TagError(f"the filter {name} cannot be used like this ({error})") from error
        self.bounds.handle(result)
        return result


Filters = Mapping[str, Filter]
"""Filters by name; each takes the scene, the value and the arguments, and nothing of python-liquid's."""
