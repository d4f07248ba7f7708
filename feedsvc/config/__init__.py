"""TOML and the environment become frozen Settings; each option is declared once, in ``options``."""

from __future__ import annotations

from feedsvc.config.load import Settings, fingerprint, load_settings, make_settings
from feedsvc.config.replica import load_replica_settings

__all__ = ["Settings", "fingerprint", "load_replica_settings", "load_settings", "make_settings"]
