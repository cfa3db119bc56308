"""What changed in a zone since its last release: the differences, their number, and the edits that broke something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from geozone.diff.data import NO_SIZE
from geozone.diff.difference import Change, Difference, Part
from geozone.diff.showing import field_title, table_title, told, values_in_words
from geozone.messages import Text, message, text
from geozone.model import Finding, Severity, Status

_UNSURE = {"", Status.UNKNOWN.value}


@dataclass(frozen=True, slots=True)
class SinceRelease:
    """A zone held against its last release."""

    release: str  # name of the file
    sha256: str  # of it
    differences: tuple[Difference, ...]

    def summary(self) -> Text:
        """Return how much differs, in a sentence."""
        counts = Counter(one.part for one in told(self.differences))
        edits = counts[Part.DATA] + counts[Part.TARGETS] + counts[Part.FIGURES]
        if not self.differences:
            return text("diff.since_none", release=self.release)
        return text(
            "diff.since_summary",
            release=self.release,
            inputs=counts[Part.INPUTS],
            edits=edits,
            rates=counts[Part.RATES],
            verdicts=counts[Part.VERDICTS],
        )

    def findings(self) -> list[Finding]:
        """Return the edits that broke something: a key, a status or a shape that was there and is no more, a lost field."""
        return list(_broken(self.differences))


def _broken(differences: tuple[Difference, ...]) -> Iterator[Finding]:
    for one in differences:
        if one.part is not Part.DATA:
            continue
        name = _kind(one)
        if name:
            old, new = values_in_words(one)
            yield Finding(
                name,
                Severity.WARNING,
                one.table,
                message(
                    f"diff.{name}", table=table_title(one.table), item=one.name if one.name.zh else one.item,
                    field=field_title(one.field), old=old, new=new,
                ),
                message(f"diff.{name}_remedy"),
                one.item or None,
            )  # fmt: skip


def _kind(one: Difference) -> str:
    """Return the kind of finding that an edit is; empty where it broke nothing."""
    if one.change is Change.KEY:
        return "edit_key"
    if one.change is Change.FIELD_DELETED:
        return "edit_field"
    if one.change is Change.GEOMETRY and one.new == NO_SIZE:
        return "edit_shape"
    if one.field == "status" and one.new in _UNSURE and one.old not in _UNSURE:
        return "edit_status"
    return ""
