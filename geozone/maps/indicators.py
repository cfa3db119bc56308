"""What the page knows of indicators: their inputs and unit, the items left to complete, and the classes of the map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from geozone.manifest.indicators import Indicator
from geozone.manifest.units import unit_title
from geozone.maps.plain import Strings
from geozone.messages import Text
from geozone.model import Kind, Level, Rate, Register, Status, Zone, ZoneResult
from geozone.rates.completion import CODE_COLUMNS, inside_zone
from geozone.rates.digits import is_share, value_unit
from geozone.rates.filters import passes
from geozone.rates.titles import indicator_title, is_screening
from geozone.rates.wording import tells_something
from geozone.symbology import breaks, quantity_classes, rate_classes

# items that are not complete, from the nearest to completion to the one that nobody knows about
OPEN_ORDER = (Status.UNDER_CONSTRUCTION, Status.PLANNED, Status.RECOGNISED, Status.UNKNOWN)
_SEVERAL = 5  # units that make a map
_LAST = 9999  # the year of what has none, behind all others


def leading_rates(rates: Iterable[Rate]) -> dict[tuple[str, str], Rate]:
    """Return the row that leads of every indicator and unit: the first, as `geozone.rates.compute` orders them."""
    found: dict[tuple[str, str], Rate] = {}
    for rate in rates:
        found.setdefault((rate.indicator, rate.unit_code), rate)
    return found


def shown_value(rate: Rate) -> float | None:
    """Return the number that colours a unit: the value, or the end of the band that is known; None where nothing is.

    A figure printed as at most has its upper end only; every other band is coloured by its lower one.
    """
    if rate.value is not None or not tells_something(rate):
        return rate.value
    if rate.kind is Kind.REPORTED and not rate.low:
        return rate.high
    return rate.low


def done_statuses(indicator: Indicator) -> tuple[Status, ...]:
    """Return the statuses of items about which nothing is left to do: those that the indicator counts.

    Where it counts what is left, completed items not being among them, they are the others whose status is known.
    """
    counted = tuple(Status(word) for word in indicator.options.get("statuses", (Status.BUILT,)))
    if Status.BUILT in counted:
        return counted
    return tuple(status for status in Status if status not in (*counted, Status.UNKNOWN))


def indicator_entries(
    result: ZoneResult, strings: Strings, most: Mapping[str, float] | None = None
) -> dict[str, Any]:
    """Return what the page needs to know of every indicator that has rows, in their order.

    Its inputs by id, its unit, the indicator that it is part of, its rank among those that colour the map, the items left
    to complete, and by level the classes of the map. A share has the same classes at every level; `most` holds the greatest
    value by indicator where other zones are to have them too.
    """
    most = most or {}
    covers = partitions(result.units)
    codes = [str(code) for code in result.units["code"]]
    known = set(codes)
    leading = leading_rates(result.rates)
    rates_of: dict[str, list[Rate]] = {}
    for rate in result.rates:
        rates_of.setdefault(rate.indicator, []).append(rate)
    found: dict[str, dict[str, Any]] = {}
    for name, rates in rates_of.items():
        declared: Indicator | None = result.indicators.get(name)
        drawn = [rate for (one, code), rate in leading.items() if one == name and code in known]
        values = {rate.unit_code: shown_value(rate) for rate in drawn}
        top = most.get(name)
        if is_share(rates[0]):
            top = max(
                [value for value in values.values() if value is not None] + ([top] if top else []),
                default=None,
            )
        found[name] = {
            "title": strings.add(indicator_title(rates[0], result)),
            "map_title": strings.add(_map_title(drawn or rates, declared, result)),
            "unit": strings.add(unit_title(value_unit(rates[0]))),
            "share": is_share(rates[0]),
            "layers": list(declared.layers) if declared else [],
            "registers": list(declared.registers) if declared else [],
            "part_of": declared.part_of if declared and declared.part_of in rates_of else None,
            "map_rank": declared.map_rank if declared else None,
            "open": open_items(declared, result) if declared else [],
            "classes": {
                level: classes
                for level, places in covers.items()
                if (
                    classes := _classes(
                        [values.get(codes[place]) for place in places], rates[0], strings, top
                    )
                )
            },
        }
    return found


def mappable(
    entries: Mapping[str, Mapping[str, Any]], leading: Iterable[str], covers: Mapping[str, Sequence[int]]
) -> list[str]:
    """Return the indicators that can colour the map: the one that it opens with, then those of a rank before the others.

    Parameters
    ----------
    entries
        What `indicator_entries` returns.
    leading
        The indicators that matter most, the first first.
    covers
        What `partitions` returns.
    """
    ranks = {name: entry["map_rank"] for name, entry in entries.items() if entry["classes"]}
    ranked = sorted(ranks, key=lambda name: (ranks[name] is None, ranks[name] or 0))
    first = _first_on_map(ranked, entries, leading, covers)
    return [first, *(name for name in ranked if name != first)] if first is not None else []


def _map_title(drawn: list[Rate], declared: Indicator | None, result: ZoneResult) -> Text:
    """Return the title over a map of some rows: that of one made from a screening layer, where there is any."""
    screening = [rate for rate in drawn if declared is not None and is_screening(rate, declared)]
    return indicator_title((screening or drawn)[0], result)


def _first_on_map(
    ranked: Sequence[str],
    entries: Mapping[str, Mapping[str, Any]],
    leading: Iterable[str],
    covers: Mapping[str, Sequence[int]],
) -> str | None:
    """Return the indicator that colours the map when it opens.

    1. The first that leads and is known of most units of a level with several units.
    2. Where one that leads is known of the whole only, one of the same layer, which is its map.
    3. The first that can colour the map at all.
    """
    for name in leading:
        if name in ranked and any(
            len(covers[level]) >= _SEVERAL and 2 * one["known"] > len(covers[level])
            for level, one in entries[name]["classes"].items()
        ):
            return name
        layers = set(entries[name]["layers"]) if name in entries else set()
        of_layer = [one for one in ranked if one != name and layers & set(entries[one]["layers"])]
        if of_layer:
            return of_layer[0]
    return ranked[0] if ranked else None


def _classes(
    values: list[float | None], rate: Rate, strings: Strings, most: float | None
) -> dict[str, Any] | None:
    """Return the classes of the units of a level; None where fewer than two have a value."""
    shown = [value for value in values if value is not None]
    if len(shown) <= 1:
        return None
    unit = value_unit(rate)
    if min(shown) < 0:
        classes = quantity_classes(shown, unit)
        zero = None
    else:
        bounds = breaks(shown, 100.0 if is_share(rate) else 1.0, most)
        first, *classes = rate_classes(bounds, unit)
        zero = strings.add(first.label)
    return {
        "known": len(shown),
        "bounds": [item.upper for item in classes],
        "colours": [item.colour for item in classes],
        "titles": [strings.add(item.label) for item in classes],
        "zero": zero,
    }


def open_items(indicator: Indicator, result: ZoneResult) -> list[list[Any]]:
    """Return the items of its registers that are left to complete, nearest to completion first.

    Returns
    -------
    list
        A pair of a register's id and the places of the items in it, for every register that has any.
    """
    if indicator.part_of:
        return []
    done = done_statuses(indicator)
    found = []
    for name in indicator.registers:
        register = result.registers.get(name)
        if register is not None and (places := _open_places(register, indicator, done, result.zone)):
            found.append([name, places])
    return found


def _open_places(register: Register, indicator: Indicator, done: tuple[Status, ...], zone: Zone) -> list[int]:
    items = register.items
    asked = passes(items, indicator.where) != 0
    codes = items[list(CODE_COLUMNS)].fillna("").astype(str).itertuples(index=False)
    years = pd.to_numeric(items["planned_year"], errors="coerce").fillna(_LAST)
    statuses = [Status(status) for status in items["status"]]
    places = [
        place
        for place, code in enumerate(codes)
        if asked[place] and statuses[place] not in done and inside_zone(code, zone)
    ]
    order = {status: rank for rank, status in enumerate(OPEN_ORDER)}
    return sorted(places, key=lambda place: (order.get(statuses[place], len(order)), years.iloc[place]))


def partitions(units: pd.DataFrame) -> dict[str, list[int]]:
    """Return for each level the rows that cover the zone once: a city without counties stands for them."""
    rank = {level.value: place for place, level in enumerate(Level)}
    rows = {str(code): place for place, code in enumerate(units["code"])}
    levels = [str(level) for level in units["level"]]
    parents = [str(parent or "") for parent in units["parent"]]
    leaves = [place for code, place in rows.items() if code not in set(parents)]
    found: dict[str, list[int]] = {}
    for level in sorted(set(levels), key=rank.__getitem__):
        chosen: dict[int, None] = {}
        for leaf in leaves:
            place, seen = leaf, {leaf}
            while rank[levels[place]] < rank[level]:
                upper = rows.get(parents[place])
                if upper is None or upper in seen:
                    break
                seen.add(upper)
                place = upper
            chosen[place] = None
        found[level] = sorted(chosen)
    return found
