"""What of a zone lies in the window of one sheet of an atlas."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from geozone.barriers.telling import unit_names
from geozone.export.atlas_panel import Member
from geozone.export.sheet_frame import Frame
from geozone.export.sheet_panel import Theme
from geozone.export.sheet_scene import Focus
from geozone.messages import text
from geozone.model import CRS, Layer

_AROUND = 0.02  # of the window, by which what is drawn reaches beyond it


class Cutting:
    """The parts of a result that lie in one window after the other.

    Parameters
    ----------
    about
        What all sheets show.
    """

    def __init__(self, about: Theme) -> None:
        self.about = about
        units = about.result.units
        self._ground = dict(zip(units["code"], units.geometry, strict=True))
        self._titles = unit_names(units)
        self._parents = dict(zip(units["code"], units["parent"], strict=True))

    def focus(self, code: str) -> Focus:
        """Return a unit as what a map is about."""
        return Focus(code, self._ground[code])

    def heading(self, member: Member) -> str:
        """Return the name of a unit with that of its upper unit."""
        upper = self._titles.get(self._parents.get(member.code, ""), self.about.result.title)
        return text("export.atlas_heading", unit=member.title, upper=upper).get(self.about.lang)

    def around(self, frame: Frame) -> Theme:
        """Return the theme with what lies in a window, cut a little beyond its edge."""
        window = shapely.box(frame.west, frame.south, frame.east, frame.north)
        window = window.buffer(_AROUND * (frame.east - frame.west), join_style="mitre")
        edge = gpd.GeoSeries(
            [shapely.segmentize(window, (frame.east - frame.west) / 8)], crs=frame.crs
        ).to_crs(CRS)
        box = tuple(edge.total_bounds)
        result = self.about.result
        local = replace(
            result,
            units=_cut(result.units, box),
            layers={name: _cut_layer(layer, box) for name, layer in result.layers.items()},
            backdrop={name: _cut_layer(layer, box) for name, layer in result.backdrop.items()},
        )
        return replace(self.about, result=local)


def _cut_layer(layer: Layer, box: tuple[float, ...]) -> Layer:
    return replace(layer, data=_cut(layer.data, box))


def _cut(data: gpd.GeoDataFrame, box: tuple[float, ...]) -> gpd.GeoDataFrame:
    """Return the features in a box of degrees, cut at its edge."""
    near = data.iloc[np.sort(data.sindex.query(shapely.box(*box)))]
    shapes = shapely.clip_by_rect(near.geometry.to_numpy(), *box)
    kept = ~(shapely.is_empty(shapes) | shapely.is_missing(shapes))
    return near[kept].set_geometry(gpd.GeoSeries(shapes[kept], index=near.index[kept], crs=data.crs))
