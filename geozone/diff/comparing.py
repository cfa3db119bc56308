"""Two deliveries held against each other."""

from __future__ import annotations

from pathlib import Path

from geozone.diff.data import (
    FIGURES,
    TARGETS,
    input_differences,
    layer_differences,
    not_following,
    register_differences,
    table_differences,
)
from geozone.diff.difference import Change, Difference, Part, same_text
from geozone.diff.package import Delivery, Package, packages_of
from geozone.diff.rates import rate_differences

_FIGURE_KEY = ("zone", "unit_code", "kind", "period", "source", "year", "indicator")


def compare(old: Path, new: Path) -> list[Difference]:
    """Return what differs between two builds or GeoPackages.

    Items and features are known by their ids, else by their shape or their record of how they were written, so that one
    whose key was changed is not told as deleted and added. Layers that the run makes are results and not compared.

    Parameters
    ----------
    old, new
        A GeoPackage that geozone wrote, or a folder of builds; edited since, or not.

    Returns
    -------
    list of Difference
        Zone by zone: inputs, data, targets, figures, rates, verdicts.

    Raises
    ------
    InputError
        If either is missing, unreadable, or was not written by geozone.
    """
    before, after = packages_of(old), packages_of(new)
    single = len(before) == len(after) == 1
    found: list[Difference] = []
    for zone in dict.fromkeys([*before, *after]):
        if zone in before and zone in after:
            found += _of_zone(before[zone], after[zone])
        elif not single:
            change = Change.ADDED if zone in after else Change.DELETED
            found.append(Difference(zone, Part.ZONES, "", zone, same_text(zone), change))
    if single and set(before) != set(after):
        (one,), (other,) = before, after
        found = [Difference(one, Part.ZONES, "", one, same_text(one), Change.CHANGED, "zone", one, other)]
        found += _of_zone(before[one], after[other])
    return found


def _of_zone(old: Path, new: Path) -> list[Difference]:
    one, other = Package(old), Package(new)
    try:
        return differences(one, other)
    finally:
        one.close()
        other.close()


def differences(old: Delivery, new: Delivery) -> list[Difference]:
    """Return what differs between two deliveries of one zone; see `compare`."""
    items = list(register_differences(old, new))
    data = [*items, *not_following(layer_differences(old, new), items)]
    figures = list(table_differences(old, new, Part.FIGURES, FIGURES, _FIGURE_KEY))
    return [
        *input_differences(old, new),
        *data,
        *table_differences(old, new, Part.TARGETS, TARGETS, ("id",)),
        *figures,
        *rate_differences(old, new, [*data, *figures]),
    ]
