"""What exactly is missing where a demand has no number: layers, vintages, fields, registers, figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from geozone.lists.at_hand import missing_measures, of_result
from geozone.lists.headings import field_heading, register_columns
from geozone.manifest.indicators import Indicator
from geozone.manifest.inputs import layer_title, load_layers, load_registers, register_title
from geozone.manifest.roles import Role, load_roles
from geozone.messages import NO_TEXT, Language, Text, text
from geozone.model import Rate, Target, ZoneResult
from geozone.project import Project
from geozone.rates.baselines import CHANGES
from geozone.rates.compute import sources
from geozone.rates.facts import Facts
from geozone.rates.frame import READING

LAYER, VINTAGE, FIELDS, REGISTER, FIGURE, NOTHING = (
    "layer", "vintage", "fields", "register", "figure", "nothing",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is missing."""

    what: str  # LAYER, VINTAGE, FIELDS (of a layer or register that is there), REGISTER, FIGURE, NOTHING
    id: str = ""  # of the layer or register; of a figure, that of its indicator
    title: Text = NO_TEXT
    role: str = ""
    kind: str = ""  # of geometry
    level: str = ""  # of a register of units
    fields: tuple[str, ...] = ()  # fields of a layer, columns of a register, names of the classes of a raster
    unit: str = ""  # of a figure, or of the values of a raster
    year: int | None = None  # of a figure; None: the latest


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing for a demand in one unit.

    What has one number as `alternative` is needed together, and one alternative is enough; 0 is needed beside either.
    """

    target: Target
    indicator: Indicator
    unit_code: str
    unit_name: Text
    alternative: int
    item: Item
    note: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class _Asked:
    """A demand in a unit, with all that is known about the answer."""

    indicator: Indicator
    target: Target
    rate: Rate
    there: Facts
    indicators: Mapping[str, Indicator]
    answered: frozenset[tuple[str, str]]  # (indicator, unit code) with a number


def missing_inputs(result: ZoneResult, project: Project) -> list[Missing]:
    """Return what is missing for every demand that has no number, and for every change without its base year.

    1. A demand has a number in a unit where a row of the rates that is held against it has a value or a band.
    2. Where it has none, the layers, older vintages, fields and registers that its indicator is made from and that are not
       there are needed together; a reported figure of the indicator answers instead of them.
    3. What an indicator is derived from is looked at likewise.
    4. A demand that asks for no number lists the evidence that is not there.
    """
    there = of_result(result, project)
    answered = frozenset((rate.indicator, rate.unit_code) for rate in result.rates if _has_number(rate))
    targets = {target.id: target for target in result.targets}
    held: dict[tuple[str, str], list[Rate]] = {}
    for rate in result.rates:
        if rate.target_id:
            held.setdefault((rate.target_id.removesuffix(READING), rate.unit_code), []).append(rate)
    found: list[Missing] = []
    for (name, _), rates in held.items():
        rate = next((one for one in rates if _has_number(one)), rates[0])
        indicator = result.indicators[rate.indicator]
        found += _missing(_Asked(indicator, targets[name], rate, there, result.indicators, answered))
    return found


def missing_table(missing: Iterable[Missing], lang: Language) -> pd.DataFrame:
    """Return what is missing as a table, one row for each thing.

    Returns
    -------
    DataFrame
        Columns ``target, clause, indicator, title, unit_code, unit_name, alternative, what, id, input, role, kind, level,
        fields, headings, unit, year, note``. Rows of one demand, unit and alternative are needed together; one alternative
        is enough, and 0 is needed beside either. ``fields`` are ids, ``headings`` what they are called in a table; without ``year`` the latest figure counts.
    """
    rows = [_row(one, lang) for one in missing]
    table = pd.DataFrame(rows, columns=list(_row_columns()))
    # a year is a whole number, also beside rows that have none
    return table.assign(year=pd.Series([row["year"] for row in rows], dtype="object", index=table.index))


def _missing(asked: _Asked) -> Iterator[Missing]:
    rate, target, indicator = asked.rate, asked.target, asked.indicator
    blank = Missing(target, indicator, rate.unit_code, rate.unit_name, 1, Item(NOTHING))
    if _has_number(rate):
        yield from (replace(blank, alternative=0, item=item) for item in _base_year(asked))
        return
    evidence = indicator.measure.kind is None
    ways = [tuple(_inputs(asked, indicator))]
    if not evidence:
        ways.append(tuple(_figures(asked, indicator)))
    ways = [way for way in dict.fromkeys(ways) if way]
    if evidence:
        note = text("lists.evidence" if ways else "lists.no_evidence")
    elif ways and ways[0][0].what != FIGURE:
        note = NO_TEXT
    else:
        # nothing else is missing: the row itself says why what is there gives no number
        note = NO_TEXT if asked.there.missing(indicator) or "figure" in indicator.measure.keys else rate.note
    if not ways:
        yield replace(blank, note=note)
    for number, way in enumerate(ways, 1):
        for item in way:
            yield replace(blank, alternative=number, item=item, note=note)
    if not evidence:
        yield from (replace(blank, alternative=0, item=item) for item in _base_year(asked))


def _inputs(asked: _Asked, indicator: Indicator) -> Iterator[Item]:
    """Yield what an indicator is computed from and is not there."""
    there = asked.there
    yield from (_layer(name, indicator) for name in indicator.layers if name not in there.specs)
    for name in indicator.changing:
        if name not in there.vintages:
            yield replace(_layer(name, indicator), what=VINTAGE)
    yield from (_register(name, indicator) for name in indicator.registers if name not in there.registers)
    if fields := tuple(there.missing_fields(indicator)):
        first = indicator.layers or indicator.registers
        item = _layer(first[0], indicator) if indicator.layers else _register(first[0], indicator)
        yield replace(item, what=FIELDS, fields=fields)
    for name, by in missing_measures(indicator, there).items():
        yield replace(_register(name, indicator), what=FIELDS, fields=(by,))
    if indicator.measure.kind is None:
        yield from _figures(asked, indicator)
    for name in sources(indicator):
        source = asked.indicators.get(name)
        if source is not None and (name, asked.rate.unit_code) not in asked.answered:
            yield from tuple(_inputs(asked, source)) or _figures(asked, source)


def _figures(asked: _Asked, indicator: Indicator) -> Iterator[Item]:
    """Yield the reported figures that would answer an indicator, or that it is made from."""
    if "base_year" in indicator.measure.keys:
        yield from _years(asked, indicator)
        return
    evidence = indicator.measure.kind is None
    for name in indicator.figures or (() if evidence else (indicator.id,)):
        if not asked.there.figures.series(name, asked.rate.unit_code):
            yield _figure(asked, name, indicator)


def _years(asked: _Asked, indicator: Indicator) -> Iterator[Item]:
    """Yield the figures between which a change is measured."""
    options = indicator.options
    name = options.get("figure") or options.get("indicator") or indicator.id
    series = {figure.year for figure in asked.there.figures.series(name, asked.rate.unit_code)}
    base, end = options.get("base_year") or asked.target.base_year, options.get("year")
    if base not in series:
        yield replace(_figure(asked, name, indicator), year=base)
    if (end not in series) if end else not series - {base}:
        yield replace(_figure(asked, name, indicator), year=end)


def _base_year(asked: _Asked) -> Iterator[Item]:
    """Yield the figure of the year that a change starts from, where it is not there."""
    target, indicator = asked.target, asked.indicator
    if target.base_year is None or target.comparator not in CHANGES or indicator.measure.vintages:
        return
    if "base_year" in indicator.measure.keys:
        return
    if asked.there.figures.of_year(indicator.id, asked.rate.unit_code, target.base_year) is None:
        yield replace(_figure(asked, indicator.id, indicator), year=target.base_year)


def _layer(name: str, indicator: Indicator) -> Item:
    role = _role_of(name)
    first = name == indicator.layers[0]
    classes = tuple(map(str, indicator.options.get("classes", ()))) if role and role.raster else ()
    return Item(
        LAYER,
        name,
        layer_title(name),
        role=role.id if role else "",
        kind=role.kind if role else "",
        fields=(indicator.fields or classes) if first else (),
        unit=indicator.unit if first and role and role.raster and not classes else "",
    )


def _register(name: str, indicator: Indicator) -> Item:
    known = load_registers().get(name)
    return Item(
        REGISTER,
        name,
        register_title(name),
        role=known.role if known else "",
        level=known.level.value if known and known.level else "",
        fields=register_columns(known, [indicator]),
    )


def _figure(asked: _Asked, name: str, indicator: Indicator) -> Item:
    known = asked.indicators.get(name, indicator)
    return Item(FIGURE, known.id, known.title, unit=known.unit)


def _role_of(name: str) -> Role | None:
    known = load_layers().get(name)
    return load_roles()[known.role] if known else None


def _has_number(rate: Rate) -> bool:
    return rate.value is not None or rate.low is not None


def _row_columns() -> tuple[str, ...]:
    return (
        "target", "clause", "indicator", "title", "unit_code", "unit_name", "alternative", "what", "id", "input", "role",
        "kind", "level", "fields", "headings", "unit", "year", "note",
    )  # fmt: skip


def _row(one: Missing, lang: Language) -> dict[str, Any]:
    item = one.item
    headings = [field_heading(name, lang) for name in item.fields] if item.kind != "raster" else []
    return {
        "target": one.target.id,
        "clause": one.target.clause,
        "indicator": one.indicator.id,
        "title": one.indicator.title.get(lang),
        "unit_code": one.unit_code,
        "unit_name": one.unit_name.get(lang),
        "alternative": one.alternative,
        "what": item.what,
        "id": item.id,
        "input": item.title.get(lang),
        "role": item.role,
        "kind": item.kind,
        "level": item.level,
        "fields": ",".join(item.fields),
        "headings": ("、" if lang == "zh" else ", ").join(headings),
        "unit": item.unit,
        "year": item.year,
        "note": one.note.get(lang),
    }
