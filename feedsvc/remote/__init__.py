"""remote: editions in an object store, sent there by builders and followed by replicas."""
