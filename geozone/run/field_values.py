"""What indicators ask of the fields of the user's layers and registers, and what these hold instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

import pandas as pd

from geozone.manifest.fields import field_title
from geozone.manifest.indicators import Indicator
from geozone.manifest.units import converted, read_unit, unit_title
from geozone.maps.edition import PUBLIC_COLUMNS
from geozone.messages import NO_TEXT, message, text
from geozone.model import Finding, LayerSpec, Severity
from geozone.project import Project
from geozone.rates.facts import class_codes
from geozone.rates.filters import UNKNOWN, Unread, matches_nothing, passes, unread
from geozone.rates.measures import class_share
from geozone.rates.needs import Need
from geozone.read.fields import known_fields
from geozone.registers.heading_words import FIELDS
from geozone.run.inputs import Inputs
from geozone.run.overlaid import Overlaid
from geozone.run.reading import Reading

_SHARE = "class_share"
_MEAN = "raster_mean"  # the measure that takes values of a raster as they are
# measures that leave out what may pass a filter or not; the others make a band of it
_LEAVING_OUT = ("connectivity", "change", "mean_of_points")
_ALIKE = 0.7  # of two words, from which on one is most likely the other misspelt
_SHOWN = 8  # values that a sentence names


def tell_values(run: Reading, inputs: Inputs, indicators: Sequence[Indicator]) -> None:
    """Tell what the user's layers, registers and rasters hold that no indicator understands."""
    project = run.project
    tables: dict[str, pd.DataFrame] = {
        name: layer.data for name, layer in inputs.layers.items() if name in project.own
    }
    registers = {entry.id for entry in project.registers}
    tables |= {name: one.items for name, one in inputs.registers.items() if name in registers}
    stated = {name: units for name, units in run.raster_units.items() if name in project.own}
    found = [
        *value_findings(tables, indicators, project.indicators),
        *raster_unit_findings(stated, indicators),
        *unused_fields(_named_fields(project), indicators),
    ]
    run.keep(found, tell=True)


def value_findings(
    tables: Mapping[str, pd.DataFrame], indicators: Iterable[Indicator], own: Iterable[str]
) -> Iterator[Finding]:
    """Yield what fields hold that no indicator understands, and filters of the user's indicators that nothing passes.

    Parameters
    ----------
    tables
        Layers and registers by id.
    indicators
        Those that are asked for.
    own
        Ids of the indicators that the user declares.
    """
    told = set()
    declared = set(own)
    for indicator in indicators:
        for name in [*indicator.layers[:1], *indicator.registers]:
            table = tables.get(name)
            if table is None:
                continue
            for one in unread(table, indicator):
                if (name, one.field, one.written) not in told:
                    told.add((name, one.field, one.written))
                    yield _unread(name, one)
            unsure = int((passes(table, indicator.where) == UNKNOWN).sum())
            if unsure and indicator.measure.id in _LEAVING_OUT:
                yield _left_out(name, indicator, unsure, own=indicator.id in declared)
            for field in matches_nothing(table, indicator) if indicator.id in declared else ():
                yield _no_match(name, indicator, field, table[field])


def unused_fields(
    named: Mapping[str, Mapping[str, str]], indicators: Iterable[Indicator]
) -> Iterator[Finding]:
    """Yield which names on the left of ``fields`` are none of geozone's and nothing asks for: misspelt, most likely.

    Parameters
    ----------
    named
        By layer or register what its ``fields`` say beside names that geozone has: name -> heading.
    indicators
        Those that are asked for.
    """
    asked: dict[str, set[str]] = {}
    for indicator in indicators:
        for name in (*indicator.layers, *indicator.registers):
            asked.setdefault(name, set()).update(indicator.fields)
    for name, fields in named.items():
        for field, heading in fields.items():
            if field in asked.get(name, ()):
                continue
            near = get_close_matches(field.casefold(), sorted({*known_fields(), *FIELDS}), n=1, cutoff=_ALIKE)
            likely = text("manifest.nearest", word=near[0]) if near else NO_TEXT
            said = message("run.field_unused", layer=name, field=field, heading=heading, nearest=likely)
            remedy = message("run.field_unused_remedy")
            yield Finding("field_unused", Severity.WARNING if near else Severity.NOTE, name, said, remedy)


