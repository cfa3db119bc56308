"""Differences for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from geozone.diff.difference import Change, Difference, Part
from geozone.listing import Rows
from geozone.manifest.inputs import layer_title, load_registers, register_title
from geozone.messages import Language, Text, room, text

_SHOWN = 30  # differences of one kind in one table that are told one by one
_DOMAINS = ("status", "verdict", "basis")


def difference_rows(differences: Sequence[Difference], lang: Language) -> Rows:
    """Return differences as rows of codes and values, for programs."""
    return [
        {
            "zone": one.zone, "part": one.part.value, "table": one.table, "item": one.item, "name": one.name,
            "change": one.change.value, "field": one.field, "old": one.old, "new": one.new, "why": one.why.get(lang),
        }
        for one in differences
    ]  # fmt: skip


def difference_text(differences: Sequence[Difference], lang: Language, *, every: bool = False) -> str:
    """Return differences as sentences, part by part and table by table.

    Parameters
    ----------
    differences
        What differs.
    lang
        The language.
    every
        Tell each one; otherwise many of one kind in one table are counted.
    """
    if not differences:
        return text("diff.none_found").get(lang)
    lines: list[Text] = []
    for (zone, part), of_part in groupby(differences, key=lambda one: (one.zone, one.part)):
        lines.append(text("diff.head", zone=zone, part=text(f"diff.part_{part.value}")))
        for (table, change), group in groupby(of_part, key=lambda one: (one.table, one.change)):
            members = list(group)
            shown = members if every else members[:_SHOWN]
            lines += [_line(one, lang) for one in shown]
            if len(members) > len(shown):
                kind = text(f"diff.change_{change.value}")
                lines.append(
                    text("diff.more", table=_title(table), change=kind, count=len(members) - len(shown))
                )
    return "\n".join(line.get(lang) for line in lines)


def _line(one: Difference, lang: Language) -> Text:
    del lang
    told: dict[str, Any] = {
        "table": _title(one.table), "item": _item(one), "field": _field(one.field),
        "old": _value(one.field, one.old), "new": _value(one.field, one.new),
        "why": text("diff.why", why=one.why) if one.why.zh else Text("", ""),
    }  # fmt: skip
    if one.part is Part.RATES and one.change in {Change.ADDED, Change.DELETED}:
        return text(f"diff.line_rate_{one.change.value}", **told)
    name = f"zone_{one.change.value}" if one.part is Part.ZONES else one.change.value
    return text(f"diff.line_{name}", **told)


def _item(one: Difference) -> str:
    return f"{one.name} [{one.item}]" if one.name and one.name != one.item else one.item


def _title(table: str) -> Text:
    if table in load_registers():
        return register_title(table)
    named = room("words").get(f"table_{table}")
    return named or layer_title(table)


def _field(name: str) -> Text:
    return room("words").get(f"column_{name}") or Text(name, name)


def _value(field: str, value: Any) -> Text:
    if value is None or value == "":
        return text("diff.nothing")
    if field in _DOMAINS and (word := room("words").get(f"{field}_{value}")):
        return word
    shown = f"{value:,.6g}" if isinstance(value, float) else str(value)
    return Text(shown, shown)
