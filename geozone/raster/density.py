"""Whether a raster holds values per area, such as people per km², where totals of its cells are asked for."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from geozone.messages import message
from geozone.model import Finding, Severity
from geozone.raster.opening import Raster

# a unit of area below the line, a word for density, and how WorldPop names its densities (chn_pd_2020_1km)
_DENSITY = re.compile(
    r"(/|\bper\b|每)\s*(sq(uare)?\b\.?\s*)?(km|kilomet|hm|ha\b|hect|m2\b|平方|公顷|亩)"
    r"|\b(k?m|hm)-2\b|\bha-1\b|密度|densit|(?<![a-z])(pop)?dens(?![a-z])|(?<![a-z])pd(?=[\W_]*\d)"
)


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
    written = unicodedata.normalize("NFKC", words).casefold().replace("^", "")
    return bool(_DENSITY.search(written))
