"""Which items of a register each feature of a map stands for: by its id, its name or its code.

Nothing here reads a file or a geometry; where a feature lies is asked of the caller, and only where it decides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from geozone.overlay.area_choices import WORKING_UNIT
from geozone.overlay.units import code_prefix
from geozone.rates.completion import CODE_COLUMNS
from geozone.registers.gazetteer import Gazetteer
from geozone.registers.heading_words import PLACE
from geozone.registers.headings import field_columns
from geozone.registers.items import NATURAL, SEVERAL, Reading
from geozone.registers.places import find_places
from geozone.registers.words import (
    PLACE_COLUMNS,
    feature_names,
    homonym,
    item_names,
    name_headings,
    plain,
    sea_words,
)

_RUNNING = re.compile(
    r"^(?:(?:bay|river|lake)-)?\d{1,5}\+*$"
)  # an id that another list may give to something else
_CODE = re.compile(r"^\d{2}(?:\d{2}){0,2}(?:\d{3}){0,2}$")  # of a province, city, county, township or village
_NAMES = re.compile(r"[;；、/|]")  # between several names in one cell
_LOCAL = (
    "province_codes",
    "city_codes",
)  # fields of geozone's own layers that list the units a feature lies in
Locate = Callable[[int], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a reader should know of one feature.

    ``id``: it bears the id of an item that its name and place contradict, and is not joined by it. ``several``: its name
    is that of several items and nothing tells which. ``elsewhere``: its name is that of an item in another place.
    ``by_code``: joined by the code alone, under another name.
    """

    feature: int
    kind: Literal["id", "several", "elsewhere", "by_code"]
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FeatureJoin:
    """Features and items, both by their position."""

    items: list[tuple[int, ...]]  # by feature: the items that it stands for or is a part of
    doubts: list[Doubt]

    @property
    def joined(self) -> set[int]:
        """The items that some feature shows."""
        return {row for rows in self.items for row in rows}


def join_features(
    features: pd.DataFrame,
    items: pd.DataFrame,
    gazetteer: Callable[[], Gazetteer],
    *,
    locate: Locate | None = None,
    unnamed: Collection[str] = (),
    unit_names: Mapping[str, str] | None = None,
    alone: bool = False,
) -> FeatureJoin:
    """Join the features of a layer of bays, rivers or lakes with the items of their register.

    1. By id, unless name and place say that it is another list's: running numbers join nothing by themselves.
    2. By name: spellings, other and former names, and a part of a water for the whole, but no section for the whole. A
       feature that lies elsewhere is another water of that name; where several items fit, none is taken.
    3. By code: a feature that stands in for a unit takes every item of it: the sea off a county (``kind``), one that is
       called by the name of the unit, or by none. Of bays, one feature and one item that are left in a unit are taken to be the
       same under two names; two rivers or lakes of two names are two waters.

    A natural bay is joined by its name alone.

    Parameters
    ----------
    features
        Attributes of the features, without their shapes.
    items
        Items of the register (`geozone.model.REGISTER_COLUMNS`).
    gazetteer
        Units by name, asked for where a layer names its places instead of giving their codes.
    locate
        Position of a feature -> codes of the units that it lies in; asked where the attributes do not say.
    unnamed
        Names that stand for no name, such as the title of the layer.
    unit_names
        Code -> name of the units.
    alone
        Whether one feature and one item that are left in a unit are the same under two names: of bays, as step 3 says.
    """
    listed = _Listed(items)
    shown = _Shown(features, gazetteer, locate, frozenset(unnamed), unit_names or {})
    found: dict[int, tuple[int, ...]] = {}
    doubts: list[Doubt] = []
    _by_id(listed, shown, found, doubts)
    _by_name(listed, shown, found, doubts)
    _by_code(listed, shown, found, doubts, alone=alone)
    return FeatureJoin([found.get(position, ()) for position in range(len(features))], doubts)


def ids_of(cell: object, known: Mapping[str, int]) -> tuple[int, ...]:
    """Return the items that the field ``item_id`` of a joined feature names, by their positions."""
    if not isinstance(cell, str) or not cell:
        return ()
    return tuple(known[name] for name in ([cell] if cell in known else cell.split(SEVERAL)) if name in known)


