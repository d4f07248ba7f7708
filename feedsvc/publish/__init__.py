"""publish: feed documents become representations in a plain tree of files."""
