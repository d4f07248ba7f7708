"""Watching: tells which paths below the posts directory changed, as they change, where the file system says so."""

from feedsvc.watch.changes import Changes
from feedsvc.watch.watcher import Tell, Watcher, describe_watching

__all__ = ["Changes", "Tell", "Watcher", "describe_watching"]
