"""Unpack an archive into a temporary folder, safely, with the names its maker gave the files."""

from __future__ import annotations

import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from geozone.errors import InputError
from geozone.read.bulk import reason_of
from geozone.read.door.packed import is_tar, is_zip, opened_tar, opened_zip, unpacked
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


@dataclass
class Budget:
    """What may still be unpacked of an archive and of those inside it, together."""

    limits: Limits
    size: int  # bytes
    entries: int

    @classmethod
    def of(cls, path: Path, limits: Limits) -> Budget:
        """Return the budget of an archive: what it is packed into bounds what may come out of it."""
        packed = path.stat().st_size if path.is_file() else limits.archive_bytes
        size = max(limits.archive_free_bytes, packed * limits.archive_ratio)
        return cls(limits, min(limits.archive_bytes, size), limits.archive_entries)

    def take(self, shown: Path) -> None:
        """Count one more entry.

        Raises
        ------
        InputError
            If there are more than the limit.
        """
        self.entries -= 1
        if self.entries < 0:
            raise InputError("read.archive_entries", path=shown, limit=self.limits.archive_entries)


def unpack(path: Path, shown: Path, folder: Path, budget: Budget, notes: Notes) -> None:
    """Unpack a .zip, .gz, .bz2, .xz or .tar file into a folder, and take what it holds from the budget.

    Raises
    ------
    InputError
        If the archive is damaged, encrypted, too large unpacked, or holds links or paths that lead outside.
    """
    try:
        if is_zip(path):
            _unpack_zip(path, shown, folder, budget, notes)
        elif is_tar(path):
            _unpack_tar(path, shown, folder, budget)
        else:
            _unpack_single(path, shown, folder, budget)
    except _DAMAGED as error:
        raise InputError("read.archive_damaged", path=shown, reason=reason_of(error, path)) from error
    except RuntimeError as error:  # how zipfile says that a password is needed
        raise InputError("read.archive_encrypted", path=shown) from error


def _unpack_zip(path: Path, shown: Path, folder: Path, budget: Budget, notes: Notes) -> None:
    with opened_zip(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        names = _zip_names(entries, notes)
        for entry, name in zip(entries, names, strict=True):
            budget.take(shown)
            if _is_junk(name):
                continue
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise InputError("read.archive_link", path=shown, name=name)
            if entry.flag_bits & 0x1:
                raise InputError("read.archive_encrypted", path=shown)
            target = _inside(folder, name, shown)
            with archive.open(entry) as stream:
                _copy(stream, target, entry.compress_size, shown, budget)


def _unpack_tar(path: Path, shown: Path, folder: Path, budget: Budget) -> None:
    packed = path.stat().st_size
    with opened_tar(path) as archive:
        for entry in archive:
            budget.take(shown)
            if entry.isdir() or _is_junk(entry.name):
                continue
            if not entry.isreg():
                raise InputError("read.archive_link", path=shown, name=entry.name)
            stream = archive.extractfile(entry)
            if stream is not None:
                _copy(stream, _inside(folder, entry.name, shown), packed, shown, budget)


def _unpack_single(path: Path, shown: Path, folder: Path, budget: Budget) -> None:
    """Unpack a file that was compressed alone."""
    budget.take(shown)
    packed = path.suffix.lower() in {".gz", ".bz2", ".xz"}
    name = path.stem if packed else f"{path.name}.unpacked"
    with unpacked(path) as stream:
        _copy(stream, _inside(folder, name, shown), path.stat().st_size, shown, budget)


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


def _blocks(stream: _Readable) -> Iterator[bytes]:
    while block := stream.read(_BLOCK):
        yield block


def _copy(stream: _Readable, target: Path, packed: int, shown: Path, budget: Budget) -> None:
    """Copy one entry; what it says of its own size is not believed."""
    written = 0
    limits = budget.limits
    allowed = min(budget.size, max(limits.archive_free_bytes, packed * limits.archive_ratio))
    with target.open("wb") as out:
        for block in _blocks(stream):
            written += len(block)
            if written > allowed:
                raise InputError("read.archive_bomb", path=shown, limit=in_bytes(allowed))
            out.write(block)
    budget.size -= written
