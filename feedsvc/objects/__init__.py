"""objects: named bytes in a store that several machines share, by conditional requests."""
