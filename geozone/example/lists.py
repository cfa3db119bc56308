"""The registers of an example: items with the status that they truly have, and the rows that an office writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geozone.example.chance import drawn, fraction, shuffled
from geozone.example.declared import Entry, entries, of_zone, prefixes, seed, table
from geozone.example.ground import County, ground
from geozone.model import Level, Status

_MEASURES = ("shore_km", "length_km", "area_km2")
_FIRST_YEAR, _YEARS = 2021, 5  # in which items were built


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a register."""

    name: str
    province_code: str
    city_code: str  # of a municipality: empty
    county_code: str
    status: Status
    word: str  # that an office wrote for the status
    fields: Mapping[str, Any] = field(default_factory=dict)  # kind, measures, names of its units

    @property
    def codes(self) -> tuple[str, str, str]:
        """Codes of province, city and county, empty where it lies in several."""
        return self.province_code, self.city_code, self.county_code


@dataclass(frozen=True, slots=True)
class MadeRegister:
    """A register of an example."""

    entry: Entry
    items: tuple[Item, ...]
    outside: Item | None = None  # an item that lies off the zone
    repeated: Item | None = None  # an item that stands there twice


def registers(zone: str) -> tuple[MadeRegister, ...]:
    """Return the registers of a zone."""
    return tuple(_register(entry, zone) for entry in entries("register", zone))


def _register(entry: Entry, zone: str) -> MadeRegister:
    items = list(_listed(entry, zone)) if "items" in entry else []
    if "units" in entry:
        items += _units(entry, zone)
    if "sites" in entry:
        items += _sites(entry, zone)
    wrong = entry.get("wrong", ())
    if "qualified_status" in wrong:
        items = _qualified(items)
    outside = None
    if "outside_row" in wrong:
        named = {"province": "辽宁省", "city": "葫芦岛市", "county": "绥中县"}
        measures = {name: items[0].fields.get(name) for name in _MEASURES}
        built = Status.BUILT
        outside = Item(
            "绥中示例海湾", "210000", "211400", "211421", built, entry["words"][built], named | measures
        )
    repeated = items[2] if "repeated_row" in wrong else None
    return MadeRegister(entry, tuple(items), outside, repeated)


def _listed(entry: Entry, zone: str) -> Iterator[Item]:
    members = tuple(member[:2] for member in ground(zone).zone.members)
    rows = table("items")
    for row in rows[rows["register"] == entry["items"]].to_dict("records"):
        if row["code"] != zone and not row["code"].startswith(members):
            continue
        values = {name: float(row[name]) for name in _MEASURES if row[name]}
        fields = {**values, "kind": row["kind"]}
        yield _item(entry, zone, row["name"], row["code"], status=Status(row["status"]), fields=fields)


def _units(entry: Entry, zone: str) -> list[Item]:
    land = ground(zone)
    by_county = Level(entry["units"]) is Level.COUNTY
    names = {
        one.code if by_county else one.city_code: f"{one.city}{one.name}" if by_county else one.city
        for one in land.counties
    }
    kinds = _kinds(entry, zone, {code: names[code] for code in shuffled(names, seed(zone), entry["id"])})
    statuses = dict(zip(kinds, _statuses(entry, zone, len(kinds)), strict=True))
    return [
        _item(entry, zone, names[code], code, status=statuses[code], fields={"kind": kinds[code]})
        for code in sorted(names)
    ]


def _kinds(entry: Entry, zone: str, names: Mapping[str, str]) -> dict[str, str]:
    """Return the kind of every unit, those that have one first."""
    kinds: dict[str, str] = {}
    for told in entry.get("kinds", ()):
        fits = [
            code for code, name in names.items() if name.endswith(tuple(told["ends"])) and code not in kinds
        ]
        kinds |= dict.fromkeys(fits[: of_zone(told["number"], zone)], told["kind"])
    return kinds | {code: entry.get("kind_else", "") for code in names if code not in kinds}


def _sites(entry: Entry, zone: str) -> list[Item]:
    number = of_zone(entry["sites"], zone)
    counties = ground(zone).chosen(prefixes(zone, entry.get("groups", ["all"])))
    statuses = _statuses(entry, zone, number)
    order = shuffled(range(number), seed(zone), entry["id"])
    by_place = dict(zip(order, statuses, strict=True))
    items = []
    for place in range(number):
        key = (seed(zone), entry["id"], place)
        county = drawn(counties, [1] * len(counties), *key)
        measures = {
            "length_km": 8 + round(90 * fraction(*key, "km")),
            "area_km2": 1 + round(40 * fraction(*key, "km2")),
        }
        code = county.code if "county" in entry["columns"].values() else county.city_code
        name = entry["name"].format(number=place + 1)
        items.append(_item(entry, zone, name, code, status=by_place[place], fields=measures))
    return items


def _statuses(entry: Entry, zone: str, number: int) -> list[Status]:
    """Return the statuses of so many items, by the quota."""
    found: list[Status] = []
    for status, share in entry["quota"].items():
        found += [Status(status)] * min(of_zone(share, zone), number - len(found))
    return found


def _item(
    entry: Entry, zone: str, name: str, code: str, *, status: Status, fields: Mapping[str, Any]
) -> Item:
    province, city, county = _codes(code, zone)
    if "county" not in entry["columns"].values():
        county = ""  # the list does not go below cities
    named = _names(province, city, county, zone)
    if status is Status.BUILT:
        named["year"] = str(_FIRST_YEAR + int(fraction(seed(zone), entry["id"], name, "year") * _YEARS))
    return Item(name, province, city, county, status, entry["words"][status], {**named, **fields})


def _codes(code: str, zone: str) -> tuple[str, str, str]:
    if not code.isdigit():
        return "", "", ""
    cities = {one.city_code for one in ground(zone).counties} - {f"{code[:2]}0000"}
    province, city = f"{code[:2]}0000", f"{code[:4]}00"
    return province, city if city in cities else "", "" if code.endswith("00") else code


def _names(province: str, city: str, county: str, zone: str) -> dict[str, str]:
    """Return the names of the units of an item; a municipality stands as its own city, as lists have it."""
    counties: Sequence[County] = ground(zone).counties
    found = {"province": "", "city": "", "county": ""}
    for one in counties:
        if one.province_code == province:
            found["province"] = one.province
            if (
                one.city_code == city
                or (county and one.code == county)
                or (one.city_code == province and not city)
            ):
                found["city"] = one.city
        if one.code == county:
            found["county"] = one.name
    return found


def _qualified(items: list[Item]) -> list[Item]:
    """Return the items with one that is only expected to be built, and says so behind the word for it."""
    place = next(place for place, item in enumerate(items) if item.status is Status.PLANNED)
    item = items[place]
    written = Item(item.name, *item.codes, item.status, "建成（预计2027年）", item.fields)
    return [*items[:place], written, *items[place + 1 :]]
