"""What is wrong in layers and deliveries: check, also against a standard, and repair."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingUtils,
    QgsWkbTypes,
)

from .algorithm import FILES_AND_FOLDERS, GeozoneAlgorithm
from .records import add_rows, fields_of
from .sources import source_of
from .words import language, packed, word

LAYERS, DELIVERY, STANDARD, OWN_STANDARD = "LAYERS", "DELIVERY", "STANDARD", "OWN_STANDARD"
REPAIRED, FAILING, OUTPUT = "REPAIRED", "FAILING", "OUTPUT"
_GEOPACKAGES = "GeoPackage (*.gpkg)"
_LAYERS_OF = (
    "SELECT table_name, identifier FROM gpkg_contents WHERE data_type = 'features' ORDER BY table_name"
)
_COLUMNS = ["file", "layer", "severity", "code", "kind", "feature", "message", "remedy"]


class CheckAlgorithm(GeozoneAlgorithm):
    """Findings in layers or a delivery as points, the features that they are about, and the layers repaired."""

    KEY = "check"

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Declare the parameters."""
        del configuration
        self.addParameter(
            QgsProcessingParameterMultipleLayers(
                LAYERS, word("check_layers"), QgsProcessing.TypeVectorAnyGeometry, optional=True
            )
        )
        self.addParameter(
            QgsProcessingParameterFile(
                DELIVERY, word("check_delivery"), optional=True, fileFilter=FILES_AND_FOLDERS
            )
        )
        standards = packed()["standards"]
        standard = QgsProcessingParameterEnum(
            STANDARD, word("check_standard"), list(standards), optional=True, usesStaticStrings=True
        )
        standard.setHelp("\n".join(f"{key}: {title[language()]}" for key, title in standards.items()))
        self.addParameter(standard)
        self.addParameter(
            QgsProcessingParameterFile(
                OWN_STANDARD, word("check_own_standard"), extension="toml", optional=True
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(OUTPUT, word("check_output"), QgsProcessing.TypeVectorPoint)
        )
        for name in (FAILING, REPAIRED):
            self.addParameter(
                QgsProcessingParameterFileDestination(
                    name, word(f"check_{name.lower()}"), _GEOPACKAGES, optional=True, createByDefault=False
                )
            )

    def arguments(self, parameters: Any, context: Any, feedback: Any) -> list[str]:
        """Return the layers or the delivery, and what they are held against.

        Raises
        ------
        QgsProcessingException
            If there are neither layers nor a delivery, or both; if two standards are named.
        """
        layers = self.parameterAsLayerList(parameters, LAYERS, context)
        delivery = self.parameterAsString(parameters, DELIVERY, context)
        if bool(layers) == bool(delivery):
            raise QgsProcessingException(word("check_one_of"))
        named = self.parameterAsEnumString(parameters, STANDARD, context)
        own = self.parameterAsFile(parameters, OWN_STANDARD, context)
        if named and own:
            raise QgsProcessingException(word("check_one_standard"))
        sources = [delivery] if delivery else [source_of(layer, context, feedback) for layer in layers]
        standard = named or own
        return [*sources, *(["--standard", standard] if standard else []), "--json"]

    def processAlgorithm(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Run the command and put its findings where they are."""
        repaired = self.parameterAsFileOutput(parameters, REPAIRED, context)
        failing = self.parameterAsFileOutput(parameters, FAILING, context)
        wanted = {"--repair": repaired, "--failing": failing}
        finished = self.call(feedback, *(part for pair in wanted.items() if pair[1] for part in pair))
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
        if failing:
            _open_when_done(failing, context)
        written = {REPAIRED: repaired, FAILING: failing}
        return {OUTPUT: where, **{name: path for name, path in written.items() if path}}


def _open_when_done(path: str, context: Any) -> None:
    """Have every layer of a GeoPackage opened with its title and style; the file says which there are."""
    with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)) as package:
        layers = package.execute(_LAYERS_OF).fetchall()
    for name, title in layers:
        details = QgsProcessingContext.LayerDetails(
            title, context.project(), name.upper(), QgsProcessingUtils.LayerHint.Vector
        )
        context.addLayerToLoadOnCompletion(f"{path}|layername={name}", details)
