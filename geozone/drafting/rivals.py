"""Several files for one layer or register: vintages, parts, or rivals of which somebody must choose one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import shapely

from geozone.drafting.entries import LAYER, REGISTER, UNKNOWN, Entry
from geozone.errors import GeozoneError
from geozone.messages import Text, text
from geozone.read import read_layer
from geozone.vintages import newest_first

_SAMPLE = 500  # features of one file that are looked for in the other
_ALIKE = 0.2  # share of them that lie there, from which on both speak of the same ground


def settle(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Tell files of one layer or register apart; return the groups of which somebody must choose one.

    Layers of different dates are vintages, and are compared; files that lie side by side are parts of one layer. Of
    registers the newest is taken. What can be neither becomes a comment of the draft.
    """
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if entry.kind in {LAYER, REGISTER} and not entry.doubts:
            groups.setdefault((entry.kind, entry.id), []).append(entry)
    open_ones = []
    for (kind, _), group in groups.items():
        if len(group) < 2:
            continue
        rivals = _registers(group) if kind == REGISTER else _layers(group)
        for entry in rivals:
            files = "、".join(_called(one) for one in rivals if one is not entry)
            entry.doubts.append(text("drafting.rivals", files=files))
        open_ones += [rivals] if rivals else []
    return open_ones


def choose(group: Sequence[Entry], chosen: Entry) -> None:
    """Take one of several rivals, as somebody said; the others stay comments."""
    chosen.doubts.clear()
    for entry in group:
        if entry is not chosen:
            entry.doubts = [text("drafting.not_chosen", file=_called(chosen))]


def _registers(group: list[Entry]) -> list[Entry]:
    """Take the newest of several registers; return them where it is not known which that is."""
    ordered = newest_first(entry.date or UNKNOWN for entry in group)
    newest = [entry for entry in group if ordered and (entry.date or UNKNOWN) in ordered[0]]
    if len(newest) != 1:
        return group
    for entry in group:
        if entry is not newest[0]:
            entry.doubts.append(text("drafting.older_register", file=_called(newest[0])))
    return []


def _layers(group: list[Entry]) -> list[Entry]:
    """Return the files of a layer that cannot all be taken: of the same ground, and of no or one date."""
    ordered = newest_first(entry.date or UNKNOWN for entry in group)
    by_date: dict[str, list[Entry]] = {}
    for entry in group:
        by_date.setdefault(entry.date if ordered else "", []).append(entry)
    rivals: list[Entry] = []
    for same in by_date.values():
        clash = [pair for pair in combinations(same, 2) if _over_each_other(*pair)]
        clash = [pair for pair in clash if not _less_sure(*pair)]
        same = [entry for entry in same if not entry.doubts]  # noqa: PLW2901 - those that gave way are settled
        if clash:
            rivals += [entry for entry in same if any(entry is one for pair in clash for one in pair)]
        elif len(same) > 1:
            for entry in same:
                entry.reasons.append(_parts(len(same)))
                if not ordered:  # vintages that cannot be compared would be refused
                    entry.guesses.append(text("drafting.one_date"))
                    entry.keys["vintage"] = UNKNOWN
    return rivals


def _less_sure(one: Entry, other: Entry) -> bool:
    """Let a file that is told by a field or folder alone give way to one that is called so; tell whether it did."""
    if one.guessed == other.guessed:
        return False
    sure, guess = (other, one) if one.guessed else (one, other)
    guess.doubts = [text("drafting.less_sure", file=_called(sure))]
    return True


def _parts(count: int) -> Text:
    return text("drafting.parts", count=count)


def _called(entry: Entry) -> str:
    return f"{entry.path.name}:{entry.inside}" if entry.inside else entry.path.name


def _over_each_other(one: Entry, other: Entry) -> bool:
    """Tell whether two files of a layer speak of the same ground; rasters always do, as far as is known here."""
    if one.raster or other.raster:
        return True
    try:
        first, second = (
            read_layer(entry.path, layer=entry.inside or None).data.geometry for entry in (one, other)
        )
    except GeozoneError:
        return True
    first, second = (shapes[shapes.notna() & ~shapes.is_empty] for shapes in (first, second))
    if not len(first) or not len(second):
        return False
    smaller, larger = sorted((first, second), key=len)
    step = max(1, len(smaller) // _SAMPLE)
    points = shapely.point_on_surface(smaller.values[::step])
    found = larger.sindex.query(points, predicate="intersects")[0]
    return len(set(found.tolist())) > _ALIKE * len(points)
