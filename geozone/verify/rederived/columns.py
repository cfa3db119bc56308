"""The rates beside the units: what a column of the layer of units says is what a row of the rates says."""

from __future__ import annotations

from collections.abc import Iterator

from geozone.messages import Message, message, text
from geozone.verify.check import shown
from geozone.verify.rederived.delivered import Delivered

_ENDS = {"_low": "low", "_high": "high", "_basis": "basis"}


def beside_units(delivered: Delivered) -> Iterator[Message]:
    """Yield the cells of the layer of units that no row of the rates says."""
    said: dict[tuple[str, str, str], set[object]] = {}
    for row in delivered.rows("rates"):
        for field in ("value", *_ENDS.values()):
            key = str(row["indicator"]), str(row["unit_code"]), field
            said.setdefault(key, set()).add(row[field])
    ids = sorted({indicator for indicator, _, _ in said}, key=len, reverse=True)
    rows = delivered.rows("units")
    columns = {name: found for name in (rows[0] if rows else ()) if (found := _meaning(name, ids))}
    for row in rows:
        for name, (indicator, field) in columns.items():
            value = row[name]
            if value is not None and value not in said.get((indicator, str(row["code"]), field), ()):
                place = text("verify.place_feature", table="units", feature=row["fid"], column=name)
                yield message("verify.beside_units", place=place, unit=row["code"], found=shown(value))


def _meaning(column: str, indicators: list[str]) -> tuple[str, str] | None:
    """Return the indicator and the column of the rates that a column of the units stands for; None for its own facts."""
    indicator = next((one for one in indicators if column == one or column.startswith(f"{one}_")), None)
    if indicator is None:
        return None
    return indicator, next((field for end, field in _ENDS.items() if column.endswith(end)), "value")
