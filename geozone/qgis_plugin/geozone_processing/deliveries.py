"""Whole deliveries: a build, and what differs between two of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsWkbTypes,
)

from .algorithm import FILES_AND_FOLDERS, GeozoneAlgorithm
from .projects import open_project
from .records import add_rows, fields_of
from .words import language, packed, word

ZONES, PROJECT, EDITION, LOAD, OUTPUT = "ZONES", "PROJECT", "EDITION", "LOAD", "OUTPUT"
OLD, NEW = "OLD", "NEW"
_COLUMNS = ["zone", "part", "table", "item", "name", "change", "field", "old", "new", "why"]


class BuildAlgorithm(GeozoneAlgorithm):
    """All files of zones; their QGIS projects are opened as groups of layers."""

    KEY = "build"
    RESULT_OF_WRONG_DATA = False

    def __init__(self) -> None:
        super().__init__()
        self.projects: list[str] = []
        self.opens = False

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Declare the parameters."""
        del configuration
        zones = QgsProcessingParameterEnum(
            ZONES, word("build_zones"), list(packed()["zones"]), allowMultiple=True, optional=True,
            usesStaticStrings=True,
        )  # fmt: skip
        zones.setHelp("\n".join(f"{key}: {title[language()]}" for key, title in packed()["zones"].items()))
        self.addParameter(zones)
        self.addParameter(
            QgsProcessingParameterFile(PROJECT, word("build_project"), extension="toml", optional=True)
        )
        editions = packed()["editions"]
        self.addParameter(
            QgsProcessingParameterEnum(
                EDITION, word("build_edition"), editions, defaultValue=editions[0], usesStaticStrings=True
            )
        )
        self.addParameter(QgsProcessingParameterBoolean(LOAD, word("build_load"), defaultValue=True))
        self.addParameter(QgsProcessingParameterFolderDestination(OUTPUT, word("build_output")))

    def arguments(self, parameters: Any, context: Any, feedback: Any) -> list[str]:
        """Return zones or project file, and the edition.

        Raises
        ------
        QgsProcessingException
            If there are none, or both.
        """
        del feedback
        zones = [zone for zone in self.parameterAsEnumStrings(parameters, ZONES, context) if zone]
        project = self.parameterAsFile(parameters, PROJECT, context)
        if bool(zones) == bool(project):
            raise QgsProcessingException(word("build_one_of"))
        self.opens = self.parameterAsBool(parameters, LOAD, context)
        edition = self.parameterAsEnumString(parameters, EDITION, context)
        return [*(["--project", project] if project else zones), "--edition", edition]

    def processAlgorithm(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Run the command."""
        folder = self.parameterAsString(parameters, OUTPUT, context)
        finished = self.call(feedback, "--out", folder)
        if finished is None:
            return {}
        written = [line for line in finished.output.splitlines() if line]
        self.projects = [path for path in written if path.endswith(".qgz")]
        for path in written:
            if path.endswith(".html"):
                feedback.pushInfo(Path(path).absolute().as_uri())
        return {OUTPUT: folder}

    def postProcessAlgorithm(self, context: Any, feedback: Any) -> dict[str, Any]:
        """Open the projects; called in the thread of the window."""
        if self.opens and context.project() is not None:
            for path in self.projects:
                reason = open_project(path, context.project())
                if reason:
                    feedback.reportError(word("build_not_opened", path=path, reason=reason), False)
        return {}


class DiffAlgorithm(GeozoneAlgorithm):
    """What differs between two deliveries."""

    KEY = "diff"
    RESULT_OF_WRONG_DATA = False

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Declare the parameters."""
        del configuration
        for name in (OLD, NEW):
            self.addParameter(
                QgsProcessingParameterFile(name, word(f"diff_{name.lower()}"), fileFilter=FILES_AND_FOLDERS)
            )
        self.addParameter(
            QgsProcessingParameterFeatureSink(OUTPUT, word("diff_output"), QgsProcessing.TypeVector)
        )

    def arguments(self, parameters: Any, context: Any, feedback: Any) -> list[str]:
        """Return both deliveries."""
        del feedback
        return [*(self.parameterAsString(parameters, name, context) for name in (OLD, NEW)), "--json"]

    def processAlgorithm(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Run the command and make a table of what it prints."""
        finished = self.call(feedback)
        if finished is None:
            return {}
        rows = json.loads(finished.output)
        fields = fields_of([], _COLUMNS)  # values of any kind, as text
        sink, where = self.parameterAsSink(parameters, OUTPUT, context, fields, QgsWkbTypes.NoGeometry)
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, OUTPUT))
        add_rows(sink, fields, rows)
        feedback.pushInfo(word("diff_found", count=len(rows)))
        return {OUTPUT: where}
