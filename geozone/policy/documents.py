"""The register of demands held against the documents themselves: confirmed, differs, not found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from geozone.errors import InputError
from geozone.model import Target
from geozone.policy.clauses import Clause, Figure, Misnumbered, clauses, figures, half_width
from geozone.read.door.content import text_of
from geozone.seeds import Rendering, load_renderings, load_targets

_ENDINGS = (".txt", ".md")
# Costs of the alignment. A changed figure must be cheaper than one lost and one new; a number word that belongs to no
# demand ("one core and two wings") costs nothing.
_LOST, _NEW = 1.0, 0.95
_CHANGED, _CHANGED_BARE, _CHANGED_UNIT, _YEAR_CONFUSED = 0.8, 0.95, 1.6, 1.9


class Outcome(StrEnum):
    """What became of a registered figure."""

    CONFIRMED = "confirmed"
    DIFFERS = "differs"
    NOT_FOUND = "not_found"
    IMPLIED = "implied"  # the wording implies the figure ("full coverage"); the clause is there
    NO_FIGURE = "no_figure"  # the demand has no figure; the clause is there


@dataclass(frozen=True, slots=True)
class Check:
    """One registered figure held against one document."""

    document: str
    file: str
    clause: str
    targets: tuple[str, ...]
    part: str  # "value" | "year" | "base_year" | "heading"
    registered: str
    printed: str | None
    line: int | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Unregistered:
    """A figure of a document that no demand registers."""

    document: str
    file: str
    clause: str
    printed: str
    line: int


@dataclass
class Verification:
    """What was found in a folder of documents."""

    checks: list[Check] = field(default_factory=list)
    unregistered: list[Unregistered] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)  # documents that the folder lacks
    unrecognised: list[str] = field(default_factory=list)  # files that are none of the documents

    @property
    def faults(self) -> list[Check]:
        """Figures that the documents print otherwise, or not."""
        return [check for check in self.checks if check.outcome in (Outcome.DIFFERS, Outcome.NOT_FOUND)]


@dataclass(frozen=True, slots=True)
class _Expected:
    """A figure that a clause should print, with what it stands for."""

    figure: Figure
    written: str
    parts: tuple[tuple[str, str], ...]  # (target id, part)


def verify_documents(folder: Path | str) -> Verification:
    """Hold every registered figure against the documents in a folder.

    Every file is recognised by the names in it. Its clauses are found by their numbers and the figures of each clause are
    aligned, in printed order, with those that the register expects there: years, base years and values. A figure that
    stands in the place of another is reported as differing, with its line.

    Parameters
    ----------
    folder
        UTF-8 texts (``.txt``, ``.md``), Chinese or English.

    Raises
    ------
    InputError
        If the folder is missing, or no file in it is one of the documents.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError("rates.documents_no_folder", path=folder)
    result = Verification()
    renderings = load_renderings()
    for path in sorted(item for item in folder.iterdir() if item.suffix.lower() in _ENDINGS):
        try:
            written = text_of(path, "utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError("rates.documents_not_utf8", path=path) from error
        rendering = recognise(written, path.name)
        if rendering is None:
            result.unrecognised.append(path.name)
        else:
            _verify(written, path.name, rendering, result)
    seen = {check.document for check in result.checks}
    if not seen:
        raise InputError("rates.documents_none", path=folder)
    result.absent = [document for document in renderings if document not in seen]
    return result


def recognise(written: str, name: str = "") -> Rendering | None:
    """Return which document a text is, by the short names in it; by its file name where those fail."""
    plain = re.sub(r"[\s*#]+", " ", half_width(written))
    compact = plain.replace(" ", "")
    for rendering in load_renderings().values():
        if all(mark in plain or mark.replace(" ", "") in compact for mark in rendering.recognised_by):
            return rendering
    return load_renderings().get(name[:3])


def _verify(written: str, name: str, rendering: Rendering, result: Verification) -> None:
    document = rendering.document
    targets = [target for target in load_targets() if document in target.documents]
    found, misnumbered = clauses(written)
    result.checks += [_heading(heading, document, name) for heading in misnumbered]
    expected_clauses = {*rendering.figures, *(target.clause for target in targets)}
    used: dict[str, Clause] = {}
    for number in sorted(expected_clauses, key=_order):
        here = [target for target in targets if target.clause == number]
        clause = _find(found, number)
        expected = list(_expected(rendering.figures.get(number, ()), here, document))
        if clause is not None:
            used[clause.number] = clause
        pairs, left = _align(expected, clause.figures if clause else ())
        for item, figure in pairs:
            result.checks += _checks(item, figure, document, name, number)
        result.checks += _figureless(here, expected, clause, document, name)
        result.unregistered += [
            Unregistered(document, name, number, figure.printed, figure.line)
            for figure in left
            if figure.kind == "number"
        ]
    for clause in found:
        if clause.number not in used:
            result.unregistered += [
                Unregistered(document, name, clause.number, figure.printed, figure.line)
                for figure in clause.figures
                if figure.kind == "number"
            ]


def _heading(heading: Misnumbered, document: str, name: str) -> Check:
    """Return the fault of a heading whose number is not the one that its place asks for."""
    return Check(
        document=document,
        file=name,
        clause=f"({heading.expected})" if heading.kind == "item" else f"{heading.expected}",
        targets=(),
        part="heading",
        registered=str(heading.expected),
        printed=heading.printed,
        line=heading.line,
        outcome=Outcome.DIFFERS,
    )


def _order(number: str) -> tuple[int, int]:
    section, _, item = number.rstrip(")").partition("(")
    return int(section), int(item or 0)


def _find(found: Sequence[Clause], number: str) -> Clause | None:
    """Return a clause by its number; an item by its own number alone where the section's heading is lost."""
    exact = [clause for clause in found if clause.number == number]
    if exact or "(" not in number:
        return exact[0] if exact else None
    same_item = [clause for clause in found if clause.item == _order(number)[1]]
    return same_item[0] if same_item else None


def _expected(entries: Sequence[str], here: Sequence[Target], document: str) -> Iterator[_Expected]:
    """Yield the figures that a clause should print, in printed order."""
    by_id = {target.id: target for target in here}
    for entry in entries:
        if entry.isdigit():
            year = int(entry)
            parts = [(target.id, "year") for target in here if target.year == year]
            parts += [(target.id, "base_year") for target in here if target.base_year == year]
            written = entry
        else:
            written = by_id[entry].printed[document]
            # one figure may stand for several demands: "HEB-14" and "HEB-14:bays"
            parts = [(other.id, "value") for other in here if other.id.partition(":")[0] == entry]
        yield _Expected(next(figures(half_width(written))), written, tuple(parts))


def _checks(item: _Expected, figure: Figure | None, document: str, name: str, clause: str) -> Iterator[Check]:
    if figure is None:
        outcome = Outcome.NOT_FOUND
    elif figure.value == item.figure.value and _alike(item.figure, figure):
        outcome = Outcome.CONFIRMED
    else:
        outcome = Outcome.DIFFERS
    # where the figures are alike and their units are not, both are shown with the unit
    other_figure = outcome is not Outcome.DIFFERS or figure is None or figure.value != item.figure.value
    for part in dict.fromkeys(part for _, part in item.parts):
        yield Check(
            document=document,
            file=name,
            clause=clause,
            targets=tuple(target for target, other in item.parts if other == part),
            part=part,
            registered=item.figure.printed if other_figure else _with_unit(item.figure),
            printed=(figure.printed if other_figure else _with_unit(figure)) if figure else None,
            line=figure.line if figure else None,
            outcome=outcome,
        )


def _with_unit(figure: Figure) -> str:
    return f"{figure.printed} {figure.suffix}".rstrip()


def _figureless(
    here: Sequence[Target], expected: Sequence[_Expected], clause: Clause | None, document: str, name: str
) -> Iterator[Check]:
    """Yield what became of the demands whose figure the document does not print."""
    told = {target for item in expected for target, part in item.parts if part == "value"}
    for target in here:
        if target.id in told:
            continue
        if clause is None:
            outcome = Outcome.NOT_FOUND
        else:
            outcome = Outcome.NO_FIGURE if target.value is None else Outcome.IMPLIED
        yield Check(
            document=document,
            file=name,
            clause=target.clause,
            targets=(target.id,),
            part="value",
            registered="" if target.value is None else f"{target.value:.10g}",
            printed=None,
            line=clause.line if clause else None,
            outcome=outcome,
        )


def _align(
    expected: Sequence[_Expected], printed: Sequence[Figure]
) -> tuple[list[tuple[_Expected, Figure | None]], list[Figure]]:
    """Return for every expected figure the printed one in its place, and the printed ones that are left.

    The cheapest alignment that keeps both orders (Needleman-Wunsch).
    """
    rows, columns = len(expected), len(printed)
    new = [_NEW if figure.kind == "number" else 0.0 for figure in printed]
    cost = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows, -1, -1):
        for j in range(columns, -1, -1):
            options = []
            if i < rows:
                options.append(_LOST + cost[i + 1][j])
            if j < columns:
                options.append(new[j] + cost[i][j + 1])
            if i < rows and j < columns:
                options.append(_difference(expected[i].figure, printed[j]) + cost[i + 1][j + 1])
            cost[i][j] = min(options, default=0.0)
    pairs: list[tuple[_Expected, Figure | None]] = []
    left: list[Figure] = []
    i = j = 0
    while i < rows or j < columns:
        both = i < rows and j < columns
        if both and cost[i][j] == _difference(expected[i].figure, printed[j]) + cost[i + 1][j + 1]:
            pairs.append((expected[i], printed[j]))
            i, j = i + 1, j + 1
        elif j < columns and cost[i][j] == new[j] + cost[i][j + 1]:
            left.append(printed[j])
            j += 1
        else:
            pairs.append((expected[i], None))
            i += 1
    return pairs, left


def _difference(expected: Figure, printed: Figure) -> float:
    alike = _alike(expected, printed)
    if expected.value == printed.value:
        return 0.0 if alike else 0.2
    if _is_year(expected):
        return _CHANGED if printed.kind == "number" and len(printed.printed) == 4 else _YEAR_CONFUSED
    if _is_year(printed) and len(expected.printed) != 4:
        return _YEAR_CONFUSED
    if not expected.suffix:
        return _CHANGED_BARE
    return _CHANGED if alike else _CHANGED_UNIT


def _alike(expected: Figure, printed: Figure) -> bool:
    """Tell whether what follows two figures may be one unit; a figure that is registered alone fits any."""
    if not expected.suffix or expected.suffix == printed.suffix:
        return True
    # Chinese has no spaces: what follows runs on into the next words
    shorter, longer = sorted((expected.suffix, printed.suffix), key=len)
    return bool(shorter) and not shorter.isascii() and longer.startswith(shorter)


def _is_year(figure: Figure) -> bool:
    return figure.kind == "number" and figure.printed.isdigit() and 1949 <= figure.value <= 2100
