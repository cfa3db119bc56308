"""The index over a folder of builds: every zone is listed, with the numbers of its files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path

from geozone.maps.document import is_as_sealed
from geozone.maps.index import render_index
from geozone.messages import Language, Message, message
from geozone.run.finished import INDEX
from geozone.run.folder import built_zones
from geozone.verify.check import Check, failed, passed, shown, told

_FACTS = ("data-value", "data-low", "data-high")
_VOID = {"meta", "link", "br", "input", "img", "path"}  # elements without an end


def index_checks(folder: Path) -> Iterator[Check]:
    """Yield the checks of the index: it is whole, lists the zones of the folder, and says what their files say."""
    path = folder / INDEX
    if not path.is_file():
        yield failed(INDEX, message("verify.index_missing"))
        return
    try:
        html = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        yield failed(INDEX, message("verify.unreadable", path=INDEX, reason=str(error)))
        return
    results, lacking = built_zones(folder)
    lang: Language = "en" if '<html lang="en"' in html else "zh"
    sealed = is_as_sealed(html)
    wrong = [message("verify.index_lacks", reason=reason) for reason in lacking]
    wrong += _differences(
        _Cells(html), _Cells(render_index(results, lang=lang, maps=False)), words=not sealed
    )
    if sealed is False and not wrong:
        wrong = [message("verify.changed_index")]
    yield from told(INDEX, wrong)
    if not wrong:
        yield passed(INDEX, message("verify.index_agrees", count=len(results)))


@dataclass
class _Cell:
    """An element that says a rate: what it is of, its numbers, and the words in it."""

    zone: str
    unit: str
    indicator: str
    facts: dict[str, str]
    words: list[str] = field(default_factory=list)


class _Cells(HTMLParser):
    """Collects the rates of an index and the zones that it has a card for."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cells: list[_Cell] = []
        self.zones: list[str] = []
        self._open: list[_Cell | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a card or a rate."""
        values = {name: value or "" for name, value in attrs}
        if "data-zone" in values:
            self.zones.append(values["data-zone"])
        cell = None
        if "data-indicator" in values:
            facts = {name: values[name] for name in _FACTS if name in values}
            zone = self.zones[-1] if tag == "li" else ""
            cell = _Cell(zone, values.get("data-unit", ""), values["data-indicator"], facts)
            self.cells.append(cell)
        if tag not in _VOID:
            self._open.append(cell)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag not in _VOID and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Note the words of the rate that they stand in."""
        for cell in self._open:
            if cell is not None:
                cell.words.append(data.strip())


def _differences(found: _Cells, right: _Cells, *, words: bool) -> Iterator[Message]:
    """Yield where an index differs from one made of the folder's files; its words only where it was changed."""
    for zone in [zone for zone in right.zones if zone not in found.zones]:
        yield message("verify.index_without", zone=zone)
    for zone in [zone for zone in found.zones if zone not in right.zones]:
        yield message("verify.index_beyond", zone=zone)
    places = [[(cell.zone, cell.unit, cell.indicator) for cell in side.cells] for side in (found, right)]
    if places[0] != places[1]:
        expected = len(right.cells)
        yield message("verify.rows", found=len(found.cells), expected=expected, reference="*_rates.json")
        return
    for one, other in zip(right.cells, found.cells, strict=True):
        yield from _of_cell(one, other, words=words)


def _of_cell(right: _Cell, found: _Cell, *, words: bool) -> Iterator[Message]:
    for name in _FACTS:
        if right.facts.get(name) != found.facts.get(name):
            yield _told(found, name, found.facts.get(name), right.facts.get(name))
    for old, new in zip_longest(right.words, found.words, fillvalue="") if words else ():
        if old != new:
            yield _told(found, "text", new, old)


def _told(cell: _Cell, column: str, found: str | None, expected: str | None) -> Message:
    return message(
        "verify.index_cell",
        unit=cell.unit,
        indicator=cell.indicator,
        column=column,
        found=shown(found),
        expected=shown(expected),
        reference=f"{cell.unit}_rates.json",
    )
