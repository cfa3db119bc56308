"""The words of the plugin, in the language of QGIS; they come from geozone's catalogue when the plugin is packed."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication

_FILE = Path(__file__).with_name("catalogue.json")


def language() -> str:
    """Return ``zh`` where QGIS speaks Chinese, else ``en``."""
    return "zh" if QgsApplication.locale().lower().startswith("zh") else "en"


def word(key: str, **params: Any) -> str:
    """Return a text with the values of its placeholders.

    Raises
    ------
    KeyError
        If there is no such text.
    """
    text: str = packed()["words"][key][language()]
    return text.format(**params)


@lru_cache(maxsize=1)
def packed() -> dict[str, Any]:
    """Return what was written when the plugin was packed: its words, the zones, the editions and the standards."""
    content: dict[str, Any] = json.loads(_FILE.read_text("utf-8"))
    return content
