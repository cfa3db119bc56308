"""Rates made again from what was delivered, by another way than the build's.

The build overlays everything at once in a cylindrical plane, by a sweep of its own. Here every unit is cut by itself, by GEOS,
in an equal-area conic laid out by PROJ; lengths are GeographicLib's; items and sites are counted one by one; ratios are
divided, formulas worked out at the corners of their bands. Nothing but the GeoPackage and the run record is read. What
cannot be made again from them is counted and named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geozone.messages import Message, Text, listed, message, text
from geozone.verify.check import Check, passed, shown, told
from geozone.verify.rederived.columns import beside_units
from geozone.verify.rederived.delivered import Delivered
from geozone.verify.rederived.expected import AREA, LEAST_KM2, Band
from geozone.verify.rederived.geos import Engine, Geos
from geozone.verify.rederived.measures import OF_AREAS, Measures, NotHeldError
from geozone.verify.rederived.rows import contradictions

_NUMBERS = ("numerator", "denominator", "value", "low", "high")
_EVERY = 50  # rows between two words of progress

Progress = Callable[[int, int], None]  # rows made again, of how many
Engines = Callable[[Delivered], Engine]


def rederived_checks(
    path: Path, record: Mapping[str, Any], progress: Progress, third: Engines | None = None
) -> Iterator[Check]:
    """Yield the checks of a GeoPackage whose rates are made again.

    Parameters
    ----------
    path
        The GeoPackage.
    record
        Its run record.
    progress
        Is told how many rows have been made again, of how many.
    third
        A further engine, by which the areas are made once more.
    """
    delivered = Delivered(path, record)
    geos = Geos(delivered)
    yield from _held(path.name, delivered, Measures(delivered, geos), progress)
    if third is not None:
        yield from _held(path.name, delivered, Measures(delivered, geos, third(delivered)), progress)


@dataclass
class _Tally:
    """What came of the rows of one GeoPackage."""

    held: int = 0
    farthest: float = 0.0
    wrong: list[Message] = field(default_factory=list)
    not_held: Counter[Text] = field(default_factory=Counter)


def _held(file: str, delivered: Delivered, measures: Measures, progress: Progress) -> Iterator[Check]:
    tally = _Tally()
    for code, area in measures.unit_areas.items():
        unit = delivered.units[code]
        if not abs(area - unit.area_km2) <= AREA * area + LEAST_KM2:  # also where it is no number
            tally.wrong.append(_unit_message(code, unit.area_km2, area, measures.title))
    if not measures.areas_alone:
        tally.wrong += beside_units(delivered)
    targets = {str(row["id"]): row for row in delivered.rows("targets")}
    rows = delivered.rows("rates")
    for number, row in enumerate(rows):
        if number % _EVERY == 0:
            progress(number, len(rows))
        if measures.areas_alone:
            declared = delivered.indicators.get(str(row["indicator"]))
            if declared is None or declared.measure not in OF_AREAS or row["kind"] == "reported":
                continue
        else:
            tally.wrong += [
                _message(row, column, shown(row[column]), right)
                for column, right in contradictions(row, targets)
            ]
        _of_row(row, measures, tally)
    yield from told(file, tally.wrong)
    if tally.held and not tally.wrong:
        yield passed(
            file,
            message(
                "verify.rederived",
                count=tally.held,
                engine=measures.title,
                difference=f"{tally.farthest:.0e}",
            ),
        )
    if tally.not_held:
        reasons = [
            text("verify.not_held_part", reason=reason, count=count)
            for reason, count in tally.not_held.items()
        ]
        yield passed(
            file, message("verify.not_rederived", count=tally.not_held.total(), reasons=listed(reasons, "; "))
        )


def _of_row(row: Mapping[str, Any], measures: Measures, tally: _Tally) -> None:
    if all(row[column] is None for column in _NUMBERS) and row["kind"] is None:
        return  # nothing is said of it
    try:
        expected = measures.expected(row)
    except NotHeldError as error:
        if any(row[column] is not None for column in _NUMBERS):
            tally.not_held[error.reason] += 1
        return
    tally.held += any(row[column] is not None for column in _NUMBERS)
    for column, band in expected.numbers.items():
        if expected.agrees(column, row[column]):
            tally.farthest = max(tally.farthest, expected.difference(column, row[column]))
        else:
            right = text("verify.engine_says", value=_band_text(band), engine=measures.title)
            tally.wrong.append(_message(row, column, shown(row[column]), right))


def _message(row: Mapping[str, Any], column: str, found: str, right: Text) -> Message:
    return message(
        "verify.rederived_cell",
        place=text("verify.place_feature", table="rates", feature=row["fid"], column=column),
        unit=row["unit_code"],
        indicator=row["indicator"],
        found=found,
        right=right,
    )


def _unit_message(code: str, found: float, area: float, engine: Text) -> Message:
    return message(
        "verify.rederived_unit",
        unit=code,
        found=shown(found),
        right=text("verify.engine_says", value=shown(area), engine=engine),
    )


def _band_text(band: Band | None) -> str:
    if band is None:
        return "—"
    return shown(band[0]) if band[0] == band[1] else f"{shown(band[0])} … {shown(band[1])}"


__all__ = ["Engine", "Engines", "Progress", "rederived_checks"]
