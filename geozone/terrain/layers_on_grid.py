"""Rasters that a formula takes together: brought into arrays of one grid, with what none of them knows left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
from affine import Affine

from geozone.errors import InputError, UsageError
from geozone.model import Severity
from geozone.raster.grid import grid_of
from geozone.raster.opening import Raster, open_raster
from geozone.read.notes import Notes, warn

Values = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Limits = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layers:
    """Rasters of one grid by name, with the cells where all of them have a value."""

    values: dict[str, Values]
    known: Mask
    missing: dict[str, float]  # the share of cells without a value, by name
    transform: Affine | None  # None for arrays
    crs: pyproj.CRS | None
    areas: Values | None  # km² of every cell; None for arrays

    def scaled(self, name: str, limits: Limits | None) -> Values:
        """Return a raster scaled to 0..1 between the limits, or else its lowest and highest value where all are known.

        Raises
        ------
        UsageError
            If they are the same.
        """
        values = self.values[name]
        some = values[self.known]
        low, high = (float(some.min()), float(some.max())) if limits is None else limits
        if not high > low:
            raise UsageError("terrain.screening_constant", name=name, value=f"{low:g}")
        return np.asarray(np.clip((values - low) / (high - low), 0.0, 1.0))


def layers_of(inputs: Mapping[str, Any], crs: Any = None) -> Layers:
    """Return rasters as arrays of one grid.

    Parameters
    ----------
    inputs
        By name: an array (NaN or masked where there is no value), or what `geozone.raster.opening.open_raster` opens: a file,
        an open dataset, an array with its transform.
    crs
        The coordinate reference system, where a file is silent or wrong, or there is an array with a transform.

    Raises
    ------
    InputError
        If a file cannot be read, or no cell has a value of every raster.
    UsageError
        If the rasters are not on one grid.

    Warns
    -----
    GeozoneWarning
        If cells have no result because a raster has no value there, or of what was found in a file.
    """
    values: dict[str, Values] = {}
    place: tuple[str, Raster] | None = None
    areas: Values | None = None
    for name, source in inputs.items():
        if _is_array(source):
            values[name] = _filled(source)
        else:
            with open_raster(source, crs=crs) as raster:
                values[name] = raster.values((0, raster.height))
                warn(raster.findings)
                if place is None:
                    place = name, raster
                    grid = grid_of(raster).areas((0, raster.height), (0, raster.width))
                    areas = np.broadcast_to(grid.down @ grid.across / 1e6, (raster.height, raster.width))
                elif not _alike(place[1], raster):
                    raise UsageError("terrain.screening_grids", one=place[0], other=name)
    first = next(iter(values))
    for name, one in values.items():
        if one.shape != values[first].shape:
            raise UsageError("terrain.screening_grids", one=first, other=name)
    known = np.logical_and.reduce([np.isfinite(one) for one in values.values()])
    if not known.any():
        raise InputError("terrain.screening_empty", names=", ".join(values))
    missing = {name: float(1 - np.isfinite(one).mean()) for name, one in values.items()}
    if not known.all():
        notes = Notes("screening")
        told = ", ".join(f"{name} {share:.1%}" for name, share in missing.items() if share > 0)
        share = f"{1 - known.mean():.1%}"
        notes.find("screening_gaps", Severity.WARNING, "terrain.screening_gaps", share=share, names=told)
        warn(notes.findings)
    transform, its_crs = (None, None) if place is None else (place[1].transform, place[1].crs)
    return Layers(values, known, missing, transform, its_crs, areas)


def _is_array(source: Any) -> bool:
    return isinstance(source, np.ndarray)


def _filled(array: Any) -> Values:
    if np.ndim(array) != 2 or not np.size(array):
        raise UsageError("raster.array_shape", shape=" × ".join(map(str, np.shape(array))) or "—")
    values = np.ma.getdata(array).astype(np.float64)
    values[np.ma.getmaskarray(array) | ~np.isfinite(values)] = np.nan
    return values


def _alike(one: Raster, other: Raster) -> bool:
    offset = grid_of(one).offset(grid_of(other))
    return offset == (0, 0) and (one.height, one.width) == (other.height, other.width)
