"""What the page says of the last release: a sentence, and what differs part by part."""

from __future__ import annotations

from typing import Any

from geozone.diff import SinceRelease, difference_groups, part_title
from geozone.maps.plain import Strings


def since_entry(since: SinceRelease | None, strings: Strings) -> dict[str, Any] | None:
    """Return what differs from the last release; None where there is none to compare with.

    Many differences of one kind are counted: the workbook of the zone has them all.
    """
    if since is None:
        return None
    groups = list(difference_groups(since.differences))
    return {
        "summary": strings.add(since.summary()),
        "groups": [
            {
                "part": group.part.value,
                "title": strings.add(part_title(group.part)),
                "lines": [strings.add(line) for line in group.lines],
            }
            for group in groups
        ],
        "cut": any(group.cut for group in groups),
    }
