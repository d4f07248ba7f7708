"""A file becomes text, and the text front matter and a body, with the place of every key."""
