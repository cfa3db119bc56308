"""The declared zones, as a table; nothing is loaded for it but what is declared."""

from __future__ import annotations

from typing import Any

from geozone.messages import Language
from geozone.seeds import load_zones


def zones_table(lang: Language) -> list[dict[str, Any]]:
    """Return the declared zones, a row each."""
    return [
        {
            "zone": zone.key,
            "title": zone.title.get(lang),
            "kind": zone.kind,
            "members": ",".join(zone.members),
            "levels": ",".join(zone.levels),
            "documents": ",".join(zone.documents),
            "note": zone.note.get(lang) if zone.note else "",
        }
        for zone in load_zones().values()
    ]
