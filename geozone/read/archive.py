"""Unpack an archive into a temporary folder, safely, with the names its maker gave the files."""

from __future__ import annotations

import gzip
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Protocol

from geozone.errors import InputError
from geozone.read.bulk import reason_of
from geozone.read.encoding import guess
from geozone.read.notes import Notes
from geozone.read.safety import Limits, in_bytes


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


_BLOCK = 1 << 20
# what the unpackers raise on damaged archives
_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
)
_JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


def unpack(path: Path, shown: Path, folder: Path, limits: Limits, notes: Notes) -> None:
    """Unpack a .zip, .gz or .tar file into a folder.

    Raises
    ------
    InputError
        If the archive is damaged, encrypted, too large unpacked, or holds links or paths that lead outside.
    """
    try:
        if zipfile.is_zipfile(path):
            _unpack_zip(path, shown, folder, limits, notes)
        elif tarfile.is_tarfile(path):
            _unpack_tar(path, shown, folder, limits)
        else:
            _unpack_gzip(path, shown, folder, limits)
    except _DAMAGED as error:
        raise InputError("read.archive_damaged", path=shown, reason=reason_of(error, path)) from error
    except RuntimeError as error:  # how zipfile says that a password is needed
        raise InputError("read.archive_encrypted", path=shown) from error


def _unpack_zip(path: Path, shown: Path, folder: Path, limits: Limits, notes: Notes) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        _check_count(len(entries), shown, limits)
        names = _zip_names(entries, notes)
        budget = limits.archive_bytes
        for entry, name in zip(entries, names, strict=True):
            if _is_junk(name):
                continue
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise InputError("read.archive_link", path=shown, name=name)
            if entry.flag_bits & 0x1:
                raise InputError("read.archive_encrypted", path=shown)
            target = _inside(folder, name, shown)
            with archive.open(entry) as stream:
                budget -= _copy(stream, target, entry.compress_size, shown, budget, limits)


def _unpack_tar(path: Path, shown: Path, folder: Path, limits: Limits) -> None:
    packed = path.stat().st_size
    budget = limits.archive_bytes
    with tarfile.open(path) as archive:
        for count, entry in enumerate(archive):
            _check_count(count + 1, shown, limits)
            if entry.isdir() or _is_junk(entry.name):
                continue
            if not entry.isreg():
                raise InputError("read.archive_link", path=shown, name=entry.name)
            stream = archive.extractfile(entry)
            if stream is not None:
                target = _inside(folder, entry.name, shown)
                budget -= _copy(stream, target, packed, shown, budget, limits)


def _unpack_gzip(path: Path, shown: Path, folder: Path, limits: Limits) -> None:
    name = path.name[:-3] if path.name.lower().endswith(".gz") else f"{path.name}.unpacked"
    with gzip.open(path) as stream:
        _copy(stream, _inside(folder, name, shown), path.stat().st_size, shown, limits.archive_bytes, limits)


def _zip_names(entries: list[zipfile.ZipInfo], notes: Notes) -> list[str]:
    """Return the names of the entries; those without the UTF-8 flag are in the code page of the maker."""
    raw = {
        entry.orig_filename.encode("cp437", "replace")
        for entry in entries
        if not entry.flag_bits & 0x800 and not entry.orig_filename.isascii()
    }
    encoding = guess(raw).encoding if raw else "utf-8"
    if raw:
        notes.decide("archive_names", encoding, "read.archive_names", encoding=encoding)
    return [
        entry.filename
        if entry.flag_bits & 0x800 or entry.orig_filename.isascii()
        else entry.orig_filename.encode("cp437", "replace").decode(encoding, "replace")
        for entry in entries
    ]


def _is_junk(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return bool(parts) and (parts[0] in _JUNK or parts[-1] in _JUNK or parts[-1].startswith("._"))


def _inside(folder: Path, name: str, shown: Path) -> Path:
    """Return where an entry goes, which must be inside the folder and not taken yet."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or name.startswith(("/", "\\")) or ".." in parts or ":" in name or "\x00" in name:
        raise InputError("read.archive_path", path=shown, name=name)
    target = folder.joinpath(*parts)
    if target.exists():
        raise InputError("read.archive_path", path=shown, name=name)
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _check_count(count: int, shown: Path, limits: Limits) -> None:
    if count > limits.archive_entries:
        raise InputError("read.archive_entries", path=shown, limit=limits.archive_entries)


def _blocks(stream: _Readable) -> Iterator[bytes]:
    while block := stream.read(_BLOCK):
        yield block


def _copy(stream: _Readable, target: Path, packed: int, shown: Path, budget: int, limits: Limits) -> int:  # noqa: PLR0917 - one private copy loop
    """Copy one entry; what it says of its own size is not believed."""
    written = 0
    allowed = max(limits.archive_free_bytes, packed * limits.archive_ratio)
    with target.open("wb") as out:
        for block in _blocks(stream):
            written += len(block)
            if written > min(budget, allowed):
                raise InputError("read.archive_bomb", path=shown, limit=in_bytes(min(budget, allowed)))
            out.write(block)
    return written
