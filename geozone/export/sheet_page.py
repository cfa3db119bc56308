"""The paper of a printed sheet: where text, lines and samples of symbols stand, in millimetres."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from geozone.export.sheet_map import HATCH
from geozone.model import LayerStyle

INK, QUIET, ACCENT, ALERT = "#222222", "#666666", "#1d6577", "#a63603"
_MM_PER_POINT = 25.4 / 72
_CLOSING = "，。；：、）”》！？"  # no line begins with one of these
_LATIN_EM = 0.54  # mean width of a Latin letter; a Chinese character is one em wide


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
        self.say(x, y, words, 8, weight="bold", color=ACCENT)
        self.rule(x, y - 2.6, width, colour=ACCENT)

    def sample(self, x: float, y: float, style: LayerStyle, label: str, room: float) -> None:
        """Draw a sample of a symbol with its name, in the same style as on the map.

        The name takes a smaller size, and dots at its end, where it is wider than `room`.
        """
        width = style.width * 0.5 * self.scale
        if style.kind == "line":
            colour = style.stroke or style.fill or INK
            self.axes.add_line(Line2D([x, x + 6], [y, y], color=colour, linewidth=width))
        else:
            hatched = style.kind == "hatch"
            self.axes.add_patch(
                Rectangle(
                    (x, y - 1.3), 6, 2.6,
                    facecolor="none" if hatched else (style.fill or "none"),
                    edgecolor=(style.fill or style.stroke) if hatched else (style.stroke or "none"),
                    hatch=HATCH if hatched else None,
                    alpha=style.opacity if style.fill else None,
                    linewidth=width,
                )
            )  # fmt: skip
        size = next((size for size in (6.0, 5.5, 5.0) if em(label) * size * _MM_PER_POINT <= room - 7.5), 4.6)
        self.say(x + 7.5, y, shortened(label, room - 7.5, size), size)


def em(words: str) -> float:
    """Return about how wide a text is, in ems."""
    return sum(1.0 if ord(letter) > 0x2E7F else _LATIN_EM for letter in words)


def shortened(words: str, room: float, size: float) -> str:
    """Return words that fit a width in millimetres, the rest replaced by dots."""
    most = room / (size * _MM_PER_POINT)
    if em(words) <= most:
        return words
    while words and em(words) > most - 1:
        words = words[:-1]
    return f"{words}…"


def line_height(size: float) -> float:
    """Return the distance of lines in millimetres."""
    return size * _MM_PER_POINT * 1.35


def wrapped(words: str, width: float, size: float) -> list[str]:
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
        if line and em(line + piece) > most and piece not in _CLOSING:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line] if line else lines
