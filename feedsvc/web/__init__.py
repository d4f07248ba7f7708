"""web: representations become HTTP responses."""
