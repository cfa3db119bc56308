"""The plugin as QGIS loads it: it adds the provider and finds renamed GeoPackages, and takes both away again."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsApplication

from .provider import GeozoneProvider
from .renamed import Renamed


class GeozonePlugin:
    """The plugin, with a window of QGIS or without one.

    Parameters
    ----------
    iface
        The window of QGIS; None in ``qgis_process``.
    """

    def __init__(self, iface: Any) -> None:
        self.iface = iface
        self.provider: GeozoneProvider | None = None
        self.renamed = Renamed()

    def initProcessing(self) -> None:
        """Add the provider, and look after renamed GeoPackages; all that there is to do without a window."""
        self.provider = GeozoneProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)
        self.renamed.begin()

    def initGui(self) -> None:
        """Add the provider to the toolbox."""
        self.initProcessing()

    def unload(self) -> None:
        """Take away what was added."""
        self.renamed.end()
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
