"""The files of one raster: one, or several that lie side by side, each counted on its own ground."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from affine import Affine

from geozone.errors import DataError, UsageError
from geozone.messages import Text, message
from geozone.model import Decision, Finding, LayerSource, Severity
from geozone.overlay.plane import Geometries
from geozone.overlay.zones import Zones, overlaps
from geozone.raster.grid import grid_of
from geozone.raster.opening import Raster, open_raster

_SHARED = 1.5  # cells: an overlap this narrow is an edge that both files hold
_NOTHING = 0.01  # cells: a narrower one is rounding


@dataclass(frozen=True, slots=True)
class Tile:
    """One file of a raster, and how it is to be read."""

    number: int
    source: Any  # a path, an open dataset, or a pair of array and transform
    crs: Any = None
    band: int | None = None
    nodata: float | None = None
    cells: Hashable = None  # what rasters of one grid have in common

    @property
    def reading(self) -> Hashable:
        """What two tiles that read the same numbers have in common."""
        named = isinstance(self.source, str | Path)
        return str(self.source) if named else id(self.source), str(self.crs), self.band, self.nodata

    @contextmanager
    def opened(self) -> Iterator[Raster]:
        """Yield the open raster."""
        with open_raster(self.source, crs=self.crs, band=self.band, nodata=self.nodata, look=False) as raster:
            yield raster


@dataclass(frozen=True)
class Tiles:
    """The files of a raster, the ground of each, and what was decided and found when they were opened."""

    tiles: tuple[Tile, ...]
    names: tuple[Path | Text, ...]
    boxes: Geometries  # in the plane
    earlier: dict[int, list[int]] = field(default_factory=dict)  # files whose edge a later one holds as well
    decisions: list[tuple[str, Decision]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def called(self) -> list[str]:
        """What the files are called in findings and decisions."""
        return [_called(name) for name in self.names]

    def each(self, zones: Zones) -> Iterator[tuple[Tile, Zones, npt.NDArray[np.intp]]]:
        """Yield every file that zones reach, with those zones and their numbers; no ground comes with two files."""
        for tile in self.tiles:
            number = tile.number
            reached = np.flatnonzero(shapely.intersects(zones.polygons, self.boxes[number]))
            if not len(reached):
                continue
            some = Zones(zones.keys[reached], zones.polygons[reached])
            if number in self.earlier:
                some = some.without(shapely.union_all(self.boxes[self.earlier[number]]))
            yield tile, some, reached


def tiles_of(
    raster: Any,
    *,
    crs: Any = None,
    band: int | None = None,
    nodata: float | None = None,
    arrays_crs: Any = None,
) -> Tiles:
    """Return the files of a raster.

    Parameters
    ----------
    raster
        A path, a `LayerSource`, an open rasterio dataset or a pair of array and affine transform; or a sequence of such,
        which must not overlap by more than the edge that neighbours may share. The earlier then goes first.
    crs, band, nodata
        As for `geozone.raster.opening.open_raster`, for every file.
    arrays_crs
        CRS of arrays, if not `crs`.

    Raises
    ------
    InputError
        If a file is missing or unreadable, or its place on earth is not certain.
    UsageError
        If there is no file, an array has no CRS or is turned, or there is no such band.
    DataError
        If files overlap.
    """
    given = [raster] if _is_one(raster) else list(raster)
    tiles = [
        Tile(number, one.path, crs or one.crs, band, nodata)
        if isinstance(one, LayerSource)
        else Tile(number, one, (crs or arrays_crs) if _is_array(one) else crs, band, nodata)
        for number, one in enumerate(given)
    ]
    if not tiles:
        raise UsageError("raster.no_file")
    names, boxes, sides = [], np.empty(len(tiles), dtype=object), []
    decisions: list[tuple[str, Decision]] = []
    findings: list[Finding] = []
    for number, tile in enumerate(tiles):
        with tile.opened() as opened:
            grid = grid_of(opened)
            tiles[number] = replace(tile, cells=grid.key)
            names.append(opened.path)
            boxes[number] = grid.box
            sides.append(grid.side)
            decisions += [(_called(opened.path), decision) for decision in opened.decisions]
            findings += opened.findings
    earlier: dict[int, list[int]] = {}
    shared = overlaps(boxes)
    for first, second, width in zip(shared.first, shared.second, shared.widths, strict=True):
        cells = width / max(sides[first], sides[second])
        if cells > _SHARED:
            raise DataError("raster.tiles_overlap", first=names[first], second=names[second])
        earlier.setdefault(int(second), []).append(int(first))
        if cells > _NOTHING:
            params = {"first": names[first], "second": names[second]}
            said, remedy = message("raster.tiles_edge", **params), message("raster.tiles_edge_remedy")
            findings.append(Finding("tiles_edge", Severity.NOTE, _called(names[second]), said, remedy))
    return Tiles(tuple(tiles), tuple(names), boxes, earlier, decisions, findings)


def _called(name: Path | Text) -> str:
    return name.stem if isinstance(name, Path) else name.en


def _is_one(raster: Any) -> bool:
    return _is_array(raster) or not isinstance(raster, Sequence) or isinstance(raster, str)


def _is_array(source: Any) -> bool:
    return isinstance(source, tuple) and len(source) == 2 and isinstance(source[1], Affine)
