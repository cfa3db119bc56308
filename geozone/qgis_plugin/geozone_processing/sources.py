"""Layers of QGIS as the command is told of them: the file itself, or a copy where QGIS sees other things than the file holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsDataProvider,
    QgsProcessingException,
    QgsProcessingUtils,
    QgsProviderRegistry,
    QgsVectorFileWriter,
)

from .words import word

_OGR = "ogr"
_PLAIN = {"path", "layerName", "layerId"}  # parts of an address that only say which layer of which file


def source_of(layer: Any, context: Any, feedback: Any) -> str:
    """Return ``FILE`` or ``FILE:LAYER`` of a layer.

    A layer that is filtered, edited and not saved, given another coordinate system by hand, or in no file at all is copied
    into a temporary GeoPackage as QGIS shows it; that is said.

    Parameters
    ----------
    layer
        A QgsVectorLayer.
    context, feedback
        Those of the algorithm.

    Raises
    ------
    QgsProcessingException
        If the copy cannot be written.
    """
    direct = _file_of(layer)
    if direct is not None:
        return direct
    feedback.pushInfo(word("copied", layer=layer.name()))
    return _copy_of(layer, context)


def _file_of(layer: Any) -> str | None:
    """Return the file of a layer that shows just what its file holds."""
    provider = layer.dataProvider()
    if provider.name() != _OGR or layer.subsetString() or layer.isModified():
        return None
    if layer.crs() != provider.crs():  # set by hand
        return None
    parts = QgsProviderRegistry.instance().decodeUri(_OGR, layer.source())
    further = {name for name, value in parts.items() if value and name not in _PLAIN}
    path = str(parts.get("path") or "")
    if further or not Path(path).exists():
        return None
    inside = parts.get("layerName")
    if not inside:  # QGIS shows the first of several, or the one of a number
        names = [entry.split(QgsDataProvider.sublayerSeparator())[1] for entry in provider.subLayers()]
        if len(set(names)) < 2:
            return path
        number = int(parts.get("layerId") or 0)
        inside = names[number] if 0 <= number < len(names) else None
    return f"{path}:{inside}" if inside else None


def _copy_of(layer: Any, context: Any) -> str:
    path = QgsProcessingUtils.generateTempFilename("layer.gpkg")
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerName = layer.name() or "layer"
    options.layerOptions = ["FID=geozone_fid"]  # a field "fid" of the layer stays one of its fields
    error, message, *_ = QgsVectorFileWriter.writeAsVectorFormatV3(
        layer, path, context.transformContext(), options
    )
    if error != QgsVectorFileWriter.NoError:
        raise QgsProcessingException(word("not_copied", layer=layer.name(), reason=message))
    return f"{path}:{options.layerName}"
