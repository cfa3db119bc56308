"""The bundled scripts and styles of the page, as built by ``make`` from ``frontend/``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from geozone.errors import InputError

FOLDER = Path(__file__).resolve().parent / "assets"
SCHEME = "asset:"  # how folium elements name a bundled file


@cache
def asset(name: str) -> str:
    """Return the text of one bundled file.

    Parameters
    ----------
    name
        The file's name, with or without the prefix ``asset:``.

    Raises
    ------
    InputError
        If the bundle has not been built.
    """
    path = FOLDER / name.removeprefix(SCHEME)
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise InputError("maps.assets_missing", path=path) from error
