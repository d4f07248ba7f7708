"""feedsvc: a directory of front-matter posts becomes RSS, Atom and JSON feeds, served."""
