"""What all pages share: the frame around their content, in the language and direction of the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from feedsvc.web.pages.assets import asset_path
from feedsvc.words import Words, direction_of, load_words


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What every page says of the site.

    ``server_url`` is where it and the feeds are served and ``site_url`` where the site lives (empty: there), both
    absolute; ``language`` (BCP 47) is that of what authors wrote, which ``words`` need not be in.
    ``timezone`` is an IANA name.
    """

    title: str
    description: str
    language: str
    server_url: str
    site_url: str = ""
    timezone: str = "UTC"
    words: Words = field(default_factory=lambda: load_words("en"))

    @property
    def home(self) -> str:
        """The address of the site."""
        return self.site_url or self.server_url

    def date(self, instant: datetime, *, style: str = "day") -> str:
        """Return an aware instant in words, in the site's time zone; ``style`` is day or minute."""
        return self.words.date(instant.astimezone(ZoneInfo(self.timezone)), style=style)

    @property
    def authored(self) -> Markup:
        """The attributes, with a blank before each, of an element whose text an author wrote."""
        if self.language == self.words.language:
            return Markup()
        mark = Markup(' lang="{}"').format(self.language)
        direction = direction_of(self.language)
        return mark if direction == self.words.direction else mark + Markup(' dir="{}"').format(direction)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternate:
    """A feed that can be discovered from a page; ``href`` is relative to the page or absolute."""

    href: str
    media_type: str
    title: str


def root_of(path: str) -> str:
    """Return the relative address of ``/`` from the page at a decoded URL path: ``./`` or ``../../``.

    Pages link to one another relatively, since a proxy may serve them below a path of its own.
    """
    return "../" * (path.count("/") - 1) or "./"


def render_page(
    facts: PageFacts,
    template: str,
    *,
    path: str,
    title: str,
    description: str = "",
    alternates: Sequence[Alternate] = (),
    **context: object,
) -> str:
    """Render a template that extends ``base.html`` to the page at ``path``, a decoded URL path.

    Templates know the ``facts``, their ``words`` and ``authored``, and the ``root`` that links begin with.
    ``title`` is the page's own; the site's is added to it.
    """
    return (
        _environment()
        .get_template(template)
        .render(
            **context,
            facts=facts,
            words=facts.words,
            authored=facts.authored,
            root=root_of(path),
            canonical=facts.server_url + quote(path),
            title=title,
            description=description,
            alternates=alternates,
            style=asset_path("css")[1:],
            script=asset_path("js")[1:],
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("feedsvc.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
