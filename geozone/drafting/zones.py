"""The zone that files speak of, by the codes of the units in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from geozone.messages import Text, text
from geozone.model import Zone
from geozone.overlay.units import code_prefix
from geozone.seeds import load_zones

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


def _within(shares: Mapping[str, float], member: str) -> float:
    prefix = code_prefix(member)
    return sum(share for code, share in shares.items() if code.startswith(prefix))
