"""Pictures, sound and film of a post: what front matter names, measured where the site has the file."""
