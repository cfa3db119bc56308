"""Open a raster whose place on earth and missing values are certain, or say what is not.

Nothing else in geozone opens a raster. What a raster hides counts as no data, in whatever way it says so: a value that
stands for none, a mask, an alpha band. Rows come from north to south, and values as the scale and the offset of the band
make them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import rasterio
from affine import Affine
from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from geozone.errors import InputError, UsageError
from geozone.messages import Text, text
from geozone.model import Decision, Finding
from geozone.raster.bands import Band, band_of, find_fills
from geozone.raster.metadata import uneven_rows
from geozone.raster.place import bounds_of, crs_of
from geozone.raster.text_grid import refuse_other_count
from geozone.read.bulk import quiet, reason_of
from geozone.read.door.content import opened
from geozone.read.door.seal import companions
from geozone.read.door.switches import SWITCHES
from geozone.read.notes import Notes
from geozone.read.safety import LIMITS, Limits, in_bytes, local_file, refuse_reaching_markup

Values = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Stored = tuple[Values, Mask | None]  # numbers as stored, and where they stand for no data (None: nowhere)
Span = tuple[int, int]  # first, and one past the last

# drivers that read the file and nothing else; a VRT, a tile index, a web service or a header that names its data (ERS, ILWIS)
# leads elsewhere
DRIVERS = (
    "GTiff", "HFA", "AAIGrid", "GRASSASCIIGrid", "AIG", "EHdr", "ENVI", "PCIDSK", "RST", "SAGA", "BT",
    "GSAG", "GSBG", "GS7BG", "SRTMHGT", "DTED", "USGSDEM", "netCDF", "HDF5", "HDF5Image", "GRIB", "NITF", "ESAT", "XYZ",
    "JP2OpenJPEG", "PNG", "JPEG", "BMP", "GIF", "GPKG", "MBTiles", "RMF", "KRO", "TGA", "PNM", "WEBP",
)  # fmt: skip
_LARGEST_BLOCK = 1 << 30  # bytes of one block of pixels, which is read as a whole
# metadata by which GDAL opens another file, and how it writes that this lies in the folder of the raster
_LEADING = {"OVERVIEWS": ("OVERVIEW_FILE",), "GEOLOCATION": ("X_DATASET", "Y_DATASET")}
_OWN_FOLDER = ":::BASE:::"
# what GDAL says of damaged metadata is none of rasterio's public errors
_OPEN_ERRORS = (RasterioError, OSError, ValueError, CPLE_BaseError)


@dataclass(frozen=True, slots=True)
class Raster:
    """An open raster, north up, and what was decided and found on the way."""

    path: Path | Text  # how it is called in messages
    dataset: Any  # rasterio dataset, or a view of it with the CRS that was told; None for an array
    crs: pyproj.CRS
    band: Band
    transform: Affine  # from column and row, counted from the north-west, to easting and northing
    height: int
    width: int
    block: Span  # rows and columns that are best read together
    fetch: Callable[[Span, Span, tuple[int, int] | None], Stored]
    decisions: list[Decision] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def nodata(self) -> float | None:
        """The number that stands for no data."""
        return self.band.nodata

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north, in the CRS of the raster."""
        return bounds_of(self.transform, self.height, self.width)

    def stored(self, rows: Span, columns: Span | None = None, shape: tuple[int, int] | None = None) -> Stored:
        """Return the numbers as stored, and where they stand for no data (None: nowhere).

        Parameters
        ----------
        rows, columns
            First and one past the last, counted from the north-west; all columns by default.
        shape
            Read only so many rows and columns, evenly spread.

        Raises
        ------
        InputError
            If the file is damaged there.
        """
        return self.fetch(rows, columns or (0, self.width), shape)

    def values(
        self, rows: Span, columns: Span | None = None, shape: tuple[int, int] | None = None
    ) -> npt.NDArray[np.float64]:
        """Return the values that the numbers mean, by the scale and the offset of the band; NaN where there is no data.

        The parameters are those of `stored`.
        """
        numbers, absent = self.stored(rows, columns, shape)
        values = numbers.astype(np.float64)
        if absent is not None:
            values[absent] = np.nan
        if self.band.scaled:
            values = values * self.band.scale + self.band.offset
        return values


