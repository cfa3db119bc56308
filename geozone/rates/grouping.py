"""Rows by the unit that they lie in, so that all units of a level are added up at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geozone.overlay.plane import Indices

_NO_ROWS = np.empty(0, dtype=np.intp)


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows in groups that have a code each, the whole in one group that every code names where they have none."""

    rows: Indices
    group: Indices  # of each row
    sizes: list[int]  # of each group
    _places: dict[str, int] | None
    _rows_of: dict[str, Indices] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Indices, codes: NDArray[np.object_] | None) -> Groups:
        """Return some rows by their codes, of which there is one for every row of the list; in one group without codes."""
        if codes is None:
            return cls(rows, np.zeros(len(rows), dtype=np.intp), [len(rows)], None)
        places: dict[str, int] = {}
        group = np.array([places.setdefault(code, len(places)) for code in codes[rows]], dtype=np.intp)
        return cls(rows, group, np.bincount(group, minlength=len(places)).tolist(), places)

    def place(self, code: str) -> int | None:
        """Return the number of the group of a code; None where no row has it."""
        return 0 if self._places is None else self._places.get(code)

    def rows_of(self, code: str) -> Indices:
        """Return the rows of a code, in order."""
        if code not in self._rows_of:
            place = self.place(code)
            self._rows_of[code] = _NO_ROWS if place is None else self.rows[self.group == place]
        return self._rows_of[code]

    def numbers(self, chosen: NDArray[np.bool_]) -> list[int]:
        """Return how many of the chosen rows of the list each group has."""
        found: list[int] = np.bincount(self.group[chosen[self.rows]], minlength=len(self.sizes)).tolist()
        return found

    def highest(self, values: Indices) -> list[int]:
        """Return the highest of the values of the rows of each group; -1 where it is empty."""
        result = np.full(len(self.sizes), -1, dtype=np.intp)
        np.maximum.at(result, self.group, values[self.rows])
        found: list[int] = result.tolist()
        return found


@dataclass(frozen=True, slots=True)
class Joined:
    """The rows of a table with the units that they belong to: a row of its own for each unit, those of a row together."""

    rows: Indices
    units: Indices  # of each, its place among the codes
    codes: list[str]

    @classmethod
    def of(cls, finest: Iterable[str], above: Mapping[str, Iterable[str]]) -> Joined:
        """Return the rows of a table by the finest unit of each, and by it the units that it belongs to."""
        pairs = [(row, code) for row, one in enumerate(finest) for code in above.get(one, ())]
        codes = sorted({code for _, code in pairs})
        place = {code: number for number, code in enumerate(codes)}
        rows = np.array([row for row, _ in pairs], dtype=np.intp)
        return cls(rows, np.array([place[code] for _, code in pairs], dtype=np.intp), codes)

    def by_unit(self) -> dict[str, Indices]:
        """Return the rows of each unit, in their order."""
        order = np.argsort(self.units, kind="stable")
        ends = np.cumsum(np.bincount(self.units, minlength=len(self.codes)))
        return dict(zip(self.codes, np.split(self.rows[order], ends[:-1]), strict=True)) if self.codes else {}
