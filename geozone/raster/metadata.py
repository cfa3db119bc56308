"""What the metadata of a raster say of the numbers of a band, beside what GDAL makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
from rasterio.enums import ColorInterp

Range = tuple[float, float]

_NODATA = ("_fillvalue", "missing_value", "fill_value", "nodata", "nodata_value", "no_data_value")
_SCALE, _OFFSET = ("scale_factor",), ("add_offset",)
_RANGE, _LEAST, _MOST = "valid_range", ("valid_min",), ("valid_max",)
_SAYING = {"units", "unit", "long_name", "standard_name", "tifftag_imagedescription"}
_CODED_ANEW = 0.5  # a number that may be stored with an error this large is another whole number
_UNEVEN = 0.1  # of a cell: rows that lie so far from their place are no rows of a grid


def tags_of(dataset: Any, number: int) -> dict[str, str]:
    """Return the metadata of a file and of its band by plain names: those of netCDF name their variable too."""
    tags = {**dataset.tags(), **dataset.tags(number)}
    return {name.rpartition("#")[2].casefold(): str(words) for name, words in tags.items()}


def stated_nodata(tags: Mapping[str, str]) -> float | None:
    """Return the number that tags call missing data; None where none does."""
    return _number_in(tags, _NODATA)


def stated_scale(tags: Mapping[str, str]) -> tuple[float | None, float | None]:
    """Return scale and offset that tags name."""
    return _number_in(tags, _SCALE), _number_in(tags, _OFFSET)


def stated_range(tags: Mapping[str, str]) -> Range | None:
    """Return the least and the greatest number that tags call valid; None where they call none so.

    >>> stated_range({"valid_range": "{0,100}"}), stated_range({"valid_min": "0"}), stated_range({})
    ((0.0, 100.0), (0.0, inf), None)
    """
    both = tags.get(_RANGE, "").strip("{}() ").replace(",", " ").split()
    with suppress(ValueError):
        if len(both) == 2:
            return float(both[0]), float(both[1])
    least, most = _number_in(tags, _LEAST), _number_in(tags, _MOST)
    if least is None and most is None:
        return None
    return (-np.inf if least is None else least), (np.inf if most is None else most)


def description(dataset: Any, number: int) -> str:
    """Return what a file says of a band in words: its description, and the metadata that say what its values are."""
    said = [words for name, words in tags_of(dataset, number).items() if name in _SAYING]
    return "; ".join([dataset.descriptions[number - 1] or "", *said]).strip("; ")


def lossy(dataset: Any, number: int) -> str | None:
    """Return the name of a compression that stores other numbers than were given, which make other classes; None for any other."""
    tags = {**dataset.tags(ns="IMAGE_STRUCTURE"), **dataset.tags(number, ns="IMAGE_STRUCTURE")}
    name = str(tags.get("COMPRESSION") or tags.get("TILE_FORMAT") or dataset.driver)
    error = _number_in(tags, ("MAX_Z_ERROR",)) or 0.0
    plain_jpeg = "JPEG" in name and "2000" not in name and "JP2" not in name
    if plain_jpeg or error >= _CODED_ANEW or tags.get("COMPRESSION_REVERSIBILITY", "").startswith("LOSSY"):
        return name
    return None


def transparent(dataset: Any, number: int) -> frozenset[int]:
    """Return the numbers that a palette draws with no colour, if it draws any."""
    if dataset.colorinterp[number - 1] is not ColorInterp.palette:
        return frozenset()
    with suppress(ValueError):  # a palette without colours
        colours = dataset.colormap(number)
        hidden = {value for value, colour in colours.items() if colour[3] == 0}
        return frozenset(hidden) if len(hidden) < len(colours) else frozenset()
    return frozenset()


def uneven_rows(dataset: Any) -> bool:
    """Tell whether rows lie at places of their own, which the transform does not tell (a Gaussian grid in netCDF)."""
    listed = dataset.tags(ns="GEOLOCATION2").get("Y_VALUES", "").strip("{} ")
    if not listed:
        return False
    transform = dataset.transform
    places = np.array(listed.split(","), dtype=float)
    even = transform.f + transform.e * (np.arange(len(places)) + 0.5)
    if np.sign(places[-1] - places[0]) != np.sign(transform.e):
        places = places[::-1]
    return bool(np.abs(places - even).max() > _UNEVEN * abs(transform.e))


def _number_in(tags: Mapping[str, str], names: Iterable[str]) -> float | None:
    """Return the number that the first of some tags holds; None where none does."""
    for name in names:
        with suppress(ValueError):
            if name in tags and np.isfinite(found := float(tags[name].strip("{} "))):
                return found
    return None
