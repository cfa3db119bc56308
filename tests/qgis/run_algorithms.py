"""Run algorithms of the packed plugin in QGIS without a window, and tell what came out; run by the system's Python.

Arguments: the folder of plugins, and the language. The task on standard input is a list of steps: an algorithm with its
parameters, the environment of geozone that it runs in, and what is done to a layer before (``filter``, ``crs``, ``delete``) or
while it runs (``cancel``: seconds).
"""

import json
import sys
import threading

folder, language = sys.argv[1:]
sys.path[:0] = ["/usr/share/qgis/python/plugins", folder]
before = list(sys.path)

from qgis.core import (  # noqa: E402 - found by the path above
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsSettings,
    QgsVectorLayer,
)

application = QgsApplication([], False)
application.initQgis()
QgsSettings().setValue("locale/overrideFlag", True)
QgsSettings().setValue("locale/userLocale", language)

import processing  # noqa: E402 - needs QGIS
from processing.core.Processing import Processing  # noqa: E402
from processing.core.ProcessingConfig import ProcessingConfig  # noqa: E402

Processing.initialize()
import geozone_processing  # noqa: E402

plugin = geozone_processing.classFactory(None)
plugin.initProcessing()


class Feedback(QgsProcessingFeedback):
    """Keeps what was said, and every per cent."""

    def __init__(self):
        super().__init__()
        self.said, self.errors, self.steps = [], [], []
        self.progressChanged.connect(self.steps.append)

    def pushInfo(self, info):  # noqa: N802 - as QGIS calls it
        self.said.append(info)

    def reportError(self, error, fatalError=False):  # noqa: ARG002, N802, N803 - as QGIS calls it
        self.errors.append(error)


def layer_of(path, change):
    """Return a layer with something done to it in QGIS."""
    layer = QgsVectorLayer(path, "given", "ogr")
    if "filter" in change:
        layer.setSubsetString(change["filter"])
    if "crs" in change:
        layer.setCrs(QgsCoordinateReferenceSystem(change["crs"]))
    if "delete" in change:
        layer.startEditing()
        layer.deleteFeature(change["delete"])
    return layer


def told_of(layer):
    """Return the rows of a layer and how it is drawn."""
    names = [field.name() for field in layer.fields()]
    rows = []
    for feature in layer.getFeatures():
        row = {name: value if value is None or isinstance(value, (bool, int, float)) else str(value)
               for name, value in zip(names, feature.attributes(), strict=True)}  # fmt: skip
        if feature.hasGeometry() and feature.geometry().wkbType() == 1:
            row["point"] = [feature.geometry().asPoint().x(), feature.geometry().asPoint().y()]
        rows.append(row)
    renderer = layer.renderer().type() if layer.renderer() else ""
    return {"valid": layer.isValid(), "rows": rows, "renderer": renderer, "crs": layer.crs().authid()}


def run(step):
    """Run one step and return what there is to tell of it."""
    parameters = {
        name: layer_of(value["path"], value) if isinstance(value, dict) else value
        for name, value in step["parameters"].items()
    }
    feedback, context, project = Feedback(), QgsProcessingContext(), QgsProject.instance()
    project.clear()
    ProcessingConfig.setSettingValue("GEOZONE_ENVIRONMENT", step["environment"])
    context.setProject(project)
    if "cancel" in step:
        threading.Timer(step["cancel"], feedback.cancel).start()
    try:
        results = processing.run(step["algorithm"], parameters, feedback=feedback, context=context)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        return {"error": " ".join([str(error), *feedback.errors]), "said": feedback.said}
    layers = {}
    for name, value in results.items():
        if isinstance(value, QgsVectorLayer):
            layers[name] = told_of(value)
        elif isinstance(value, str) and ".gpkg" in value:
            layers[name] = told_of(QgsVectorLayer(value, name, "ogr"))
    tree = [
        {"group": group.name(), "children": [child.name() for child in group.children()],
         "layers": [[node.name(), node.layer().isValid(), node.layer().source()] for node in group.findLayers()]}
        for group in project.layerTreeRoot().children()
    ]  # fmt: skip
    loaded = {details.outputName: address for address, details in context.layersToLoadOnCompletion().items()}
    return {
        "results": {name: str(value) for name, value in results.items()}, "layers": layers, "said": feedback.said,
        "errors": feedback.errors, "steps": feedback.steps, "tree": tree, "loaded": loaded,
    }  # fmt: skip


told = {
    "algorithms": {
        algorithm.id(): [algorithm.displayName(), algorithm.shortHelpString()]
        for algorithm in QgsApplication.processingRegistry().providerById("geozone").algorithms()
    },
    "steps": [run(step) for step in json.load(sys.stdin)],
    "path_kept": sys.path == before,
    "geozone_imported": "geozone" in sys.modules,
}
plugin.unload()
told["left"] = QgsApplication.processingRegistry().providerById("geozone") is not None
sys.stdout.write("\n" + json.dumps(told, ensure_ascii=False) + "\n")
sys.stdout.flush()
