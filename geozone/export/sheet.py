"""A printed map sheet, A4 or A3 landscape: map, legend, rates, sources, review line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from geozone.errors import UsageError
from geozone.export.columns import domain_values
from geozone.export.content import MAIN_RATES, has_figure, indicator_titles, main_rate
from geozone.export.fonts import chinese_font
from geozone.export.qml import OUTLINES, in_status
from geozone.export.sheet_map import (
    Frame,
    draw,
    frame_of,
    graticule,
    north_arrow,
    place_names,
    projected,
    scale_bar,
)
from geozone.files import whole_file
from geozone.messages import Language, Text, text
from geozone.model import Kind, LayerSpec, LayerStyle, Level, Rate, Status, Verdict, ZoneResult
from geozone.symbology import RATE_MISSING, RateClass, layer_statuses, rate_classes
from geozone.symbology import breaks as class_bounds

PAPERS: dict[str, tuple[float, float]] = {"A4": (297.0, 210.0), "A3": (420.0, 297.0)}
Paper = Literal["A4", "A3"]

# millimetres on A4; A3 enlarges everything by the same factor
_MARGIN, _TITLE, _FOOTER, _PANEL, _GAP = 8.0, 17.0, 23.0, 88.0, 4.0
_ORDER = ("barrier", "barrier_gaps", "redline", "lakes", "rivers", "bays", "coastline")
_VERDICT_COLOURS = {
    Verdict.MET: "#00694f",
    Verdict.ON_TRACK: "#1d6577",
    Verdict.SHORT: "#a63603",
    Verdict.REPORT_ONLY: "#555555",
    Verdict.NOT_COMPUTABLE: "#8a8a8a",
}
_MM_PER_POINT = 25.4 / 72
_CLOSING = "，。；：、）”》！？"  # no line begins with one of these
_INK, _QUIET = "#222222", "#666666"


def write_sheet(
    result: ZoneResult,
    path: Path,
    *,
    lang: Language = "zh",
    paper: Paper = "A4",
    rate: str | None = None,
    breaks: Sequence[float] | None = None,
    dpi: int = 200,
) -> None:
    """Write a map sheet as PDF or PNG, by the ending of `path`.

    Parameters
    ----------
    result
        What the run computed.
    path
        ``.pdf`` or ``.png``.
    lang
        Language of the sheet.
    paper
        ``A4`` or ``A3``, landscape.
    rate
        Indicator that colours the finest units; None takes the first of `content.MAIN_RATES` that has values.
    breaks
        Upper class bounds of that rate as fractions; None takes those of `geozone.symbology.breaks`.
    dpi
        Dots per inch of a PNG.

    Raises
    ------
    UsageError
        If no font has Chinese characters, or the file cannot be written.
    """
    sheet = _Sheet(result, lang, paper, rate, breaks)
    ending = path.suffix.lower().removeprefix(".")
    dates = (
        {"CreationDate": None, "ModDate": None} if ending == "pdf" else {}
    )  # equal input gives equal bytes
    with whole_file(path) as unfinished:
        try:
            with mpl.rc_context(
                {"font.family": [sheet.font], "hatch.linewidth": 0.5 * sheet.scale, "pdf.fonttype": 3}
            ):
                figure = sheet.draw()
                figure.savefig(unfinished, format=ending, dpi=dpi, metadata=dates)
        except OSError as error:
            raise UsageError("files.unwritable", path=path, reason=str(error)) from error


class _Sheet:
    """One sheet while it is drawn; positions are millimetres from the lower left corner, as on A4."""

    def __init__(
        self,
        result: ZoneResult,
        lang: Language,
        paper: Paper,
        rate: str | None,
        breaks: Sequence[float] | None,
    ) -> None:
        self.result, self.lang = result, lang
        self.rate = main_rate(result, rate) or MAIN_RATES[0]
        self.titles = indicator_titles(result)
        self.size = PAPERS[paper]
        self.scale = self.size[0] / PAPERS["A4"][0]
        self.width, self.height = self.size[0] / self.scale, self.size[1] / self.scale
        self.font = chinese_font()
        self.levels = [level for level in Level if level.value in set(result.units["level"])]
        self.values = {
            item.unit_code: item.value
            for item in result.rates
            if item.indicator == self.rate and item.value is not None
        }
        finest = result.units.loc[result.units["level"] == self.levels[0].value, "code"]
        bounds = class_bounds([self.values.get(code) for code in finest], 100.0) if breaks is None else breaks
        self.classes = rate_classes(bounds)
        self.figure = Figure(figsize=(self.size[0] / 25.4, self.size[1] / 25.4), facecolor="white")

    def draw(self) -> Figure:
        """Draw the whole sheet."""
        page = self._axes(0, 0, self.width, self.height)
        page.set_xlim(0, self.width)
        page.set_ylim(0, self.height)
        page.axis("off")
        self._title(page)
        self._map()
        x = self.width - _MARGIN - _PANEL
        bottom = self._legend(page, x, self.height - _MARGIN - _TITLE)
        bottom = self._rates(page, x, bottom - 4)
        self._units(page, x, bottom - 4)
        self._footer(page)
        return self.figure

    def _axes(self, x: float, y: float, width: float, height: float) -> Axes:
        return self.figure.add_axes(
            (x / self.width, y / self.height, width / self.width, height / self.height)
        )

    def _say(self, page: Axes, x: float, y: float, words: str, size: float, **how: Any) -> None:
        settings: dict[str, Any] = {"color": _INK, "ha": "left", "va": "center"} | how
        page.text(x, y, words, fontsize=size * self.scale, **settings)

    def _title(self, page: Axes) -> None:
        top = self.height - _MARGIN
        self._say(page, _MARGIN, top - 4.5, self.result.title.get(self.lang), 17, weight="bold")
        title = self._indicator(self.rate)
        rates = [item for item in self.result.rates if item.indicator == self.rate and item.basis]
        for basis in dict.fromkeys(item.basis for item in rates):
            title = text("export.qualified", title=title, word=text(f"export.basis_{basis}"))
        about = text(
            "export.sheet_about",
            title=title,
            level=text(f"export.level_{self.levels[0]}"),
            vintage=_vintage(", ".join(sorted({item.vintage for item in rates if item.vintage}))),
        ).get(self.lang)
        self._say(page, _MARGIN, top - 12, about, 9, color=_QUIET)
        review = self.result.review_number or text("export.not_reviewed").get(self.lang)
        label = (
            f"{text('export.column_map_review').get(self.lang)}：{review}"
            if self.result.review_number
            else review
        )
        colour = _INK if self.result.review_number else "#a63603"
        self._say(page, self.width - _MARGIN, top - 4.5, label, 9, ha="right", color=colour)
        page.add_line(
            Line2D([_MARGIN, self.width - _MARGIN], [top - 15.5] * 2, color=_INK, linewidth=0.8 * self.scale)
        )

    def _map(self) -> None:
        x, y = _MARGIN + 4, _MARGIN + _FOOTER + 4
        width = self.width - 2 * _MARGIN - _PANEL - _GAP - 4
        height = self.height - _MARGIN - _TITLE - y
        layers = [layer.data for name, layer in self.result.layers.items() if name in {"bays", "coastline"}]
        bounds = np.array([data.total_bounds for data in [self.result.units, *layers] if len(data)])
        extent = [*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0)]
        frame = frame_of(extent, width * self.scale, height * self.scale)
        axes = self._axes(x, y, width, height)
        axes.set_xlim(frame.west, frame.east)
        axes.set_ylim(frame.south, frame.north)
        axes.set_facecolor("#f4f8fa")
        for spine in axes.spines.values():
            spine.set_linewidth(0.8 * self.scale)
        graticule(axes, frame, scale=self.scale)
        self._draw_units(axes, frame)
        self._draw_layers(axes, frame)
        self._draw_names(axes, frame)
        zone = self.result.units[self.result.units["level"] == self.levels[-1].value]
        area = shapely.union_all(projected(zone, frame))
        scale_bar(axes, frame, self.lang, area, scale=self.scale)
        north_arrow(axes, frame, self.lang, scale=self.scale)

    def _draw_units(self, axes: Axes, frame: Frame) -> None:
        units = self.result.units
        finest = units[units["level"] == self.levels[0].value]
        values = finest["code"].map(self.values)
        shapes = projected(finest, frame)
        colour, width = OUTLINES[self.levels[0]]
        none = LayerStyle("fill", RATE_MISSING, colour, width * 0.6)
        draw(axes, shapes[values.isna().to_numpy()], none, order=1, scale=self.scale)
        for item in self.classes:
            chosen = _in_class(values.to_numpy(dtype=float), item)
            draw(
                axes,
                shapes[chosen],
                LayerStyle("fill", item.colour, colour, width * 0.6),
                order=1,
                scale=self.scale,
            )
        for place, level in enumerate(self.levels[1:]):
            colour, width = OUTLINES[level]
            outline = LayerStyle("outline", None, colour, width * 0.7)
            shapes = projected(units[units["level"] == level.value], frame)
            draw(axes, shapes, outline, order=6 + place, scale=self.scale)

    def _draw_layers(self, axes: Axes, frame: Frame) -> None:
        for place, name in enumerate(_ORDER):
            layer = self.result.layers.get(name)
            if layer is None or not len(layer.data):
                continue
            style = layer.spec.style if layer.spec else LayerStyle("line", stroke=_QUIET)
            statuses = layer_statuses(layer, self.result.registers)
            order = 2 + place * 0.5
            shapes = projected(layer.data, frame)
            if statuses is None:
                draw(axes, shapes, style, order=order, scale=self.scale * 0.6)
                continue
            kind = "line" if (shapely.get_dimensions(shapes) == 1).any() else "fill"
            for status in Status:
                chosen = (statuses == status).to_numpy()
                drawn = in_status(style, kind, status)
                draw(axes, shapes[chosen], drawn, order=order, scale=self.scale * 0.6)

    def _draw_names(self, axes: Axes, frame: Frame) -> None:
        taken: list[shapely.Geometry] = []
        column = "name" if self.lang == "zh" else "name_en"
        for level, size in ((Level.PROVINCE, 8.0), (Level.CITY, 5.5)):
            units = self.result.units[self.result.units["level"] == level.value]
            if level is Level.PROVINCE and len(units) < 2:
                continue
            units = units.sort_values("area_km2", ascending=False)
            names = list(zip(units[column].fillna(units["name"]), projected(units, frame), strict=True))
            place_names(axes, frame, names, size=size * self.scale, order=15, taken=taken)

    def _legend(self, page: Axes, x: float, top: float) -> float:
        """Draw the legend in two columns and return its lower edge."""
        self._heading(page, x, top - 2, text("export.legend").get(self.lang))
        half, y = _PANEL / 2, top - 8
        self._say(page, x, y, self._indicator(self.rate).get(self.lang), 6, weight="bold")
        left = y
        swatches = [
            (item.label.get(self.lang), LayerStyle("fill", item.colour, "#9a9a9a")) for item in self.classes
        ]
        swatches.append((text("export.no_data").get(self.lang), LayerStyle("fill", RATE_MISSING, "#9a9a9a")))
        for label, style in swatches:
            left -= 4
            self._swatch(page, x, left, style, label)
        for level in self.levels[1:]:
            left -= 4
            colour, width = OUTLINES[level]
            label = text("export.boundary_of", level=text(f"export.level_{level}")).get(self.lang)
            self._swatch(page, x, left, LayerStyle("line", stroke=colour, width=width), label)
        self._say(page, x + half, y, text("export.cover_layers_short").get(self.lang), 6, weight="bold")
        right, by_status = y, False
        for name in _ORDER:
            layer = self.result.layers.get(name)
            if layer is None or layer.spec is None or not len(layer.data):
                continue
            right -= 4
            label = self._with_basis(layer.spec).get(self.lang)
            style = layer.spec.style
            by_status = by_status or layer_statuses(layer, self.result.registers) is not None
            lines = {"MultiLineString", "LineString"} & set(layer.data.geometry.geom_type)
            if lines and style.kind != "line":
                style = LayerStyle(
                    "line", stroke=style.stroke or style.fill, width=style.width, dash=style.dash
                )
            self._swatch(page, x + half, right, style, label)
        if by_status:
            right -= 5
            self._say(page, x + half, right, text("export.column_status").get(self.lang), 6, weight="bold")
            for value, title in domain_values("status"):
                right -= 4
                swatch = in_status(LayerStyle("fill", "#ffffff", "#777777"), "fill", Status(value))
                self._swatch(page, x + half, right, swatch, title.get(self.lang))
        return min(left, right) - 2

    def _with_basis(self, spec: LayerSpec) -> Text:
        """Return a layer's title with its basis, unless the title says it already."""
        basis = text(f"export.basis_{spec.basis}")
        if basis.zh[:2] in spec.title.zh:
            return spec.title
        return text("export.qualified", title=spec.title, word=basis)

    def _swatch(self, page: Axes, x: float, y: float, style: LayerStyle, label: str) -> None:
        width = style.width * 0.75 * self.scale * 0.7
        if style.kind == "line":
            line = Line2D([x, x + 6], [y, y], color=style.stroke or style.fill or _INK, linewidth=width)
            page.add_line(line)
        else:
            hatched = style.kind == "hatch"
            page.add_patch(
                Rectangle(
                    (x, y - 1.3), 6, 2.6,
                    facecolor="none" if hatched else (style.fill or "none"),
                    edgecolor=(style.fill or style.stroke) if hatched else (style.stroke or "none"),
                    hatch="//////" if hatched else None,
                    alpha=style.opacity,
                    linewidth=width,
                )
            )  # fmt: skip
        room = _PANEL / 2 - 9
        size = next((size for size in (6.0, 5.5, 5.0, 4.6) if _em(label) * size * _MM_PER_POINT <= room), 4.6)
        self._say(page, x + 7.5, y, _shortened(label, room, size), size)

    def _heading(self, page: Axes, x: float, y: float, words: str) -> None:
        self._say(page, x, y, words, 8, weight="bold", color="#1d6577")
        page.add_line(Line2D([x, x + _PANEL], [y - 2.6] * 2, color="#1d6577", linewidth=0.6 * self.scale))

    def _rates(self, page: Axes, x: float, top: float) -> float:
        """Write the zone's rates held against their targets; return the lower edge."""
        self._heading(page, x, top - 2, text("export.sheet_rates").get(self.lang))
        y = top - 7.5
        places = (x, x + 38, x + 55, x + 75)
        names = ("indicator", "rates_value", "target_value", "verdict")
        for place, name in zip(places, names, strict=True):
            self._say(page, place, y, text(f"export.column_{name}").get(self.lang), 5.5, color=_QUIET)
        shown = [item for item in self.result.rates if item.level is Level.ZONE and has_figure(item)]
        for item in _distinct(shown)[:12]:
            y -= 3.7
            label = _shortened(self._named(item), 37, 5.8)
            figures = (label, _figure(item), _target(item), self._verdict(item))
            for place, words in zip(places, figures, strict=True):
                colour = (
                    _VERDICT_COLOURS.get(item.verdict, _INK) if place == places[-1] and item.verdict else _INK
                )
                self._say(page, place, y, words, 5.8, color=colour)
        open_ = sum(
            item.verdict is Verdict.NOT_COMPUTABLE for item in self.result.rates if item.level is Level.ZONE
        )
        if open_:
            y -= 4
            self._say(
                page, x, y, text("export.not_computable_count", count=open_).get(self.lang), 5.5, color=_QUIET
            )
        return y - 2

    def _indicator(self, indicator: str) -> Text:
        return self.titles.get(indicator, Text(indicator, indicator))

    def _named(self, rate: Rate) -> str:
        """Return the title of a rate, with its unit where the same indicator is counted in several."""
        units = {
            item.unit for item in self.result.rates if item.indicator == rate.indicator and has_figure(item)
        }
        title = self._indicator(rate.indicator)
        if len(units) > 1:
            title = text("export.qualified", title=title, word=Text(rate.unit, rate.unit))
        return title.get(self.lang)

    def _verdict(self, rate: Rate) -> str:
        return text(f"export.verdict_{rate.verdict}").get(self.lang) if rate.verdict else ""

    def _units(self, page: Axes, x: float, top: float) -> None:
        """Write the rates of provinces, of cities where there is one province only, as far as the paper goes."""
        provinces = self.result.units[self.result.units["level"] == Level.PROVINCE.value]
        level = Level.PROVINCE if len(provinces) > 1 else Level.CITY
        units = self.result.units[self.result.units["level"] == level.value].sort_values("code")
        rates = [item for item in self.result.rates if item.level is level and has_figure(item)]
        ratios = [item for item in rates if item.kind is not Kind.AREA and item.unit in {"km2", "count"}]
        indicators = list(dict.fromkeys(item.indicator for item in ratios))[:3]
        bottom = _MARGIN + _FOOTER
        if not indicators or top - 16 < bottom or not len(units):
            return
        self._heading(
            page, x, top - 2, text("export.sheet_units", level=text(f"export.level_{level}")).get(self.lang)
        )
        y = top - 7.5
        places = [x + 28 + 21 * number for number in range(len(indicators))]
        for place, indicator in zip(places, indicators, strict=True):
            title = _shortened(self._indicator(indicator).get(self.lang), 20, 5)
            self._say(page, place, y, title, 5, color=_QUIET)
        column = "name" if self.lang == "zh" else "name_en"
        figures = {(item.unit_code, item.indicator): item for item in reversed(ratios)}
        for unit in units.itertuples():
            y -= 3.5
            if y < bottom:
                self._say(page, x, y + 0.4, "…", 5.5)
                break
            self._say(page, x, y, _shortened(getattr(unit, column) or unit.name, 27, 5.6), 5.6)
            for place, indicator in zip(places, indicators, strict=True):
                item = figures.get((unit.code, indicator))
                self._say(page, place, y, _figure(item) if item else "—", 5.6)

    def _footer(self, page: Axes) -> None:
        """Say where the data come from and how the map is projected."""
        top = _MARGIN + _FOOTER - 3.5
        page.add_line(
            Line2D([_MARGIN, self.width - _MARGIN], [top + 1.5] * 2, color=_INK, linewidth=0.5 * self.scale)
        )
        told = [
            text("export.sheet_source", title=layer.spec.title, basis=text(f"export.basis_{layer.spec.basis}"),
                 source=layer.spec.source, vintage=_vintage(layer.spec.vintage)).get(self.lang)
            for layer in self.result.layers.values()
            if layer.spec
        ]  # fmt: skip
        told += [
            text("export.sheet_register", role=text(f"export.role_{register.role}"),
                 basis=text(f"export.basis_{register.basis}"), as_of=register.as_of).get(self.lang)
            for register in self.result.registers.values()
        ]  # fmt: skip
        words = " ".join([text("export.sheet_projection").get(self.lang), *dict.fromkeys(told)])
        for size in (5.5, 5.0, 4.5, 4.0):
            lines = _wrapped(words, self.width - 2 * _MARGIN, size)
            step = size * _MM_PER_POINT * 1.35
            if len(lines) * step <= _FOOTER - 4:
                break
        room = int((_FOOTER - 4) / step)
        if len(lines) > room:
            lines = [*lines[: room - 1], text("export.sheet_more").get(self.lang)]
        for number, line in enumerate(lines):
            self._say(page, _MARGIN, top - (number + 0.5) * step, line, size, color=_QUIET)