@contextmanager
def open_raster(
    source: Any,
    *,
    crs: Any = None,
    band: int | None = None,
    nodata: float | None = None,
    look: bool = True,
    limits: Limits = LIMITS,
) -> Iterator[Raster]:
    """Yield an open raster.

    Parameters
    ----------
    source
        A file that rasterio reads (GeoTIFF is best), an open rasterio dataset, or a pair of array and affine transform,
        which needs `crs`; the mask of a masked array is honoured.
    crs
        The coordinate reference system, where the file is silent or wrong.
    band
        The band to read; by default the first that is no alpha band, and a finding where there are others.
    nodata
        The number that stands for no data, where the file is silent or wrong.
    look
        Look for undeclared values for missing data in a part of the pixels. A caller that sees all of them and looks
        itself says no.
    limits
        How large a file may be.

    Raises
    ------
    InputError
        If the file is missing or unreadable, leads to other files or addresses, is rotated, has no georeference or uneven
        rows, or its CRS is not known or contradicts its extent.
    UsageError
        If an array has no CRS, is turned or holds no numbers, there is no such band, or the source is none of these or
        closed.
    """
    if isinstance(source, tuple):
        array, transform = source
        yield _of_array(array, transform, crs, nodata, look=look)
        return
    if hasattr(source, "read"):
        if getattr(source, "closed", False):
            raise UsageError("raster.closed", path=getattr(source, "name", "raster"))
        with _checked(
            source, Path(str(getattr(source, "name", "raster"))), crs, band, nodata, look=look
        ) as found:
            yield found
        return
    if not isinstance(source, str | Path):
        raise UsageError("raster.not_a_raster", kind=type(source).__name__)
    shown = Path(source)
    local = _local(source, limits)
    try:
        with quiet(), rasterio.Env(**SWITCHES):
            dataset = DatasetReader(local, driver=list(DRIVERS), sharing=False)
    except _OPEN_ERRORS as error:
        raise InputError("raster.unreadable", path=shown, reason=reason_of(error, local)) from error
    if dataset.driver not in DRIVERS:
        dataset.close()
        raise InputError("raster.driver", path=shown, driver=dataset.driver)
    with dataset, ExitStack() as stack:
        try:
            _stay(dataset, local, shown)
            refuse_other_count(dataset, local, shown)
            found = stack.enter_context(_checked(dataset, shown, crs, band, nodata, look=look))
        except (RasterioError, CPLE_BaseError) as error:  # some metadata is read only when it is asked for
            raise InputError("raster.unreadable", path=shown, reason=reason_of(error, local)) from error
        yield found


def _stay(dataset: Any, local: Path, shown: Path) -> None:
    """Refuse a raster whose metadata name overviews or coordinates elsewhere, which GDAL opens when pixels are asked for.

    Raises
    ------
    InputError
        If they do; overviews in a companion are those of the file.
    """
    beside = {file.name for file in companions(local)} if local.is_file() else set()
    for domain, keys in _LEADING.items():
        for band in range(dataset.count + 1):  # 0: those of the whole raster
            tags = dataset.tags(band, ns=domain)
            if any(key in tags and tags[key].removeprefix(_OWN_FOLDER) not in beside for key in keys):
                raise InputError("read.reaching", path=shown)


def _local(path: str | Path, limits: Limits) -> Path:
    """Return the file, after a look at it and at the files that GDAL opens with it."""
    local, shown = local_file(path, limits), Path(path)
    if local.is_file():
        with opened(local) as stream:
            json = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))
        if json or ".gti." in local.name.lower():  # collections and tile indexes, which list files elsewhere
            raise InputError("raster.driver", path=shown, driver="JSON" if json else "GTI")
        for file in (local, *companions(local)):
            if file.is_file():
                refuse_reaching_markup(file, shown if file == local else shown.with_name(file.name))
    return local


