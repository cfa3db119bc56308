"""The public edition of a result: coarse geometry, sensitive layers as shares only, and the proof of both."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geozone.errors import DataError
from geozone.manifest.roles import load_roles
from geozone.messages import message
from geozone.model import BreakKind, Finding, Layer, Level, Severity, Step, ZoneResult

GRID_DEGREES = 0.005  # about 500 m
SENSITIVE = frozenset(role.id for role in load_roles().values() if role.sensitive)
PUBLIC_COLUMNS = (
    "name",
    "name_en",
    "item_id",
    "status",
    "source",
    "licence",
    "basis",
    "accuracy_m",
    "vintage",
)
# and of the layers that a run makes of a barrier, with what they are drawn by: nothing that tells where other layers end
BELT_COLUMNS = ("axis", "along_km", "length_km", "county_code")
BACKDROP_COLUMNS = ("code", "name", "name_en", "kind", "rank")
PART_OF_STEP = 1e-6  # how far a coordinate may be off the grid, in steps: the rounding of binary numbers


def public_edition(
    result: ZoneResult, *, grid_degrees: float = GRID_DEGREES, withheld: Collection[str] = SENSITIVE
) -> ZoneResult:
    """Return a result that may be published: what leaves the house holds nothing finer.

    1. Layers of the roles in `withheld` are left out; their shares stay in the rates and the mosaic.
    2. Finest units are simplified as one coverage, so that borders stay shared, and every coordinate is put on a
       grid of `grid_degrees`; upper units are made of them. Other layers are simplified and put on the same grid;
       a feature smaller than the grid is left out and counted. So is the backdrop. Relief and rasters are not drawn.
    3. Of the attributes only `PUBLIC_COLUMNS` stay, but for the places of the documents, which are no data of the
       house. Findings about layers, which name places in the sources, are left
       out and counted.
    4. Every coordinate is checked against the grid; the figures stand in the step ``edition``.

    No rate changes: all were computed before, from the full geometry.

    Raises
    ------
    DataError
        If a coordinate is finer than the grid after all.
    """
    units = result.units.copy()
    units["geometry"] = _coarse_units(result.units, grid_degrees)
    layers: dict[str, Layer] = {}
    figures: dict[str, Any] = {
        "edition": "public",
        "grid_degrees": grid_degrees,
        "withheld": [],
        "layers": {},
    }
    for name, layer in result.layers.items():
        if layer.spec is not None and layer.spec.role in withheld:
            figures["withheld"].append(name)
            continue
        open_columns = layer.data.columns if _is_made_here(layer) else _open_columns(layer)
        data = layer.data[
            [name for name in open_columns if name in layer.data and name != "geometry"] + ["geometry"]
        ].copy()
        data["geometry"] = _on_grid(shapely.simplify(data.geometry.to_numpy(), grid_degrees), grid_degrees)
        kept = data[~data.geometry.is_empty].reset_index(drop=True)
        layers[name] = Layer(name, kept, layer.spec)
        figures["layers"][name] = {
            "features": len(kept),
            "left_out": len(data) - len(kept),
            "points_before": int(shapely.get_num_coordinates(layer.data.geometry.to_numpy()).sum()),
            "points_after": int(shapely.get_num_coordinates(kept.geometry.to_numpy()).sum()),
        }
    around = {name: _coarse_backdrop(layer, grid_degrees) for name, layer in result.backdrop.items()}
    drawn = [*layers.values(), *around.values()]
    everything = [units.geometry.to_numpy(), *(layer.data.geometry.to_numpy() for layer in drawn)]
    figures["furthest_off_grid"] = off_grid(np.concatenate(everything), grid_degrees)
    if figures["furthest_off_grid"] > PART_OF_STEP:
        raise DataError("maps.edition_finer", grid=grid_degrees, off=figures["furthest_off_grid"])
    return replace(
        result,
        units=units,
        layers=layers,
        findings=_findings(result),
        relief=(),
        rasters={},
        backdrop=around,
        belts={name: _open_belt(belt, layers) for name, belt in result.belts.items()},
        steps=[*result.steps, Step("edition", figures)],
    )


def _coarse_backdrop(layer: Layer, grid_degrees: float) -> Layer:
    columns = [name for name in BACKDROP_COLUMNS if name in layer.data]
    data = layer.data[[*columns, "geometry"]].copy()
    data["geometry"] = _on_grid(data.geometry.to_numpy(), grid_degrees)
    return Layer(layer.id, data[~data.geometry.is_empty].reset_index(drop=True), layer.spec)


def _is_made_here(layer: Layer) -> bool:
    """Tell whether a layer is that of the places, made from the documents and no file."""
    return layer.spec is not None and load_roles()[layer.spec.role].nominal and not layer.spec.sources


def _open_columns(layer: Layer) -> tuple[str, ...]:
    """Return the columns of a layer that may be published."""
    role = load_roles()[layer.spec.role] if layer.spec else None
    if role is None or not role.made_from:
        return PUBLIC_COLUMNS
    drawn_by = (role.grades.field, role.grades.rank) if role.grades else ()
    return (*PUBLIC_COLUMNS, *BELT_COLUMNS, *drawn_by)


def _open_belt(found: Any, layers: Mapping[str, Layer]) -> Any:
    """Return what may be published of a barrier as a belt: no gap of it, no choice of gaps, and no protected width."""
    belt, analysis = found.belt, found.analysis
    nothing, ground = np.empty(0, dtype=object), analysis.open_ground
    if ground is not None:  # areas of the whole, without the parts
        ground = replace(
            ground, shapes=nothing, areas=np.empty(0), units=np.empty(0, np.intp), borders=(), neighbours=(),
            part_shapes=np.full(len(ground.parts), None, dtype=object),
        )  # fmt: skip
    axis, breaks = (
        layers[name].data.copy() if name in layers else whole.iloc[:0]
        for name, whole in ((belt.axis, analysis.axis), (belt.breaks, analysis.breaks))
    )
    widths = analysis.breaks.set_index("rank")["width_km"]  # of protected ground where that is what lacks
    breaks["width_km"] = breaks["rank"].map(widths).where(breaks["kind"] != BreakKind.UNPROTECTED)
    known = replace(
        analysis, axis=axis, breaks=breaks, gaps=analysis.gaps.iloc[:0], ends=np.zeros((0, 2, 2)),
        open_ground=ground, closing=None,
    )  # fmt: skip
    return replace(
        found, analysis=known, layers={name: layers[name] for name in found.layers if name in layers}
    )


def _findings(result: ZoneResult) -> list[Finding]:
    """Return the findings without those about layers, whose words and places would tell where features lie."""
    kept = [replace(item, place=None) for item in result.findings if item.layer not in result.layers]
    left_out = len(result.findings) - len(kept)
    if left_out:
        told = message("maps.edition_findings", count=left_out)
        remedy = message("maps.edition_findings_remedy")
        kept.append(Finding("edition_findings", Severity.NOTE, result.zone.key, told, remedy))
    return kept


def off_grid(geometries: Any, grid_degrees: float) -> float:
    """Return how far the worst coordinate lies off the grid, in grid steps."""
    steps = shapely.get_coordinates(geometries) / grid_degrees
    return float(np.abs(steps - np.rint(steps)).max(initial=0.0))


def _on_grid(geometries: Any, grid_degrees: float) -> Any:
    return shapely.set_precision(geometries, grid_degrees)


def _coarse_units(units: gpd.GeoDataFrame, grid_degrees: float) -> list[Any]:
    codes, parents = units["code"].astype(str).to_numpy(), units["parent"].astype(str).to_numpy()
    finest = ~np.isin(codes, parents)
    whole = units.geometry.to_numpy()
    simple = _on_grid(shapely.coverage_simplify(whole[finest], grid_degrees), grid_degrees)
    # a unit smaller than the grid keeps one cell, so that it can still be found
    centres = shapely.get_coordinates(shapely.point_on_surface(whole[finest]))
    west, south = (np.floor(centres / grid_degrees) * grid_degrees).T
    cells = _on_grid(shapely.box(west, south, west + grid_degrees, south + grid_degrees), grid_degrees)
    drawn = dict(zip(codes[finest], np.where(shapely.is_empty(simple), cells, simple), strict=True))
    for level in (Level.CITY, Level.PROVINCE, Level.ZONE):
        for code in codes[(units["level"] == level.value).to_numpy() & ~finest]:
            children = [drawn[child] for child in codes[parents == code]]
            drawn[code] = shapely.union_all(children, grid_size=grid_degrees)
    return [drawn[code] for code in codes]
