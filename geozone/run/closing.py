"""The last words of a build: what came out of each zone, what was found, and what to open."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from geozone.messages import Text, listed, text
from geozone.model import Severity
from geozone.run.finished import INDEX, RECORD


def closing_lines(folder: Path, zones: Iterable[str]) -> list[Text]:
    """Return what to tell at the end of a build.

    Parameters
    ----------
    folder
        Where the build wrote to.
    zones
        Keys of the zones that it built.

    Returns
    -------
    list of Text
        For each zone its sentences, what differs from the last release, the number of findings with where they stand, and the page to open; then the index.
    """
    keys = list(dict.fromkeys(zones))
    lines: list[Text] = []
    for key in keys:
        record = json.loads((folder / f"{key}{RECORD}").read_text("utf-8"))
        title, story = Text(**record["title"]), Text(**record["story"])
        lines.append(text("run.closing_story", zone=title, story=story))
        if "since" in record:
            lines.append(Text(**record["since"]["summary"]))
        counts = Counter(Severity(finding["severity"]) for finding in record["findings"])
        parts = listed(
            text("run.closing_count", severity=text(f"words.severity_{one.name.lower()}"), count=counts[one])
            for one in Severity
            if counts[one]
        )
        name = "closing_findings" if counts else "closing_no_findings"
        lines.append(text(f"run.{name}", parts=parts, file=f"{key}.xlsx") if counts else text(f"run.{name}"))
        lines.append(text("run.closing_page", path=folder / f"{key}.html"))
    if len(keys) > 1:
        lines.append(text("run.closing_index", path=folder / INDEX))
    return lines
