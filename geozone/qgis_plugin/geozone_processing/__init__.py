"""geozone in the Processing toolbox of QGIS: its commands, run in an environment of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .plugin import GeozonePlugin


def classFactory(iface: Any) -> GeozonePlugin:
    """Return the plugin, as QGIS asks for it."""
    from .plugin import GeozonePlugin  # QGIS looks into this module before it loads the plugin

    return GeozonePlugin(iface)
