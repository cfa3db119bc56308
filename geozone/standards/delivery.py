"""A delivery as it was read: its layers as tables, each known by what the standard calls it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from geozone.checks.layer_findings import feature_labels
from geozone.model import CRS, Layer
from geozone.overlay.guard import repaired
from geozone.overlay.plane import Geometries, Numbers, area_km2, off_earth
from geozone.overlay.rings import each, is_polygonal, not_finite, without_empty_rings
from geozone.projections import transformer
from geozone.read.fields import means

Rows = npt.NDArray[np.intp]
_FINE = 1e-9  # degrees: a grid on which a union does not give up


@dataclass
class Table:
    """One layer of a delivery."""

    name: str  # as the file has it
    layer: Layer
    xy_tolerance: float | None = None  # in units of its coordinates; None where nobody says
    _grounds: dict[pyproj.CRS, shapely.Geometry] = field(default_factory=dict, init=False, repr=False)

    @property
    def data(self) -> Any:
        """The features, in EPSG:4490."""
        return self.layer.data

    @cached_property
    def labels(self) -> list[str]:
        """How each feature is called."""
        return feature_labels(self.data)

    @cached_property
    def geometries(self) -> Geometries:
        """The geometries in longitude and latitude; those that are nowhere are missing."""
        found = without_empty_rings(np.array(self.data.geometry.values, dtype=object)).copy()
        found[not_finite(found)] = None
        found[off_earth(found)] = None
        return found

    @cached_property
    def areal(self) -> Rows:
        """The rows whose geometry is a valid area."""
        areal = is_polygonal(self.geometries)
        return np.flatnonzero(areal & shapely.is_valid(self.geometries) & ~shapely.is_empty(self.geometries))

    @cached_property
    def drawn_m2(self) -> Numbers:
        """What is drawn of each feature, in m²; not a number where that is no valid area."""
        drawn = np.full(len(self.data), np.nan)
        drawn[self.areal] = area_km2(self.geometries[self.areal], CRS) * 1e6
        return drawn

    @cached_property
    def system(self) -> Any:
        """The system in which edges are straight: that of the file, where it is known."""
        return self.layer.crs if self.layer.crs is not None else pyproj.CRS(CRS)

    @cached_property
    def in_system(self) -> Geometries:
        """The geometries in the coordinates of the file, where a vertex that lies on an edge lies on it."""
        if not self.system.is_projected:
            return self.geometries
        return moved(self.geometries, pyproj.CRS(CRS), self.system)

    @cached_property
    def first_alike(self) -> Rows:
        """For every row the first row with the same geometry."""
        first = np.arange(len(self.geometries))
        rows = np.flatnonzero(~shapely.is_missing(self.geometries) & ~shapely.is_empty(self.geometries))
        if len(rows):
            shapes = pd.Series(
                shapely.to_wkb(shapely.normalize(self.geometries[rows])), index=rows, dtype=object
            )
            codes, _ = pd.factorize(shapes)
            first[rows] = rows[np.unique(codes, return_index=True)[1]][codes]
        return first

    def shapes_in(self, system: pyproj.CRS) -> Geometries:
        """Return the geometries in a system, which may be that of another layer."""
        return self.in_system if self.system == system else moved(self.geometries, pyproj.CRS(CRS), system)

    def ground_in(self, system: pyproj.CRS) -> shapely.Geometry:
        """Return all of the layer as one shape, in a system.

        What is not valid, and told elsewhere, covers its ground all the same. Several rules ask for one ground: each is
        made once.
        """
        if system not in self._grounds:
            self._grounds[system] = _united(self.shapes_in(system), system)
        return self._grounds[system]

    @cached_property
    def own_fields(self) -> list[str]:
        """The fields that the file has; those that reading added, such as ``code``, are none of them."""
        added = {
            name
            for decision in self.layer.decisions
            if decision.kind == "fields"
            for name, _, of in [decision.value.partition(" = ")]
            if of and name.casefold() != of.casefold()
        }
        columns = [str(name) for name in self.data.columns if name != self.data.geometry.name]
        return [name for name in columns if name not in added]

    def column(self, name: str) -> pd.Series | None:
        """Return the values of a field, whatever its capitals and whether cut to ten bytes; None where there is none."""
        found = next((own for own in self.own_fields if means(own, name)), None)
        return None if found is None else self.data[found]


@dataclass
class Delivery:
    """What was handed over."""

    name: str  # of the file or folder
    tables: list[Table]
    whole: bool = True  # whether it is all of a delivery, or one layer of it
    unread: list[str] = field(default_factory=list)  # layers that cannot be read
    place: str = ""  # where it lies in what was handed over, if that holds several


def moved(shapes: Geometries, source: pyproj.CRS, system: pyproj.CRS) -> Geometries:
    """Return shapes of one system in another."""
    if source == system:
        return shapes
    mover = transformer(source, system)
    return np.asarray(shapely.transform(shapes, mover.transform, interleaved=False))


def _united(shapes: Geometries, system: pyproj.CRS) -> shapely.Geometry:
    areal = shapes[is_polygonal(shapes)]
    broken = ~shapely.is_valid(areal)
    areal[broken] = each(repaired, areal[broken])
    try:
        return shapely.union_all(areal)
    except shapely.GEOSException:
        return shapely.union_all(areal, grid_size=_FINE if not system.is_projected else _FINE * 1e5)


def as_texts(values: pd.Series) -> pd.Series:
    """Return values as text without blanks at their ends; whole numbers without a decimal point, missing ones as ""."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return values.map(_number_text).astype("str")
    return values.astype("string").fillna("").str.strip().astype("str")


def as_numbers(values: pd.Series) -> Numbers:
    """Return values as numbers, not a number where they are none."""
    return np.asarray(pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan))


def _number_text(value: Any) -> str:
    if pd.isna(value):
        return ""
    return str(int(value)) if float(value).is_integer() else f"{value!r}"
