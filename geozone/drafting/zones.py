"""The zone that files speak of, by the codes of the units in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import pandas as pd
import shapely

from geozone.catalog import load_catalog
from geozone.manifest.roles import role_for
from geozone.messages import Text, text
from geozone.model import Level, Zone
from geozone.overlay.units import code_prefix
from geozone.read import read_layer
from geozone.seeds import load_zones

_SAMPLE = 300  # features of one file whose place is looked up
_MOST = 0.9  # of the codes that must lie in a zone: things off it are no rare mistake


@dataclass(frozen=True, slots=True)
class ZoneGuess:
    """The zone of a folder, and how sure that is."""

    zone: Zone | None
    reason: Text
    sure: bool


def guess_zone(codes: Iterable[Counter[str]]) -> ZoneGuess:
    """Return the zone that holds nearly all units of all files, and of which they touch the most.

    Parameters
    ----------
    codes
        Codes of units with their numbers, of each file; every file counts alike.
    """
    shares: dict[str, float] = defaultdict(float)
    files = [one for one in codes if one]
    for one in files:
        for code, number in one.items():
            shares[code] += number / one.total() / len(files)
    best: tuple[float, float, int, Zone] | None = None
    for zone in load_zones().values():
        inside = {member: _within(shares, member) for member in zone.members}
        share = sum(inside.values())
        touched = sum(part > 0 for part in inside.values()) / len(zone.members)
        rank = touched, share, -len(zone.members), zone
        if share >= _MOST and (best is None or rank[:3] > best[:3]):
            best = rank
    if best is None:
        return ZoneGuess(None, text("drafting.zone_unknown"), sure=False)
    zone, touched = best[3], best[0]
    told = {"zone": zone.title, "files": len(files), "share": round(best[1] * 100)}
    if touched < 1:
        return ZoneGuess(zone, text("drafting.zone_in_part", **told), sure=False)
    return ZoneGuess(zone, text("drafting.zone_told", **told), sure=True)


def codes_at(shapes: gpd.GeoSeries) -> Counter[str]:
    """Return the codes of the cities and provinces in which features lie, where they name none themselves.

    Parameters
    ----------
    shapes
        Features in EPSG:4490; of many, a sample is looked at.
    """
    known = shapes[shapes.notna() & ~shapes.is_empty]
    points = shapely.point_on_surface(known.to_numpy()[:: max(1, len(known) // _SAMPLE)])
    units = _units()
    _, unit = units.sindex.query(points, predicate="intersects")
    return Counter(str(code) for code in units["code"].to_numpy()[unit])


@cache
def _units() -> gpd.GeoDataFrame:
    """Return the embedded units that zones are made of: cities, and provinces that have none."""
    sources = load_catalog()[role_for("units").layer].sources
    read = {level: read_layer(source.path, layer=level).data for source in sources if (level := source.layer)}
    cities, provinces = read[Level.CITY.value], read[Level.PROVINCE.value]
    alone = provinces[~provinces["code"].map(code_prefix).isin(set(cities["province_code"].map(code_prefix)))]
    return gpd.GeoDataFrame(pd.concat([cities, alone], ignore_index=True), crs=cities.crs)


def _within(shares: Mapping[str, float], member: str) -> float:
    prefix = code_prefix(member)
    return sum(share for code, share in shares.items() if code.startswith(prefix))
