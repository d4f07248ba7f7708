"""What Hugo, Zola, Hexo and Eleventy let a post say beside Markdown: shortcodes, tags, and links to other files.

Their own are rendered simply, those of a theme lose their tags and keep what stands between them. Imported only for
posts of such sites that have something like it.
"""

from feedsvc.posts.shortcodes.expanding import expand_shortcodes

__all__ = ["expand_shortcodes"]