class _Listed:
    """The items of a register, by everything that a feature may be joined by."""

    def __init__(self, items: pd.DataFrame) -> None:
        self.names = [str(name) for name in items["name"]]
        self.finest = [
            next((code for code in reversed(codes) if code), "")
            for codes in items[list(CODE_COLUMNS)].itertuples(index=False, name=None)
        ]
        self.by_id = {str(name): row for row, name in reversed(list(enumerate(items["item_id"]))) if name}
        self.by_name: dict[str, list[int]] = defaultdict(list)
        self.by_code: dict[str, list[int]] = defaultdict(list)
        english = items["name_en"] if "name_en" in items else [""] * len(items)
        for row, (name, other) in enumerate(zip(self.names, english, strict=True)):
            keys = [*item_names(name), _english(other)]
            for key in dict.fromkeys(key for key in keys if key):
                self.by_name[key].append(row)
            if self.finest[row]:
                self.by_code[self.finest[row]].append(row)


@dataclass
class _Shown:
    """The features of a layer: their ids, names and places."""

    features: pd.DataFrame
    gazetteer: Callable[[], Gazetteer]
    locate: Locate | None
    unnamed: frozenset[str]
    unit_names: Mapping[str, str]
    columns: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        headings = [str(heading) for heading in self.features.columns]
        self.columns = field_columns(headings)
        others = [heading for heading in headings if plain(heading) in name_headings()]
        self.name = self._texts("name")
        self.names = [self.name, *(self.features[heading].map(_text).tolist() for heading in others)]
        self.english = self._texts("name_en")
        kind = self._texts("kind")
        self.natural = [word == NATURAL for word in kind]
        self.name = ["" if name in self.unnamed else name for name in self.name]
        self.code, plain_codes = self._codes()
        self.stands_in = [
            word == WORKING_UNIT or not name or self._is_unit(name, code)
            for word, name, code in zip(kind, self.name, self.code, strict=True)
        ]
        self.ids = [self._texts("item_id"), plain_codes]
        self._lists = [
            self.features[heading].map(_text).tolist() for heading in _LOCAL if heading in headings
        ]

    def writings(self, feature: int) -> Iterable[list[str]]:
        """Yield the keys that a feature may be found under, name by name, the surest first."""
        for names in self.names:
            for name in _NAMES.split(names[feature]):
                if name.strip() and name not in self.unnamed:
                    yield feature_names(name.strip())
        if self.english[feature]:
            yield feature_names(self.english[feature])
        if self.name[feature].isascii():  # else the Chinese name decides: many share a romanised one
            yield [_english(self.english[feature]), _english(self.name[feature])]

    def places(self, feature: int) -> tuple[str, ...]:
        """Return the codes of the units that a feature lies in, as far as anything says."""
        if self.code[feature]:
            return (self.code[feature],)
        for lists in self._lists:
            if codes := tuple(code for code in re.split(r"[,;、 ]+", lists[feature]) if code):
                return codes
        return self.locate(feature) if self.locate else ()

    def _is_unit(self, name: str, code: str) -> bool:
        """Tell whether a feature is called by its unit: 乐亭县, 乐亭县近岸海域."""
        unit = self.unit_names.get(code, "")
        return bool(unit) and name.startswith(unit) and plain(name.removeprefix(unit)) in sea_words()

    def _texts(self, column: str) -> list[str]:
        if column not in self.columns:
            return [""] * len(self.features)
        return [_text(value) for value in self.features[self.columns[column]]]

    def _codes(self) -> tuple[list[str], list[str]]:
        """Return the code of the finest unit of every feature, and what stands in the field of codes but is none."""
        given = [column for column in (*CODE_COLUMNS, *PLACE_COLUMNS) if column in self.columns]
        rows = list(zip(*(self._texts(column) for column in given), strict=True)) or [()] * len(self.features)
        found: dict[tuple[str, ...], str] = {}
        for row in dict.fromkeys(rows):
            cells = dict(zip(given, row, strict=True))
            item: dict[str, Any] = dict.fromkeys(
                (*CODE_COLUMNS, *PLACE_COLUMNS, PLACE, "name", "section"), ""
            )
            item |= {name: cell for name, cell in cells.items() if name in PLACE_COLUMNS or _CODE.match(cell)}
            if any(item.values()):
                find_places(Reading("", {"": item}), self.gazetteer)
            told = next((item[column] for column in reversed(CODE_COLUMNS) if item[column]), "")
            # units of the user's own have codes that no list knows
            found[row] = told or next(
                (cells[name][:6] for name in reversed(given) if _is_code(name, cells)), ""
            )
        coded = [column in CODE_COLUMNS for column in given]
        others = [
            next(
                (
                    cell
                    for cell, is_code in zip(row, coded, strict=True)
                    if is_code and cell and not _CODE.match(cell)
                ),
                "",
            )
            for row in rows
        ]
        return [found[row] for row in rows], others


