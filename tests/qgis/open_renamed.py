"""Open projects in QGIS with the plugin loaded, and then without it; run by the system's Python.

Arguments: the folder of plugins, and projects. Tells of each how many layers it has, and the sources of those that are valid.
"""

import json
import sys

folder, *addresses = sys.argv[1:]
sys.path[:0] = ["/usr/share/qgis/python/plugins", folder]

from qgis.core import QgsApplication, QgsLayerDefinition, QgsProject  # noqa: E402 - found by the path above

application = QgsApplication([], False)
application.initQgis()

from processing.core.Processing import Processing  # noqa: E402 - needs QGIS

Processing.initialize()
import geozone_processing  # noqa: E402


def opened(address):
    """Return what a project holds."""
    project = QgsProject.instance()
    read = project.read(address)
    layers = project.mapLayers().values()
    return {
        "read": read, "count": len(layers), "sources": [layer.source() for layer in layers if layer.isValid()],
    }  # fmt: skip


def added(address, definition):
    """Return the layers of a layer definition that is added to a project which is open."""
    project = QgsProject.instance()
    project.read(address)
    before = set(project.mapLayers())
    QgsLayerDefinition.loadLayerDefinition(definition, project, project.layerTreeRoot())
    new = set(project.mapLayers()) - before
    return [project.mapLayer(name).isValid() for name in new]


definition = None
if addresses[-1].endswith(".qlr"):
    definition = addresses.pop()
plugin = geozone_processing.classFactory(None)
plugin.initProcessing()
told = {"with": [opened(address) for address in addresses]}
if definition:
    told["added"] = added(addresses[0], definition)
plugin.unload()
told["without"] = [opened(address) for address in addresses]
sys.stdout.write("\n" + json.dumps(told, ensure_ascii=False) + "\n")
sys.stdout.flush()
