"""Rows that the command prints as JSON, as features of QGIS."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsFeature, QgsFeatureSink, QgsField, QgsFields, QgsGeometry, QgsPointXY
from qgis.PyQt.QtCore import QVariant

_TYPES = {bool: QVariant.Bool, int: QVariant.LongLong, float: QVariant.Double}


def fields_of(rows: list[dict[str, Any]], names: list[str]) -> Any:
    """Return the fields of rows: of one kind of value each, text where there are several."""
    fields = QgsFields()
    for name in names:
        kinds = {type(row[name]) for row in rows if row.get(name) is not None}
        kinds = {float} if kinds == {int, float} else kinds
        (kind,) = kinds if len(kinds) == 1 else (str,)
        fields.append(QgsField(name, _TYPES.get(kind, QVariant.String)))
    return fields


def add_rows(
    sink: Any, fields: Any, rows: list[dict[str, Any]], places: list[list[float] | None] | None = None
) -> None:
    """Add rows to a sink, with a point each where there is a place."""
    for number, row in enumerate(rows):
        feature = QgsFeature(fields)
        for field in fields:
            value = row.get(field.name())
            plain = value is None or field.type() != QVariant.String
            feature.setAttribute(field.name(), value if plain else str(value))
        place = places[number] if places else None
        if place is not None:
            feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(*place)))
        sink.addFeature(feature, QgsFeatureSink.FastInsert)
