"""The area that a plan sets or an authority published, in a sentence: row 8 of the decision table."""

from __future__ import annotations

from geozone.messages import NO_TEXT, Text, text
from geozone.model import Basis, Kind, ZoneResult
from geozone.rates.figures import FLOOR
from geozone.rates.verdicts import NOT_COMPARABLE
from geozone.story.amounts import amount, computed_amount, joined, reported_amount, sentence
from geozone.story.reported import short_source


def approved_sentence(result: ZoneResult, code: str, of: Text, *, sketch: bool = False) -> Text | None:
    """Return the red line area that a plan sets or an authority published (row 8); None where neither is on file.

    With `sketch` it says where the map shows a screening layer in the place of the statutory line.
    """
    declared = next((one for one in result.indicators.values() if one.approved), None)
    if result.figures is None or declared is None:
        return None
    figure = result.figures.latest(declared.id, code)
    if figure is None or figure.superseded:
        return None
    sea = result.figures.latest(declared.approved, code)
    floor = figure.kind == FLOOR
    beside = NO_TEXT
    if sea is not None and sea.kind == figure.kind and sea.year == figure.year:
        beside = text("story.floor_sea" if floor else "story.published_sea", area=amount(sea.value, sea.unit))
    key = "floor" if floor else "published_area"
    when = text("story.year", year=figure.year or figure.published[:4])
    area = reported_amount(figure)
    said = text(f"story.{key}", of=of, area=area, when=when, sea=beside, source=short_source(figure))
    own = next(
        (
            rate
            for rate in result.rates
            if rate.indicator == declared.id and rate.unit_code == code and rate.kind is Kind.AREA
        ),
        None,
    )
    tail = NO_TEXT
    if own is not None and own.value is not None and own.basis in {Basis.OFFICIAL, Basis.PUBLIC}:
        tail = text("story.present_computed", area=computed_amount(own.value, "km2"))
    elif floor:
        tail = text("story.present_unknown")
    if sketch and own is not None and own.basis in NOT_COMPARABLE:
        tail = joined(tail, text("story.sketch"))
    return sentence(said, tail)
