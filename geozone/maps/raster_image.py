"""A raster on the map: a small image in the colours of its legend."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from affine import Affine
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.features import rasterize
from rasterio.io import MemoryFile

from geozone.errors import InputError
from geozone.manifest.classes import class_title, known_class, names_of_values
from geozone.manifest.indicators import Indicator
from geozone.manifest.roles import load_roles
from geozone.manifest.units import load_units
from geozone.maps.mercator import HALF_WIDTH_M, WORLD, to_drawing
from geozone.messages import Text, text
from geozone.model import Kind, LayerSource, LayerSpec
from geozone.raster.opening import open_raster
from geozone.raster.warping import Grid, warped, window_under
from geozone.rounding import exact_places
from geozone.symbology import CLASS_COLOURS, RATE_MISSING, quantity_classes

WIDEST = 760  # pixels of the longer side
LARGEST = 300_000  # bytes of an image; a restless raster is drawn coarser
_SMALLER = 0.8
_FINER = 2  # pixels that are read for one of the image, along each side
_MERCATOR = "EPSG:3857"
_UNNAMED = 10  # classes without names that are told apart, the most frequent first

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Entry:
    """A class of the legend."""

    key: str
    title: Text
    colour: str


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of an image in drawing units, y downwards."""

    west: float
    north: float
    size: float
    height: int
    width: int

    @property
    def transform(self) -> Affine:
        """From column and row to drawing units."""
        return Affine(self.size, 0, self.west, 0, self.size, self.north)

    @property
    def mercator(self) -> Affine:
        """From column and row to metres of EPSG:3857."""
        metres = 2 * HALF_WIDTH_M / WORLD
        return Affine(metres, 0, -HALF_WIDTH_M, 0, -metres, HALF_WIDTH_M) @ self.transform

    @property
    def box(self) -> list[float]:
        """West, north, east, south in drawing units."""
        east, south = self.transform @ (self.width, self.height)
        return [self.west, self.north, east, south]


