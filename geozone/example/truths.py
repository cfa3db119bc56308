"""The truth of an example: what a right result says of every demand, computed on a path of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from geozone.example import answers
from geozone.example.answers import Answer, Scope
from geozone.example.declared import words
from geozone.example.inputs import Inputs, inputs
from geozone.manifest.declared import Declarations
from geozone.manifest.indicators import TOLD, Indicator, load_indicators, parse_indicator
from geozone.model import Comparator, Target
from geozone.seeds import zone_targets

UNANSWERED: Mapping[str, str] = {
    "NAT-06": "a list of scope, not a demand: the number of pilot zones of the whole country is nothing that data of a zone tell",
}
BY_CLAUSE = TOLD[0]  # told where a clause asks only
REGION = "+"  # joins the codes of a region of several units


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a unit, in the units of the table of rates: shares are fractions."""

    indicator: str
    unit_code: str
    target_id: str | None
    value: float | None  # None where only a band is known
    low: float
    high: float
    unit: str  # of the indicator
    tolerance: float  # relative
    known: str  # how it is known
    reported: bool = False  # the number that an authority gave, not one that was computed


def truth(zone: str) -> list[Truth]:
    """Return what is true of every demand of a zone that is not qualitative, and of an indicator of the user's own.

    A demand of several whole cities has a truth for each. Where an authority also reported a figure, there is a truth
    for the computed value and one for the reported one. Provinces have truths without a demand where those are sums of
    what was made; so have the indicators that are told beside the demands, where everything that they are made from was.
    """
    made = inputs(zone)
    indicators = load_indicators()
    found: list[Truth] = []
    targets = [one for one in zone_targets(zone) if one.comparator is not Comparator.QUALITATIVE]
    for target in targets:
        if target.id in UNANSWERED:
            continue
        for scope in _scopes(target, made):
            found += _truths(indicators[target.indicator], scope, made, target.id)
    asked = {target.indicator for target in targets if target.id not in UNANSWERED}
    beside = [
        one for one in indicators.values() if one.id not in asked and one.told != BY_CLAUSE and made.has(one)
    ]
    for indicator in [*own_indicators(), *beside]:
        found += _truths(indicator, _whole(made), made, None)
    return found + list(_provinces(made, [indicators[name] for name in sorted(asked)]))


def own_indicators() -> list[Indicator]:
    """Return the indicators that the project file of an example declares itself."""
    declared = Declarations("own.toml", words("own.toml"))
    key = "indicator"
    found = [
        parse_indicator(declared, (key, place), table["id"], table, {"id", "target"})
        for place, table in enumerate(declared.tables[key])
    ]
    declared.stop_on_faults()
    return [one for one in found if one is not None]


def _truths(indicator: Indicator, scope: Scope, made: Inputs, target: str | None) -> Iterator[Truth]:
    measure = indicator.measure.id
    computed = (
        getattr(answers, measure)(indicator, scope, made) if "figure" not in indicator.measure.keys else None
    )
    if computed is not None:
        yield _truth(indicator, scope, target, computed, is_reported=False)
    told = answers.reported(indicator, scope, made)
    if told is not None:
        yield _truth(indicator, scope, target, told, is_reported=True)


def _truth(
    indicator: Indicator, scope: Scope, target: str | None, answer: Answer, *, is_reported: bool
) -> Truth:
    return Truth(
        indicator=indicator.id,
        unit_code=scope.code,
        target_id=target,
        value=answer.low if answer.low == answer.high else None,
        low=answer.low,
        high=answer.high,
        unit=indicator.unit,
        tolerance=answer.tolerance,
        known=answer.known,
        reported=is_reported,
    )


def _whole(made: Inputs) -> Scope:
    return Scope(made.land.zone.key, frozenset(county.code for county in made.land.counties), whole=True)


def _scopes(target: Target, made: Inputs) -> list[Scope]:
    """Return the units that a demand speaks of, as `geozone.rates.frame` has them."""
    codes = target.region_codes
    if not codes or (len(codes) > 1 and set(codes) == set(made.land.zone.coastal)):
        return [_whole(made)]
    if len(codes) == 1 or target.comparator is Comparator.FULL:
        return [_scope((code,), made) for code in codes]
    return [_scope(codes, made)]


def _scope(codes: tuple[str, ...], made: Inputs) -> Scope:
    begins = [
        code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code for code in codes
    ]
    return Scope(
        REGION.join(codes), frozenset(county.code for county in made.land.chosen(begins)), whole=False
    )


def _provinces(made: Inputs, asked: list[Indicator]) -> Iterator[Truth]:
    """Yield the truths of the provinces for areas, counts of points and registers: sums of what was made."""
    provinces = {county.province_code for county in made.land.counties}
    for indicator in asked:
        if (
            "raster" in {key.holds for key in indicator.measure.keys.values()}
            or "figure" in indicator.measure.keys
        ):
            continue
        for code in sorted(provinces) if any(level.value == "province" for level in indicator.levels) else ():
            scope = _scope((code,), made)
            try:
                answer: Answer = getattr(answers, indicator.measure.id)(indicator, scope, made)
            except (ZeroDivisionError, ValueError):  # nothing of it lies there
                continue
            yield _truth(indicator, scope, None, answer, is_reported=False)
