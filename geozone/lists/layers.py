"""The embedded layers, as a table; nothing is loaded for all of them but what is declared."""

from __future__ import annotations

from typing import Any

from geozone.catalog import load_catalog
from geozone.messages import Language
from geozone.seeds import get_zone


def layers_table(zone: str | None, lang: Language) -> list[dict[str, Any]]:
    """Return the embedded layers, or those that serve a zone.

    Raises
    ------
    UsageError
        If there is no such zone.
    """
    from geozone.run.layers import covers

    wanted = get_zone(zone) if zone else None
    return [
        {
            "layer": spec.id,
            "role": spec.role,
            "title": spec.title.get(lang),
            "basis": spec.basis.value,
            "vintage": spec.vintage,
            "accuracy": spec.accuracy.get(lang),
            "licence": spec.licence,
            "source": spec.source.get(lang),
            "zones": ",".join(spec.zones),
        }
        for spec in load_catalog().values()
        if wanted is None or covers(spec, wanted)
    ]
