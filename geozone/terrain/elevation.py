"""Elevation in metres on a grid of one's own, from any raster, in bounded memory; what no ground can have is no data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from affine import Affine
from rasterio.enums import Resampling
from rasterio.errors import RasterioError

from geozone.errors import InputError
from geozone.manifest.roles import role_for
from geozone.messages import message
from geozone.model import CRS, Decision, Finding, LayerSource, Severity
from geozone.raster.opening import Raster, Span, open_raster
from geozone.raster.warping import Grid, warped, window_under
from geozone.read.safety import in_bytes

Heights = npt.NDArray[np.float64]

LOWEST, HIGHEST = -500.0, 9000.0  # metres: no ground of China, or of the earth, lies beyond
_METRES = {
    "": 1.0, "m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0, "米": 1.0,
    "dm": 0.1, "decimetre": 0.1, "decimeter": 0.1, "分米": 0.1, "cm": 0.01, "centimetre": 0.01, "centimeter": 0.01,
    "厘米": 0.01, "mm": 0.001, "km": 1000.0, "ft": 0.3048, "foot": 0.3048, "feet": 0.3048,
    "us survey foot": 1200 / 3937, "us-ft": 1200 / 3937, "ftus": 1200 / 3937,
}  # fmt: skip
_AT_ONCE = 1 << 23  # pixels that are read together
# an elevation like a value for missing data: at the end of the range, frequent, and far from its neighbour
_APART_M, _MANY, _FEWEST_VALUES, _SAMPLE = 50.0, 0.005, 20, 200_000
_DRAWABLE = 8 << 30  # bytes that are read for a picture at most
_SURVEYED = 512  # cells a side
_MARGIN = 4  # cells around a part, so that its neighbours' pixels count at its edge


@dataclass
class Elevation:
    """An open elevation model, and what was found in it so far."""

    raster: Raster
    low: float = np.inf  # of what lies beyond any ground
    high: float = -np.inf
    seen: bool = False  # whether any pixel had an elevation
    isolated: tuple[float, float] | None = (
        None  # an elevation that stands apart from all others, and its share
    )

    @property
    def findings(self) -> list[Finding]:
        """What was found: on opening, and in the pixels that were read."""
        return [*self.raster.findings, *self._units(), *self._voids()]

    def on_grid(
        self, transform: Affine, crs: Any, shape: tuple[int, int], *, coarse: bool = False
    ) -> Heights:
        """Return the elevation in metres in the cells of a grid, bilinear; NaN where there is none.

        Parameters
        ----------
        transform, crs, shape
            The grid.
        coarse
            Pixels much finer than the cells may be skipped: for a picture.

        Raises
        ------
        InputError
            If the file is damaged.
        """
        target = np.full(shape, np.nan)
        ratio = self.pixels_per_cell(Grid(transform, crs, shape))
        if ratio is None:
            return target
        step = max(int(ratio / 2), 1) if coarse else 1
        side = max(int(_AT_ONCE**0.5 * step / max(ratio, 1e-9)) - 2 * _MARGIN, 16)
        if self.raster.height * self.raster.width <= _AT_ONCE:
            side = max(shape)
        for top in range(0, shape[0], side):
            for left in range(0, shape[1], side):
                part = slice(top, top + side), slice(left, left + side)
                here = transform @ Affine.translation(left, top)
                self._fill(target[part], here, crs, ratio, step)
        return target

    def undrawable(self, transform: Affine, shape: tuple[int, int]) -> int | None:
        """Return how many bytes a picture of a grid in degrees would take to read, if that is too much; else None.

        A raster with overviews, or tiles that the picture needs few of, is never too large.
        """
        raster = self.raster
        window = window_under(self.raster, Grid(transform, CRS, shape), 0)
        if window is None or (raster.dataset is not None and raster.dataset.overviews(raster.band.number)):
            return None
        rows, columns = (last - first for first, last in window)
        size = rows * columns * np.dtype(raster.band.dtype).itemsize
        return int(size) if size > _DRAWABLE else None

    def finding(self, kind: str, **params: Any) -> Finding:
        """Return a warning about the file."""
        params["path"] = self.raster.path
        remedy = message(f"terrain.{kind}_remedy", **params)
        return Finding(
            kind, Severity.WARNING, role_for("relief").layer, message(f"terrain.{kind}", **params), remedy
        )

    def _fill(self, target: Heights, transform: Affine, crs: Any, ratio: float, step: int) -> None:
        raster, grid = self.raster, Grid(transform, crs, target.shape)
        rows, columns = (0, raster.height), (0, raster.width)
        if raster.height * raster.width > _AT_ONCE:
            window = window_under(raster, grid, int(_MARGIN * max(ratio, 1)))
            if window is None:
                return
            rows, columns = window
        size = tuple(max((span[1] - span[0]) // step, 1) for span in (rows, columns))
        heights = self.heights(rows, columns, None if step == 1 else (size[0], size[1]))
        if np.isnan(heights).all():
            return
        self.seen = True
        try:
            part = warped(raster, heights, (rows, columns), grid, Resampling.bilinear)
        except RasterioError as error:
            raise InputError("terrain.dem_unreadable", path=raster.path, reason=str(error)) from error
        target[...] = part

    def heights(self, rows: Span, columns: Span, shape: tuple[int, int] | None = None) -> Heights:
        """Return the elevations of pixels in metres; those that no ground has are NaN, and remembered.

        Parameters
        ----------
        rows, columns
            First and one past the last.
        shape
            Read only so many rows and columns, evenly spread.

        Raises
        ------
        InputError
            If the file is damaged there.
        """
        heights = self.raster.values(rows, columns, shape)
        heights *= _METRES.get(self.raster.band.unit.lower(), 1.0)
        with np.errstate(invalid="ignore"):
            beyond = (heights < LOWEST) | (heights > HIGHEST)
        if beyond.any():
            self.low = min(self.low, float(heights[beyond].min()))
            self.high = max(self.high, float(heights[beyond].max()))
            heights[beyond] = np.nan
        if self.isolated is None:
            self.isolated = _isolated(heights)
        return heights

    def pixels_per_cell(self, grid: Grid) -> float | None:
        """Return how many pixels lie along the side of a cell of a grid; None where none lies under it."""
        window = window_under(self.raster, grid, 1, clipped=False)
        if window is None or window_under(self.raster, grid, 1) is None:
            return None
        rows, columns = window
        return max((rows[1] - rows[0]) / grid.shape[0], (columns[1] - columns[0]) / grid.shape[1])

    def _units(self) -> Iterator[Finding]:
        band = self.raster.band
        unit = band.unit
        factor = _METRES.get(unit.lower())
        if factor is None:
            yield self.finding("dem_unit_unknown", unit=unit)
        elif factor != 1.0:
            yield self.finding("dem_unit", unit=unit, factor=f"{factor:g}")
        plain = not unit and (band.scale, band.offset) == (1.0, 0.0)
        if plain and band.dtype == "uint8" and self.raster.dataset is not None:
            yield self.finding("dem_bytes")

    def _voids(self) -> Iterator[Finding]:
        if self.low <= self.high:
            range_of = {"low": f"{self.low:g}", "high": f"{self.high:g}"}
            yield self.finding("dem_void", **range_of, lowest=f"{LOWEST:g}", highest=f"{HIGHEST:g}")
        if self.isolated is not None:
            value, share = self.isolated
            yield self.finding(
                "dem_isolated", value=f"{value:g}", share=f"{share:.1%}", apart=f"{_APART_M:g}"
            )


def _isolated(heights: Heights) -> tuple[float, float] | None:
    """Return the lowest or the highest elevation, and its share, where many pixels have it and none one near to it."""
    every = heights.ravel()
    some = every[:: max(every.size // _SAMPLE, 1)]
    some = some[np.isfinite(some)]
    values, counts = np.unique(some, return_counts=True)
    if len(values) < _FEWEST_VALUES:
        return None
    for place, beside in ((0, 1), (-1, -2)):
        share = float(counts[place] / len(some))
        if share >= _MANY and abs(values[place] - values[beside]) >= _APART_M:
            return float(values[place]), share
    return None


@dataclass(frozen=True, slots=True)
class Survey:
    """Elevation models that serve for a picture of an area, with what was decided about each, and all findings."""

    useful: tuple[LayerSource, ...]
    decisions: tuple[list[Decision], ...]
    findings: list[Finding]


def survey(sources: Sequence[LayerSource], bounds: tuple[float, float, float, float]) -> Survey:
    """Return which elevation models serve for a picture of an area, and what is wrong with those given.

    Parameters
    ----------
    sources
        Raster files, with their CRS where it is told.
    bounds
        West, south, east, north in degrees.

    Raises
    ------
    InputError
        If a file cannot be read, or its place on earth is not certain.
    """
    shape = (_SURVEYED, _SURVEYED)
    west, south, east, north = bounds
    cells = Affine((east - west) / shape[1], 0, west, 0, (south - north) / shape[0], north)
    useful, decided, found = [], [], []
    for source in sources:
        with open_elevation(source.path, source.crs) as elevation:
            if (size := elevation.undrawable(cells, shape)) is not None:
                found += [elevation.finding("dem_large", size=in_bytes(size), limit=in_bytes(_DRAWABLE))]
                continue
            elevation.on_grid(cells, CRS, shape, coarse=True)
            found += elevation.findings
            if elevation.seen:
                useful.append(source)
                decided.append(elevation.raster.decisions)
            else:
                found.append(elevation.finding("dem_elsewhere"))
    return Survey(tuple(useful), tuple(decided), found)


@contextmanager
def open_elevation(
    dem: Any, crs: Any = None, *, band: int | None = None, nodata: float | None = None
) -> Iterator[Elevation]:
    """Yield an open elevation model.

    Parameters
    ----------
    dem
        A raster file, an open rasterio dataset, or a pair of array and affine transform, in EPSG:4490 degrees by default.
    crs
        The coordinate reference system, where the file is silent or wrong.
    band, nodata
        The band to read, and the number that stands for no data, where the file leaves that open.

    Raises
    ------
    InputError
        If it cannot be read, or its place on earth is not certain.
    """
    given = CRS if crs is None and isinstance(dem, tuple) else crs
    try:
        with open_raster(dem, crs=given, band=band, nodata=nodata, look=False) as raster:
            yield Elevation(raster)
    except InputError as error:
        if error.message.key in {"read.missing", "raster.unreadable"}:
            reason = error.message.params.get("reason", error.message)
            path = error.message.params["path"]
            raise InputError("terrain.dem_unreadable", path=path, reason=reason) from error
        raise