def _in_class(values: np.ndarray, item: RateClass) -> np.ndarray:
    above = values > item.lower if item.upper > item.lower else values >= item.lower
    return np.asarray(above & (values <= item.upper))


def _distinct(rates: Iterable[Rate]) -> list[Rate]:
    return list({(item.indicator, item.kind, item.unit, item.target_id): item for item in rates}.values())


def _figure(rate: Rate) -> str:
    """Return a value or band with as many decimals as tell it from its target."""
    if rate.value is not None:
        digits = 0 if rate.kind is Kind.AREA else 1
        if rate.target_value is not None and rate.target_value != rate.value:
            same = _number(rate.target_value, rate.kind, digits)
            while digits < 6 and _number(rate.value, rate.kind, digits) == same:
                digits += 1
                same = _number(rate.target_value, rate.kind, digits)
        return _number(rate.value, rate.kind, digits)
    if rate.low is None or rate.high is None:
        return "—"
    return f"{_number(rate.low, rate.kind, 0)}–{_number(rate.high, rate.kind, 0)}"


def _number(value: float, kind: Kind | None, digits: int) -> str:
    return f"{value:,.{digits}f} km²" if kind is Kind.AREA else f"{value * 100:.{digits}f}%"


def _vintage(vintage: str) -> str | Text:
    return text("export.vintage_unknown") if vintage in {"", "unknown"} else vintage


