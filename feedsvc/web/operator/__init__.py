"""The operator's page: who may see it, what it shows, and its feed."""
