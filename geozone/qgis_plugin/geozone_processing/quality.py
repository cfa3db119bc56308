"""What is wrong in layers: check, and repair."""

from __future__ import annotations

import json
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
    QgsWkbTypes,
)

from .algorithm import GeozoneAlgorithm
from .records import add_rows, fields_of
from .sources import source_of
from .words import language, word

LAYERS, REPAIRED, OUTPUT = "LAYERS", "REPAIRED", "OUTPUT"
_COLUMNS = ["file", "layer", "severity", "code", "kind", "feature", "message", "remedy"]


class CheckAlgorithm(GeozoneAlgorithm):
    """Findings in layers as points, and the layers repaired."""

    KEY = "check"

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Declare the parameters."""
        del configuration
        self.addParameter(
            QgsProcessingParameterMultipleLayers(
                LAYERS, word("check_layers"), QgsProcessing.TypeVectorAnyGeometry
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(OUTPUT, word("check_output"), QgsProcessing.TypeVectorPoint)
        )
        self.addParameter(
            QgsProcessingParameterFileDestination(
                REPAIRED, word("check_repaired"), "GeoPackage (*.gpkg)", optional=True, createByDefault=False
            )
        )

    def arguments(self, parameters: Any, context: Any, feedback: Any) -> list[str]:
        """Return the layers."""
        layers = self.parameterAsLayerList(parameters, LAYERS, context)
        return [*(source_of(layer, context, feedback) for layer in layers), "--json"]

    def processAlgorithm(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Run the command and put its findings where they are."""
        repaired = self.parameterAsFileOutput(parameters, REPAIRED, context)
        finished = self.call(feedback, *(["--repair", repaired] if repaired else []))
        if finished is None:
            return {}
        rows, places = [], []
        for report in json.loads(finished.output or "[]"):
            for finding in report["findings"]:
                words = {name: finding[name][language()] for name in ("message", "remedy")}
                rows.append({**finding, **words, "file": report["file"], "layer": report["layer"]})
                places.append(finding["place"])
        fields = fields_of(rows, _COLUMNS)
        sink, where = self.parameterAsSink(
            parameters, OUTPUT, context, fields, QgsWkbTypes.Point, QgsCoordinateReferenceSystem("EPSG:4490")
        )
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, OUTPUT))
        add_rows(sink, fields, rows, places)
        feedback.pushInfo(word("check_found", count=len(rows)))
        return {OUTPUT: where, **({REPAIRED: repaired} if repaired else {})}
