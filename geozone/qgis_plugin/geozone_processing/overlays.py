"""Layers in zones: coverage, mosaic and change."""

from __future__ import annotations

import json
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputVectorLayer,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterVectorDestination,
    QgsProcessingParameterVectorLayer,
    QgsProcessingUtils,
    QgsWkbTypes,
)

from .algorithm import GeozoneAlgorithm
from .records import add_rows, fields_of
from .sources import source_of
from .words import word

LAYER, LAYERS, OLD, NEW, ZONES, BY, OUTPUT = "LAYER", "LAYERS", "OLD", "NEW", "ZONES", "BY", "OUTPUT"
_GEOPACKAGES = "GeoPackage (*.gpkg)"
_BY_ZONE, _BY_PLACE = "change_zones", "change_places"  # layers of the GeoPackage that the command writes


class _InZones(GeozoneAlgorithm):
    """An algorithm with zones, and the field that names them."""

    def add_zones(self) -> None:
        """Add the parameters."""
        self.addParameter(
            QgsProcessingParameterVectorLayer(ZONES, word("zones"), [QgsProcessing.TypeVectorPolygon])
        )
        self.addParameter(
            QgsProcessingParameterField(BY, word("by"), parentLayerParameterName=ZONES, optional=True)
        )

    def naming(self, parameters: Any, context: Any) -> list[str]:
        """Return the option that says which field names the zones."""
        names = self.parameterAsFields(parameters, BY, context)
        return ["--by", names[0]] if names else []


class CoverageAlgorithm(_InZones):
    """Net coverage of a layer in zones."""

    KEY = "coverage"

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Declare the parameters."""
        del configuration
        self.addParameter(
            QgsProcessingParameterVectorLayer(LAYER, word("layer"), [QgsProcessing.TypeVectorPolygon])
        )
        self.add_zones()
        self.addParameter(
            QgsProcessingParameterVectorDestination(
                OUTPUT, word("coverage_output"), QgsProcessing.TypeVectorPolygon
            )
        )

    def arguments(self, parameters: Any, context: Any, feedback: Any) -> list[str]:
        """Return layer, zones and their field."""
        sources = [self.source(parameters, name, context, feedback) for name in (LAYER, ZONES)]
        return [*sources, *self.naming(parameters, context)]

    def processAlgorithm(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Run the command; the file has its style inside."""
        path = self.parameterAsOutputLayer(parameters, OUTPUT, context)
        return {OUTPUT: path} if self.call(feedback, "--out", path) else {}


class MosaicAlgorithm(_InZones):
    """Area of every combination of layers in zones."""

    KEY = "mosaic"

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Declare the parameters."""
        del configuration
        self.addParameter(
            QgsProcessingParameterMultipleLayers(LAYERS, word("layers"), QgsProcessing.TypeVectorPolygon)
        )
        self.add_zones()
        self.addParameter(
            QgsProcessingParameterFeatureSink(OUTPUT, word("mosaic_output"), QgsProcessing.TypeVector)
        )

    def arguments(self, parameters: Any, context: Any, feedback: Any) -> list[str]:
        """Return zones, layers and the field of the zones."""
        layers = self.parameterAsLayerList(parameters, LAYERS, context)
        zones = self.source(parameters, ZONES, context, feedback)
        sources = [source_of(layer, context, feedback) for layer in layers]
        return [zones, *sources, *self.naming(parameters, context), "--json"]

    def processAlgorithm(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Run the command and make a table of what it prints."""
        finished = self.call(feedback)
        if finished is None:
            return {}
        rows = json.loads(finished.output)
        fields = fields_of(rows, list(rows[0]) if rows else [])
        sink, where = self.parameterAsSink(parameters, OUTPUT, context, fields, QgsWkbTypes.NoGeometry)
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, OUTPUT))
        add_rows(sink, fields, rows)
        return {OUTPUT: where}


class ChangeAlgorithm(_InZones):
    """What a layer gained and lost between two dates."""

    KEY = "change"

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Declare the parameters and both layers that come out."""
        del configuration
        for name in (OLD, NEW):
            self.addParameter(
                QgsProcessingParameterVectorLayer(
                    name, word(f"change_{name.lower()}"), [QgsProcessing.TypeVectorPolygon]
                )
            )
        self.add_zones()
        self.addParameter(QgsProcessingParameterFileDestination(OUTPUT, word("change_output"), _GEOPACKAGES))
        for name in (_BY_ZONE, _BY_PLACE):
            self.addOutput(QgsProcessingOutputVectorLayer(name.upper(), word(name)))

    def arguments(self, parameters: Any, context: Any, feedback: Any) -> list[str]:
        """Return both dates, zones and their field."""
        sources = [self.source(parameters, name, context, feedback) for name in (OLD, NEW, ZONES)]
        return [*sources, *self.naming(parameters, context)]

    def processAlgorithm(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Run the command and open both layers of its file."""
        path = self.parameterAsFileOutput(parameters, OUTPUT, context)
        if not self.call(feedback, "--out", path):
            return {}
        results = {OUTPUT: path}
        for name in (_BY_ZONE, _BY_PLACE):
            results[name.upper()] = f"{path}|layername={name}"
            details = QgsProcessingContext.LayerDetails(
                word(name), context.project(), name.upper(), QgsProcessingUtils.LayerHint.Vector
            )
            context.addLayerToLoadOnCompletion(results[name.upper()], details)
        return results
