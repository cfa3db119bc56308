"""What a register says, in a sentence: rows 1 and 11 to 18 of the decision table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geozone.manifest.indicators import Said
from geozone.messages import NO_TEXT, Text, text
from geozone.model import Basis, Level, Modality, Rate, Register, Status, Target, Verdict, ZoneResult
from geozone.rates.completion import STAND_INS, pooled
from geozone.rates.item_counts import unit_items
from geozone.rates.titles import indicator_title
from geozone.rates.trajectory import end_of
from geozone.rates.verdicts import decimals, smallest_count, target_value
from geozone.rates.wording import by_id, target_of
from geozone.rounding import percent
from geozone.story.amounts import amount, goal_text, joined, sentence, target_text, when_text
from geozone.story.reported import lowered, unit_text


@dataclass(frozen=True, slots=True)
class Counted:
    """A completion rate as counts, with the target that it is held against."""

    rate: Rate
    target: Target | None
    said: Said
    title: Text
    total: int
    built: int
    unknown: int  # of which nobody knows whether they are completed

    @property
    def stands_in(self) -> bool:
        """Whether the register stands in for an official one that is not public."""
        return self.rate.basis in STAND_INS

    @property
    def items(self) -> Text:
        """Its items with their number: 20 个海湾."""
        return text("story.items", count=self.total, items=_of_number(self.total, self.said.items))

    @property
    def shares(self) -> dict[str, Text | str]:
        """The ends of its range, and the range."""
        low, high = percent(self.built / self.total), percent((self.built + self.unknown) / self.total)
        return {
            "low": low,
            "high": high,
            "range": low if low == high else text("story.range", low=low, high=high),
        }


def _of_number(count: int, items: Text) -> Text:
    """Return the word for some items: a bay, bays."""
    return Text(items.zh, items.en.removesuffix("s")) if count == 1 else items


def counted(rate: Rate, result: ZoneResult) -> Counted | None:
    """Return a completion rate as counts; None where it is none, or nothing is known to be counted."""
    declared = result.indicators.get(rate.indicator)
    if (
        declared is None
        or declared.said is None
        or not rate.denominator
        or rate.low is None
        or rate.high is None
    ):
        return None
    total = round(rate.denominator)
    built = round(rate.low * total)
    target = target_of(rate, by_id(result.targets))
    title = indicator_title(rate, result)
    return Counted(rate, target, declared.said, title, total, built, round(rate.high * total) - built)


def completion_sentence(rows: Sequence[Counted], result: ZoneResult) -> Text | None:
    """Return the completion rates of a zone in a sentence: the first of them, and the second where both say the same."""
    if not rows:
        return None
    first, *others = rows
    second = others[0] if others else None
    if second is not None and _both_unconfirmed(first, second):
        return sentence(
            _aims(first, second), text("story.none_confirmed_both", first=first.items, second=second.items)
        )
    return statement_of_register(first, result)


def in_order(rows: Sequence[Counted]) -> list[Counted]:
    """Return bays before waters, as declared; where one clause sets both, in the order of the clause."""
    clauses = {(row.target.documents, row.target.clause) for row in rows if row.target}
    ids = [row.target.id if row.target else "" for row in rows]
    if len(rows) > 1 and len(clauses) == 1 and any(":" in one for one in ids):
        return sorted(rows, key=lambda row: (row.target.id if row.target else "").count(":"))
    return list(rows)


def _both_unconfirmed(first: Counted, second: Counted) -> bool:
    same_year = (
        first.target is not None and second.target is not None and first.target.year == second.target.year
    )
    return same_year and all(row.stands_in and not row.built for row in (first, second))


def _aims(first: Counted, second: Counted) -> Text:
    assert first.target is not None
    assert second.target is not None
    words = {"first": first.said.subject, "second": second.said.subject, "when": when_text(first.target)}
    goal, other = goal_text(first.target), goal_text(second.target)
    if goal == other:
        return text("story.aim_alike", goal=goal, **words)
    if (
        first.target.comparator is second.target.comparator
        and first.target.value is not None
        and second.target.value is not None
    ):
        other = amount(second.target.value, second.target.unit)
    return text("story.aim_both", goal=goal, other=other, **words)


def statement_of_register(row: Counted, result: ZoneResult) -> Text:
    """Return what a register says of one unit (rows 11 to 18)."""
    if row.stands_in:
        return _stand_in(row, result)
    said = _official(row, result)
    sample = text("story.sample") if row.rate.basis is Basis.SYNTHETIC else NO_TEXT
    return sentence(sample, said)


def _stand_in(row: Counted, result: ZoneResult) -> Text:
    if row.target is None or row.target.value is None:
        head = text("story.stand_in_alone", of=unit_text(row.rate, result), subject=row.said.subject)
        none, some = "alone_none", "alone_some"
    else:
        head = _aim(row, row.target, result)
        none, some = "none_confirmed", "some_confirmed"
    if not row.built:
        if row.total == 1:
            return sentence(head, text(f"story.{none}_one", items=_of_number(1, row.said.items)))
        return sentence(head, text(f"story.{none}", total=row.items))
    total, built = (text("story.count", count=count) for count in (row.total, row.built))
    return sentence(head, text(f"story.{some}", total=total, completed=built, **row.shares))


def _aim(row: Counted, target: Target, result: ZoneResult) -> Text:
    """Return what a target demands, of which unit where it is not the zone."""
    undated = NO_TEXT if target.year else text("story.undated")
    words = {"subject": row.said.subject, "when": when_text(target), "undated": undated}
    explored = target.modality is Modality.EXPLORE
    aim = text("story.explored", **words) if explored else text("story.aim", goal=goal_text(target), **words)
    if row.rate.level is Level.ZONE:
        return aim  # `sentence` begins it with a capital
    of = unit_text(row.rate, result)
    return Text(of.zh + aim.zh, f"in {of.en}, {aim.en}")


def _official(row: Counted, result: ZoneResult) -> Text:
    target = row.target
    words: dict[str, object] = {
        "total": row.items,
        "completed": text("story.count", count=row.built),
        "unknown": text("story.count", count=row.unknown),
        "items": _of_number(row.unknown, row.said.items),
        "rate": Text(row.title.zh, ""),
        "share": row.shares["low"],
        **row.shares,
    }
    if target is None or target.value is None or target.reference:
        return _joined(("register_range",) if row.unknown else ("register_known", "no_target"), words)
    words |= {"target": target_text(target), "goal": goal_text(target)}
    needed = smallest_count(target_value(target) or 0.0, row.total, decimals(target))
    if row.rate.verdict is Verdict.ON_TRACK and row.unknown < row.total:
        return _on_track(row, result, words, needed)
    gap = needed - row.built - row.unknown
    words |= {"gap": text("story.one_more" if gap == 1 else "story.more", count=gap)}
    return _joined(_keys_of(row), words)


def _keys_of(row: Counted) -> tuple[str, ...]:
    """Return the texts of a register with a target: all known, some known with an end that decides, or undecided."""
    if row.unknown == row.total:
        return ("register_unknown",)
    by_verdict = {
        Verdict.MET: (("register_known", "register_met"), ("register_at_least",)),
        Verdict.SHORT: (("register_known", "register_short"), ("register_at_most",)),
    }
    known, open_ = by_verdict.get(
        row.rate.verdict or Verdict.REPORT_ONLY, (("register_known", "register_mood"), ("register_open",))
    )
    return open_ if row.unknown else known


def _joined(keys: Sequence[str], words: Mapping[str, object]) -> Text:
    return joined(*(text(f"story.{key}", **words) for key in keys))


def _on_track(row: Counted, result: ZoneResult, words: dict[str, object], needed: int) -> Text:
    """Return that the pace so far reaches the target in time, with the items that have come since a year before."""
    assert row.target is not None
    assert row.target.year is not None
    registers = _registers(row, result)
    as_of = end_of(registers[0].as_of) if registers else None
    left = row.target.year + 1 - float(as_of) if as_of is not None else None
    pace = (
        amount((needed - row.built) / left, "count", 1)
        if left and left > 0
        else text("story.count", count="—")
    )
    words = {**words, "needed": text("story.count", count=needed), "pace": pace}
    year = int(as_of) - 1 if as_of is not None and as_of == int(as_of) else None
    added = _added(row, registers, result, year) if year is not None else None
    if year is None or added is None:
        return text("story.register_on_track_plain", **words)
    return text(
        "story.register_on_track",
        when=text("story.year_end", year=year),
        added=text("story.count", count=added),
        **words,
    )


def _registers(row: Counted, result: ZoneResult) -> list[Register]:
    declared = result.indicators[row.rate.indicator]
    return [result.registers[name] for name in declared.registers if name in result.registers]


def _added(row: Counted, registers: Sequence[Register], result: ZoneResult, year: int) -> int | None:
    """Return how many items were completed within a year; None where the date of one is not known."""
    items = unit_items(pooled(registers), row.rate.unit_code, row.rate.level, result.zone)
    dates = items.loc[items["status"] == Status.BUILT, "status_date"].astype(str)
    if not dates.str.fullmatch(r"\d{4}.*").all():
        return None
    return int((dates.str[:4].astype(int) == year).sum())


def not_applicable(rate: Rate, result: ZoneResult) -> Text | None:
    """Return that a rate of bays does not apply where there is no coast (row 1); None where it does."""
    declared = result.indicators.get(rate.indicator)
    coastal = result.zone.coastal
    if declared is None or declared.said is None or not declared.said.coastal or not coastal:
        return None
    if rate.level is Level.ZONE or any(rate.unit_code[:2] == code[:2] for code in coastal):
        return None
    return sentence(
        text("story.not_applicable", of=unit_text(rate, result), title=lowered(indicator_title(rate, result)))
    )


def total_unknown(rate: Rate, result: ZoneResult) -> Text | None:
    """Return that nobody has published how many items there are (row 18); None where that is not what lacks."""
    declared = result.indicators.get(rate.indicator)
    if declared is None or declared.said is None or rate.denominator or rate.value is not None:
        return None
    if not any(name in result.registers for name in declared.registers):
        return None
    title = lowered(indicator_title(rate, result))
    return sentence(
        text("story.total_unknown", of=unit_text(rate, result), items=declared.said.items, rate=title)
    )
