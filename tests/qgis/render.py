"""Runs inside QGIS's own Python: opens every layer of a GeoPackage and draws it with its stored style.

Arguments: GeoPackage, folder for one PNG a layer. Prints one JSON object.
"""

import json
import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def draw(layers, extent, path, *, smooth=True):
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputSize(QSize(900, 900))
    settings.setOutputDpi(120)
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4490"))
    settings.setFlag(QgsMapSettings.Antialiasing, smooth)
    settings.setExtent(extent.buffered(0.05))  # a straight coast has no width of its own
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(str(path))
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    pixels = memoryview(bits).cast("B").cast("I")  # a line has no rest, and the ground is opaque
    seen = {pixel for y in range(0, 900, 10) for pixel in pixels[900 * y : 900 * (y + 1)]}
    return sorted({QColor(pixel).name() for pixel in seen})


def describe(layer, name, folder):
    fields = layer.fields()
    found = {
        "valid": layer.isValid(),
        "features": layer.featureCount(),
        "crs": layer.crs().authid(),
        "aliases": {field.name(): layer.attributeAlias(index) for index, field in enumerate(fields)},
        "widgets": {
            field.name(): layer.editorWidgetSetup(index).type()
            for index, field in enumerate(fields)
            if layer.editorWidgetSetup(index).type()
        },
        "styles": layer.listStylesInDatabase()[0],
        "loaded": layer.loadDefaultStyle()[1],
    }
    found["read_only"] = [
        field.name() for index, field in enumerate(fields) if layer.editFormConfig().readOnly(index)
    ]
    found["hidden"] = [column.name for column in layer.attributeTableConfig().columns() if column.hidden]
    if layer.isSpatial():
        found["renderer"] = layer.renderer().type()
        found["legend"] = [item.label() for item in layer.renderer().legendSymbolItems()]
        found["colours"] = (
            draw([layer], layer.extent(), folder / f"{name}.png", smooth=False)
            if layer.featureCount()
            else []
        )
    return found


def open_and_draw(path, folder, names):
    layers = {name: QgsVectorLayer(f"{path}|layername={name}", name, "ogr") for name in names}
    result = {name: describe(layer, name, folder) for name, layer in layers.items()}
    order = ["lakes", "rivers", "bays", "coastline", "barrier_gaps", "redline", "barrier", "units"]
    together = [layers[name] for name in order if name in layers and layers[name].featureCount()]
    draw(together, layers["units"].extent(), folder / "all.png")
    return result


def edit(path, table, key, column, value):
    """Change one value of one row the way a person does: open, edit, save."""
    layer = QgsVectorLayer(f"{path}|layername={table}", table, "ogr")
    changed = 0
    layer.startEditing()
    for feature in layer.getFeatures():
        if feature[key[0]] == key[1]:
            changed += layer.changeAttributeValue(feature.id(), layer.fields().indexOf(column), value)
    return changed if layer.commitChanges() else 0


def look_around(path, names):
    """Do what changes no feature: switch editing on and off, save a project into the file, close everything."""
    project = QgsProject.instance()
    for name in names:
        layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        layer.startEditing()
        layer.rollBack()
        project.addMapLayer(layer)
    project.write(f"geopackage:{path}?projectName=own")
    project.clear()


def main(path, folder):
    application = QgsApplication([], False)
    application.initQgis()
    task = json.loads(sys.stdin.read())
    result = open_and_draw(path, folder, task["layers"])
    if task.get("look_around"):
        look_around(path, task["layers"])
    for change in task.get("edits", []):
        result.setdefault("edits", []).append(edit(path, *change))
    sys.stdout.write(json.dumps(result, ensure_ascii=False))
    sys.stdout.flush()
    application.exitQgis()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
