"""audience: who reads the feeds, as counts a feed and a day; nothing here tells who that was."""
