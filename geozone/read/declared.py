"""What a file declares about itself, held against what was read: counts, pages of a service, content that lies elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from geozone.model import Severity
from geozone.read.door.content import opened
from geozone.read.markup import Markup
from geozone.read.notes import Notes

_OUTER = 1 << 16  # bytes at both ends of a JSON file in which its outermost members are looked for
_FEATURES = re.compile(r'"features"\s*:\s*\[')
_AFTER = re.compile(r'\]\s*,\s*(?=")')
# how services say how many features there are in all, and how many they gave; without regard to case and underscores
_ALL = {
    "numbermatched", "totalfeatures", "totalcount", "total", "matched", "count", "totalelements", "totalhits", "totalrecords",
    "totalresults", "recordstotal", "featurescount", "totalitems",
}  # fmt: skip
_GIVEN = {"numberreturned", "returned", "featurecount", "numberoffeatures"}
# how they say that they stopped, and that more follows
_LIMITED = {"exceededtransferlimit"}
_CUT = {
    "hasmore",
    "hasnext",
    "hasnextpage",
    "truncated",
    "istruncated",
    "incompleteresults",
    "partial",
    "ispartial",
}
_NEXT = {
    "next",
    "nextpage",
    "nexturl",
    "nextlink",
    "nextpagetoken",
    "nexttoken",
    "nextcursor",
    "resumptiontoken",
}
_PAGES = {"totalpages", "pagecount"}
_REMARK = re.compile(
    r"error|timed? ?out|out of memory|exceed", re.IGNORECASE
)  # with which Overpass breaks off
# members in which services put such figures
_INSIDE = (
    "properties",
    "context",
    "metadata",
    "meta",
    "_meta",
    "pagination",
    "paging",
    "page",
    "pageinfo",
    "result",
)


def outer_members(path: Path) -> dict[str, Any]:
    """Return the outermost members of a JSON file beside its features, as far as its two ends show them."""
    with opened(path) as stream:
        head = stream.read(_OUTER).decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
        stream.seek(max(path.stat().st_size - _OUTER, 0))
        tail = stream.read().decode("utf-8", "replace").rstrip("\x00 \t\r\n")
    members: dict[str, Any] = {}
    begin = _FEATURES.search(head)
    if begin is not None:
        members |= _object(head[: begin.start()].rstrip().rstrip(",") + "}")
    for after in _AFTER.finditer(tail):
        found = _object("{" + tail[after.end() :])
        if found:
            members |= found
            break
    return members


def tell_paging(members: Any, read: int, notes: Notes) -> None:
    """Say that a file is one page of what a service has, or holds fewer features than it states.

    Parameters
    ----------
    members
        The outermost members of the document, beside its features.
    read
        How many features it holds.
    """
    if not isinstance(members, Mapping):
        return
    whole = _plain(members)
    places = [whole, *(_plain(whole[name]) for name in _INSIDE if isinstance(whole.get(name), Mapping))]
    every = max((count for place in places for count in _counts(place, _ALL)), default=0)
    given = max((count for place in places for count in _counts(place, _GIVEN)), default=0)
    if every > max(read, given):
        notes.find("page_of_more", Severity.ERROR, stated=every, read=read)
    elif any(_is_true(place, _LIMITED) for place in places):
        notes.find("transfer_limit", Severity.ERROR, read=read)
    elif _has_next(places):
        notes.find("next_page", Severity.ERROR, read=read)
    elif said := _cut(places, stated=bool(every)):
        notes.find("answer_incomplete", Severity.ERROR, said=said[:80], read=read)
    if given > read:
        notes.find("file_damaged", Severity.ERROR, stated=given, read=read)


def tell_markup(markup: Markup, layer: str, read: int, notes: Notes, *, every: int | None = None) -> None:
    """Say what of an XML file was not read.

    Parameters
    ----------
    markup
        What the file holds by its own account.
    layer, read
        The layer that was read, and how many features it gave.
    every
        How many features all layers of the file have together, where that is known.
    """
    if markup.fault:
        notes.find("markup_broken", Severity.ERROR, reason=markup.fault, line=markup.line, read=read)
    attributes = {name.rpartition(":")[2]: value for name, value in markup.root.items()}
    held = sum(markup.features.values())
    if held and "Placemark" not in markup.features:
        tell_paging(attributes, held, notes)
    for kind, count in sorted(markup.beside.items()):
        severity = Severity.WARNING if kind == "NetworkLink" else Severity.NOTE
        notes.find(
            "link_not_followed" if kind == "NetworkLink" else "not_a_feature",
            severity,
            kind=kind,
            count=count,
        )
    if markup.cut_short:
        notes.find("answer_incomplete", Severity.ERROR, said=markup.cut_short, read=read)
    if markup.several_rings or markup.several_geometries:
        notes.find(
            "rings_separated" if "Placemark" in markup.features else "rings_lost",
            Severity.WARNING if "Placemark" in markup.features else Severity.ERROR,
            count=markup.several_rings + markup.several_geometries,
        )
    if markup.only_holes:
        notes.find("holes_alone", Severity.WARNING, count=markup.only_holes)
    if markup.lost_lists:
        notes.find("rings_lost", Severity.ERROR, count=markup.lost_lists)
    stated, found = markup.features.get(layer, 0), read
    if "Placemark" in markup.features and every is not None:
        stated, found = markup.features["Placemark"], every
    told = sum(
        finding.message.params["count"] for finding in notes.findings if finding.kind == "records_broken"
    )
    if stated > found + told:
        notes.find("file_damaged", Severity.ERROR, stated=stated, read=found)


def _object(words: str) -> dict[str, Any]:
    try:
        found = json.loads(words)
    except (json.JSONDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _plain(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return members by their names without case and underscores, but for one that leads."""
    return {str(name)[:1] + str(name)[1:].replace("_", "").lower(): value for name, value in members.items()}


def _counts(place: Mapping[str, Any], names: set[str]) -> list[int]:
    values = [str(place.get(name, "")).strip() for name in names]
    return [int(value) for value in values if value.isdecimal()]


def _is_true(place: Mapping[str, Any], names: set[str]) -> bool:
    return any(str(place.get(name)).lower() == "true" for name in names)


def _has_next(places: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether there is a link to the next page, or a word that asks for it."""
    listed = places[0].get("links"), places[0].get("_links")
    links = [link for some in listed if isinstance(some, list) for link in some if isinstance(link, Mapping)]
    named = [_plain(some) for some in listed if isinstance(some, Mapping)]
    following = [place.get(name) for place in (*places, *named) for name in _NEXT]
    return any(link.get("rel") == "next" for link in links) or any(
        bool(one) and not isinstance(one, bool) for one in following
    )


def _cut(places: Sequence[Mapping[str, Any]], *, stated: bool) -> str:
    """Return by what an answer says of itself that it is not whole; nothing where it says no such thing."""
    names = [name for place in places for name in _CUT if _is_true(place, {name})]
    if not stated:
        names += [name for place in places for name in _PAGES if max(_counts(place, {name}), default=0) > 1]
    remark = places[0].get("remark")
    if isinstance(remark, str) and _REMARK.search(remark):
        names.append(remark)
    return names[0] if names else ""
