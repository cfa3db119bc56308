"""Files as bytes: local, regular, and none that was not named."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, TextIO

from geozone.errors import InputError


def admitted(path: str | Path) -> Path:
    """Return the absolute path of a file or folder of this machine that is there.

    An absolute path of a file is never taken for an address or a connection string, whatever the name of the file.

    Raises
    ------
    InputError
        If there is none, or it is a pipe, a device or a socket, from which reading may never end.
    """
    local = Path(path)
    try:
        kind = local.stat().st_mode
    except (OSError, ValueError) as error:  # also a name too long, or with a null byte
        raise InputError("read.missing", path=str(path)[:200]) from error
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise InputError("read.not_a_file", path=path)
    return local.absolute()


def stay_inside(folder: Path, items: Iterable[Path]) -> None:
    """Refuse links among some files that lead out of a folder.

    Raises
    ------
    InputError
        If there is one; it names both ends.
    """
    roots = [folder.absolute(), folder.resolve()]
    for item in items:
        if item.is_symlink() and not any(item.resolve().is_relative_to(root) for root in roots):
            raise InputError("read.link_outside", path=item, target=item.resolve())


def opened(path: str | Path) -> BinaryIO:
    """Open a file to read its bytes.

    Raises
    ------
    InputError
        As `admitted` does.
    OSError
        If it may not be read.
    """
    return admitted(path).open("rb")


def opened_text(
    path: str | Path, encoding: str, errors: str = "strict", newline: str | None = None
) -> TextIO:
    """Open a file to read its text; raises as `opened` does."""
    return admitted(path).open(encoding=encoding, errors=errors, newline=newline)


def bytes_of(path: str | Path, most: int = -1) -> bytes:
    """Return the bytes of a file, or so many of its first ones; raises as `opened` does."""
    with opened(path) as stream:
        return stream.read(most)


def text_of(path: str | Path, encoding: str = "utf-8") -> str:
    """Return the text of a file.

    Raises
    ------
    InputError, OSError
        As `opened` does.
    UnicodeDecodeError
        If it is in another encoding.
    """
    with opened_text(path, encoding) as stream:
        return stream.read()


def begins_with(path: str | Path, magic: bytes) -> bool:
    """Tell whether a file begins with some bytes; raises as `opened` does."""
    return bytes_of(path, len(magic)) == magic
