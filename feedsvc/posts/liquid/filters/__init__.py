"""Liquid's and Jekyll's filters, as ``Liquid::StandardFilters`` and ``Jekyll::Filters`` have them.

Each takes the scene, the value and the arguments: values of Python's own, :class:`~feedsvc.posts.liquid.ruby.Moment`
or a mapping that is read when it is asked. What it returns is weighed by the scene.
"""

from __future__ import annotations

from feedsvc.posts.liquid.filters import dates, lists, numbers, picking, text, urls, words
from feedsvc.posts.liquid.scene import Filters

FILTERS: Filters = {
    **text.FILTERS,
    **words.FILTERS,
    **numbers.FILTERS,
    **lists.FILTERS,
    **picking.FILTERS,
    **dates.FILTERS,
    **urls.FILTERS,
}
"""Every filter that is known, by its name in Liquid."""
