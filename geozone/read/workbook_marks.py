"""What marks the cells of an XLSX workbook beside their values: comments, and text of which a part is struck through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openpyxl.packaging.relationship import get_dependents, get_rels_path
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.xml.functions import fromstring, iterparse

WHOLE, PART = "whole", "part"  # what of a text is struck through
_STRINGS = "xl/sharedStrings.xml"
_STRIKE = b"strike"
_WHITE_RGB, _WHITE_INDEXES, _WHITE_THEME = "FFFFFF", (1, 9), 0
_COMMENTS = "/comments"  # how the type of a link to comments ends


def white_on_white(book: Any) -> set[int]:
    """Return the numbers of the cell styles that write in white on no other colour."""
    fonts = {place for place, font in enumerate(book._fonts) if _is_white(font.color)}  # noqa: SLF001 - openpyxl offers styles by cell only
    if not fonts:
        return set()
    bare = {
        place
        for place, fill in enumerate(book._fills)  # noqa: SLF001 - as above
        if getattr(fill, "patternType", "gradient") is None
        or (getattr(fill, "patternType", "") == "solid" and _is_white(fill.fgColor))
    }
    styles = enumerate(book._cell_styles)  # noqa: SLF001 - as above
    return {number for number, style in styles if style.fontId in fonts and style.fillId in bare}


def _is_white(colour: Any) -> bool:
    if colour is None or colour.tint:
        return False
    if colour.type == "rgb":
        return str(colour.rgb)[-6:].upper() == _WHITE_RGB
    if colour.type == "indexed":
        return bool(colour.indexed in _WHITE_INDEXES)
    return bool(colour.type == "theme" and colour.theme == _WHITE_THEME)


def struck_strings(archive: Any) -> dict[int, str]:
    """Return which of the shared texts of a workbook are struck through by their runs, and whether whole or in part."""
    name = next((name for name in archive.namelist() if name.casefold() == _STRINGS.casefold()), None)
    if name is None or _STRIKE not in archive.read(name):
        return {}
    found, number = {}, 0
    with archive.open(name) as stream:
        for _, node in iterparse(stream):
            if _tag(node) == "si":
                if (struck := struck_runs(node)) is not None:
                    found[number] = struck
                number += 1
                node.clear()
    return found


def struck_runs(node: Any) -> str | None:
    """Return whether the runs of a text are struck through, whole or in part; None where none is."""
    struck = [
        any(_tag(one) == "strike" and one.get("val", "1") not in {"0", "false"} for one in run.iter())
        for run in node
        if _tag(run) == "r" and _words(run).strip()
    ]
    return None if not any(struck) else WHOLE if all(struck) else PART


def comments_of(archive: Any, sheet: str) -> dict[tuple[int, int], str]:
    """Return the comments of a sheet, a part of the archive, by row and column."""
    links = str(get_rels_path(sheet)).removeprefix("/")  # type: ignore[no-untyped-call]
    found: dict[tuple[int, int], str] = {}
    if links not in archive.namelist():
        return found
    for link in get_dependents(archive, links):
        if link.Type.endswith(_COMMENTS) and link.target in archive.namelist():
            found |= dict(_comments(fromstring(archive.read(link.target))))
    return found


def _comments(tree: Any) -> Iterator[tuple[tuple[int, int], str]]:
    for node in tree.iter():
        words = " ".join(_words(node).split()) if _tag(node) == "comment" else ""
        if words:
            yield coordinate_to_tuple(node.get("ref")), words


def _words(node: Any) -> str:
    return "".join(one.text or "" for one in node.iter() if _tag(one) == "t")


def _tag(node: Any) -> str:
    return str(node.tag).rpartition("}")[2]
