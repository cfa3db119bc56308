"""Where compiled code is kept: in a folder named after all sources, since Numba itself would not see that a step has changed."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

_FOLDER = Path(__file__).parent


def kept_in(source: Path) -> Path:
    """Return the folder for what is compiled from a file: beside it, or else in the user's cache folder."""
    sources = [path.read_bytes() for path in sorted({*_FOLDER.glob("*.py"), source})]
    stamp = sha256(b"".join(sources)).hexdigest()[:16]
    given = os.environ.get("NUMBA_CACHE_DIR")
    folder = (Path(given) if given else source.parent / "__pycache__") / stamp
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path.home() / ".cache" / "geozone" / stamp
    return folder if os.access(folder, os.W_OK) else Path.home() / ".cache" / "geozone" / stamp


def is_compiled() -> bool:
    """Tell whether the overlay engine has been compiled on this machine before."""
    return any(kept_in(_FOLDER / "tile_combinations.py").rglob("tile_combinations.*.nbc"))
