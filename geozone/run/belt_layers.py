"""The layers that a run makes of its barriers: axis, breaks and gaps, with names of units and what lies at the breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import geopandas as gpd

from geozone.manifest.origins import licence_of, source_of
from geozone.manifest.roles import Belt, load_roles
from geozone.messages import NO_TEXT, Text, listed, text
from geozone.model import Basis, Layer, LayerSpec
from geozone.overlay.plane import Geometries
from geozone.reuse.reuse import Reuse
from geozone.run.at_breaks import passes_along, what_lies_there

if TYPE_CHECKING:
    from geozone.barriers.analysis import Analysis


def made_layers(
    belt: Belt,
    result: Analysis,
    sources: Sequence[Layer],
    *,
    ground: Geometries,
    finest: gpd.GeoDataFrame,
    shown: Mapping[str, Layer],
    covers: Sequence[LayerSpec],
    reuse: Reuse,
) -> dict[str, Layer]:
    """Return the axis, the breaks and the gaps as layers with names of units.

    Parameters
    ----------
    belt, result
        How the barrier is looked at, and what was found.
    sources
        The layers that it was found from.
    ground
        Its ground in EPSG:4490.
    finest
        Finest units with ``code, name, name_en``.
    shown
        The layers as they are drawn: what is named there lies at a break.
    covers
        Class rasters of the ground: their shares at a break are told.
    reuse
        Results of earlier runs.
    """
    units = finest.drop_duplicates("code").set_index("code")
    tables = {
        "axis": (belt.axis, result.axis, "axis"),
        "breaks": (belt.breaks, result.breaks, "rank"),
        "gaps": (belt.gaps, result.gaps, "rank"),
    }
    made = {}
    for kind, (name, table, number) in tables.items():
        data = table.copy()
        places = units.reindex(data["county_code"])[["name", "name_en"]]
        names = [
            text(f"run.made_{kind}", number=str(one), unit=Text(*map(str, place)))
            for one, place in zip(data[number], places.itertuples(index=False, name=None), strict=True)
        ]
        data["name"], data["name_en"] = [one.zh for one in names], [one.en for one in names]
        if kind == "breaks":
            data["there"], data["there_en"] = what_lies_there(result, ground, shown, covers, reuse)
        if kind == "axis":
            data["there"], data["there_en"] = passes_along(result)
        note = text("run.made_note") + (text("run.made_axis_note") if kind == "axis" else NO_TEXT)
        made[name] = Layer(name, data, _spec(name, sources, note))
    return made


def _spec(name: str, sources: Sequence[Layer], note: Text) -> LayerSpec:
    """Return what is declared of a layer that the run makes of others; no better than the worst of them."""
    role = next(role for role in load_roles().values() if role.layer == name)
    specs = [layer.spec for layer in sources if layer.spec is not None]
    origins = tuple(dict.fromkeys(origin for spec in specs for origin in spec.origins))
    order = list(Basis)
    basis = max([Basis.DERIVED, *(spec.basis for spec in specs)], key=order.index)
    processing = text("run.made_processing", layers=listed([spec.title for spec in specs], ", "))
    return LayerSpec(
        id=name,
        role=role.id,
        title=role.title,
        basis=basis,
        source=source_of(origins, processing) if origins else processing,
        licence=licence_of(origins).zh,
        vintage=max((spec.vintage for spec in specs), default="unknown"),
        accuracy=specs[0].accuracy if specs else NO_TEXT,
        sources=(),
        style=role.style,
        note=note,
        origins=origins,
        processing=processing,
    )
