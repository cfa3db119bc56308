"""The items of a register, row by row: codes, statuses, measures, and what would make a rate wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from geozone.messages import Text, message
from geozone.model import Basis, Finding, Severity, Status, Zone
from geozone.rates.completion import CODE_COLUMNS, inside_zone
from geozone.rates.words import MEASURES, PLACE_COLUMNS, Gazetteer, homonym, match_status, plain_name

Item = dict[str, Any]
NATURAL = "natural_bay"  # a kind of geozone's own layer of bays: shown, but not counted
_LEVELS = dict(zip(PLACE_COLUMNS, CODE_COLUMNS, strict=True))
_MUNICIPAL = ("11", "12", "31", "50", "81", "82")  # municipalities have counties, no cities
_LONG_CODES = (9, 12)  # digits of a township's and a village's code, which begin with the county's


@dataclass
class Reading:
    """A register while it is read: its items by row number, and the findings so far."""

    file: str
    items: dict[int, Item]
    findings: list[Finding] = field(default_factory=list)

    def tell(self, kind: str, row: int, severity: Severity = Severity.WARNING, **params: Any) -> None:
        """Add a finding on a row."""
        found = Finding(
            kind=f"register_{kind}",
            severity=severity,
            layer=self.file,
            message=message(f"rates.register_{kind}", file=self.file, row=row, **params),
            remedy=message(f"rates.register_{kind}_remedy"),
            feature=str(row),
        )
        self.findings.append(found)


def drop_natural(reading: Reading) -> None:
    """Leave out what is not an item: in geozone's own layer of bays, the natural bays."""
    natural = [row for row, item in reading.items.items() if item.get("kind") == NATURAL]
    if natural:
        reading.tell("natural", natural[0], Severity.NOTE, count=len(natural))
    for row in natural:
        del reading.items[row]


def read_cells(reading: Reading, basis: Basis, factors: Mapping[str, float]) -> None:
    """Turn the words and figures of every item into statuses and numbers."""
    for row, item in reading.items.items():
        status = match_status(item["status"])
        if status is None:
            reading.tell("unknown_status", row, word=item["status"])
        item["status"] = (status or Status.UNKNOWN).value
        for column in MEASURES:
            item[column] = _measure(reading, row, item[column], factors.get(column, 1.0))
        year = item["planned_year"][:4]
        item["planned_year"] = int(year) if year.isdigit() else None
        item["basis"] = item["basis"] if item["basis"] in set(Basis) else basis.value


def find_codes(reading: Reading, gazetteer: Callable[[], Gazetteer]) -> None:
    """Fill the codes: from names where there are none, and the larger units' codes from the smaller ones'."""
    for row, item in reading.items.items():
        within = ""
        for place, column in _LEVELS.items():
            code, name = _six_digits(item[column]), item.get(place, "")
            if not code and name:
                code = gazetteer().code(name, place, within) or ""
                if not code and (municipality := _municipality(name, within, gazetteer())):
                    within = item["province_code"] = municipality
                elif not code:
                    reading.tell("unknown_place", row, word=name)
            item[column] = code
            within = code or within
        _complete(item)


def _municipality(name: str, within: str, gazetteer: Gazetteer) -> str | None:
    """Return the code of a municipality that is written as its own city, with or without itself as the province."""
    code = gazetteer.code(name, "province")
    if code is None or code[:2] not in _MUNICIPAL or within[:2] not in ("", code[:2]):
        return None
    return code


def drop_repeated(reading: Reading) -> None:
    """Count every item once: a row that repeats another is a finding and is left out."""
    first: dict[tuple[str, ...], int] = {}
    for row, item in list(reading.items.items()):
        key = (plain_name(item["name"]), *(item[column] for column in CODE_COLUMNS))
        if key not in first:
            first[key] = row
            continue
        other = reading.items[first[key]]["name"]
        kind = "duplicate" if item["name"] == other else "two_names"
        reading.tell(kind, row, name=item["name"], other=other, first=first[key])
        del reading.items[row]


def compare_names(reading: Reading) -> None:
    """Tell names that several items or several places share."""
    first: dict[str, int] = {}
    shared = set()
    for row, item in reading.items.items():
        name = plain_name(item["name"])
        if name in first:
            reading.tell("same_name", row, name=item["name"], other=first[name])
            shared |= {row}
        else:
            first[name] = row
    for row, item in reading.items.items():
        places = homonym(item["name"])
        if places is not None and row not in shared:
            reading.tell("homonym", row, Severity.NOTE, name=item["name"], places=places)


def tell_outside(reading: Reading, zone: Zone) -> None:
    """Tell the items that lie outside the zone; they stay on the register and do not count in the zone."""
    for row, item in reading.items.items():
        codes = [item[column] for column in CODE_COLUMNS]
        if not inside_zone(codes, zone):
            named = [item[place] for place in PLACE_COLUMNS if item.get(place)]
            where = named[-1] if named else next(code for code in reversed(codes) if code)
            reading.tell("outside_zone", row, name=item["name"], place=Text(where, where), zone=zone.title)


def _measure(reading: Reading, row: int, cell: str, factor: float) -> float | None:
    if not cell:
        return None
    try:
        return float(cell.replace(",", "").replace("，", "")) * factor
    except ValueError:
        reading.tell("not_a_number", row, word=cell)
        return None


def _six_digits(code: str) -> str:
    return code[:6] if len(code) in _LONG_CODES and code.isdigit() else code


def _complete(item: Item) -> None:
    """Put every code at its own level, and add the codes of the units above."""
    province, city, county = (item[column] for column in CODE_COLUMNS)
    if county.endswith("0000") and not province:
        province, county = county, ""
    elif county.endswith("00") and not city and not province:
        city, county = county, ""
    city = city or (f"{county[:4]}00" if county else "")
    province = province or (f"{(city or county)[:2]}0000" if city or county else "")
    if province[:2] in _MUNICIPAL:
        city = ""
    item.update(zip(CODE_COLUMNS, (province, city, county), strict=True))
