"""What would close the gap soonest: the items under way that are needed, as an exact optimum."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from geozone.model import Level, Register, Status, Target, Zone
from geozone.rates.item_counts import ItemCounts
from geozone.rates.verdicts import reaches

UNDER_WAY = (Status.UNDER_CONSTRUCTION, Status.PLANNED)


@dataclass(frozen=True, slots=True)
class Plan:
    """Items that close the gap.

    Of all sets that do, this one is finished first, and of those it has the fewest items.
    """

    items: tuple[str, ...]  # ids, in the order of their years
    names: tuple[str, ...]
    year: int | None  # the year in which the last one is planned to be finished; None where nothing is needed
    share: float  # the share then built


def close_gap(
    register: Register, code: str, level: Level, zone: Zone, target: Target, *, measure: str | None = None
) -> Plan | None:
    """Return the items under way that bring a unit to its target soonest; None where they do not suffice.

    Only items with a planned year count: what nobody has dated can be promised by nobody. Unknown items count as not
    built.

    Parameters
    ----------
    register, code, level, zone
        The unit and its items.
    target
        The demand that is to be met.
    measure
        ``shore_km``, ``area_km2`` or ``length_km``; without it, items are counted.

    Notes
    -----
    The earliest year in which the items planned until then suffice is the optimum of the first criterion. Within it, taking
    the largest items first needs the fewest, because only their sum matters.
    """
    counts = ItemCounts(register, zone)
    tally = counts.count(code, level, measure).tally
    if tally is None:
        return None

    def share(extra: float) -> float:
        return (tally.built + extra) / tally.total

    if reaches(target, share(0.0)):
        return Plan((), (), None, share(0.0))
    items = counts.items(code, level)
    dated = items[items["status"].isin(UNDER_WAY) & items["planned_year"].notna()].copy()
    dated["year"] = dated["planned_year"].astype(int)
    dated["weight"] = 1.0 if measure is None else pd.to_numeric(dated[measure]).astype(float)
    for year in sorted(set(dated["year"])):
        available = dated[dated["year"] <= year].sort_values(
            ["weight", "year", "item_id"], ascending=[False, True, True]
        )
        extra = available["weight"].cumsum()
        enough = [reaches(target, share(float(sum_))) for sum_ in extra]
        if any(enough):
            chosen = available.iloc[: enough.index(True) + 1].sort_values(["year", "item_id"])
            total = float(chosen["weight"].sum())
            return Plan(tuple(chosen["item_id"]), tuple(chosen["name"]), int(year), share(total))
    return None
