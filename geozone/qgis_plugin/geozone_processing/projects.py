"""The QGIS project of a delivery as a group of the project that is open: its groups, order, names and styles."""

from __future__ import annotations

import zipfile
from typing import Any

from qgis.core import QgsLayerDefinition, QgsPathResolver, QgsReadWriteContext
from qgis.PyQt.QtXml import QDomDocument


def open_project(path: str, project: Any) -> str:
    """Add the layers of a project file to a project, in one group at its top.

    Parameters
    ----------
    path
        A ``.qgz`` file; its layers lie beside it.
    project
        The QgsProject to add them to.

    Returns
    -------
    str
        Why that was not possible; empty where it was.
    """
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".qgs"))
        content = archive.read(name).decode("utf-8")
    read = QDomDocument()
    read.setContent(content)
    root = read.documentElement()
    definition = QDomDocument()
    top = definition.createElement("qlr")
    definition.appendChild(top)
    top.appendChild(definition.importNode(root.firstChildElement("layer-tree-group"), True))
    layers = definition.createElement("maplayers")
    top.appendChild(layers)
    layer = root.firstChildElement("projectlayers").firstChildElement("maplayer")
    while not layer.isNull():
        layers.appendChild(definition.importNode(layer, True))
        layer = layer.nextSiblingElement("maplayer")
    context = QgsReadWriteContext()
    context.setPathResolver(QgsPathResolver(path))
    group = project.layerTreeRoot().insertGroup(0, root.firstChildElement("title").text())
    done, reason = QgsLayerDefinition.loadLayerDefinition(definition, project, group, context)
    return "" if done else reason or path
