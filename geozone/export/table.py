"""One table of a result: the unit that all formats write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geozone.export.columns import Column, conformed
from geozone.messages import Text, text
from geozone.model import LayerSpec, LayerStyle
from geozone.vintages import vintage_words


@dataclass(frozen=True)
class Table:
    """One layer (with a geometry type) or one plain table, in one language."""

    name: str
    title: Text
    description: Text
    columns: tuple[Column, ...]
    frame: pd.DataFrame  # a GeoDataFrame with the column ``geometry`` where it is a layer
    geometry: str | None = None  # e.g. "MultiPolygon"
    style: LayerStyle | None = None
    spec: LayerSpec | None = None


def plain_table(
    name: str, declared: tuple[Column, ...], rows: Iterable[Mapping[str, Any]] | pd.DataFrame
) -> Table:
    """Return a table without shapes, with the title and description of the catalogue."""
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows), dtype="object")
    return Table(
        name, text(f"words.table_{name}"), text(f"export.about_{name}"), declared, conformed(frame, declared)
    )


def about_layer(spec: LayerSpec) -> Text:
    """Return where a layer stands: basis, source, licence, vintage, accuracy and note."""
    about = text(
        "export.about_layer",
        basis=text(f"words.basis_{spec.basis}"),
        source=spec.source,
        licence=spec.licence,
        vintage=vintage_words(spec.vintage),
        accuracy=spec.accuracy,
    )
    return about + spec.note if spec.note else about