def raster_image(
    spec: LayerSpec, zone: shapely.Geometry, indicators: Mapping[str, Indicator]
) -> dict[str, Any] | None:
    """Return a raster as an image for the page; None where it has no value in the zone.

    Classes keep their values: every pixel is the cell under its middle. Quantities are drawn in five classes of equal area.

    Parameters
    ----------
    spec
        The layer, with its files and the names of its classes.
    zone
        The outline of the zone in degrees; nothing beyond it is drawn.
    indicators
        By id; the one that is a mean of the layer says its unit.

    Returns
    -------
    dict or None
        ``url`` (a data address of a PNG with a palette), ``box`` (west, north, east, south in drawing units) and ``legend``
        (`Entry` by class).

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    outline = to_drawing([zone])
    widest = WIDEST
    while True:
        cells = _cells(shapely.total_bounds(outline), widest)
        values = _values(spec, cells)
        values[
            rasterize(outline, (cells.height, cells.width), transform=cells.transform, all_touched=True) == 0
        ] = np.nan
        if np.isnan(values).all():
            return None
        classed = load_roles()[spec.role].classed or bool(spec.classes)
        places, entries = _by_class(values, spec) if classed else _by_amount(values, _unit(spec, indicators))
        image = _png(places, [entry.colour for entry in entries])
        if len(image) <= LARGEST:
            break
        widest = int(widest * _SMALLER)
    url = "data:image/png;base64," + base64.b64encode(image).decode("ascii")
    return {"url": url, "box": cells.box, "legend": entries}


def _cells(bounds: npt.NDArray[np.float64], widest: int) -> Cells:
    west, north, east, south = (float(side) for side in bounds)  # y runs downwards
    size = max(east - west, south - north) / widest
    return Cells(
        west, north, size, max(1, round((south - north) / size)), max(1, round((east - west) / size))
    )


def _values(spec: LayerSpec, cells: Cells) -> Values:
    """Return the values under the middles of the cells; each file fills what those before it leave open."""
    found = np.full((cells.height, cells.width), np.nan)
    for source in spec.sources:
        more = _of_file(source, cells)
        found = np.where(np.isnan(found), more, found)
    return found


def _of_file(source: LayerSource, cells: Cells) -> Values:
    shape = (cells.height, cells.width)
    grid = Grid(cells.mercator, _MERCATOR, shape)
    with open_raster(source.path, crs=source.crs, look=False) as raster:
        window = window_under(raster, grid, 1)
        if window is None:
            return np.full(shape, np.nan)
        fine = tuple(
            min(last - first, _FINER * side) for (first, last), side in zip(window, shape, strict=True)
        )
        values = raster.values(*window, (fine[0], fine[1]))
        try:
            return warped(raster, values, window, grid, Resampling.nearest)
        except RasterioError as error:
            raise InputError("raster.unreadable", path=raster.path, reason=str(error)) from error


def _by_class(values: Values, spec: LayerSpec) -> tuple[npt.NDArray[np.uint8], list[Entry]]:
    """Return for every cell its entry in the legend, from 1 on, 0 for none; a value has the name that fewest others share."""
    codes, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    name_of = names_of_values(spec.classes)
    if spec.classes:
        names = [name for name in spec.classes if name in {name_of.get(float(code)) for code in codes}]
        groups = {name: [float(code) for code in codes if name_of.get(float(code)) == name] for name in names}
    else:
        frequent = codes[np.argsort(-counts, kind="stable")[:_UNNAMED]]
        groups = {_digits(float(code)): [float(code)] for code in sorted(frequent)}
    spare = iter(CLASS_COLOURS * (len(groups) // len(CLASS_COLOURS) + 1))
    entries, places = [], np.zeros(values.shape, np.uint8)
    for number, (name, members) in enumerate(groups.items(), 1):
        known = known_class(name)
        entries.append(Entry(name, class_title(name), known.colour if known else next(spare)))
        places[np.isin(values, members)] = number
    others = (places == 0) & ~np.isnan(values)
    if others.any():
        told = ", ".join(_digits(float(code)) for code in np.unique(values[others])[:_UNNAMED])
        entries.append(Entry("other", text("maps.class_other", values=told), RATE_MISSING))
        places[others] = len(entries)
    return places, entries


def _digits(code: float) -> str:
    return f"{code:.{exact_places(code)}f}"


def _by_amount(values: Values, unit: str) -> tuple[npt.NDArray[np.uint8], list[Entry]]:
    """Return for every cell its class from 1 on, 0 for none."""
    known = ~np.isnan(values)
    classes = quantity_classes(values[known], unit)
    bounds = np.array([item.upper for item in classes])
    places = np.zeros(values.shape, np.uint8)
    places[known] = np.minimum(np.searchsorted(bounds, values[known], "left"), len(classes) - 1) + 1
    return places, [Entry(f"class{place}", item.label, item.colour) for place, item in enumerate(classes)]


def _unit(spec: LayerSpec, indicators: Mapping[str, Indicator]) -> str:
    """Return the unit of a raster's values: that of an indicator which is their mean; nothing where it is a share or unknown."""
    units = (
        one.unit
        for one in indicators.values()
        if one.layers[:1] == (spec.id,) and one.measure.kind is Kind.MEAN
    )
    unit = next(units, "")
    return "" if not unit or load_units()[unit].share else unit


def _png(places: npt.NDArray[np.uint8], colours: list[str]) -> bytes:
    """Return an image with a palette, transparent where the place is 0."""
    height, width = places.shape
    palette = {0: (0, 0, 0, 0)}
    for number, colour in enumerate(colours, 1):
        red, green, blue = bytes.fromhex(colour.removeprefix("#"))
        palette[number] = (red, green, blue, 255)
    profile = {"driver": "PNG", "dtype": "uint8", "count": 1, "height": height, "width": width}
    with MemoryFile() as memory:
        with memory.open(**profile, zlevel=9, transform=Affine(1 / width, 0, 0, 0, -1 / height, 1)) as target:
            target.write(places, 1)
            target.write_colormap(1, palette)
        return bytes(memory.getbuffer())
