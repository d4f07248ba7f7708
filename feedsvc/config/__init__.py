"""TOML and the environment become frozen Settings; each option is declared once, in ``options``."""

from __future__ import annotations

from feedsvc.config.load import Settings, fingerprint, load_settings, make_settings

__all__ = ["Settings", "fingerprint", "load_settings", "make_settings"]