def _target(rate: Rate) -> str:
    if rate.target_value is None:
        return ""
    sign = {">=": "≥", "<=": "≤", "=": "=", "about": "≈"}.get(str(rate.comparator or ""), "")
    value = f"{rate.target_value:,.0f} km²" if rate.kind is Kind.AREA else f"{rate.target_value * 100:.6g}%"
    return f"{sign}{value}" + (f" ({rate.target_year})" if rate.target_year else "")


def _em(words: str) -> float:
    return sum(1.0 if ord(letter) > 0x2E7F else 0.54 for letter in words)


def _shortened(words: str, room: float, size: float) -> str:
    """Return words that fit a width in millimetres, the rest replaced by dots."""
    most = room / (size * _MM_PER_POINT)
    if _em(words) <= most:
        return words
    while words and _em(words) > most - 1:
        words = words[:-1]
    return f"{words}…"


def _wrapped(words: str, width: float, size: float) -> list[str]:
    """Break text into lines of a width in millimetres, between Chinese characters or at spaces."""
    most, lines, line = width / (size * _MM_PER_POINT), [], ""
    pieces: list[str] = []
    for letter in words:
        if (
            pieces
            and ord(letter) < 0x2E80
            and letter != " "
            and pieces[-1][-1:] != " "
            and ord(pieces[-1][-1]) < 0x2E80
        ):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    for piece in pieces:
        if line and _em(line + piece) > most and piece not in _CLOSING:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line] if line else lines
