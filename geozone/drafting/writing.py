"""A draft as text: the project file with its comments, and its rows for programs."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from geozone.drafting.entries import FIGURES, LAYER, Entry, State
from geozone.drafting.folder import Draft
from geozone.manifest.inputs import layer_title, register_title
from geozone.messages import Language, Text, text
from geozone.project.written import block, comment, toml_value


def draft_text(draft: Draft, home: Path, lang: Language) -> str:
    """Return the project file of a draft.

    Parameters
    ----------
    draft
        The draft.
    home
        The folder in which the file will lie: paths are relative to it.
    lang
        Language of the comments.
    """
    zone = draft.zone
    counts = {state.value: len(draft.of_state(state)) for state in State}
    head = text("drafting.head", **{**counts, "left_out": len(draft.left_out)})
    blocks = [
        comment(head.get(lang)),
        comment(zone.reason.get(lang)) + f"\nzone = {toml_value(zone.zone.key if zone.zone else '')}",
        f'title = {toml_value(zone.zone.title.get(lang) if zone.zone else "")}\nmap_review_number = ""',
    ]
    taken = [entry for entry in draft.entries if entry.state is not State.OPEN]
    blocks += [_block(entry, home, lang) for entry in taken]
    if open_ones := draft.of_state(State.OPEN):
        blocks += [
            _rule(text("drafting.head_open"), lang),
            *(_block(entry, home, lang) for entry in open_ones),
        ]
    if draft.left_out:
        lines = [
            f"{_shown(one.path, home)}{_inside(one.inside)}: {one.reason.get(lang)}" for one in draft.left_out
        ]
        blocks += [_rule(text("drafting.head_left_out"), lang) + "\n" + comment("\n".join(lines))]
    return "\n\n".join(blocks) + "\n"


def draft_rows(draft: Draft, home: Path, lang: Language) -> dict[str, Any]:
    """Return a draft as plain values: zone, entries, and what was left out, each with its reasons."""
    zone = draft.zone
    return {
        "zone": zone.zone.key if zone.zone else None,
        "zone_sure": zone.sure,
        "zone_reason": zone.reason.get(lang),
        "entries": [_row(entry, home, lang) for entry in draft.entries],
        "left_out": [
            {"path": _shown(one.path, home), "layer": one.inside or None, "reason": one.reason.get(lang)}
            for one in draft.left_out
        ],
    }


def _row(entry: Entry, home: Path, lang: Language) -> dict[str, Any]:
    return {
        "state": entry.state.value,
        "kind": entry.kind,
        "id": entry.id or None,
        **_keys(entry, home),
        "fields": entry.fields,
        "classes": {name: list(values) for name, values in entry.classes.items()},
        "known": _said(entry.reasons, lang),
        "guessed": _said(entry.guesses, lang),
        "to_decide": _said(entry.doubts, lang),
    }


def _said(texts: Iterable[Text], lang: Language) -> list[str]:
    return [one.get(lang) for one in texts]


def _block(entry: Entry, home: Path, lang: Language) -> str:
    title = layer_title(entry.id) if entry.kind == LAYER else register_title(entry.id)
    title = text("words.table_figures") if entry.kind == FIGURES else title
    lines = [text("drafting.entry", title=title, state=text(f"drafting.state_{entry.state.value}"))]
    lines += [text("drafting.line_known", said=one) for one in entry.reasons]
    lines += [text("drafting.line_guessed", said=one) for one in entry.guesses]
    lines += [text("drafting.line_to_decide", said=one) for one in entry.doubts]
    written = block(entry.kind, _keys(entry, home), {"fields": entry.fields, "classes": entry.classes})
    written = comment(written) if entry.state is State.OPEN else written
    return comment("\n".join(_said(lines, lang))) + "\n" + written


def _keys(entry: Entry, home: Path) -> dict[str, str]:
    """Return the keys of a block in the order in which people write them."""
    place = {"path": _shown(entry.path, home)}
    if entry.inside:
        place["layer" if entry.kind == LAYER or entry.record else "sheet"] = entry.inside
    first: dict[str, str] = {name: entry.keys[name] for name in ("role", "id", "level") if name in entry.keys}
    return {**first, **place, **{name: value for name, value in entry.keys.items() if name not in first}}


def _shown(path: Path, home: Path) -> str:
    """Return a path from the folder of the project file, with forward slashes."""
    try:
        return Path(os.path.relpath(path, home)).as_posix()
    except ValueError:  # on another drive
        return path.resolve().as_posix()


def _inside(layer: str) -> str:
    return f":{layer}" if layer else ""


def _rule(said: Text, lang: Language) -> str:
    return comment("-" * 100 + "\n" + said.get(lang))
