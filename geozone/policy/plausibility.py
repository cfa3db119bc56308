"""Can a target be right? Held by arithmetic against the zone's own size and against published figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from geozone.manifest.units import unit_title
from geozone.messages import Text, message
from geozone.model import Comparator, Finding, Severity, Target
from geozone.rounding import digits

LAYER = "targets"
# two published figures for one thing differ by this much before it is worth a word
SIBLING_TOLERANCE = 0.25
CHANGES = (Comparator.INCREASE, Comparator.DECREASE)


@dataclass(frozen=True, slots=True)
class Territory:
    """How large the zone of a target is, as far as known."""

    land_km2: float
    sea_km2: float | None = 0.0  # None: the zone has a sea whose area was not found
    shore_km: float | None = None
    counts: tuple[tuple[str, int], ...] = ()  # indicator -> how many things there are to count


@dataclass(frozen=True, slots=True)
class Floor:
    """What a document sets for a zone or a unit: the least that there is to be."""

    scope: str  # key of a zone, code of a unit
    indicator: str
    value: float
    unit: str
    source: Text


@dataclass(frozen=True, slots=True)
class Published:
    """What has been published of zones and units: floors that documents set, and sizes by key or code."""

    floors: tuple[Floor, ...] = ()
    sea_km2: Mapping[str, float] = field(default_factory=dict)
    shore_km: Mapping[str, float] = field(default_factory=dict)


def territory(
    zone_key: str, members: Sequence[str], coastal: Sequence[str], land_km2: float, published: Published
) -> Territory:
    """Return the size of a zone: its land as measured, its sea and shore as published for its coastal members."""

    def whole(sizes: Mapping[str, float]) -> float | None:
        if zone_key in sizes:
            return sizes[zone_key]
        parts = {code: sizes[code] for code in coastal if code in sizes and code in members}
        return sum(parts.values()) if set(parts) == set(coastal) else None

    return Territory(land_km2, whole(published.sea_km2) if coastal else 0.0, whole(published.shore_km))


def implausible(
    target: Target,
    size: Territory | None,
    floors: Sequence[Floor] = (),
    siblings: Sequence[Target] = (),
    containing: Sequence[str] = (),
) -> list[Finding]:
    """Return what cannot be right, or stands oddly, in a target.

    Checks
    ------
    small_share
        A share of at most one per cent to be reached: most likely a fraction.
    impossible_area
        An area larger than land and sea of the zone together.
    impossible_share
        A share above 100 %, or below 0.
    impossible_length, impossible_count
        More than there is.
    missing_base_year, missing_base_value
        A change without the value that it starts from; without its year, no later value can ever be held against it.
    contradicts_public_figure
        An area that differs from the published figure of the same zone by more than a quarter.
    exceeds_whole
        An area larger than the published figure of a zone that contains this one.
    contradicts_sibling
        The same demand of the same zone and year with another figure in another clause.

    Parameters
    ----------
    target
        The demand.
    size
        The territory that it speaks of; None where it is unknown.
    floors, siblings
        What other documents set, and the other demands.
    containing
        Keys of the zones that contain this one.
    """
    found = [*size_findings(target, size), *_form_findings(target)]
    found += _floor_findings(target, floors, containing)
    return found + _sibling_findings(target, siblings)


def impossible(target: Target, size: Territory | None) -> Finding | None:
    """Return the finding that makes a target impossible by arithmetic, if there is one."""
    found = (item for item in size_findings(target, size) if item.kind.startswith("impossible"))
    return next(found, None)


def size_findings(target: Target, size: Territory | None) -> list[Finding]:
    """Return the findings that the figure of a target cannot be, or is most likely meant otherwise."""
    value = target.value
    if value is None:
        return []
    found = list(_share_findings(target, value))
    if size is None:
        return found
    if target.unit == "km2":
        sea = size.sea_km2 or 0.0
        if value > size.land_km2 + sea:
            kind = (
                "impossible_area"
                if size.sea_km2 is not None or value > 2 * size.land_km2
                else "larger_than_land"
            )
            limit = size.land_km2 + sea
            found.append(_finding(target, kind, value=value, limit=limit))
    if target.unit == "km" and size.shore_km is not None and value > size.shore_km:
        found.append(_finding(target, "impossible_length", value=value, limit=size.shore_km))
    if target.unit == "count":
        available = dict(size.counts).get(target.indicator)
        if available is not None and value > available:
            found.append(_finding(target, "impossible_count", value=value, limit=available))
    return found


def _share_findings(target: Target, value: float) -> Iterator[Finding]:
    level = target.unit == "%" and target.comparator not in CHANGES
    if (level or target.unit == "percentage_points") and not 0 <= value <= 100:
        yield _finding(target, "impossible_share", value=value)
    if target.unit == "%" and target.comparator is Comparator.AT_LEAST and 0 < value <= 1:
        yield _finding(target, "small_share", value=value, meant=value * 100)


def _form_findings(target: Target) -> list[Finding]:
    if target.comparator not in CHANGES or target.value is None:
        return []
    if target.base_year is None:
        return [_finding(target, "missing_base_year", value=target.value)]
    return [_finding(target, "missing_base_value", year=target.base_year)]


def _floor_findings(target: Target, floors: Sequence[Floor], containing: Sequence[str]) -> list[Finding]:
    value, found = target.value, []
    if value is None:
        return []
    scopes = set(target.region_codes) or {target.zone}
    for floor in floors:
        if (floor.indicator, floor.unit) != (target.indicator, target.unit):
            continue
        if floor.scope in scopes and abs(value - floor.value) > SIBLING_TOLERANCE * floor.value:
            kind = "contradicts_public_figure"
        elif floor.scope in containing and target.unit == "km2" and value > floor.value:
            kind = "exceeds_whole"
        else:
            continue
        found.append(_finding(target, kind, value=value, other=floor.value, source=floor.source))
    return found


def _sibling_findings(target: Target, siblings: Sequence[Target]) -> list[Finding]:
    return [
        _finding(target, "contradicts_sibling", value=target.value, other=other.value, clause=other.clause)
        for other in siblings
        if other.id != target.id
        and target.value is not None
        and other.value is not None
        and (other.zone, other.indicator, other.year, other.unit, other.comparator)
        == (target.zone, target.indicator, target.year, target.unit, target.comparator)
        and other.region_codes == target.region_codes
        and other.value != target.value
    ]  # fmt: skip


def _finding(target: Target, kind: str, **figures: object) -> Finding:
    shown = {name: _shown(value) if name != "year" else value for name, value in figures.items()}
    return Finding(
        kind=kind,
        severity=Severity.WARNING,  # a misprint stops nothing: the rate is told, the target is not judged
        layer=LAYER,
        message=message(f"rates.{kind}", target=target.id, unit=unit_title(target.unit), **shown),
        remedy=message(f"rates.{kind}_remedy"),
        feature=target.id,
    )


def _shown(value: object) -> object:
    if not isinstance(value, float | int):
        return value
    return digits(value, 0 if value == int(value) else 1)
