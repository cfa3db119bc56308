"""What a file geodatabase declares of its layers beside their fields."""

from __future__ import annotations

import re
from pathlib import Path

from geozone.read.bulk import BULK_ERRORS, quiet
from geozone.read.door import vector
from geozone.read.formats import Format
from geozone.read.notes import Notes
from geozone.read.safety import LIMITS, Limits
from geozone.read.source import open_source

_TOLERANCE = re.compile(r"<XYTolerance>([0-9.eE+-]+)</XYTolerance>")


def xy_tolerances(path: Path, names: list[str], *, limits: Limits = LIMITS) -> dict[str, float]:
    """Return the XY tolerance of layers of a file geodatabase, in units of their coordinates; of other files none.

    Raises
    ------
    InputError
        If the file cannot be opened.
    """
    found: dict[str, float] = {}
    with open_source(path, names[0] if names else None, limits, Notes(path.stem)) as source:
        if source.format is not Format.GEODATABASE:
            return {}
        for name in names:
            try:
                with quiet():
                    told = vector.frame(source.path, sql=f"GetLayerDefinition {name}")
            except BULK_ERRORS:  # a layer that cannot be read is told when it is read
                continue
            words = _TOLERANCE.search(str(told.iloc[0, 0])) if told.size else None
            if words:
                found[name] = float(words[1])
    return found
