"""Where results are kept between runs: the user's cache folder, by the convention of the platform."""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "GEOZONE_CACHE"  # another folder; empty: none
_NAME = "geozone"


def cache_folder() -> Path | None:
    """Return the folder that results are kept in, which need not be there yet; None where there is no place for it."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return Path(given).absolute() if given else None
    parent = _user_caches()
    return parent / _NAME / "results" if parent is not None and parent.is_absolute() else None


def _user_caches() -> Path | None:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else None
    given = os.environ.get("XDG_CACHE_HOME", "")
    if sys.platform != "darwin" and Path(given).is_absolute():  # any other is to be taken for none
        return Path(given)
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home
        return None
    return home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"
