"""Faults of attributes: keys that are null, doubled or of the wrong type, codes that name no unit."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from geozone.checks.gather import LISTED, Gather, place_of
from geozone.model import Severity
from geozone.read.fields import code_texts

_KEYS = ("code", "name", "BSM")


def check_attributes(gather: Gather, units: gpd.GeoDataFrame | None) -> None:
    """Find what is wrong with keys, codes and names."""
    data = gather.layer.data
    for column in _KEYS:
        if column in data.columns:
            _null(gather, column)
    boundary = gather.units
    if "code" in data.columns:
        codes = code_texts(data["code"])
        if not pd.api.types.is_string_dtype(data["code"]):
            gather.add("code_not_text", Severity.WARNING, field="code", type=str(data["code"].dtype))
        _form(gather, codes)
        if boundary:
            _doubled(gather, codes)
        if units is not None:
            _against_units(gather, codes, units, error=boundary)
    if "BSM" in data.columns:
        _doubled(gather, code_texts(data["BSM"]), field="BSM", severity=Severity.WARNING)


def _null(gather: Gather, column: str) -> None:
    values = code_texts(gather.layer.data[column])
    rows = [row for row, empty in enumerate(values == "") if empty]
    severity = Severity.ERROR if column == "code" and gather.units else Severity.WARNING
    if len(rows) == len(values) and rows:
        gather.add("key_all_null", severity, field=column)
        return
    for row in rows[:LISTED]:
        gather.add("key_null", severity, row=row, place=_place(gather, row), field=column)
    gather.rest("key_null", LISTED, len(rows))


def _form(gather: Gather, codes: pd.Series) -> None:
    """Administrative codes have 6 digits; towns and villages 9 or 12, of which the first 6 are the county's."""
    wrong = (codes != "") & ~codes.str.fullmatch(r"\d{6}(\d{3}){0,2}")
    rows = [row for row, bad in enumerate(wrong) if bad]
    for row in rows[:LISTED]:
        gather.add("code_form", Severity.WARNING, row=row, place=_place(gather, row), code=codes.iloc[row])
    gather.rest("code_form", LISTED, len(rows))


def _doubled(
    gather: Gather, codes: pd.Series, *, field: str = "code", severity: Severity = Severity.ERROR
) -> None:
    # the levels of a boundary layer may share a code: a city without counties stands for itself
    levels = gather.layer.data.get("level", pd.Series("", index=codes.index)).astype("string").fillna("")
    keys = pd.DataFrame({"key": codes, "level": levels})
    again = (keys.duplicated(keep="first") & (codes != "")).to_numpy()
    rows = [row for row, bad in enumerate(again) if bad]
    for row in rows[:LISTED]:
        gather.add(
            "key_doubled", severity, row=row, place=_place(gather, row), field=field, value=codes.iloc[row]
        )
    gather.rest("key_doubled", LISTED, len(rows))


def _against_units(gather: Gather, codes: pd.Series, units: gpd.GeoDataFrame, *, error: bool) -> None:
    known = dict(zip(units["code"].astype(str), units["name"].astype(str), strict=True))
    data = gather.layer.data
    names = data["name"].astype("string").fillna("") if "name" in data.columns and error else None
    unknown = mismatched = 0
    for row, code in enumerate(codes):
        if not code:
            continue
        county = code[:6]
        if county not in known:
            unknown += 1
            if unknown <= LISTED:
                gather.add("code_unknown", Severity.WARNING, row=row, place=_place(gather, row), code=code)
        elif (
            names is not None
            and len(code) == 6
            and names.iloc[row]
            and not _same(names.iloc[row], known[county])
        ):
            mismatched += 1
            if mismatched <= LISTED:
                gather.add(
                    "name_mismatch",
                    Severity.WARNING,
                    row=row,
                    place=_place(gather, row),
                    code=code,
                    name=names.iloc[row],
                    expected=known[county],
                )
    gather.rest("code_unknown", LISTED, unknown)
    gather.rest("name_mismatch", LISTED, mismatched)


def _same(name: str, other: str) -> bool:
    """Tell whether two names mean one unit: one may be short (承德 for 承德市)."""
    return name == other or name.startswith(other) or other.startswith(name)


def _place(gather: Gather, row: int) -> tuple[float, float] | None:
    return place_of(gather.layer.data.geometry.iloc[row])