def _is_code(column: str, cells: Mapping[str, str]) -> bool:
    return column in CODE_COLUMNS and bool(_CODE.match(cells[column]))


def _by_id(listed: _Listed, shown: _Shown, found: dict[int, tuple[int, ...]], doubts: list[Doubt]) -> None:
    for ids in shown.ids:
        for feature, cell in enumerate(ids):
            rows = ids_of(cell, listed.by_id) if feature not in found else ()
            if not rows:
                continue
            taken = tuple(row for row in rows if _is_meant(listed, shown, feature, row, cell))
            if taken:
                found[feature] = taken
            elif not _RUNNING.match(cell):
                doubts.append(Doubt(feature, "id", rows))


def _is_meant(listed: _Listed, shown: _Shown, feature: int, row: int, cell: str) -> bool:
    """Tell whether an id means the item: by the name, or by the place where the name cannot tell."""
    if any(
        row in listed.by_name[key]
        for keys in shown.writings(feature)
        for key in keys
        if key in listed.by_name
    ):
        return True
    if _RUNNING.match(cell) or shown.natural[feature]:
        return False
    return _meet(shown.places(feature), listed.finest[row])


def _by_name(listed: _Listed, shown: _Shown, found: dict[int, tuple[int, ...]], doubts: list[Doubt]) -> None:
    for feature in range(len(shown.name)):
        if feature in found:
            continue
        rows = _named(listed, shown, feature)
        if not rows:
            continue
        places = shown.places(feature)
        fits = tuple(row for row in rows if _meet(places, listed.finest[row]))
        if len(fits) == 1 and not _is_unplaced_homonym(listed.names[fits[0]], places, listed.finest[fits[0]]):
            found[feature] = fits
        else:
            doubts.append(Doubt(feature, "several" if fits else "elsewhere", fits or rows))


def _named(listed: _Listed, shown: _Shown, feature: int) -> tuple[int, ...]:
    """Return the items that bear a name of the feature, by the first of its writings that any item has."""
    for keys in shown.writings(feature):
        for key in keys:
            if key in listed.by_name:
                return tuple(listed.by_name[key])
    return ()


def _is_unplaced_homonym(name: str, places: tuple[str, ...], finest: str) -> bool:
    return homonym(name) is not None and not (places and finest)


def _by_code(
    listed: _Listed, shown: _Shown, found: dict[int, tuple[int, ...]], doubts: list[Doubt], *, alone: bool
) -> None:
    joined = {row for rows in found.values() for row in rows}
    doubtful = {doubt.feature for doubt in doubts}
    left: dict[str, list[int]] = defaultdict(list)
    for feature, code in enumerate(shown.code):
        if code not in listed.by_code or feature in found or shown.natural[feature]:
            continue
        if shown.stands_in[feature]:
            found[feature] = tuple(listed.by_code[code])
        elif alone and feature not in doubtful:
            left[code].append(feature)
    for code, features in left.items():
        rows = [row for row in listed.by_code[code] if row not in joined]
        if len(features) == 1 and len(rows) == 1:
            found[features[0]] = (rows[0],)
            doubts.append(Doubt(features[0], "by_code", (rows[0],)))


def _meet(places: tuple[str, ...], finest: str) -> bool:
    """Tell whether a feature may be an item by where both lie; what nobody knows contradicts nothing."""
    if not places or not finest:
        return True
    item = code_prefix(finest)
    around = [code_prefix(place) for place in places]
    return any(item.startswith(prefix) or prefix.startswith(item) for prefix in around)


def _english(name: object) -> str:
    """Return the key of a romanised name; empty where there is none."""
    word = re.sub(r"[^a-z0-9]", "", name.casefold()) if isinstance(name, str) and name.isascii() else ""
    return f"en:{word}" if word else ""


def _text(value: object) -> str:
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