def _named_fields(project: Project) -> dict[str, dict[str, str]]:
    """Return what ``fields`` name in the user's layers and registers beside the fields that geozone has."""
    found: dict[str, dict[str, str]] = {}
    known = known_fields() | set(PUBLIC_COLUMNS)
    own = (*project.layers.values(), *(older for some in project.older.values() for older in some))
    for spec in own:
        for source in spec.sources if spec.id in project.own else ():
            fields = dict(source.fields or {})
            found.setdefault(spec.id, {}).update({n: h for n, h in fields.items() if n not in known})
    for entry in project.registers:
        fields = dict(entry.fields or {})
        found.setdefault(entry.id, {}).update({n: h for n, h in fields.items() if n not in FIELDS})
    return found


def tell_classes(run: Reading, overlaid: Overlaid, indicators: Iterable[Indicator]) -> None:
    """Tell which shares of classes are nothing because the user's raster has none of the values anywhere in the zone."""
    specs = {name: spec for name, spec in overlaid.materials.rasters.items() if name in run.project.own}
    run.keep(list(class_findings(overlaid.tables, specs, indicators)), tell=True)


def class_findings(
    tables: Mapping[Need, pd.DataFrame], specs: Mapping[str, LayerSpec], indicators: Iterable[Indicator]
) -> Iterator[Finding]:
    """Yield the classes that indicators ask for of a raster that has other values."""
    for indicator in indicators:
        name = indicator.options.get("layer", "")
        if indicator.measure.id != _SHARE or name not in specs:
            continue
        [need] = class_share.needs(indicator)
        values = tables[need]["value"].dropna()
        codes = class_codes(specs[name], indicator)
        absent = sorted(set(codes) - set(values))
        if len(values) and absent:
            none = len(absent) == len(codes)
            kind, severity = ("class_absent", Severity.WARNING) if none else ("classes_absent", Severity.NOTE)
            said = {
                "indicator": indicator.title,
                "layer": name,
                "wanted": _named(absent),
                "values": _named(sorted(values.unique())),
            }
            remedy = message(f"run.{kind}_remedy")
            yield Finding(kind, severity, name, message(f"run.{kind}", **said), remedy)


def _named(values: Iterable[float | str]) -> str:
    """Return the first of some values as a sentence names them."""
    words = [f"{value:g}" if isinstance(value, float) else value for value in values]
    return "、".join(words[:_SHOWN]) + ("……" if len(words) > _SHOWN else "")


def raster_unit_findings(
    stated: Mapping[str, frozenset[str]], indicators: Iterable[Indicator]
) -> Iterator[Finding]:
    """Yield which rasters state another unit of their values than that of the mean that is made of them."""
    told = set()
    for indicator in indicators:
        name = indicator.options.get("layer", "")
        if indicator.measure.id != _MEAN or name in told:
            continue
        for unit in sorted(stated.get(name, ())):
            known = read_unit(unit)
            if known is not None and converted(float(known.multiple), known.unit, indicator.unit) == 1:
                continue
            told.add(name)
            said = {
                "layer": name,
                "unit": unit,
                "wanted": unit_title(indicator.unit),
                "indicator": indicator.title,
            }
            remedy = message("run.raster_unit_remedy", **said)
            yield Finding("raster_unit", Severity.WARNING, name, message("run.raster_unit", **said), remedy)


def _left_out(name: str, indicator: Indicator, count: int, *, own: bool) -> Finding:
    severity = Severity.WARNING if own else Severity.NOTE  # a filter of one lake is no matter of most sites
    said = {"layer": name, "indicator": indicator.title, "count": count}
    sentence, remedy = message("run.filter_unsure", **said), message("run.filter_unsure_remedy")
    return Finding("filter_unsure", severity, name, sentence, remedy)


def _unread(name: str, one: Unread) -> Finding:
    ending = "void" if one.fill else "marked" if one.marked else "unread"
    kind = f"field_values_{ending}"
    words = _named(one.written)
    sentence = message(f"run.{kind}", field=field_title(one.field), count=one.count, values=words)
    return Finding(kind, Severity.WARNING, name, sentence, message(f"run.{kind}_remedy"))


def _no_match(name: str, indicator: Indicator, field: str, values: pd.Series[str]) -> Finding:
    there = [str(value) for value in dict.fromkeys(values.dropna())]
    return Finding(
        "filter_matches_nothing",
        Severity.WARNING,
        name,
        message(
            "run.filter_matches_nothing",
            indicator=indicator.title,
            field=field_title(field),
            wanted=_named(map(str, indicator.where[field])),
            values=_named(there),
        ),
        message("run.filter_matches_nothing_remedy"),
    )
