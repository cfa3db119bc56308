"""The provider: the algorithms, and the setting that says which environment they run in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from processing.core.ProcessingConfig import ProcessingConfig, Setting
from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .deliveries import BuildAlgorithm, DiffAlgorithm
from .overlays import ChangeAlgorithm, CoverageAlgorithm, MosaicAlgorithm
from .quality import CheckAlgorithm
from .words import word

NAME = "geozone"
ENVIRONMENT = "GEOZONE_ENVIRONMENT"  # of the settings of Processing
_ICON = Path(__file__).with_name("icon.svg")


class GeozoneProvider(QgsProcessingProvider):
    """geozone's commands as algorithms."""

    def load(self) -> bool:
        """Add the setting and the algorithms."""
        ProcessingConfig.settingIcons[self.name()] = self.icon()
        ProcessingConfig.addSetting(
            Setting(self.name(), ENVIRONMENT, word("environment"), "", valuetype=Setting.STRING)
        )
        ProcessingConfig.readSettings()
        self.refreshAlgorithms()
        return True

    def unload(self) -> None:
        """Take the setting away."""
        ProcessingConfig.removeSetting(ENVIRONMENT)

    def loadAlgorithms(self) -> None:
        """Add the algorithms."""
        for algorithm in (
            CheckAlgorithm,
            CoverageAlgorithm,
            MosaicAlgorithm,
            ChangeAlgorithm,
            BuildAlgorithm,
            DiffAlgorithm,
        ):
            self.addAlgorithm(algorithm())

    def id(self) -> str:
        """Return what the ids of the algorithms begin with."""
        return NAME

    def name(self) -> str:
        """Return what the toolbox calls the provider."""
        return NAME

    def icon(self) -> Any:
        """Return its picture."""
        return QIcon(str(_ICON))

    def supportedOutputVectorLayerExtensions(self) -> list[str]:
        """Return the formats that the command writes layers in."""
        return ["gpkg", "geojson"]

    def defaultVectorFileExtension(self, hasGeometry: bool = True) -> str:  # noqa: N803 - as QGIS calls it
        """Return the format that keeps the styles."""
        del hasGeometry
        return "gpkg"
