"""Faults of attributes: keys that are null, doubled or of the wrong type, codes that name no unit."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from geozone.checks.layer_findings import LISTED, LayerFindings, place_of
from geozone.model import Severity
from geozone.read.fields import code_texts

_KEYS = ("code", "name", "BSM")


def check_attributes(layer_findings: LayerFindings, units: gpd.GeoDataFrame | None) -> None:
    """Find what is wrong with keys, codes and names."""
    data = layer_findings.layer.data
    for column in _KEYS:
        if column in data.columns:
            _null(layer_findings, column)
    boundary = layer_findings.units
    if "code" in data.columns:
        codes = code_texts(data["code"])
        if not pd.api.types.is_string_dtype(data["code"]):
            layer_findings.add("code_not_text", Severity.WARNING, field="code", type=str(data["code"].dtype))
        _form(layer_findings, codes)
        if boundary:
            _doubled(layer_findings, codes)
        if units is not None:
            _against_units(layer_findings, codes, units, error=boundary)
    if "BSM" in data.columns:
        _doubled(layer_findings, code_texts(data["BSM"]), field="BSM", severity=Severity.WARNING)


def _null(layer_findings: LayerFindings, column: str) -> None:
    values = code_texts(layer_findings.layer.data[column])
    rows = [row for row, empty in enumerate(values == "") if empty]
    severity = Severity.ERROR if column == "code" and layer_findings.units else Severity.WARNING
    if len(rows) == len(values) and rows:
        layer_findings.add("key_all_null", severity, field=column)
        return
    for row in rows[:LISTED]:
        layer_findings.add("key_null", severity, row=row, place=_place(layer_findings, row), field=column)
    layer_findings.rest("key_null", LISTED, len(rows))


def _form(layer_findings: LayerFindings, codes: pd.Series) -> None:
    """Administrative codes have 6 digits; towns and villages 9 or 12, of which the first 6 are the county's."""
    wrong = (codes != "") & ~codes.str.fullmatch(r"\d{6}(\d{3}){0,2}")
    rows = [row for row, bad in enumerate(wrong) if bad]
    for row in rows[:LISTED]:
        layer_findings.add(
            "code_form", Severity.WARNING, row=row, place=_place(layer_findings, row), code=codes.iloc[row]
        )
    layer_findings.rest("code_form", LISTED, len(rows))


def _doubled(
    layer_findings: LayerFindings,
    codes: pd.Series,
    *,
    field: str = "code",
    severity: Severity = Severity.ERROR,
) -> None:
    # the levels of a boundary layer may share a code: a city without counties stands for itself
    levels = (
        layer_findings.layer.data.get("level", pd.Series("", index=codes.index)).astype("string").fillna("")
    )
    keys = pd.DataFrame({"key": codes, "level": levels})
    again = (keys.duplicated(keep="first") & (codes != "")).to_numpy()
    rows = [row for row, bad in enumerate(again) if bad]
    for row in rows[:LISTED]:
        layer_findings.add(
            "key_doubled",
            severity,
            row=row,
            place=_place(layer_findings, row),
            field=field,
            value=codes.iloc[row],
        )
    layer_findings.rest("key_doubled", LISTED, len(rows))


def _against_units(
    layer_findings: LayerFindings, codes: pd.Series, units: gpd.GeoDataFrame, *, error: bool
) -> None:
    known = dict(zip(units["code"].astype(str), units["name"].astype(str), strict=True))
    data = layer_findings.layer.data
    names = data["name"].astype("string").fillna("") if "name" in data.columns and error else None
    unknown = mismatched = 0
    for row, code in enumerate(codes):
        if not code:
            continue
        county = code[:6]
        if county not in known:
            unknown += 1
            if unknown <= LISTED:
                layer_findings.add(
                    "code_unknown", Severity.WARNING, row=row, place=_place(layer_findings, row), code=code
                )
        elif (
            names is not None
            and len(code) == 6
            and names.iloc[row]
            and not _same(names.iloc[row], known[county])
        ):
            mismatched += 1
            if mismatched <= LISTED:
                layer_findings.add(
                    "name_mismatch",
                    Severity.WARNING,
                    row=row,
                    place=_place(layer_findings, row),
                    code=code,
                    name=names.iloc[row],
                    expected=known[county],
                )
    layer_findings.rest("code_unknown", LISTED, unknown)
    layer_findings.rest("name_mismatch", LISTED, mismatched)


def _same(name: str, other: str) -> bool:
    """Tell whether two names mean one unit: one may be short (承德 for 承德市)."""
    return name == other or name.startswith(other) or other.startswith(name)


def _place(layer_findings: LayerFindings, row: int) -> tuple[float, float] | None:
    return place_of(layer_findings.layer.data.geometry.iloc[row])
