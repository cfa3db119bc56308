"""Whether a raster holds values per area, such as people per km², where totals of its cells are asked for."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from geozone.messages import message
from geozone.model import Finding, Severity
from geozone.raster.opening import Raster
from geozone.toml_tables import read_tables


def density_found(raster: Raster) -> Finding | None:
    """Return the finding that a weighting raster says of its values that they are per area; None where it does not."""
    band = raster.band
    name = raster.path.stem if isinstance(raster.path, Path) else ""
    said = next((words for words in (band.unit, band.described, name) if is_density(words)), None)
    if said is None:
        return None
    params = {"path": raster.path, "stated": said}
    words, remedy = message("raster.weight_density", **params), message("raster.weight_density_remedy")
    return Finding("weight_density", Severity.WARNING, str(raster.path), words, remedy)


def is_density(words: str) -> bool:
    """Tell whether a unit, a description or a name says that values are per area.

    >>> is_density("people/km²"), is_density("人口密度"), is_density("people per cell"), is_density("ug/m3")
    (True, True, False, False)
    """
    return bool(_pattern().search(unicodedata.normalize("NFKC", words).casefold().replace("^", "")))


@cache
def _pattern() -> re.Pattern[str]:
    table = read_tables(Path(__file__).parent / "density.toml")
    below, areas, powers, words, names = (
        "|".join(map(re.escape, table[key])) for key in ("below", "areas", "powers", "words", "names")
    )
    ends = r"(?![a-z0-9])"
    return re.compile(
        rf"({below})\s*(({areas}){ends}|({areas})(?=[a-z])(?<!ha)(?<!m2))|(?<![a-z])({powers}){ends}"
        rf"|{words}|(?<![a-z])({names})(?=[\W_]*\d|$)"
    )
