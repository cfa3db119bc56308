"""Names on the map of a printed sheet: the higher first, none over another, at seats in one of eight places."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from geozone.export.sheet_frame import MM_PER_POINT, Frame
from geozone.export.sheet_page import em

# of eight places around a point the better first: right, left, right above, left above, right below, left below, above, below
AROUND = ((1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1), (0, 1), (0, -1))
_GROUND = 0.62  # of an em, half the height that a name takes


@dataclass(frozen=True)
class Lettering:
    """How a name is written: size in points on A4, colour, weight, and the room between its characters in ems."""

    size: float
    colour: str = "#222222"
    weight: str = "normal"
    style: str = "normal"
    spread: float = 0.0


@dataclass
class Names:
    """The names of a map, as they are placed."""

    axes: Axes
    frame: Frame
    scale: float
    taken: list[shapely.Geometry] = field(default_factory=list)

    def reserve(self, x: float, y: float, reach_mm: float) -> None:
        """Keep names off a mark."""
        reach = self._ground(reach_mm)
        self.taken.append(shapely.box(x - reach, y - reach, x + reach, y + reach))

    def centred(self, words: str, point: tuple[float, float], lettering: Lettering) -> bool:
        """Write a name about a point, if it has the room there."""
        return self._write(words, point[0], point[1], lettering, None)

    def around(self, words: str, point: tuple[float, float], reach_mm: float, lettering: Lettering) -> bool:
        """Write a name in the first free place beside a mark, if there is one."""
        x, y = point
        width, height = self._size(words, lettering)
        reach = self._ground(reach_mm)
        own = shapely.Point(x, y)
        for across, up in AROUND:
            aside = across * (width / 2 + (0.7 if up else 1.25) * reach)
            above = up * (height * (0.35 if across else 0.5) + (0.7 if across else 1.25) * reach)
            if self._write(words, x + aside, y + above, lettering, own):
                return True
        return False

    def _write(self, words: str, x: float, y: float, how: Lettering, own: shapely.Point | None) -> bool:
        width, height = self._size(words, how)
        box = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        if not shapely.within(
            box, shapely.box(self.frame.west, self.frame.south, self.frame.east, self.frame.north)
        ):
            return False
        others = np.asarray(self.taken, dtype=object)
        in_the_way = shapely.intersects(others, box)
        if own is not None and len(others):
            in_the_way &= ~shapely.intersects(others, own)  # its own mark
        if in_the_way.any():
            return False
        self.taken.append(box)
        spread = how.spread if ord(words[0]) > 0x2E7F else 0.0  # Latin letters are not spread
        step = width / len(words) if spread else 0.0
        for place, letters in enumerate(words if spread else [words]):
            self.axes.text(
                x if not spread else x - width / 2 + (place + 0.5) * step, y, letters,
                fontsize=how.size * self.scale, ha="center", va="center_baseline", color=how.colour, weight=how.weight,
                style=how.style, zorder=16, path_effects=[withStroke(linewidth=how.size * self.scale * 0.25, foreground="white")],
            )  # fmt: skip
        return True

    def _size(self, words: str, how: Lettering) -> tuple[float, float]:
        """Return how much ground a name covers, across and up."""
        letter = self._ground(how.size * MM_PER_POINT)
        spread = how.spread if ord(words[0]) > 0x2E7F else 0.0
        return (em(words) + spread * len(words)) * letter, 2 * _GROUND * letter

    def _ground(self, millimetres: float) -> float:
        return millimetres * self.scale * self.frame.denominator / 1000
