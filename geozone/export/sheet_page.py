"""The paper of a printed sheet: where text, lines and samples of symbols stand, in millimetres."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from geozone.export.fonts import chinese_font
from geozone.export.sheet_frame import MM_PER_POINT
from geozone.export.sheet_map import HATCH, MARKERS
from geozone.model import LayerStyle

INK, QUIET, ACCENT, ALERT = "#222222", "#666666", "#1d6577", "#a63603"
DOT = "dot"  # kind of the style of a point, as legends draw it
_SAFE = 0.97  # of a line: screens round the widths of small letters up
_MEASURED = 100  # points at which widths are measured
_CHINESE = 0x2E80  # characters from here on are Chinese
_OPENING = "（《“"  # no line ends with one of these
_CLOSING = "，。；：、）”》！？"  # no line begins with one of these
_BOLD = 1.06  # width of bold letters, times that of plain ones
_SAMPLE_BAND = 0.7  # millimetres of colour inside the outline of a tint


class Page:
    """A page whose positions are millimetres from the lower left corner.

    Parameters
    ----------
    width, height
        Size of the paper in millimetres.
    scale
        Enlargement: positions and font sizes are given for paper that is `scale` times smaller.
    """

    def __init__(self, width: float, height: float, scale: float = 1.0) -> None:
        self.scale, self.width, self.height = scale, width / scale, height / scale
        self.figure = Figure(figsize=(width / 25.4, height / 25.4), facecolor="white")
        self.axes = self.window(0, 0, self.width, self.height)
        self.axes.set_xlim(0, self.width)
        self.axes.set_ylim(0, self.height)
        self.axes.axis("off")

    def window(self, x: float, y: float, width: float, height: float) -> Axes:
        """Return axes over a part of the page."""
        return self.figure.add_axes(
            (x / self.width, y / self.height, width / self.width, height / self.height)
        )

    def say(self, x: float, y: float, words: str, size: float, **how: Any) -> None:
        """Write one line, its middle at `y`."""
        settings: dict[str, Any] = {"color": INK, "ha": "left", "va": "center"} | how
        self.axes.text(x, y, words, fontsize=size * self.scale, **settings)

    def rule(self, x: float, y: float, width: float, *, colour: str = INK, weight: float = 0.6) -> None:
        """Draw a horizontal line."""
        self.axes.add_line(Line2D([x, x + width], [y, y], color=colour, linewidth=weight * self.scale))

    def heading(self, x: float, y: float, words: str, width: float) -> None:
        """Write a heading with a line under it."""
        self.say(x, y, *fitted(words, width / _BOLD, 8), weight="bold", color=ACCENT)
        self.rule(x, y - 2.6, width, colour=ACCENT)

    def sample(self, x: float, y: float, style: LayerStyle, label: str, room: float) -> None:
        """Draw a sample of a symbol with its name, in the same style as on the map.

        The name takes a smaller size, and dots at its end, where it is wider than `room`.
        """
        width = style.width * 0.5 * self.scale
        if style.kind == "line":
            colour = style.stroke or style.fill or INK
            self.axes.add_line(Line2D([x, x + 6], [y, y], color=colour, linewidth=width))
        elif style.kind == DOT:
            mark = {"marker": MARKERS[style.mark], "markersize": 3.6 * self.scale * style.size}
            self.axes.add_line(
                Line2D([x + 3], [y], color=style.fill or style.stroke, markeredgewidth=0, **mark)  # type: ignore[arg-type]
            )
        else:
            hatched = style.kind == "hatch"
            if style.kind == "tint" and style.fill:
                outer = Rectangle(
                    (x, y - 1.3), 6, 2.6, facecolor=style.fill, alpha=style.opacity / 2, linewidth=0
                )
                inner = (x + _SAMPLE_BAND, y - 1.3 + _SAMPLE_BAND)
                self.axes.add_patch(outer)
                self.axes.add_patch(
                    Rectangle(
                        inner, 6 - 2 * _SAMPLE_BAND, 2.6 - 2 * _SAMPLE_BAND, facecolor="white", linewidth=0
                    )
                )
            self.axes.add_patch(
                Rectangle(
                    (x, y - 1.3), 6, 2.6,
                    facecolor="none" if style.kind in {"hatch", "tint"} else (style.fill or "none"),
                    edgecolor=(style.fill or style.stroke) if hatched else (style.stroke or "none"),
                    hatch=HATCH if hatched else None,
                    alpha=style.opacity if style.fill and style.kind != "tint" else None,
                    linewidth=width,
                )
            )  # fmt: skip
        self.say(x + 7.5, y, *fitted(label, room - 8.5, 6.0))

    def ramp(
        self, x: float, y: float, styles: Sequence[LayerStyle], ends: Sequence[str], room: float
    ) -> None:
        """Draw the classes of lines beside each other, with the number between each two of them."""
        step = room / len(styles)
        for number, style in enumerate(styles):
            left = x + number * step
            width = style.width * 0.5 * self.scale
            self.axes.add_line(
                Line2D(
                    [left, left + step], [y, y], color=style.stroke, linewidth=width, solid_capstyle="butt"
                )
            )
        for number, end in enumerate(ends, start=1):
            self.say(x + number * step, y - 2.7, end, 5.5, ha="center")


def em(words: str) -> float:
    """Return how wide a text is in the font of the sheets, in ems."""
    return sum(_advance(letter) for letter in words)


@cache
def _advance(letter: str) -> float:
    """Return the width of a character, in ems."""
    font = font_manager.get_font(font_manager.findfont(font_manager.FontProperties(family=[chinese_font()])))
    font.set_size(_MEASURED, 72)
    return float(font.load_char(ord(letter)).linearHoriAdvance) / 65536 / _MEASURED


def fitted(words: str, room: float, size: float, smallest: float = 4.2) -> tuple[str, float]:
    """Return words and the size, at most `size`, at which they fit a width; dots at their end where none does."""
    fits = size if em(words) == 0 else min(size, room / (em(words) * MM_PER_POINT))
    return (words, fits) if fits >= smallest else (shortened(words, room, smallest), smallest)


def shortened(words: str, room: float, size: float) -> str:
    """Return words that fit a width in millimetres, the rest replaced by dots."""
    most = room / (size * MM_PER_POINT)
    if em(words) <= most:
        return words
    while words and em(words) > most - 1:
        words = words[:-1]
    return f"{words}…"


def line_height(size: float) -> float:
    """Return the distance of lines in millimetres."""
    return size * MM_PER_POINT * 1.35


def wrapped(words: str, width: float, size: float) -> list[str]:
    """Break text into lines of a width in millimetres, between Chinese characters or at spaces."""
    most, lines, line = _SAFE * width / (size * MM_PER_POINT), [], ""
    pieces: list[str] = []
    for letter in words:
        before = pieces[-1][-1] if pieces else " "
        latin = ord(letter) < _CHINESE and letter != " " and before != " " and ord(before) < _CHINESE
        if pieces and (latin or letter in _CLOSING or before in _OPENING):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    for piece in pieces:
        if line and em((line + piece).rstrip()) > most:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line] if line else lines
