"""Maps, completion rates and GeoPackages for China's Beautiful China pilot zones."""

from __future__ import annotations

__version__ = "0.1.0"
