"""The reported figures of an example, as written."""

from __future__ import annotations

from dataclasses import dataclass

from geozone.example.declared import table
from geozone.example.ground import ground
from geozone.manifest.indicators import load_indicators
from geozone.manifest.units import load_units


@dataclass(frozen=True, slots=True)
class Row:
    """A figure."""

    scope: str  # code of a unit, or key of the zone
    scope_name: str
    indicator: str
    title: str  # as it is written: the Chinese title of the indicator, or its id
    year: int
    value: float
    unit: str  # id
    unit_name: str
    as_text: bool  # written as text with separators of thousands


def reported(zone: str) -> list[Row]:
    """Return the figures of a zone, by indicator, unit and year."""
    found = []
    indicators, units = load_indicators(), load_units()
    rows = table("figures")
    for row in rows[rows["zone"] == zone].to_dict("records"):
        for year, cell in row.items():
            if not str(year).isdigit() or not cell:
                continue
            title = row["indicator"] if row["by"] == "id" else indicators[row["indicator"]].title.zh
            unit = units[row["unit"]].title.zh
            found.append(
                Row(
                    row["scope"], _scope_name(row["scope"], zone), row["indicator"], title, int(str(year)), float(cell),
                    row["unit"], unit, row["by"] == "text",
                )
            )  # fmt: skip
    return found


def _scope_name(scope: str, zone: str) -> str:
    land = ground(zone)
    if scope != zone:
        return next(one.province for one in land.counties if one.province_code == scope)
    # a zone of one province is called by its name
    provinces = {one.province for one in land.counties}
    return provinces.pop() if len(provinces) == 1 else land.zone.title.zh
