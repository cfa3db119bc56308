"""The band of a raster that is read: which one, what its numbers mean, and which of them stand for no data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from rasterio.enums import ColorInterp, MaskFlags

from geozone.errors import InputError, UsageError
from geozone.model import Severity
from geozone.raster.metadata import (
    Range,
    description,
    lossy,
    stated_nodata,
    stated_range,
    stated_scale,
    tags_of,
    transparent,
)
from geozone.read.notes import Notes

if TYPE_CHECKING:
    from rasterio.windows import Window

    from geozone.raster.opening import Raster

Mask = npt.NDArray[np.bool_]

# numbers that programs write where there is no data; beyond the last two nothing is measured
FILLS = (
    -32768.0, -9999.0, -999.0, -99999.0, 32767.0, 65535.0, -2147483648.0, 2147483647.0, 4294967295.0
)  # fmt: skip
_SMALL = -99.0  # beside values that are never negative; of elevations it may be one
# numbers that are values as well, and stand for no data where all others lie far from them
_FAR_OFF = (
    -32767.0, 999.0, 9999.0, 99999.0, 999999.0, -999999.0, -99.9, -999.9, -9999.9, 999.9, 9999.9, -999e6, 999e6
)  # fmt: skip
LONE_NEGATIVE = -1.0  # beside values that are never negative it may stand for none, or for "below zero"
# the same in types that cannot hold them: what is left of a number below zero, and the last one of all
_OF_TYPE = {
    "uint8": (255.0, 241.0, 157.0),
    "int8": (-128.0,),
    "uint16": (55537.0, 64537.0, 65437.0, 32768.0),
    "int64": (-9223372036854775808.0, 9223372036854775807.0),
    "uint64": (18446744073709551615.0,),
    "uint32": (4294957297.0, 4294966297.0, 4294967197.0, 4294867297.0, 2147483648.0),
}
BYTE_FILL, LAST_BYTE_VALUE = 255, 230  # a byte looks like a fill where no other comes near it
ABSURD = 1e20  # float fills such as -3.4e38 and 1e20 lie at or beyond this
_DIGITS = 1e-6  # of a number: nearer to it is the same in fewer digits
_AT_ONCE = 1 << 15  # numbers
_COLOURS = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
_LOOKED_AT = 1024  # pixels a side of a raster whose pixels are all looked at
_WINDOW, _WINDOWS = 128, 6  # of a larger one: pixels a side of a window, windows a side


@dataclass(frozen=True, slots=True)
class Band:
    """A band, and everything beside it that hides its pixels."""

    number: int
    dtype: str
    nodata: float | None
    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""
    described: str = ""  # what the file says of the band in words
    alpha: int | None = None  # the band that tells how far a pixel is seen
    masked: bool = False  # the file has a mask, in itself or beside it
    bits: int | None = None  # that a number has, where they are fewer than those of its type
    valid: Range | None = None  # the least and the greatest number stored that the metadata call valid
    lossy: str | None = None  # the compression, where it stores other numbers than were given
    transparent: frozenset[int] = frozenset()  # numbers that the palette draws with no colour

    @property
    def fills(self) -> tuple[float, ...]:
        """Numbers that programs write where there is no data, as far as the type can hold them."""
        last = (float(2**self.bits - 1),) if self.bits is not None and self.bits > 1 else ()
        known = (*FILLS, _SMALL, *_OF_TYPE.get(self.dtype, ()), *last, *_FAR_OFF, LONE_NEGATIVE)
        return tuple(float(np.float32(one)) for one in known) if self.dtype == "float32" else known

    @property
    def far_fills(self) -> frozenset[float]:
        """Those of the fills that are nothing remarkable beside other values."""
        return frozenset(float(np.float32(one)) if self.dtype == "float32" else one for one in _FAR_OFF)

    @property
    def scaled(self) -> bool:
        """Whether the numbers stored mean other values."""
        return (self.scale, self.offset) != (1.0, 0.0)

    def absent(self, numbers: npt.NDArray[Any]) -> Mask | None:
        """Return where numbers stand for no data: the declared one, and what is no finite number; None: nowhere."""
        if not numbers.size:
            return None
        low, high = numbers.min(), numbers.max()  # a small part of what a comparison of every number takes
        if np.issubdtype(numbers.dtype, np.floating):
            return self._absent_floating(numbers, low, high)
        if self.nodata is None or not low <= self.nodata <= high or not float(self.nodata).is_integer():
            return None
        found: Mask = numbers == int(self.nodata)
        return found if found.any() else None

    def _absent_floating(self, numbers: npt.NDArray[Any], low: Any, high: Any) -> Mask | None:
        """Return where numbers are not finite, or the declared value, which a file may hold in fewer digits than the header."""
        with np.errstate(invalid="ignore", over="ignore"):
            declared = numbers.dtype.type(self.nodata if self.nodata is not None else np.nan)
            near = np.abs(declared) * _DIGITS
            beyond = low - near > declared + near or high + near < declared - near
            if np.isfinite([low, high]).all() and (beyond or not np.isfinite(declared)):
                return None
            found = np.empty(numbers.shape, dtype=np.bool_)
            step = max(
                _AT_ONCE // numbers.shape[-1], 1
            )  # what is compared stays in the cache of the processor
            for top in range(0, len(numbers), step):
                some = numbers[top : top + step]
                here = ~np.isfinite(some)
                if np.isfinite(declared):
                    here |= np.abs(some - declared) <= near
                found[top : top + step] = here
        return found if found.any() else None

    def hidden(self, dataset: Any, window: Window, shape: tuple[int, int] | None) -> Iterator[Mask]:
        """Yield what the mask and the alpha band of an open dataset hide."""
        if self.masked:
            yield dataset.read_masks(self.number, window=window, out_shape=shape) == 0
        if self.alpha is not None:
            yield dataset.read(self.alpha, window=window, out_shape=shape) == 0


def band_of(dataset: Any, number: int | None, nodata: float | None, shown: Path, notes: Notes) -> Band:
    """Return the band of an open dataset that is to be read: the one asked for, or the first that is no alpha band.

    Raises
    ------
    UsageError
        If there is no such band.
    InputError
        If its numbers are complex, or its scale is none.
    """
    kinds = list(dataset.colorinterp)
    alpha = next((place + 1 for place, kind in enumerate(kinds) if kind is ColorInterp.alpha), None)
    others = [place for place in range(1, dataset.count + 1) if place != alpha]
    if number is None:
        number = others[0] if others else 1
        if len(others) > 1:
            pictured = tuple(kinds[:3]) == _COLOURS
            kind = "colours" if pictured else "bands"
            notes.find(f"raster_{kind}", Severity.WARNING, f"raster.{kind}", count=len(others), band=number)
    elif not 1 <= number <= dataset.count:
        raise UsageError("raster.no_such_band", path=shown, band=number, count=dataset.count)
    dtype = dataset.dtypes[number - 1]
    if dtype.startswith("complex"):
        raise InputError("raster.complex", path=shown)
    scale, offset = float(dataset.scales[number - 1]), float(dataset.offsets[number - 1])
    if not (np.isfinite([scale, offset]).all() and scale):
        raise InputError("raster.scale", path=shown, scale=scale, offset=offset)
    if (scale, offset) != (1.0, 0.0):
        notes.decide(
            "scale", f"{scale:g}, {offset:g}", "raster.scaled", scale=f"{scale:g}", offset=f"{offset:g}"
        )
    masks = dataset.mask_flag_enums[number - 1]
    masked = MaskFlags.per_dataset in masks and MaskFlags.alpha not in masks
    alpha = None if alpha == number else alpha
    if masked or alpha is not None:
        notes.decide("mask", "alpha" if alpha else "mask", "raster.masked")
    declared = dataset.nodatavals[number - 1] if nodata is None else nodata
    tags = tags_of(dataset, number)
    stated = stated_nodata(tags)
    if declared is None and stated is not None:
        declared = stated
        notes.find("raster_nodata_tag", Severity.WARNING, "raster.nodata_tag", value=f"{stated:g}")
    by_tags = stated_scale(tags)
    if (scale, offset) == (1.0, 0.0) and by_tags not in {(None, None), (1.0, 0.0), (1.0, None), (None, 0.0)}:
        by, plus = f"{by_tags[0] or 1:g}", f"{by_tags[1] or 0:g}"
        notes.find("raster_scale_tag", Severity.WARNING, "raster.scale_tag", scale=by, offset=plus)
    unit = (dataset.units[number - 1] or "").strip()
    bits = dataset.tags(number, ns="IMAGE_STRUCTURE").get("NBITS")
    return Band(
        number,
        dtype,
        declared,
        scale,
        offset,
        unit,
        description(dataset, number),
        alpha,
        masked,
        int(bits) if bits else None,
        stated_range(tags),
        lossy(dataset, number),
        transparent(dataset, number),
    )


def find_fills(raster: Raster, notes: Notes) -> None:
    """Find a value for missing data that is used without being declared, in a part of the pixels of a large raster."""
    for rows, columns in _windows(raster.height, raster.width):
        numbers, absent = raster.stored(rows, columns)
        real = numbers if absent is None else numbers[~absent]
        fill = fill_among(np.unique(real))
        if fill is not None:
            notes.find("raster_fill", Severity.WARNING, "raster.fill", low=f"{fill:g}")
            return
    if raster.nodata is None:
        notes.find("raster_no_nodata", Severity.NOTE, "raster.no_nodata")


def fill_among(values: npt.NDArray[Any]) -> float | None:
    """Return the first of some values that looks like one for missing data; None if there is none."""
    fill = next((value for value in FILLS if value in values), None)
    if fill is None and np.issubdtype(values.dtype, np.floating) and len(values):
        fill = next((float(value) for value in values if abs(value) >= ABSURD), None)
    return fill


def _windows(height: int, width: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    if height <= _LOOKED_AT and width <= _LOOKED_AT:
        yield (0, height), (0, width)
        return
    tops, lefts = (_spread(length) for length in (height, width))
    for rows in tops:
        for columns in lefts:
            yield rows, columns


def _spread(length: int) -> list[tuple[int, int]]:
    """Return evenly spread spans, the first at the beginning and the last at the end."""
    first = np.unique(np.linspace(0, max(length - _WINDOW, 0), _WINDOWS).astype(int))
    return [(int(place), min(int(place) + _WINDOW, length)) for place in first]
