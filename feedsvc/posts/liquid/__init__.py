"""Liquid in posts, as Jekyll fills it in. The one home of python-liquid, which is imported where a body needs it."""

from __future__ import annotations

from feedsvc.posts.liquid.bounds import Output
from feedsvc.posts.liquid.drops import Outline, PostDrop
from feedsvc.posts.liquid.filters import FILTERS
from feedsvc.posts.liquid.problems import ExceededError
from feedsvc.posts.liquid.rendering import render_template
from feedsvc.posts.liquid.scene import Scene
from feedsvc.posts.liquid.site import Site, SiteDrop
from feedsvc.posts.liquid.templates import environment, read_template
from feedsvc.posts.liquid.typed import front_matter
from feedsvc.posts.liquid.values import Exceeded, Rendered

__all__ = ["Exceeded", "Outline", "Rendered", "Site", "front_matter", "render_liquid"]


def render_liquid(body: str, site: Site) -> Rendered | Exceeded:
    """Fill in the Liquid of ``body``, the text of the post ``site.page``. Whatever it holds, there is an answer."""
    variables = {
        "site": SiteDrop(site),
        "page": PostDrop(site.page, site.neighbours),
        "layout": {},
        "jekyll": {"environment": "production"},
        "paginator": None,
        "content": None,
    }
    scene = Scene(environment(), site, variables, FILTERS)
    output = Output(scene.bounds)
    try:
        template = read_template(body)
        render_template(template, scene, output)
    except ExceededError as error:
        where = f"in {scene.stopped_in}: " if scene.stopped_in else ""
        return Exceeded(reason=f"{where}{error}", offset=scene.stopped_at)
    except RecursionError:
        # Out of reach by what bounds.py counts; if not, it is one post that fails and not the build.
        return Exceeded(reason="the Liquid is nested too deeply", offset=scene.stopped_at)
    return Rendered(text=output.getvalue(), problems=tuple(sorted({*template.problems, *scene.problems})))
