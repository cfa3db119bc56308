"""What is refused before a file is opened: remote paths, files too large, markup that reaches outside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from geozone.addresses import without_password
from geozone.errors import InputError
from geozone.read.door.content import bytes_of, opened, stay_inside
from geozone.read.shift_files import refuse_shift_files

_REMOTE = re.compile(r"^(/vsi|[A-Za-z][A-Za-z0-9+.\-]+:)")  # /vsicurl/..., http:..., GPKG:...
_HEAD = 1 << 16
# documents by which GDAL would fetch other files or addresses
_REACHING = re.compile(
    rb"<\s*(OGRVRTDataSource|OGRWFSDataSource|OGRWFS3|OGRCSWDataSource|VRTDataset|WMS_|GDAL_WMS|MRF_META)"
    rb"|\"\\IsSeamless\"\s*=\s*\"TRUE\""  # a table of other tables
)
_WEB_PAGE = re.compile(rb"^\s*<!DOCTYPE\s+html[^>\[]*>", re.IGNORECASE)  # refused as what it is
_ENTITY = re.compile(rb"<!\s*(ENTITY|DOCTYPE)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read at most; more is refused with a clear message."""

    file_bytes: int = 32 << 30
    features: int = 50_000_000
    archive_entries: int = 20_000
    archive_bytes: int = 16 << 30  # unpacked
    archive_ratio: int = 200  # unpacked to packed, for entries above `archive_free_bytes`
    archive_free_bytes: int = 32 << 20
    columns: int = 4_000
    cell_characters: int = 32_767  # of a cell of registers and figures: what a spreadsheet can hold
    text_bytes: int = 2 << 30  # files that are parsed in memory: CSV, XLSX, TXT, damaged GeoJSON


LIMITS = Limits()


def is_remote(path: str | Path) -> bool:
    """Tell whether a path that is not there is meant for another machine, or for a driver that fetches it."""
    return bool(_REMOTE.match(str(path)))


def is_web_address(path: str | Path) -> bool:
    """Tell whether a path is an address of the web."""
    return str(path).lower().startswith(("http://", "https://"))


def local_file(path: str | Path, limits: Limits = LIMITS) -> Path:
    """Return the absolute path of a local file or folder that may be read.

    Raises
    ------
    InputError
        If the path is remote, does not exist, cannot be read or is too large.
    """
    local = Path(path)
    try:
        exists = local.exists()
    except (OSError, ValueError) as error:  # a name too long, or with a null byte
        raise InputError("read.missing", path=str(path)[:200]) from error
    if not exists:
        if is_remote(path):
            raise InputError("read.remote", path=without_password(str(path)))
        raise InputError("read.missing", path=path)
    if local.is_dir():
        items = list(local.rglob("*"))
        stay_inside(local, items)
        size = sum(item.stat().st_size for item in items if item.is_file())
    elif local.is_file():
        size = local.stat().st_size
    else:
        raise InputError("read.not_a_file", path=path)
    if size > limits.file_bytes:
        raise InputError("read.too_large", path=path, size=in_bytes(size), limit=in_bytes(limits.file_bytes))
    try:
        if local.is_file():
            with opened(local):
                pass
    except OSError as error:
        raise InputError("read.unreadable", path=path, reason=error.strerror or str(error)) from error
    return local.absolute()


def refuse_reaching_markup(path: Path, shown: Path) -> None:
    """Refuse documents that make GDAL fetch other files, XML that declares entities, and systems that name files.

    Raises
    ------
    InputError
        If the file is such a document.
    """
    head = bytes_of(path, _HEAD)
    if _REACHING.search(head):
        raise InputError("read.reaching", path=shown)
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    words = start.replace(b"\x00", b"")
    if words[:1] == b"<" and _ENTITY.search(_WEB_PAGE.sub(b"", words, count=1)):
        raise InputError("read.entities", path=shown)
    refuse_shift_files(path, shown)


def too_many_features(path: Path | str, count: int, limits: Limits) -> None:
    """Refuse a layer with more features than the limit.

    Raises
    ------
    InputError
        If there are more.
    """
    if count > limits.features:
        raise InputError("read.too_many_features", path=path, count=count, limit=limits.features)


def few_columns(path: Path | str, count: int, limits: Limits) -> None:
    """Refuse a table with more columns than the limit, each of which is looked at for what it holds.

    Raises
    ------
    InputError
        If there are more.
    """
    if count > limits.columns:
        raise InputError("read.too_many_columns", path=path, count=count, limit=limits.columns)


def short_cells(
    path: Path | str,
    rows: Iterable[Sequence[str]],
    labels: Sequence[str],
    columns: Sequence[str],
    limits: Limits,
) -> None:
    """Refuse a table of words with a cell that is longer than the limit.

    Raises
    ------
    InputError
        If there is one; the sentence names its row and column.
    """
    for row, label in zip(rows, labels, strict=True):
        if max(map(len, row), default=0) > limits.cell_characters:
            place, count = next(
                (at, len(cell)) for at, cell in enumerate(row) if len(cell) > limits.cell_characters
            )
            raise InputError(
                "read.cell_too_long",
                path=path,
                row=label,
                column=columns[place],
                count=count,
                limit=limits.cell_characters,
            )


def small_enough(path: Path, shown: Path, limits: Limits) -> None:
    """Refuse a file that would have to be held in memory and is too large for that.

    Raises
    ------
    InputError
        If it is.
    """
    size = path.stat().st_size
    if size > limits.text_bytes:
        raise InputError("read.too_large", path=shown, size=in_bytes(size), limit=in_bytes(limits.text_bytes))


def in_bytes(size: float) -> str:
    """Return a size as a person reads it."""
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"
