"""What an authority has reported, in a sentence: rows 3 to 10 of the decision table, and the approved red line area."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from geozone.manifest.inputs import register_title
from geozone.messages import NO_TEXT, Text, text
from geozone.model import Basis, Comparator, Kind, Level, Modality, Rate, Target, Verdict, ZoneResult
from geozone.rates.figures import VALUE, Figure
from geozone.rates.titles import indicator_title
from geozone.rates.verdicts import JUDGED, NOT_COMPARABLE
from geozone.rates.wording import by_id, target_of
from geozone.rounding import exact_places, rounded
from geozone.story.amounts import (
    amount,
    computed_amount,
    gap_amount,
    goal_text,
    joined,
    reported_amount,
    sentence,
    target_text,
    when_text,
)
from geozone.vintages import year_of

_SHARED = 3  # facts that a sentence holds at most
_YEARS_TOLD = 3  # a value is told to run from so many years on


@dataclass(frozen=True, slots=True)
class Fact:
    """A number that an authority gave, with the target that it is held against."""

    rate: Rate
    target: Target | None
    figure: Figure | None
    of: Text  # whose number it is
    title: Text
    value: Text
    source: Text
    years: int  # how many years running it has been so
    place: Text = NO_TEXT  # of what within it, where a sentence is of more than that

    @property
    def when(self) -> Text:
        """The year of the number, or that nobody states it."""
        if self.year is not None:
            return text("story.year", year=self.year)
        return text("story.year_unstated")

    @property
    def year(self) -> int | None:
        """The year of the number; None where nobody states it."""
        if self.figure is not None:
            return self.figure.year
        return year_of(self.rate.vintage)

    @property
    def shared(self) -> tuple[object, ...]:
        """What facts have in common that one sentence tells together."""
        year = self.target.year if self.target else None
        return (self.of, self.when, self.source, self.rate.verdict, year, self.sample)

    @property
    def sample(self) -> bool:
        """Whether the number is made up, to show what the product does."""
        return self.rate.basis is Basis.SYNTHETIC


def lowered(title: Text) -> Text:
    """Return a title as it stands inside of an English sentence: with a small letter, unless it begins with an acronym."""
    first, second = title.en[:1], title.en[1:2]
    return title if second.isupper() or second.isdigit() else Text(title.zh, first.lower() + title.en[1:])


def short_title(title: Text) -> Text:
    """Return a title without what stands in brackets, since a sentence has brackets of its own."""
    zh, en = title.zh, title.en
    while "（" in zh and "）" in zh[zh.index("（") :]:
        zh = zh[: zh.index("（")] + zh[zh.index("）", zh.index("（")) + 1 :]
    while " (" in en and ")" in en[en.index(" (") :]:
        en = en[: en.index(" (")] + en[en.index(")", en.index(" (")) + 1 :]
    return Text(zh or title.zh, en or title.en)


def unit_text(rate: Rate, result: ZoneResult) -> Text:
    """Return what a sentence calls the unit of a rate."""
    return result.zone.short if rate.level is Level.ZONE and result.zone.short.zh else rate.unit_name


def figure_of(rate: Rate, result: ZoneResult) -> Figure | None:
    """Return the figure that a row of kind ``reported`` is."""
    if rate.kind is not Kind.REPORTED or result.figures is None:
        return None
    declared = result.indicators.get(rate.indicator)
    names = dict.fromkeys([*(declared.figures if declared else ()), rate.indicator])
    target = target_of(rate, by_id(result.targets))
    scopes = [rate.unit_code, *([target.place] if target is not None and target.place else [])]
    if rate.level is Level.REGION:  # figures of a place go by its id, the row by the codes of its units
        scopes += {one.scope for one in result.figures.all if one.scope_name.zh == rate.unit_name.zh}
    found = (result.figures.latest(name, scope) for name in names for scope in scopes)
    figure: Figure | None = next((figure for figure in found if figure is not None), None)
    return figure


def fact_of(rate: Rate, result: ZoneResult) -> Fact | None:
    """Return a rate as a fact that a sentence can tell; None where it has no number, or not one number."""
    if rate.value is None or rate.basis is None:
        return None
    figure = figure_of(rate, result)
    if figure is None and rate.basis in NOT_COMPARABLE:
        return None  # what is derived or drawn is no fact
    declared = result.indicators.get(rate.indicator)
    share = declared is not None and declared.share
    number = rate.value * 100 if share else rate.value
    unit = declared.unit if declared is not None else rate.unit
    if figure is not None:
        value, source = reported_amount(figure), short_source(figure)
    else:
        value, source = computed_amount(number, unit), _layers_text(rate, result)
    if figure is not None and figure.preliminary:
        source = text("story.preliminary", source=source)
    of = _whose(rate, figure, result)
    return Fact(
        rate=rate,
        target=target_of(rate, by_id(result.targets)),
        figure=figure,
        of=of,
        title=_without(short_title(indicator_title(rate, result)), of),
        value=value,
        source=source,
        years=_running(figure, result),
    )


def short_source(figure: Figure) -> Text:
    """Return the source of a figure in a few words."""
    return figure.short if figure.short.zh else short_title(figure.source)


def _whose(rate: Rate, figure: Figure | None, result: ZoneResult) -> Text:
    """Return whose number it is: the unit, or what the figure calls its scope, such as the 41 cities that are the zone."""
    of = unit_text(rate, result)
    if figure is None:
        return of
    scope = figure.scope_name
    same = scope.zh in of.zh or of.zh in scope.zh
    if rate.level is Level.ZONE:  # a part of its name may be a part of it
        same = same and scope.zh in {of.zh, rate.unit_name.zh}
    return of if same else scope


def _without(title: Text, of: Text) -> Text:
    """Return a title without the name that stands before it already: 白洋淀水质 of 白洋淀; in English in small letters."""
    return lowered(Text(title.zh.removeprefix(of.zh) or title.zh, title.en))


def _without_place(title: str, of: str) -> str:
    """Return an English title without the place that follows it, where that is the place whose number it is."""
    head, _, place = title.rpartition(" of ")
    return head if head and place and of.startswith(place.split()[0]) else title


def _layers_text(rate: Rate, result: ZoneResult) -> Text:
    declared = result.indicators.get(rate.indicator)
    names = declared.layers if declared is not None else ()
    titles = [layer.spec.title for name, layer in result.layers.items() if name in names and layer.spec]
    titles += [spec.title for name, spec in result.rasters.items() if name in names]
    titles += [register_title(name) for name in (declared.registers if declared is not None else ())]
    return short_title(titles[0] if titles else rate.method)


def _running(figure: Figure | None, result: ZoneResult) -> int:
    """Return for how many years running a figure has had the value that it has, itself included."""
    if figure is None or figure.year is None:
        return 1
    series = {one.year: one.value for one in result.figures.series(figure.indicator, figure.scope)}
    years = 1
    while series.get(figure.year - years) == figure.value:
        years += 1
    return years


def facts_of_zone(result: ZoneResult, rates: Sequence[Rate]) -> list[Fact]:
    """Return what is judged on reported, official or sample data of exactly the zone's scope: met, not met, on schedule.

    Of the same verdict what was reported stands before what is computed, then what has held longest, then what the documents
    name first. A number without a year is none of them.
    """
    registers = {name for name, one in result.indicators.items() if one.said is not None}
    places = {target.id for target in result.targets if target.place}
    found = [
        fact
        for rate in rates
        if rate.verdict in JUDGED and rate.indicator not in registers
        if rate.level is Level.ZONE or rate.target_id in places
        if (fact := fact_of(rate, result)) is not None and fact.year is not None
    ]
    return sorted(found, key=lambda fact: (JUDGED.index(fact.rate.verdict), fact.figure is None, -fact.years))


def facts_sentence(facts: Sequence[Fact], result: ZoneResult) -> Text:
    """Return the first fact, with those that share year, source, verdict and year of the target with it."""
    first = facts[0]
    zone = result.zone.short
    alike = [_within(fact, zone) for fact in facts]
    alike = [fact for fact in alike if fact.shared == alike[0].shared and fact.rate.verdict is Verdict.MET][
        :_SHARED
    ]
    if len(alike) < 2:
        return statement_of(first, result)
    told = [_clause(fact) for fact in alike]
    both = "both_met" if len(alike) == 2 else "all_met"
    one = alike[0]
    assert one.target is not None
    clauses = Text("、".join(item.zh for item in told), " and ".join(item.en for item in told))
    said = text("story.reported", of=one.of, when=one.when, facts=clauses, source=one.source)
    return sentence(_sample(one), said, text(f"story.{both}", target=target_text(one.target)))


def _within(fact: Fact, zone: Text) -> Fact:
    """Return a fact of a place of the zone as one of the zone, which names the place with its title."""
    return fact if fact.of == zone or fact.rate.level is Level.ZONE else replace(fact, of=zone, place=fact.of)


def _clause(fact: Fact) -> Text:
    """Return title and value of a fact, with the place in it where the sentence is of the whole zone."""
    title = fact.title
    if fact.place.zh:
        own = _without_place(title.en, fact.place.en)
        title = Text(fact.place.zh + title.zh, text("story.whose", of=fact.place, place=own).en)
    key = "fact_count" if fact.rate.unit == "count" else "fact"
    return text(f"story.{key}", title=title, value=fact.value)


def statement_of(fact: Fact, result: ZoneResult) -> Text:
    """Return one fact in a sentence, with what follows from it (rows 3 to 10)."""
    figure = fact.figure
    about = figure is not None and figure.comparator == Comparator.ABOUT.value
    running = NO_TEXT
    if fact.years >= _YEARS_TOLD:
        numerals = text("story.numerals")
        last = len(numerals.zh.split()) - 1
        years = Text(numerals.zh.split()[min(fact.years, last)], numerals.en.split()[min(fact.years, last)])
        running = text(
            "story.running", years=years, as_before=Text(text("story.of_value", value=fact.value).zh, "")
        )
    key = "reported_about" if about else "reported_count" if fact.rate.unit == "count" else "reported_one"
    title = Text(fact.title.zh, _without_place(fact.title.en, fact.of.en))
    told = text(
        f"story.{key}",
        of=fact.of,
        when=fact.when,
        title=title,
        value=fact.value,
        running=running,
        source=fact.source,
    )
    beside = _computed_beside(fact, result)
    changed = joined(_change(fact, result), _printed_change(fact, result))
    return sentence(_sample(fact), told, changed, _consequence(fact, result), beside)


def _computed_beside(fact: Fact, result: ZoneResult) -> Text:
    """Return what is computed beside a reported figure, where it may be held against it and differs."""
    if fact.figure is None:
        return NO_TEXT
    for rate in result.rates:
        same = rate.indicator == fact.rate.indicator and rate.unit_code == fact.rate.unit_code
        if same and rate.kind is not Kind.REPORTED and rate.basis not in NOT_COMPARABLE:
            other = fact_of(rate, result)
            if other is not None and other.value != fact.value:
                return text("story.computed_beside", value=other.value)
    return NO_TEXT


def _sample(fact: Fact) -> Text:
    return text("story.sample") if fact.sample else NO_TEXT


def _change(fact: Fact, result: ZoneResult) -> Text:
    """Return by how much the value has changed since the base year of the target, where that was reported."""
    declared = result.indicators.get(fact.rate.indicator)
    if fact.target is None or declared is None or not declared.change or fact.figure is None:
        return NO_TEXT
    change = result.figures.of_year(declared.change, fact.figure.scope, fact.figure.year)
    if change is None or not fact.target.base_year:
        return NO_TEXT
    word = "increase" if change.value >= 0 else "decrease"
    said = text(f"story.{word}", amount=amount(abs(change.value), change.unit))
    return text("story.changed", when=text("story.year", year=fact.target.base_year), change=said)


def _consequence(fact: Fact, result: ZoneResult) -> Text:
    """Return the verdict, or why there is none."""
    rate, target = fact.rate, fact.target
    if target is None or rate.verdict is None or target.reference:
        return text("story.no_target")
    gap = gap_amount(rate)
    said = text(
        f"story.{_consequence_key(fact, target, gap)}",
        target=target_text(target), goal=goal_text(target), gap=gap or NO_TEXT, step=_rounding(fact.figure),
    )  # fmt: skip
    later = rate.verdict in {Verdict.MET, Verdict.SHORT} and _has_later_elsewhere(fact, result)
    return joined(said, text("story.no_later")) if later else said


def _printed_change(fact: Fact, result: ZoneResult) -> Text:
    """Return the change that was reported in per cent, where the values reported for the two years give another one (row 10b)."""
    declared = result.indicators.get(fact.rate.indicator)
    figure = fact.figure
    if declared is None or not declared.printed_change or figure is None:
        return NO_TEXT
    printed = result.figures.of_year(declared.printed_change, figure.scope, figure.year)
    years = re.findall(r"\d{4}", printed.period.en) if printed is not None else []
    base = result.figures.of_year(figure.indicator, figure.scope, int(years[-1])) if years else None
    if printed is None or base is None or base.unit != figure.unit or not base.value:
        return NO_TEXT
    computed = float(
        rounded((figure.value / base.value - 1) * 100, printed.places or exact_places(printed.value))
    )
    if computed == printed.value:
        return NO_TEXT
    year = text("story.year", year=base.year)
    return text(
        "story.printed_change",
        change=text("story.since", when=year, goal=_changed_by(printed.value)),
        when=year,
        value=reported_amount(base),
        computed=_changed_by(computed),
    )


def _changed_by(percents: float) -> Text:
    word = "increase" if percents >= 0 else "decrease"
    return text(f"story.{word}", amount=amount(abs(percents), "%"))


def _rounding(figure: Figure | None) -> Text:
    """Return to what a figure is rounded that is printed as about."""
    half = figure.rounding_in(figure.unit) if figure is not None else 0.0
    return amount(2 * half, figure.unit) if figure is not None and half else NO_TEXT


def _consequence_key(fact: Fact, target: Target, gap: Text | None) -> str:
    judged = {
        Verdict.MET: "met",
        Verdict.SHORT: "short" if gap else "short_of_words",
        Verdict.ON_TRACK: "on_track",
    }
    if fact.rate.verdict in judged:
        return judged[fact.rate.verdict]
    if target.modality is Modality.EXTERNAL or (
        target.value is None and target.comparator is Comparator.EXTERNAL
    ):
        return "elsewhere"
    if (
        fact.figure is not None
        and fact.figure.rounding_in(fact.figure.unit)
        and target.modality is not Modality.ABOUT
    ):
        return "rounded"
    return "not_judged" if gap else "not_judged_without_gap"


def _has_later_elsewhere(fact: Fact, result: ZoneResult) -> bool:
    """Tell whether a later figure is on file, of another scope."""
    if fact.figure is None or fact.figure.year is None:
        return False
    year = fact.figure.year
    others = result.figures.context(fact.figure.indicator, result.zone.key)
    return any((one.year or 0) > year and one.kind == VALUE and one.scope != "national" for one in others)


def absent_statement(rate: Rate, target: Target, result: ZoneResult) -> Text:
    """Return that a target has no value to be held against (rows 9 and 20); figures of members are no figure of the whole."""
    of = target.region
    title = _without(short_title(indicator_title(rate, result)), of)
    members = result.zone.members if rate.level is Level.ZONE else ()
    known = any(result.figures.latest(rate.indicator, code) for code in members) if result.figures else False
    key = "absent_of_whole" if known and len(members) > 1 else "absent"
    goal = goal_text(target)
    if target.base_year:
        goal = text("story.since", when=text("story.year", year=target.base_year), goal=goal)
    said = text(f"story.{key}", of=of, title=title, when=when_text(target), goal=goal)
    return sentence(said)
