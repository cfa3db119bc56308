"""A file of the web: fetched whole, and only where the caller has said that it may be."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

from geozone.errors import InputError
from geozone.read.safety import LIMITS, Limits, in_bytes


def fetch(address: str, folder: Path, limits: Limits = LIMITS) -> Path:
    """Fetch a file from the web into a folder.

    Raises
    ------
    InputError
        If it cannot be fetched or is too large.
    """
    name = re.sub(r"[^\w.\-]", "_", unquote(urlsplit(address).path).rsplit("/", 1)[-1]) or "download"
    place = folder / "fetched"
    place.mkdir()
    written = 0
    try:
        with (
            urlopen(address, timeout=60) as stream,  # noqa: S310 - the caller has seen that it is http(s)
            (place / name).open("wb") as out,
        ):
            while block := stream.read(1 << 20):
                written += len(block)
                if written > limits.file_bytes:
                    size, limit = in_bytes(written), in_bytes(limits.file_bytes)
                    raise InputError("read.too_large", path=address, size=size, limit=limit)
                out.write(block)
    except (OSError, ValueError) as error:
        if isinstance(error, HTTPError):
            error.close()
        raise InputError("read.unreadable", path=address, reason=str(error)[:200]) from error
    return place / name
