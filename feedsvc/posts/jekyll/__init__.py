"""A Jekyll site: its configuration, its places, its defaults, and the feeds that its plugin wrote."""
