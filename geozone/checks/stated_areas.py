"""The area that a layer states for each of its features, held against the area that is drawn."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.checks.layer_findings import LISTED, LayerFindings, place_of
from geozone.manifest.area_fields import area_fields
from geozone.messages import text
from geozone.model import CRS, Finding, Layer, Severity
from geozone.overlay.plane import Numbers, area_km2
from geozone.overlay.rings import is_polygonal
from geozone.read.fields import means, synonyms
from geozone.toml_tables import read_tables

TOLERANCE = 0.01  # areas of a projection and of the ellipsoid differ by a few tenths of a per cent
_SAME_UNIT = 0.02  # a value this near to what is drawn, in some unit, is in that unit
_AKIN = 1.2  # the values of a field this near to a unit other than its own, taken together, are in that unit
_DECIMALS = 6  # that are looked for in the values of a field
_NUMBER = re.compile(r"\s*([+-]?[\d,，]*\.?\d+(?:[eE][+-]?\d+)?)\s*(\S*)\s*")
_GENERIC = "stated_area"  # the field of geozone, where the user named one


@dataclass(frozen=True)
class _Field:
    """A field of stated areas."""

    name: str
    unit: str | None  # as its name or a standard has it
    numbers: Numbers  # in the unit of the field; not a number where nothing is stated
    units: Numbers  # square metres of the unit that stands behind a value, not a number without
    rounding: float  # half of the last place that is given


def check_stated_areas(layer_findings: LayerFindings) -> None:
    """Find features whose stated area is not what is drawn: none, negative, in another unit, too large or too small."""
    if not _fields(layer_findings.layer.data):
        return
    geometries = layer_findings.geometries
    rows = np.flatnonzero(
        is_polygonal(geometries) & shapely.is_valid(geometries) & ~shapely.is_empty(geometries)
    )
    drawn = np.full(len(geometries), np.nan)
    drawn[rows] = area_km2(geometries[rows], CRS) * 1e6
    with np.errstate(over="ignore"):  # a number near the largest one is no area
        _compare_all(layer_findings, drawn)


def stated_area_findings(layer: Layer) -> list[Finding]:
    """Return what `check_stated_areas` finds in a layer."""
    layer_findings = LayerFindings(layer)
    check_stated_areas(layer_findings)
    return layer_findings.findings


def compare_stated_areas(layer: str, fields: pd.DataFrame, drawn: Numbers) -> list[Finding]:
    """Return what `check_stated_areas` finds, from fields of a layer and the drawn area of each feature, in m²."""
    nothing = gpd.GeoDataFrame(fields, geometry=np.full(len(fields), None), crs=CRS)
    layer_findings = LayerFindings(Layer(layer, nothing))
    _compare_all(layer_findings, np.where(drawn > 0, drawn, np.nan))
    return layer_findings.findings


def compare_field(layer: Layer, name: str, unit: str, drawn: Numbers, tolerance: float) -> list[Finding]:
    """Return what is wrong with the values of one field of areas.

    Parameters
    ----------
    layer
        The layer.
    name
        Its field.
    unit
        The unit that the field should be in, one of ``area_units.toml``.
    drawn
        The drawn area of each feature in m², not a number where there is none.
    tolerance
        The share of the drawn area by which a value may differ.
    """
    layer_findings = LayerFindings(layer)
    field = _read(layer.data[name], name, unit)
    if field is not None and (drawn > 0).any():
        _compare(layer_findings, field, drawn, tolerance)
    return layer_findings.findings


def square_metres(unit: str) -> float:
    """Return how many square metres a unit of area has."""
    return float(_table()["units"][unit])


def states_areas(field: str) -> bool:
    """Tell whether a field of this name states the area of its feature."""
    return field == _GENERIC or _meaning(field)[0]


def _compare_all(layer_findings: LayerFindings, drawn: Numbers) -> None:
    if not (drawn > 0).any():
        return
    for field in _fields(layer_findings.layer.data):
        _compare(layer_findings, field, drawn, TOLERANCE)


def _compare(layer_findings: LayerFindings, field: _Field, drawn: Numbers, tolerance: float) -> None:
    known = ~np.isnan(field.numbers) & (drawn > 0)
    positive = known & (field.numbers > 0)
    _not_positive(layer_findings, field, np.flatnonzero(known & ~positive), int(known.sum()))
    if not positive.any():
        return
    sizes = _table()["units"]
    unit = _unit(layer_findings, field, drawn, np.flatnonzero(positive & np.isnan(field.units)))
    size = np.where(np.isnan(field.units), sizes[unit], field.units)
    stated = field.numbers * size
    allowed = tolerance * drawn + field.rounding * size
    wrong = np.flatnonzero(positive & (np.abs(stated - drawn) > allowed))
    for row in wrong[:LISTED].tolist():
        _tell(layer_findings, field, row, float(drawn[row]), unit)
    layer_findings.rest("stated_area_differs", LISTED, len(wrong))


def _unit(layer_findings: LayerFindings, field: _Field, drawn: Numbers, rows: np.ndarray) -> str:
    """Return the unit of a field: as it is stated, unless all its values together speak for another one."""
    if not len(rows):
        return field.unit or "m2"
    size = float(np.median(drawn[rows] / field.numbers[rows]))  # square metres that a unit would have
    nearest = _nearest(size)
    if field.unit is None:
        layer_findings.add("stated_area_unit_taken", Severity.NOTE, field=field.name, unit=_word(nearest))
        return nearest
    if nearest == field.unit or abs(np.log(size / _table()["units"][nearest])) > np.log(_AKIN):
        return field.unit
    words = {"unit": _word(field.unit), "found": _word(nearest)}
    layer_findings.add("stated_area_unit", Severity.WARNING, field=field.name, **words)
    return nearest


def _not_positive(layer_findings: LayerFindings, field: _Field, rows: np.ndarray, known: int) -> None:
    if len(rows) == known and known > 1 and not field.numbers[rows].any():
        layer_findings.add("stated_area_all_zero", Severity.WARNING, field=field.name)
        return
    for row in rows[:LISTED].tolist():
        layer_findings.add(
            "stated_area_not_positive",
            Severity.WARNING,
            row=row,
            place=place_of(layer_findings.layer.data.geometry.iloc[row]),
            field=field.name,
            value=f"{field.numbers[row]:g}",
        )
    layer_findings.rest("stated_area_not_positive", LISTED, len(rows))


def _tell(layer_findings: LayerFindings, field: _Field, row: int, drawn: float, unit: str) -> None:
    """Report a feature: its value is in another unit, or it is not what is drawn."""
    sizes = _table()["units"]
    own = float(field.units[row])
    size = sizes[unit] if np.isnan(own) else own
    other = _nearest(drawn / field.numbers[row])
    params: dict[str, Any] = {
        "row": row,
        "place": place_of(layer_findings.layer.data.geometry.iloc[row]),
        "field": field.name,
        "value": f"{field.numbers[row]:.10g}",
        "unit": _word(next(name for name, value in sizes.items() if value == size)),
        "drawn": f"{drawn / size:.6g}",
    }
    if sizes[other] != size and abs(field.numbers[row] * sizes[other] / drawn - 1) < _SAME_UNIT:
        layer_findings.add("stated_area_other_unit", Severity.WARNING, **params, found=_word(other))
    else:
        layer_findings.add(
            "stated_area_differs",
            Severity.WARNING,
            **params,
            change=f"{field.numbers[row] * size / drawn - 1:+.1%}",
        )


def _nearest(size: float) -> str:
    """Return the unit whose size, in square metres, comes nearest."""
    sizes: dict[str, float] = _table()["units"]
    return min(sizes, key=lambda unit: abs(np.log(size / sizes[unit])))


def _fields(data: pd.DataFrame) -> list[_Field]:
    found: list[_Field] = []
    for name in data.columns:
        if name == _GENERIC or not isinstance(name, str):
            continue
        known, unit = _meaning(name)
        if known and (field := _read(data[name], name, unit)) is not None:
            found.append(field)
    if not found and _GENERIC in data.columns:
        field = _read(data[_GENERIC], _GENERIC, None)
        found += [field] if field is not None else []
    return found


def _meaning(name: str) -> tuple[bool, str | None]:
    """Tell whether a field states the area of its feature, and in which unit."""
    table = _table()
    fields = {**table["fields"], **area_fields()}
    for known, unit in fields.items():
        if means(name, known):
            return True, str(unit)
    names = [*synonyms(_GENERIC), "area"]
    if any(means(name, known) for known in names[:-1]):
        return True, None
    bare = name.casefold().rstrip(")）]】 ")
    for word, unit in _words():
        if bare.endswith(word):
            base = bare.removesuffix(word).rstrip("(（[【_- /")
            return any(base == known.casefold() for known in (*names, *fields)), unit
    return False, None


def _read(values: pd.Series, name: str, unit: str | None) -> _Field | None:
    """Return the numbers of a field, or None where most of it are none."""
    units = np.full(len(values), np.nan)
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    else:
        numbers = np.full(len(values), np.nan)
        given = values.astype("string").fillna("").str.strip().to_numpy()
        for row, words in enumerate(given):
            match = _NUMBER.fullmatch(words)
            behind = _size_of(match[2]) if match else None
            if match and behind is not None:
                numbers[row] = float(match[1].replace(",", "").replace("，", ""))
                units[row] = behind
        if np.isnan(numbers).sum() > len(numbers) / 2 + (given == "").sum() / 2:
            return None
    numbers = np.where(np.isfinite(numbers), numbers, np.nan)
    if np.isnan(numbers).all():
        return None
    return _Field(name, unit, numbers, units, _rounding(numbers))


def _size_of(word: str) -> float | None:
    """Return the square metres of a unit behind a value: not a number without one, None for what is no unit."""
    if not word:
        return float("nan")
    bare = word.casefold()
    return next((_table()["units"][unit] for written, unit in _words() if written == bare), None)


def _rounding(numbers: Numbers) -> float:
    """Return half of the last place that the values of a field have."""
    some = numbers[~np.isnan(numbers)][:1000]
    with np.errstate(over="ignore", invalid="ignore"):  # a number too large to have such a place has none
        for places in range(_DECIMALS):
            if np.allclose(some, np.round(some, places), rtol=1e-9, atol=0):
                return float(0.5 * 10.0**-places)
    return 0.0


def _word(unit: str) -> Any:
    return text(f"check.unit_{unit}")


@cache
def _words() -> list[tuple[str, str]]:
    """Return how units are written, with the unit, longest first."""
    words = [(word.casefold(), unit) for unit, several in _table()["words"].items() for word in several]
    return sorted(words, key=lambda pair: -len(pair[0]))


@cache
def _table() -> dict[str, Any]:
    return read_tables(Path(__file__).parent / "area_units.toml")
