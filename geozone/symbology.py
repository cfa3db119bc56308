"""Colours, classes and statuses that page, printed sheet and QGIS style share.

The colours are told apart with the common kinds of colour blindness, since their lightness differs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from geozone.manifest.roles import Grades, load_roles
from geozone.manifest.units import is_share_unit, load_units
from geozone.messages import Text, text
from geozone.model import Basis, Layer, LayerSpec, LayerStyle, Register, Status, Verdict
from geozone.rates.amounts import amount_text
from geozone.registers.feature_join import ids_of, join_features
from geozone.registers.gazetteer import embedded_gazetteer
from geozone.rounding import digits, exact_places

RATE_COLOURS = ("#eef3d6", "#c3deb0", "#86c0a0", "#46978f", "#1d6577")
PAPER, SURROUNDINGS = "#f6f6f2", "#e8e7e0"  # of units without a rate, and of the land around them
RATE_ZERO = "#f7f5ee"
RATE_MISSING = "#dcdcda"
CLASSES = len(RATE_COLOURS)
ZONE_OUTLINE = "#6b6b6b"  # of zones that a user gives
CHANGE_COLOURS: Mapping[str, str] = {"gained": "#1d6577", "lost": "#c0504d"}  # of changed ground
STATUS_COLOURS: Mapping[Status, str] = {
    Status.BUILT: "#0b4f94",
    Status.RECOGNISED: "#74b3e2",
    Status.UNDER_CONSTRUCTION: "#e08a00",
    Status.PLANNED: "#f3d36b",
    Status.UNKNOWN: "#a3a8ad",
}
SEVERAL_COLOUR, OFF_REGISTER_COLOUR = "#8d5fa8", "#7d8588"
# of words on white, and of the ground that they stand on as a mark
VERDICT_COLOURS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.MET: ("#00694f", "#e0f1ea"),
    Verdict.SHORT: ("#9c2f17", "#fbe8e2"),
    Verdict.ON_TRACK: ("#174e8d", "#e4eefa"),
    Verdict.REPORT_ONLY: ("#4a5560", "#eceff0"),
    Verdict.NOT_COMPUTABLE: ("#646b70", "#eceff0"),
}
# the sign of each, as the path of a drawing of 16 by 16
VERDICT_MARKS: Mapping[Verdict, str] = {
    Verdict.MET: "M3 8.5 6.5 12 13 4.5",
    Verdict.SHORT: "M8 3v7M4.5 7 8 10.5 11.5 7M4 13.5h8",
    Verdict.ON_TRACK: "M3 12 8 7l2 2 4-5M10.5 4H14v3.5",
    Verdict.REPORT_ONLY: "M8 7v5M8 4v.5",
    Verdict.NOT_COMPUTABLE: "M4 8h8",
}
BASIS_COLOURS: Mapping[Basis, str] = {
    Basis.OFFICIAL: "#00583f",
    Basis.PUBLIC: "#1a5490",
    Basis.DERIVED: "#7a4b00",
    Basis.SCHEMATIC: "#8c3a12",
    Basis.WORKING: "#8c3a12",
    Basis.SYNTHETIC: "#8a1250",
}
DARK = "#1d2427"  # the ground of cards by night, as the style sheet of the page has it
_READABLE = 4.5  # contrast of words, by WCAG 2.2 AA
STREAM_WIDTHS = (
    1.0,
    2.4,
    1.5,
    1.1,
    0.8,
)  # of rivers, times the usual one, by class; the first where none is known
_UNKNOWN_DASH = "3 2"  # of the outline of ground whose status is unknown
_LARGE = 1.6  # points of the first ones, times the others
DOUBTED = (Basis.SCHEMATIC, Basis.WORKING, Basis.SYNTHETIC)  # their marks have a dashed border
# classes of rasters that nobody gave a colour; told apart by lightness as well
CLASS_COLOURS = (
    "#e3c565",
    "#3f7f4f",
    "#a7c77b",
    "#7fb7c9",
    "#2f5f9e",
    "#b07aa1",
    "#c0504d",
    "#9c8a6a",
    "#d9a6a0",
    "#5f6f7a",
)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    first, second = sorted((_luminance(one), _luminance(other)))
    return (second + 0.05) / (first + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (part / 255 for part in bytes.fromhex(colour.removeprefix("#")))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def by_night(colour: str) -> str:
    """Return a colour as light as words on dark cards must be."""
    own = np.array([*bytes.fromhex(colour.removeprefix("#"))], float)
    mixed = (own + (255 - own) * part for part in np.linspace(0, 1, 101))
    shades = ("#" + bytes(shade.round().astype(np.uint8).tolist()).hex() for shade in mixed)
    return next(shade for shade in shades if contrast(shade, DARK) >= _READABLE)


def register_of(role: str | None) -> str:
    """Return the id of the register whose items the features of a role are; nothing where there is none."""
    known = load_roles().get(role or "")
    return known.register if known else ""


def is_sea(role: str) -> bool:
    """Tell whether the features of a role are parts of the sea."""
    known = load_roles().get(role)
    return known is not None and known.sea


def drawing_order(layers: Iterable[Layer]) -> list[Layer]:
    """Return layers from the bottom of a map to its top: by role, then by id."""
    roles = load_roles()

    def place(layer: Layer) -> tuple[int, str]:
        role = roles.get(layer.spec.role) if layer.spec else None
        return (role.order if role else 0, layer.id)

    return sorted(layers, key=place)


def is_shown(spec: LayerSpec) -> bool:
    """Tell whether a layer is drawn when a map opens."""
    return load_roles()[spec.role].shown


class Mark(StrEnum):
    """How a feature is drawn that has no one status, though its layer is drawn by status."""

    SEVERAL = "several"  # it stands for several items whose statuses differ
    OFF_REGISTER = "off_register"  # it stands for none: a natural bay that is no unit, say


Drawn = Status | Mark
LEGEND_ORDER: tuple[Drawn, ...] = (*Status, *Mark)


def drawn_style(style: LayerStyle, kind: str, drawn: Drawn) -> LayerStyle:
    """Return the style of a layer for features of one status; `kind` is ``line`` for lines.

    What is on no register is set apart: a river or a lake is paler than declared, and where the layer shows nothing but
    statuses, as that of bays does, an outline is all, so that it covers nothing that counts. A lake of unknown status is
    water all the same, in a dashed outline.
    """
    if drawn is Mark.OFF_REGISTER:
        if kind == "line":
            return replace(style, kind="line", width=style.width * 0.6, opacity=style.opacity * 0.6)
        if style.kind != "status" and style.fill:
            return replace(style, kind="fill", width=style.width * 0.6, opacity=style.opacity * 0.8)
        return replace(style, kind="outline", fill=None, stroke=OFF_REGISTER_COLOUR, width=1.0, dash="1 3")
    if drawn is Status.UNKNOWN and is_ground(style, kind):
        return replace(style, dash=_UNKNOWN_DASH)
    colour = SEVERAL_COLOUR if drawn is Mark.SEVERAL else STATUS_COLOURS[drawn]
    if kind == "line":
        return replace(style, kind="line", stroke=colour, width=max(style.width, 1.5))
    return replace(style, kind="hatch" if drawn is Status.UNKNOWN else "fill", fill=colour)


def is_ground(style: LayerStyle, kind: str) -> bool:
    """Tell whether a layer shows ground, as that of lakes does, whatever the status of an item is."""
    return kind != "line" and style.kind == "fill" and style.fill is not None


def drawn_title(drawn: Drawn, role: str | None) -> Text:
    """Return the word for a status in a legend."""
    if drawn is Mark.OFF_REGISTER:
        word = text("words.off_register")
        if role is None or not register_of(role):
            return word
        return text("words.qualified", title=load_roles()[role].title, word=word)
    return text("words.several_statuses" if drawn is Mark.SEVERAL else f"words.status_{drawn.value}")


@dataclass(frozen=True, slots=True)
class Grade:
    """One entry of the legend of a layer whose features a field tells apart, and which features it draws."""

    key: str
    title: Text
    style: LayerStyle
    code: str | None = None  # the value of the field
    lower: float = -math.inf  # or from here
    upper: float = math.inf  # up to here, which belongs to the next
    first: bool | None = None  # of the first by their rank, or of the others


def grades_of(role: str | None) -> tuple[Grades, list[Grade]] | None:
    """Return how a field tells the features of a role apart, and its entries in the legend; None where none does."""
    known = load_roles().get(role or "")
    if known is None or known.grades is None:
        return None
    declared, style = known.grades, known.style
    if declared.bounds:
        return declared, [_class(declared, style, number) for number in range(len(declared.colours))]
    entries = []
    marks = declared.marks or ("",) * len(declared.codes)
    for code, colour, mark in zip(declared.codes, declared.colours, marks, strict=True):
        word = text(f"words.{declared.domain}_{code}")
        # where points have marks, lines and outlines of areas have their colour
        plain = replace(style, fill=colour)
        if mark:
            plain = replace(plain, stroke=colour, mark=mark)
        if declared.first:
            title = text("words.first_ones", title=word, count=declared.first)
            large = replace(plain, size=_LARGE)
            entries += [
                Grade(f"{code}_first", title, large, code, first=True),
                Grade(code, word, plain, code, first=False),
            ]
        else:
            entries.append(Grade(code, word, plain, code))
    return declared, entries


def _class(declared: Grades, style: LayerStyle, number: int) -> Grade:
    ends = (-math.inf, *declared.bounds, math.inf)
    lower, upper = ends[number], ends[number + 1]
    title = load_units()[declared.unit].title
    words = [digits(end, exact_places(end)) if math.isfinite(end) else "" for end in (lower, upper)]
    if not words[0]:
        label = text("words.class_below", high=words[1], unit=title)
    elif not words[1]:
        label = text("words.class_from", low=words[0], unit=title)
    else:
        label = text(
            "words.class_of", low=words[0], high=text("words.amount_of", amount=words[1], unit=title)
        )
    drawn = replace(style, stroke=declared.colours[number], width=declared.widths[number])
    return Grade(f"class{number}", label, drawn, lower=lower, upper=upper)


def feature_grades(layer: Layer) -> tuple[list[Grade], list[int]] | None:
    """Return the legend of a layer and the place of every feature in it; None where no field tells features apart."""
    found = grades_of(layer.spec.role) if layer.spec else None
    if found is None:
        return None
    declared, entries = found
    if any(
        name not in layer.data or layer.data[name].isna().any()
        for name in (declared.field, declared.rank)
        if name
    ):
        return None
    values = layer.data[declared.field]
    if declared.bounds:
        return entries, np.searchsorted(declared.bounds, values.to_numpy(float), side="right").tolist()
    place = {(entry.code, entry.first): number for number, entry in enumerate(entries)}
    if not set(values) <= set(declared.codes):
        return None
    first = (
        [rank <= declared.first for rank in layer.data[declared.rank]]
        if declared.first
        else [None] * len(values)
    )
    return entries, [place[pair] for pair in zip(values, first, strict=True)]


@dataclass(frozen=True, slots=True)
class RateClass:
    """One class of a rate: above `lower` up to and including `upper`; zero alone where both are 0."""

    lower: float
    upper: float
    colour: str
    label: Text


def breaks(values: Iterable[float | None], scale: float, most: float | None = None) -> list[float]:
    """Return the upper bounds of at most five classes, round numbers of a scale that depends on the greatest value alone.

    Levels, zones and years whose greatest values are alike have the same classes, so that their maps can be compared. The
    bounds are the classes: legend and map cannot disagree. Where all values are one, that is the class.

    Parameters
    ----------
    values
        The values of the units; zeros have a class of their own, missing ones are left out.
    scale
        100 where the values are fractions shown in per cent, else 1.
    most
        The greatest value of all that is to have the same classes; by default that of `values`.
    """
    present = {value for value in values if value is not None and math.isfinite(value) and value > 0}
    if not present:
        return []
    if len(present) == 1 and most is None:
        (only,) = present
        return [_ceiling(only * scale) / scale]
    top = max(present if most is None else (*present, most)) * scale
    power = 10.0 ** math.floor(math.log10(top) + 1e-9)
    parts = next(parts for whole, parts in _SCALES if top <= whole * power * (1 + 1e-9))
    return [round(part * power, 10) / scale for part in parts]


# the bounds of scales that end at 1, 2, 5 and 10 times a power of ten
_SCALES: tuple[tuple[float, tuple[float, ...]], ...] = (
    (1.0, (0.1, 0.25, 0.5, 0.75, 1.0)),
    (2.0, (0.2, 0.5, 1.0, 1.5, 2.0)),
    (5.0, (0.5, 1.0, 2.0, 3.0, 5.0)),
    (10.0, (1.0, 2.5, 5.0, 7.5, 10.0)),
)


def _ceiling(value: float) -> float:
    """Return a number rounded up to two digits."""
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    return round(math.ceil(round(value / step, 9)) * step, 10)


def rate_classes(bounds: Sequence[float], unit: str = "%") -> list[RateClass]:
    """Return the classes of upper bounds, the class of zeros first, labelled in their unit, fractions in per cent."""
    scale = 100.0 if is_share_unit(unit) else 1.0
    places = max((exact_places(bound * scale) for bound in bounds), default=0)
    classes = [RateClass(0.0, 0.0, RATE_ZERO, amount_text(0.0, unit, 0))]
    for upper, colour in zip(bounds, class_colours(bounds), strict=True):
        lower = classes[-1].upper
        end = amount_text(upper * scale, unit, places)
        label = text("words.class_of", low=digits(lower * scale, places), high=end)
        classes.append(RateClass(lower, upper, colour, label))
    return classes


def quantity_classes(values: Iterable[float], unit: str, scale: float = 1.0) -> list[RateClass]:
    """Return at most five classes of equal numbers of values, of amounts that may be negative, labelled in their unit.

    Parameters
    ----------
    values
        Finite numbers.
    unit
        The unit that people read them in.
    scale
        What the values are multiplied by to be in that unit.
    """
    array = np.asarray(list(values), float)
    if not array.size:
        return []
    least, most = float(array.min()) * scale, float(array.max()) * scale
    step = 10.0 ** (math.floor(math.log10(max(most - least, abs(most), 1e-12))) - 1)
    parts = np.quantile(array * scale, np.arange(1, CLASSES + 1) / CLASSES, method="inverted_cdf")
    bounds = sorted({round(math.ceil(round(part / step, 9)) * step, 10) for part in parts})
    places = max(exact_places(bound) for bound in bounds)
    lower = round(math.floor(round(least / step, 9)) * step, 10)
    classes = []
    for upper, colour in zip(bounds, class_colours(bounds), strict=True):
        end = amount_text(upper, unit, places)
        label = text("words.class_of", low=digits(lower, places), high=end)
        classes.append(RateClass(lower / scale, upper / scale, colour, label))
        lower = upper
    return classes


def class_colours(bounds: Sequence[float]) -> list[str]:
    """Return one colour a class, spread over the whole ramp."""
    if len(bounds) <= 1:
        return [RATE_COLOURS[3]] * len(bounds)
    last = len(RATE_COLOURS) - 1
    return [RATE_COLOURS[round(place * last / (len(bounds) - 1))] for place in range(len(bounds))]


def feature_items(layer: Layer, registers: Mapping[str, Register]) -> list[tuple[int, ...]] | None:
    """Return for each feature of a bay, river or lake layer the rows of the register items that it stands for.

    A run writes them into the field ``item_id``; a layer that no run has joined is joined here by its attributes alone.
    None where the layer has no register.
    """
    register = _register(layer, registers)
    if register is None or layer.spec is None:
        return None
    if "item_id" in layer.data:
        known = {str(name): row for row, name in enumerate(register.items["item_id"])}
        return [ids_of(cell, known) for cell in layer.data["item_id"]]
    attributes = pd.DataFrame(layer.data.drop(columns=layer.data.geometry.name))
    names = {layer.spec.title.zh}
    return join_features(
        attributes, register.items, embedded_gazetteer, unnamed=names, alone=is_sea(register.role)
    ).items


def layer_statuses(layer: Layer, registers: Mapping[str, Register]) -> list[Drawn] | None:
    """Return how each feature of a bay, river or lake layer is drawn; None where the layer is not drawn by status.

    The register decides: a feature that stands for items has their status, or `Mark.SEVERAL` where they differ, and one that
    is on no register is `Mark.OFF_REGISTER`. Where there is no register, or no run has joined the layer with it,
    the layer's own column ``status`` stands in; a feature without one is unknown.
    """
    if layer.spec is None or not register_of(layer.spec.role):
        return None
    known = {status.value for status in Status}
    own = list(layer.data["status"]) if "status" in layer.data else [None] * len(layer.data)
    alone: list[Drawn] = [Status(value) if value in known else Status.UNKNOWN for value in own]
    items = feature_items(layer, registers)
    if items is None:
        return alone if "status" in layer.data else None
    register = registers[register_of(layer.spec.role)]
    statuses = [Status(status) for status in register.items["status"]]
    joined = counts_items(layer, registers)
    return [
        _common({statuses[row] for row in rows}) if rows else Mark.OFF_REGISTER if joined else alone[feature]
        for feature, rows in enumerate(items)
    ]


def legend_counts(
    layer: Layer, registers: Mapping[str, Register], drawn: Sequence[Drawn]
) -> dict[Drawn, int | None]:
    """Return the number beside every entry of a legend of statuses.

    Of a layer that a run has joined with its register: the items of that status that are on the map, each once, so that
    map and register say the same; what is on no register is counted nowhere. Of any other layer: its features.
    """
    register = _register(layer, registers)
    items = feature_items(layer, registers)
    if register is None or items is None or not counts_items(layer, registers):
        return {each: list(drawn).count(each) for each in LEGEND_ORDER}
    statuses = list(register.items["status"])
    shown = {row for rows in items for row in rows}
    return {status: sum(statuses[row] == status for row in shown) for status in Status} | dict.fromkeys(Mark)


def counts_items(layer: Layer, registers: Mapping[str, Register]) -> bool:
    """Tell whether the legend of a layer counts items of its register, not features: a run has joined the two."""
    return _register(layer, registers) is not None and "item_id" in layer.data


def _common(statuses: set[Status]) -> Drawn:
    return next(iter(statuses)) if len(statuses) == 1 else Mark.SEVERAL


def _register(layer: Layer, registers: Mapping[str, Register]) -> Register | None:
    role = layer.spec.role if layer.spec else None
    return registers.get(register_of(role)) if role else None
