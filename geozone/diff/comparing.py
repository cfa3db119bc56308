"""Two deliveries held against each other."""

from __future__ import annotations

from collections.abc import Callable
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

Progress = Callable[[int, int], None]  # how much is done, of how much
_FIGURE_KEY = ("zone", "unit_code", "kind", "period", "source", "year", "indicator")


def compare(old: Path, new: Path, *, progress: Progress | None = None) -> list[Difference]:
    """Return what differs between two builds or GeoPackages.

    Items and features are known by their ids, else by their shape or their record of how they were written, so that one
    whose key was changed is not told as deleted and added. Layers that the run makes are results and not compared.

    Parameters
    ----------
    old, new
        A GeoPackage that geozone wrote, or a folder of builds; edited since, or not.
    progress
        Is called with how many parts of the zones were compared, and of how many.

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
    step = _Parts(progress, max(1, len(set(before) & set(after))))
    for zone in dict.fromkeys([*before, *after]):
        if zone in before and zone in after:
            found += _of_zone(before[zone], after[zone], step)
        elif not single:
            change = Change.ADDED if zone in after else Change.DELETED
            found.append(Difference(zone, Part.ZONES, "", zone, same_text(zone), change))
    if single and set(before) != set(after):
        (one,), (other,) = before, after
        found = [Difference(one, Part.ZONES, "", one, same_text(one), Change.CHANGED, "zone", one, other)]
        found += _of_zone(before[one], after[other], step)
    return found


class _Parts:
    """Tells how many parts of how many zones were compared."""

    OF_A_ZONE = 3  # items, features, and the tables with the rates

    def __init__(self, progress: Progress | None, zones: int) -> None:
        self._progress, self._total, self._done = progress, zones * self.OF_A_ZONE, 0

    def __call__(self) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, self._total)


def _of_zone(old: Path, new: Path, step: Callable[[], None]) -> list[Difference]:
    one, other = Package(old), Package(new)
    try:
        return differences(one, other, step)
    finally:
        one.close()
        other.close()


def differences(old: Delivery, new: Delivery, step: Callable[[], None] = lambda: None) -> list[Difference]:
    """Return what differs between two deliveries of one zone; see `compare`. `step` is called after each part."""
    items = list(register_differences(old, new))
    step()
    data = [*items, *not_following(layer_differences(old, new), items)]
    step()
    figures = list(table_differences(old, new, Part.FIGURES, FIGURES, _FIGURE_KEY))
    found = [
        *input_differences(old, new),
        *data,
        *table_differences(old, new, Part.TARGETS, TARGETS, ("id",)),
        *figures,
        *rate_differences(old, new, [*data, *figures]),
    ]
    step()
    return found
