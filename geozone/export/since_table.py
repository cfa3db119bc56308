"""The table of what differs from the last release."""

from __future__ import annotations

from geozone.diff import SinceRelease, told_rows
from geozone.export.columns import columns
from geozone.export.table import Table, plain_table
from geozone.messages import Language


def since_table(since: SinceRelease, lang: Language) -> Table:
    """Return what differs from the last release in words, a row each."""
    declared = columns("since", ("part", "table", "item", "name", "change", "field", "old", "new", "why"))
    return plain_table("since", declared, told_rows(since.differences, lang))
