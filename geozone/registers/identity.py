"""Which items of a register are one and the same, which only share a name, and which lie elsewhere."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping

from geozone.messages import Text
from geozone.model import Severity, Status, Zone
from geozone.rates.completion import CODE_COLUMNS, inside_zone
from geozone.registers.gazetteer import LONG_CODES, Gazetteer
from geozone.registers.heading_words import KIND, TOWNSHIP
from geozone.registers.items import Item, Reading
from geozone.registers.subject import Subject
from geozone.registers.words import PLACE_COLUMNS, bare_name, homonym, item_names, plain_name, variant_name

_RUNNING = re.compile(r"\d{0,5}")  # a number that only counts the rows
_HONOUR = re.compile(r"美丽(海湾|河湖|河流|湖泊|幸福河湖)$")
_NAMED = 5  # items that one finding names
_SINGLE = 5  # items outside the zone that are told one by one


def long_codes(reading: Reading) -> dict[str, str]:
    """Return the codes that are finer than a county's, by row: places are only as fine as counties."""
    found = {}
    for row, item in reading.items.items():
        digits = (re.sub(r"\D", "", str(item[column])) for column in CODE_COLUMNS)
        found[row] = next((code for code in digits if len(code) in LONG_CODES), "")
    return found


def drop_repeated(
    reading: Reading,
    subject: Subject,
    finer: Mapping[str, str] | None = None,
    apart: Collection[str] = (),
) -> None:
    """Count every item once: a row that repeats another is a finding and is left out.

    An item is known by its name and place; a unit by its place alone; of sites of one name in one county those of two
    townships, kinds or numbers of their own are two. Where two rows of an item differ in their status it is unknown which one holds.

    Parameters
    ----------
    reading
        The items, with their places.
    subject
        What the register lists.
    finer
        Codes of townships and villages, by row (`long_codes`).
    apart
        Rows that are known to be items of their own.
    """
    first: dict[tuple[str, ...], str] = {}
    for row, item in list(reading.items.items()):
        key = _key(item, subject, (finer or {}).get(row, ""))
        other = first.setdefault(key, row)
        if other == row or (row in apart and other in apart):
            continue
        kept = reading.items[other]
        kind = "duplicate" if item["name"] == kept["name"] else "two_names"
        reading.tell(kind, row, name=item["name"], other=kept["name"], first=other)
        if item["status"] != kept["status"]:
            said = {kept["status"], item["status"]} - {Status.UNKNOWN.value}
            kept["status"] = next(iter(said)) if len(said) == 1 else Status.UNKNOWN.value
            if len(said) > 1:
                reading.tell("two_statuses", row, name=item["name"], first=other)
        del reading.items[row]


def _key(item: Item, subject: Subject, finer: str) -> tuple[str, ...]:
    codes = tuple(item[column] for column in CODE_COLUMNS)
    if subject.units and subject.level is not None and (code := item[f"{subject.level}_code"]):
        return (code,)
    name = plain_name(item["name"])
    if subject.sites:
        number = "" if _RUNNING.fullmatch(item["item_id"]) else item["item_id"]
        return (
            name,
            *codes,
            finer,
            number,
            *(plain_name(item.get(column, "")) for column in (TOWNSHIP, KIND)),
        )
    return (name, *codes)


def compare_names(reading: Reading, subject: Subject, gazetteer: Callable[[], Gazetteer]) -> None:
    """Tell names that several items or several places share, or that are those of places; units are told apart by their places."""
    if subject.units:
        return
    rows = defaultdict(list)
    for row, item in reading.items.items():
        rows[plain_name(item["name"])].append(row)
    shared = {row: same[0] for same in rows.values() for row in same[1:]}
    if subject.sites:
        if shared:
            names = list(dict.fromkeys(reading.items[row]["name"] for row in shared))
            reading.tell(
                "same_names",
                next(iter(shared)),
                Severity.NOTE,
                count=len(shared),
                names="、".join(names[:_NAMED]),
            )
        return
    for row, item in reading.items.items():
        if row in shared:
            reading.tell("same_name", row, name=item["name"], other=shared[row])
    _tell_places(reading, gazetteer)
    _tell_alike(reading)
    for row, item in reading.items.items():
        places = homonym(item["name"])
        if places is not None and row not in shared:
            reading.tell("homonym", row, Severity.NOTE, name=item["name"], places=places)


