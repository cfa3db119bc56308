"""The pictures of a page that are made from rasters. They ask for nothing that is computed, and may be drawn ahead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import shapely

from geozone.manifest.indicators import Indicator
from geozone.maps.raster_image import Entry, raster_image
from geozone.maps.relief import relief_image
from geozone.messages import Text
from geozone.model import LayerSource, LayerSpec
from geozone.reuse.files import bytes_of
from geozone.reuse.reuse import Reuse


@dataclass(frozen=True, slots=True)
class Subject:
    """What pictures are made from: elevation models, rasters, the ground of a zone, and what rates are made from rasters."""

    relief: tuple[LayerSource, ...]
    rasters: tuple[LayerSpec, ...]
    bounds: tuple[float, float, float, float]  # west, south, east, north in degrees
    outline: shapely.Geometry
    indicators: Mapping[str, Indicator]

    @classmethod
    def of(
        cls,
        units: gpd.GeoDataFrame,
        relief: tuple[LayerSource, ...],
        rasters: Mapping[str, LayerSpec],
        indicators: Mapping[str, Indicator],
    ) -> Subject:
        """Return the subject of a zone by its units, of which the last is the zone itself."""
        west, south, east, north = (float(side) for side in units.total_bounds)
        outline = units.geometry.iloc[-1]
        return cls(relief, tuple(rasters.values()), (west, south, east, north), outline, dict(indicators))


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures of a subject: what `relief_image` returns, and `raster_image` by layer id."""

    subject: Subject
    relief: Mapping[str, Any] | None
    rasters: Mapping[str, Mapping[str, Any] | None]


def draw(subject: Subject, reuse: Reuse) -> Pictures:
    """Draw the pictures of a subject, or take those of an earlier run.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    relief = _relief(subject, reuse) if subject.relief else None
    return Pictures(subject, relief, {spec.id: _picture(spec, subject, reuse) for spec in subject.rasters})


def _relief(subject: Subject, reuse: Reuse) -> dict[str, Any] | None:
    return reuse.result(
        "relief",
        "",
        lambda: [list(subject.relief), bytes_of(subject.relief), subject.bounds],
        lambda: relief_image(subject.relief, subject.bounds),
    )


def _picture(spec: LayerSpec, subject: Subject, reuse: Reuse) -> dict[str, Any] | None:
    return reuse.result(
        "picture",
        spec.id,
        lambda: [spec, bytes_of(spec.sources), subject.outline, dict(subject.indicators)],
        lambda: raster_image(spec, subject.outline, subject.indicators),
        (Entry, Text),
    )
