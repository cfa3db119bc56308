"""Open a project in QGIS without a window, tell what it holds and print its layouts; run by the system's Python."""

import json
import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemPicture,
    QgsLayoutItemScaleBar,
    QgsProject,
)

ITEMS = {
    "map": QgsLayoutItemMap, "legend": QgsLayoutItemLegend, "scale": QgsLayoutItemScaleBar,
    "north": QgsLayoutItemPicture, "label": QgsLayoutItemLabel,
}  # fmt: skip


def symbols(layer):
    """Return the colours of the symbols of a layer."""
    if layer.renderer() is None:
        return []
    from qgis.core import QgsRenderContext

    found = []
    for symbol in layer.renderer().symbols(QgsRenderContext()):
        for part in symbol.symbolLayers():
            found += [part.color().name(), part.strokeColor().name()]
            inner = part.subSymbol()
            found += [inner.color().name()] if inner else []
    return sorted(set(found))


def layout_of(layout, folder):
    """Export a layout, and return its parts."""
    path = Path(folder) / f"{layout.name()}.pdf"
    exporter = QgsLayoutExporter(layout)
    done = exporter.exportToPdf(str(path), QgsLayoutExporter.PdfExportSettings())
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = 60
    exporter.exportToImage(str(path.with_suffix(".png")), settings)
    items = [name for name, kind in ITEMS.items() for item in layout.items() if isinstance(item, kind)]
    words = [item.text() for item in layout.items() if isinstance(item, QgsLayoutItemLabel)]
    return {"exported": done == QgsLayoutExporter.Success, "pdf": str(path), "items": items, "words": words}


def main():
    """Open the project named on the command line."""
    address, folder = sys.argv[1:]
    application = QgsApplication([], False)
    application.initQgis()
    project = QgsProject.instance()
    read = project.read(address)
    layers = {
        layer.id(): {
            "name": layer.name(),
            "valid": layer.isValid(),
            "source": layer.source(),
            "count": layer.featureCount(),
            "renderer": layer.renderer().type() if layer.renderer() else "",
            "colours": symbols(layer),
            "aliases": [layer.attributeAlias(index) for index in range(1, layer.fields().count())],
            "styles": layer.styleManager().styles(),
        }
        for layer in project.mapLayers().values()
    }
    root = project.layerTreeRoot()
    told = {
        "read": read,
        "title": project.title(),
        "crs": project.crs().toProj(),
        "layers": layers,
        "groups": [
            [group.name(), [node.layerId() for node in group.findLayers()]] for group in root.children()
        ],
        "shown": [node.layerId() for node in root.findLayers() if node.isVisible()],
        "order": [layer.id() for layer in root.layerOrder()],
        "themes": {
            name: project.mapThemeCollection().mapThemeVisibleLayerIds(name)
            for name in project.mapThemeCollection().mapThemes()
        },
        "layouts": {
            layout.name(): layout_of(layout, folder) for layout in project.layoutManager().printLayouts()
        },
    }
    sys.stdout.write(json.dumps(told, ensure_ascii=False))
    sys.stdout.flush()


main()
