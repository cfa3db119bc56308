"""What is told of a table of figures: the same remark on several rows is one finding."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from geozone.messages import NO_TEXT, Text, message
from geozone.model import Finding, Severity

_SHOWN = 5  # rows that a finding names
_Key = tuple[str, Severity, tuple[tuple[str, Any], ...]]


@dataclass
class Telling:
    """The findings on one table, in the order in which they were first made."""

    file: str
    _rows: dict[_Key, list[str]] = field(default_factory=dict)

    def tell(self, kind: str, row: str = "", severity: Severity = Severity.WARNING, **params: Any) -> None:
        """Note something about a row, or about the table; its sentences are ``figures.<kind>`` and its remedy."""
        rows = self._rows.setdefault((kind, severity, tuple(sorted(params.items()))), [])
        if row not in rows:
            rows.append(row)

    @property
    def findings(self) -> list[Finding]:
        """What was noted."""
        return [
            Finding(
                kind=f"figures_{kind}",
                severity=severity,
                layer=self.file,
                message=message(
                    f"figures.{kind}", file=self.file, rows=named_rows(rows), count=len(rows), **dict(params)
                ),
                remedy=message(f"figures.{kind}_remedy"),
                feature=rows[0] or None,
            )
            for (kind, severity, params), rows in self._rows.items()
        ]


def named_rows(rows: list[str]) -> Text:
    """Return rows as a sentence names them behind the file."""
    named = [row for row in rows if row]
    if not named:
        return NO_TEXT
    shown, more = named[:_SHOWN], len(named) > _SHOWN
    zh = f" 第 {'、'.join(shown)} {'等 ' + str(len(named)) + ' ' if more else ''}行"
    en = f", {'rows' if len(named) > 1 else 'row'} {', '.join(shown)}{f' … ({len(named)} in all)' if more else ''}"
    return Text(zh, en)
