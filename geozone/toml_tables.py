"""Tables of TOML files; those of geozone's own files are kept parsed beside them, as Python keeps what it has compiled."""

from __future__ import annotations

import marshal
import os
import sys
import tomllib
from contextlib import suppress
from hashlib import sha256
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent
_OWN = (_PACKAGE, _PACKAGE.parent / "seeds", _PACKAGE.parent / "layers")
_DIGEST = 32  # bytes in front, of the text that was parsed


def read_tables(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file.

    Raises
    ------
    OSError, UnicodeDecodeError, tomllib.TOMLDecodeError
        If it is missing, not UTF-8 or not TOML.
    """
    return parsed(path.read_text("utf-8"), path)


def parsed(written: str, path: Path) -> dict[str, Any]:
    """Return the tables of a text that was read from a file.

    Raises
    ------
    tomllib.TOMLDecodeError
        If it is not TOML.
    """
    if not any(path.is_relative_to(folder) for folder in _OWN):
        return tomllib.loads(written)
    place = Path(cache_from_source(path, optimization="toml"))
    digest = sha256(written.encode()).digest()
    with suppress(OSError, ValueError, EOFError, TypeError):  # nothing is kept yet, or it is damaged
        kept = place.read_bytes()
        if kept[:_DIGEST] == digest:
            return dict(marshal.loads(kept[_DIGEST:]))  # noqa: S302 - trusted as far as compiled modules beside it
    tables = tomllib.loads(written)
    if not sys.dont_write_bytecode:
        with suppress(OSError, ValueError):  # a folder that is not ours, or a date in it
            _keep(place, digest + marshal.dumps(tables))
    return tables


def _keep(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_suffix(f".{os.getpid()}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(place)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
