"""Edit registers and bays of a GeoPackage through QGIS as a person does; run by the system's Python."""

import sys

from qgis.core import QgsApplication, QgsFeature, QgsVectorLayer, edit


def main():
    """Make twelve edits of different kinds in the file named on the command line."""
    application = QgsApplication([], False)
    application.initQgis()

    def layer(name):
        return QgsVectorLayer(f"{sys.argv[1]}|layername={name}", name, "ogr")

    registers, bays = layer("registers"), layer("bays")
    rows, features = list(registers.getFeatures()), list(bays.getFeatures())
    place = registers.fields().indexOf
    with edit(registers):
        registers.changeAttributeValue(rows[0].id(), place("status"), "planned")
        registers.changeAttributeValue(rows[0].id(), place("status_date"), "2026-05")
        registers.changeAttributeValue(rows[1].id(), place("source"), "验收文件")
        registers.changeAttributeValue(rows[2].id(), place("name_en"), None)
        registers.changeAttributeValue(rows[3].id(), place("status"), "差不多建成")
        registers.changeAttributeValue(rows[4].id(), place("item_id"), "bay-renamed")
        registers.deleteFeature(rows[5].id())
        added = QgsFeature(registers.fields())
        added.setAttributes(rows[1].attributes())
        for name, value in {
            "fid": None,
            "item_id": "bay-new",
            "name": "新湾",
            "item_as_exported": None,
        }.items():
            added[name] = value
        registers.addFeature(added)
    with edit(bays):
        bays.changeAttributeValue(features[1].id(), bays.fields().indexOf("status"), "planned")
        moved = features[1].geometry()
        moved.translate(0.01, 0)
        bays.changeGeometry(features[1].id(), moved)
        bays.deleteFeature(features[2].id())
        added = QgsFeature(bays.fields())
        added["name"] = "新湾"
        moved.translate(0, 0.1)
        added.setGeometry(moved)
        bays.addFeature(added)


main()