def _tell_places(reading: Reading, gazetteer: Callable[[], Gazetteer]) -> None:
    """Tell an item that goes by the name of a city or province in which others lie: most likely it sums them up.

    A county may stand in for what lies in it, and a city may have an honour as its counties have.
    """
    upper, county = CODE_COLUMNS[:-1], CODE_COLUMNS[-1]
    held = Counter(code for item in reading.items.values() for code in {item[column] for column in upper})
    for row, item in reading.items.items():
        code = next((item[column] for column in reversed(upper) if item[column]), "")
        if item[county] or held[code] == 1 or not code:
            continue
        if code in gazetteer().find(item["name"]):
            reading.tell("name_of_place", row, name=item["name"], others=held[code] - 1)


def _tell_alike(reading: Reading) -> None:
    """Tell a name that is nearly that of another item of the same place.

    By its brackets (甲湾 and 甲湾（东段）), by another name in them (甲湾（原乙湾） and 乙湾), by the honour (甲湾美丽海湾), or by the way
    it is written (一号灣, 1号湾).

    Two sections of one water, both in brackets, are two items.
    """
    whole: dict[str, list[str]] = defaultdict(list)
    for row, item in reading.items.items():
        whole[plain_name(item["name"])].append(row)
    varied: dict[str, list[str]] = defaultdict(list)
    for row, item in reading.items.items():
        own, bare = plain_name(item["name"]), bare_name(item["name"])
        others = dict.fromkeys([bare, *item_names(item["name"]), _HONOUR.sub("", bare)])
        before = varied[variant_name(item["name"])]
        alike = [
            *(one for name in others if name != own for one in whole.get(name, ())),
            *(one for one in before if plain_name(reading.items[one]["name"]) != own),
        ]
        before.append(row)
        other = next(
            (one for one in alike if one != row and _may_lie_together(item, reading.items[one])), None
        )
        if other is not None:
            reading.tell(
                "alike_name", row, name=item["name"], other=reading.items[other]["name"], first=other
            )


def _may_lie_together(item: Item, other: Item) -> bool:
    """Tell whether two items lie in one place as far as their codes say: a city and a county of it may be one."""
    return all(
        item[column] == other[column] or not (item[column] and other[column]) for column in CODE_COLUMNS
    )


def tell_outside(reading: Reading, zone: Zone) -> None:
    """Tell the items that lie outside the zone; they stay on the register and do not count in the zone.

    Many are told together: the list is that of a larger area, the more surely if most of it lies outside.
    """
    outside = [
        row
        for row, item in reading.items.items()
        if not inside_zone([item[column] for column in CODE_COLUMNS], zone)
    ]
    if len(outside) > _SINGLE:
        severity = Severity.NOTE if 2 * len(outside) > len(reading.items) else Severity.WARNING
        names = "、".join(reading.items[row]["name"] for row in outside[:_NAMED])
        reading.tell("many_outside", outside[0], severity, count=len(outside), names=names, zone=zone.title)
        return
    for row in outside:
        item = reading.items[row]
        named = [item[place] for place in PLACE_COLUMNS if item.get(place)]
        codes = [item[column] for column in CODE_COLUMNS if item[column]]
        where = named[-1] if named else codes[-1]
        reading.tell("outside_zone", row, name=item["name"], place=Text(where, where), zone=zone.title)


def name_ids(reading: Reading, subject: Subject) -> None:
    """Give every item an id of its own: that of the file where it is one, else the row."""
    times: dict[str, int] = {}
    for item in reading.items.values():
        times[item["item_id"]] = times.get(item["item_id"], 0) + 1
    taken = {name for name, count in times.items() if count == 1}
    for row, item in reading.items.items():
        if item["item_id"] and times[item["item_id"]] == 1:
            continue
        name = f"{subject.name}-{row}"
        while name in taken:
            name += "+"
        item["item_id"] = name
        taken.add(name)
