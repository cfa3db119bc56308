"""Differences for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from geozone.diff.difference import Change, Difference, Part, same_text
from geozone.manifest.inputs import layer_title, load_registers, register_title
from geozone.messages import NO_TEXT, Language, Text, room, text

SHOWN = 30  # differences of one kind in one table that are told one by one
_DOMAINS = ("status", "verdict", "basis")
_UNDONE = {Change.ADDED, Change.DELETED}
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Group:
    """The differences of a part of a zone as sentences."""

    zone: str
    part: Part
    lines: list[Text]
    cut: bool  # more differ than are told one by one


def difference_rows(differences: Sequence[Difference], lang: Language) -> Rows:
    """Return differences as rows of codes and values, for programs."""
    return [
        {
            "zone": one.zone, "part": one.part.value, "table": one.table, "item": one.item, "name": one.name.get(lang),
            "change": one.change.value, "field": one.field, "old": one.old, "new": one.new, "why": one.why.get(lang),
        }
        for one in differences
    ]  # fmt: skip


def told_rows(differences: Sequence[Difference], lang: Language) -> Rows:
    """Return differences as rows of words, for people: one a rate, whichever of its numbers differ."""
    rows = []
    for one in told(differences):
        old, new = values_in_words(one)
        rows.append(
            {
                "part": part_title(one.part).get(lang), "table": table_title(one.table).get(lang), "item": one.item,
                "name": one.name.get(lang), "change": text(f"diff.change_{one.change.value}").get(lang),
                "field": "" if one.part is Part.RATES else field_title(one.field).get(lang),
                "old": "" if one.change in _UNDONE else old.get(lang),
                "new": "" if one.change in _UNDONE else new.get(lang),
                "why": one.why.get(lang),
            }
        )  # fmt: skip
    return rows


def difference_groups(
    differences: Sequence[Difference], *, every: bool = False, codes: bool = False
) -> Iterator[Group]:
    """Yield differences as sentences, part by part.

    Parameters
    ----------
    differences
        What differs.
    every
        Tell each one; otherwise many of one kind in one table are counted.
    codes
        Tell the key of every item, too.
    """
    for (zone, part), of_part in groupby(told(differences), key=lambda one: (one.zone, one.part)):
        lines: list[Text] = []
        cut = False
        for (table, change), group in groupby(of_part, key=lambda one: (one.table, one.change)):
            members = list(group)
            shown = members if every else members[:SHOWN]
            lines += [_line(one, codes=codes) for one in shown]
            if left := len(members) - len(shown):
                kind = text(f"diff.change_{change.value}")
                lines.append(text("diff.more", table=table_title(table), change=kind, count=left))
                cut = True
        yield Group(zone, part, lines, cut)


def difference_text(differences: Sequence[Difference], lang: Language, *, every: bool = False) -> str:
    """Return differences as sentences with their keys, a line each; see `difference_groups`."""
    lines: list[str] = []
    groups = list(difference_groups(differences, every=every, codes=True))
    for group in groups:
        lines.append(text("diff.head", zone=group.zone, part=part_title(group.part)).get(lang))
        lines += [f"  {line.get(lang)}" for line in group.lines]
    if any(group.cut for group in groups):
        lines.append(text("diff.all").get(lang))
    return "\n".join(lines) or text("diff.none_found").get(lang)


def part_title(part: Part) -> Text:
    """Return what people call a part of a delivery."""
    return text(f"diff.part_{part.value}")


def told(differences: Sequence[Difference]) -> Iterator[Difference]:
    """Yield what people are told: of a rate, one difference."""
    for one in differences:
        if one.part is not Part.RATES or one.change in _UNDONE or one.words is not None:
            yield one


def _line(one: Difference, *, codes: bool) -> Text:
    old, new = values_in_words(one)
    words: dict[str, Any] = {
        "table": table_title(one.table), "item": _item(one, codes=codes), "field": field_title(one.field), "old": old, "new": new,
        "why": text("diff.why", why=one.why) if one.why.zh else NO_TEXT,
    }  # fmt: skip
    kinds = {Part.ZONES: "zone_", Part.RATES: "rate_", Part.VERDICTS: "rate_"}
    return text(f"diff.line_{kinds.get(one.part, '')}{one.change.value}", **words)


def _item(one: Difference, *, codes: bool) -> Text:
    if not one.name.zh:
        return same_text(one.item)
    if not codes or one.name.zh == one.item:
        return one.name
    return Text(f"{one.name.zh} [{one.item}]", f"{one.name.en} [{one.item}]")


def table_title(table: str) -> Text:
    """Return what people call a register, layer or table."""
    if table in load_registers():
        return register_title(table)
    named = room("words").get(f"table_{table}")
    return named or layer_title(table)


def field_title(name: str) -> Text:
    """Return what people call a column."""
    return room("words").get(f"column_{name}") or same_text(name)


def values_in_words(one: Difference) -> tuple[Text, Text]:
    """Return what stood there and what stands there, as people read it."""
    return one.words or (_value(one.field, one.old), _value(one.field, one.new))


def _value(field: str, value: Any) -> Text:
    if value is None or value == "":
        return text("diff.nothing")
    if field in _DOMAINS and (word := room("words").get(f"{field}_{value}")):
        return word
    return same_text(f"{value:,.6g}" if isinstance(value, float) else str(value))
