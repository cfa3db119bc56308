"""Write the table of ``docs/places.md``: every place of the documents, and how it is placed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from geozone.policy.places import placed_table

DOCUMENT = Path(__file__).with_suffix(".md")
COLUMNS = (
    "id", "name", "name_en", "kind", "zones", "placed", "units", "confidence", "measure", "measure_source", "note",
)  # fmt: skip


def rows() -> Iterator[str]:
    """Yield the lines of the table."""
    yield f"| {' | '.join(COLUMNS)} |"
    yield "|" + "---|" * len(COLUMNS)
    for row in placed_table()[list(COLUMNS)].itertuples(index=False):
        yield f"| {' | '.join(row)} |"


def main() -> None:
    """Fill the table between the markers of the document."""
    table = "\n".join(rows()) + "\n"
    marker = re.compile(r"(<!-- places -->\n).*?(<!-- end -->)", re.DOTALL)
    text = DOCUMENT.read_text("utf-8")
    DOCUMENT.write_text(marker.sub(lambda found: found[1] + table + found[2], text), "utf-8")


if __name__ == "__main__":
    main()
