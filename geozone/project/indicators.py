"""The indicators of a project file, with their targets: ``[[indicator]]``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from geozone.catalog import choice
from geozone.manifest.declared import Declarations, nearest
from geozone.manifest.formulas import added_names
from geozone.manifest.indicators import AREA_WEIGHT, LAYER_KINDS, Indicator, load_indicators, parse_indicator
from geozone.manifest.inputs import load_layers, load_registers
from geozone.manifest.roles import load_roles
from geozone.manifest.units import converted, is_share_unit, load_units
from geozone.messages import NO_TEXT, text
from geozone.model import ChangeBasis, Comparator, Document, Level, Modality, Target, Zone
from geozone.project.entries import faults_kept, own_id, stated
from geozone.project.schema import Entries

TABLE = "indicator"
_NO_UNIT = "-"  # of an indicator that asks for evidence
_SIGNED = (
    "change",
    "change_in_years",
    "derived",
    "mean_of_points",
    "raster_mean",
    "reported",
)  # may be below 0
_CHANGES = (Comparator.INCREASE, Comparator.DECREASE)


@dataclass(frozen=True, slots=True)
class OwnIndicators:
    """What a project asks for beside the documents of its zone."""

    indicators: Mapping[str, Indicator]
    targets: tuple[Target, ...]
    documents: Mapping[str, Document]


@dataclass(frozen=True, slots=True)
class Known:
    """What an indicator of the project may name beside what is declared."""

    layers: Mapping[str, str]  # role by id
    registers: frozenset[str]


def read_indicators(
    declared: Declarations, entries: Entries, zone: Zone | None, known: Known
) -> OwnIndicators:
    """Return the indicators of a project file by id, with their targets and where these stand; faults are kept in `declared`."""
    indicators: dict[str, Indicator] = {}
    targets: list[Target] = []
    documents: dict[str, Document] = {}
    places: dict[str, tuple[str | int, ...]] = {}
    for position, table in entries:
        place = (TABLE, position)
        with faults_kept(declared, (*place, "id")):
            name = own_id(table, "", f"[[{TABLE}]]")
            if name in indicators or name in load_indicators():
                declared.fault(
                    (*place, "id"), "twice", name=name, other=f"[[{TABLE}]] / seeds/indicators.toml"
                )
                continue
            indicator = parse_indicator(declared, place, name, table, more=("id", "target"))
            if indicator is None:
                continue
            indicators[name], places[name] = indicator, place
            if "target" in table and zone is not None:
                target, document = _target(table["target"], indicator, zone)
                if Level.ZONE not in indicator.levels and not target.region_codes:
                    levels = ", ".join(indicator.levels)
                    declared.fault((*place, "target"), "target_of_no_level", levels=levels)
                target = _comparable(declared, (*place, "target"), target, indicator)
                targets.append(target)
                documents[document.id] = document
    for name, indicator in indicators.items():
        _check_formula(declared, places[name], indicator, {**load_indicators(), **indicators})
        _check_references(declared, places[name], indicator, {*load_indicators(), *indicators}, known)
    return OwnIndicators(indicators, tuple(targets), documents)


def _check_references(
    declared: Declarations,
    place: tuple[str | int, ...],
    indicator: Indicator,
    indicators: Collection[str],
    known: Known,
) -> None:
    """Keep a fault for every layer, register and indicator that is none, or is of the wrong kind."""
    roles = {name: layer.role for name, layer in load_layers().items()} | dict(known.layers)
    for name, key in indicator.measure.keys.items():
        if name not in indicator.options:
            continue
        value = indicator.options[name]
        names = [value] if isinstance(value, str) else list(value) if isinstance(value, tuple) else []
        kind = {"areas": "area"}.get(key.holds, key.holds)
        if key.holds == "weight":
            names = [] if value == AREA_WEIGHT else names
            kind = "raster"
        if kind in LAYER_KINDS or kind in {"layer", "layers"}:
            _check_layers(declared, (*place, name), names, kind, roles)
            if name == "within" and names == [indicator.options.get("layer")]:
                declared.fault((*place, name), "within_itself", layer=indicator.options["layer"])
        elif key.holds in {"register", "registers"}:
            _known(declared, (*place, name), names, {*load_registers(), *known.registers}, "unknown_word")
        elif key.holds in {"figure", "figures", "indicator"}:
            _known(declared, (*place, name), names, indicators, "unknown_indicator")


def _check_formula(
    declared: Declarations,
    place: tuple[str | int, ...],
    indicator: Indicator,
    indicators: Mapping[str, Indicator],
) -> None:
    """Keep a fault for every word of a formula that is no indicator, and for one that is made from itself."""
    _known(declared, (*place, "formula"), list(indicator.in_formula), indicators, "unknown_indicator")
    for one, other in added_names(indicator.options.get("formula", "0")):
        pair = [indicators[name] for name in (one, other) if name in indicators]
        if len(pair) == 2 and not _alike(*pair):
            units = {"first": one, "unit": pair[0].unit, "second": other, "other": pair[1].unit}
            declared.fault((*place, "formula"), "mixed_units", **units)
    paths = [[name] for name in indicator.in_formula]
    seen: set[str] = set()
    while paths:
        path = paths.pop()
        if path[-1] == indicator.id:
            declared.fault(
                (*place, "formula"), "circular", name=indicator.id, path=" → ".join([indicator.id, *path])
            )
            return
        if path[-1] in indicators and path[-1] not in seen:
            seen.add(path[-1])
            paths += [[*path, name] for name in indicators[path[-1]].in_formula]


def _alike(one: Indicator, other: Indicator) -> bool:
    """Tell whether values of two indicators may be added up: shares are, whatever they are shares of."""
    return (one.share and other.share) or converted(1.0, one.unit, other.unit) == 1.0


def _check_layers(
    declared: Declarations,
    place: tuple[str | int, ...],
    names: list[str],
    kind: str,
    roles: Mapping[str, str],
) -> None:
    _known(declared, place, names, roles, "unknown_word")
    for name in names:
        role = load_roles().get(roles.get(name, ""))
        if role is not None and kind in LAYER_KINDS and kind not in (role.kind, *role.also):
            declared.fault(place, "wrong_kind", layer=name, kind=role.kind, wanted=kind)


def _known(
    declared: Declarations, place: tuple[str | int, ...], names: list[str], words: Collection[str], fault: str
) -> None:
    for name in names:
        if name not in words:
            declared.fault(place, fault, name=name, nearest=nearest(name, words))


def _comparable(
    declared: Declarations, place: tuple[str | int, ...], target: Target, indicator: Indicator
) -> Target:
    """Return a target in the unit of its indicator, and with what its change is of; a fault is kept where it has none.

    A per cent of what is no share can only be a relative change; of a share it may be points as well, so that has to be said.
    """
    if _NO_UNIT in {target.unit, indicator.unit} or target.unit not in load_units():
        return target
    changes = target.comparator in _CHANGES
    if target.value is not None and target.value < 0 and (changes or indicator.measure.id not in _SIGNED):
        declared.fault((*place, "value"), "below_zero", value=f"{target.value:g}", indicator=indicator.id)
    if is_share_unit(target.unit):
        if changes and target.change_basis is None and target.value is not None:
            if indicator.share and target.unit != ChangeBasis.POINTS:
                choices = " / ".join(one.value for one in ChangeBasis)
                declared.fault(place, "change_of_what", choices=choices)
            basis = ChangeBasis.POINTS if indicator.share else ChangeBasis.RELATIVE
            target = replace(target, change_basis=basis.value)
        if indicator.share or target.change_basis == ChangeBasis.RELATIVE:
            return target
    value = None if target.value is None else converted(target.value, target.unit, indicator.unit)
    if value is None and (target.value is not None or is_share_unit(target.unit)):
        declared.fault(
            (*place, "unit"), "other_unit", unit=target.unit, indicator=indicator.id, wanted=indicator.unit
        )
        return target
    return replace(target, value=value, unit=indicator.unit)


def _target(entry: Mapping[str, Any], indicator: Indicator, zone: Zone) -> tuple[Target, Document]:
    value = entry.get("value")
    source = stated(entry, "source") or text("project.own_target")
    document = Document(f"target_{indicator.id}", source, "", NO_TEXT)
    target = Target(
        id=indicator.id,
        documents=(document.id,),
        clause=str(entry.get("clause", "")),
        zone=zone.key,
        region=stated(entry, "region") or zone.title,
        region_codes=tuple(map(str, entry.get("region_codes", ()))),
        indicator=indicator.id,
        title=indicator.title,
        comparator=choice(Comparator, entry, "comparator"),
        modality=choice(Modality, entry, "modality") if "modality" in entry else Modality.FIRM,
        value=None if value is None else float(value),
        unit=str(entry.get("unit", indicator.unit)),
        year=entry.get("year"),
        base_year=entry.get("base_year"),
        change_basis=entry.get("change_basis"),
        note=stated(entry, "note"),
    )
    return target, document