@contextmanager
def _checked(
    dataset: Any, shown: Path, crs: Any, band: int | None, nodata: float | None, *, look: bool
) -> Iterator[Raster]:
    notes = Notes(shown.stem)
    if dataset.count < 1:
        raise InputError(
            "raster.no_band", path=shown, parts=", ".join(map(str, dataset.subdatasets[:5])) or "—"
        )
    transform = dataset.transform
    if transform.is_identity:
        raise InputError("raster.no_place", path=shown)
    if transform.b or transform.d or transform.a <= 0 or transform.e == 0:
        raise InputError("raster.rotated", path=shown)
    if uneven_rows(dataset):
        raise InputError("raster.uneven", path=shown)
    chosen = band_of(dataset, band, nodata, shown, notes)
    rows, columns = dataset.block_shapes[chosen.number - 1]
    size = rows * columns * np.dtype(chosen.dtype).itemsize
    if size > _LARGEST_BLOCK:
        limit = in_bytes(_LARGEST_BLOCK)
        raise InputError("raster.block", path=shown, size=in_bytes(size), limit=limit)
    height, width = dataset.shape
    flipped = transform.e > 0
    if flipped:
        notes.decide("rows", "south_up", "raster.south_up")
        transform = transform @ Affine(1, 0, 0, 0, -1, height)
    found = crs_of(dataset.crs, bounds_of(transform, height, width), crs, shown, notes)
    raster = Raster(
        path=shown,
        dataset=dataset,
        crs=found,
        band=chosen,
        transform=transform,
        height=height,
        width=width,
        block=(rows, columns),
        fetch=_reader(dataset, chosen, shown, flipped=flipped),
        decisions=notes.decisions,
        findings=notes.findings,
    )
    if look:
        find_fills(raster, notes)
    if dataset.crs is not None and pyproj.CRS(dataset.crs).equals(found):
        yield raster
        return
    place = {"transform": dataset.transform, "width": width, "height": height}
    with WarpedVRT(dataset, src_crs=found.to_wkt(), crs=found.to_wkt(), **place) as view:
        object.__setattr__(raster, "dataset", view)
        yield raster


def _reader(
    dataset: Any, band: Band, shown: Path, *, flipped: bool
) -> Callable[[Span, Span, tuple[int, int] | None], Stored]:
    def read(rows: Span, columns: Span, shape: tuple[int, int] | None) -> Stored:
        first, last = (dataset.height - rows[1], dataset.height - rows[0]) if flipped else rows
        window = Window(columns[0], first, columns[1] - columns[0], last - first)
        try:
            numbers = dataset.read(band.number, window=window, out_shape=shape)
            absent = band.absent(numbers)
            for hidden in band.hidden(dataset, window, shape):
                absent = hidden if absent is None else absent | hidden
        except (*_OPEN_ERRORS, MemoryError) as error:
            raise InputError(
                "raster.unreadable", path=shown, reason=reason_of(error, dataset.name)
            ) from error
        if flipped:
            numbers, absent = numbers[::-1], None if absent is None else absent[::-1]
        return numbers, absent

    return read


def _numbers(values: npt.NDArray[Any]) -> Values:
    """Return the numbers of an array, as floating ones where it holds objects."""
    if values.dtype.kind == "O":
        with suppress(TypeError, ValueError):
            values = values.astype(np.float64)
    if values.dtype.kind not in "biuf":
        raise UsageError("raster.array_type", type=values.dtype.name)
    return values


def _of_array(array: Any, transform: Affine, crs: Any, nodata: float | None, *, look: bool) -> Raster:
    if np.ndim(array) == 3 and len(array) == 1:  # a stack of one band, as rasterio reads them
        array = array[0]
    values = _numbers(np.ma.getdata(array))
    mask = np.ma.getmaskarray(array) if np.ma.is_masked(array) else None
    if values.ndim != 2 or not values.size:
        raise UsageError("raster.array_shape", shape=" × ".join(map(str, values.shape)) or "—")
    if crs is None:
        raise UsageError("overlay.no_crs")
    if transform.b or transform.d or transform.a <= 0 or transform.e == 0:
        raise UsageError("raster.array_turned")
    name = text("raster.array")
    notes = Notes("array")
    band = Band(1, values.dtype.name, nodata)
    height, width = values.shape
    if transform.e > 0:
        values, mask = values[::-1], None if mask is None else mask[::-1]
        transform = transform @ Affine(1, 0, 0, 0, -1, height)

    def read(rows: Span, columns: Span, shape: tuple[int, int] | None) -> Stored:
        part: Any = slice(*rows), slice(*columns)
        if shape is not None:
            spread = (
                np.linspace(*span, count, endpoint=False).astype(np.intp)
                for span, count in zip((rows, columns), shape, strict=True)
            )
            part = np.ix_(*spread)
        numbers = values[part]
        absent = band.absent(numbers)
        if mask is not None:
            absent = mask[part] if absent is None else absent | mask[part]
        return numbers, absent

    found = crs_of(None, bounds_of(transform, height, width), crs, name, notes)
    raster = Raster(
        name, None, found, band, transform, height, width, (1, 1), read, notes.decisions, notes.findings
    )  # fmt: skip
    if look:
        find_fills(raster, notes)
    return raster
