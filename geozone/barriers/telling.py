"""What matters of a barrier in a sentence or two, in the same words in every output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from geozone.manifest.classes import class_title
from geozone.manifest.roles import Belt, Role
from geozone.messages import NO_TEXT, Text, listed, text
from geozone.model import BreakKind, LayerSpec
from geozone.rounding import digits, percent

if TYPE_CHECKING:  # what they need of scipy takes a third of a second
    from geozone.barriers.analysis import Analysis
    from geozone.barriers.closing import Closing
    from geozone.barriers.gaps import Gaps
    from geozone.barriers.passages import Passage
    from geozone.barriers.stability import Stability
    from geozone.raster.class_change import ClassChange

_TOLD = 0.1  # of the ground at a break: classes with less are not told, unless none has more
_MOST = 3  # classes at a break
_WITHOUT = 0.005  # of it: more that has no class is told


class Told(Protocol):
    """A barrier and what is known of it, as `geozone.run.belts.BeltResult`."""

    @property
    def role(self) -> Role:
        """The role of its layer."""

    @property
    def belt(self) -> Belt:
        """How it is looked at."""

    @property
    def analysis(self) -> Analysis:
        """What is known of it."""

    @property
    def more(self) -> Text:
        """The ways from province to province, and what changed between two dates."""


def belt_text(found: Told, units: pd.DataFrame) -> Text:
    """Return whether a barrier holds, where it is narrowest, and what closing the chosen gaps gains.

    Parameters
    ----------
    found
        The barrier.
    units
        Units with ``code, name, name_en``.
    """
    return _shape(found, units) + _protection(found.analysis.open_ground, found.analysis.closing)


def passage_text(way: Passage, units: pd.DataFrame) -> Text:
    """Return whether a corridor leads from one unit to the next, or where it is broken.

    Parameters
    ----------
    way
        The passage.
    units
        Units with ``code, name, name_en``.
    """
    names = unit_names(units)
    titles = [names[code] for code in way.units]
    between = Text("—".join(one.zh for one in titles), "—".join(one.en for one in titles))
    if way.open:
        return text("barriers.passage_open", units=between, width=digits(way.width_km, 2))
    place = f"{way.place[0]:.3f}°E, {way.place[1]:.3f}°N"
    return text("barriers.passage_broken", units=between, gap=digits(way.gap_km, 1), place=place)


def stability_text(stability: Stability) -> Text:
    """Return what changed between two dates of a barrier, and in which direction that points."""
    said = text(
        f"barriers.stability_{stability.direction.value}",
        old=digits(stability.area[0]),
        new=digits(stability.area[1]),
        gained=digits(stability.gained_km2, 1),
        lost=digits(stability.lost_km2, 1),
        old_width=digits(stability.mean_width[0], 1),
        new_width=digits(stability.mean_width[1], 1),
        opened=len(stability.opened),
        closed=len(stability.closed),
    )
    if stability.protected_share is None:
        return said
    old, new = (percent(share) for share in stability.protected_share)
    return said + text("barriers.stability_protected", old=old, new=new)


def natural_text(change: ClassChange, old: LayerSpec, new: LayerSpec, natural: Sequence[str]) -> Text:
    """Return what a belt gained and lost of natural cover between two dates of land cover: a direction, no verdict.

    Parameters
    ----------
    change
        The ground of the natural classes at both dates.
    old, new
        The land cover at either date.
    natural
        Names of the classes of the newer date that count as natural.
    """
    known = {
        "title": new.title,
        "then": old.vintage,
        "now": new.vintage,
        "classes": listed([class_title(name) for name in natural], ", "),
        "old": digits(change.old_km2, 1),
        "new": digits(change.new_km2, 1),
    }
    if change.gained_km2 is None or change.lost_km2 is None:
        said = text("barriers.natural_net", **known)
    else:
        gained, lost = digits(change.gained_km2, 1), digits(change.lost_km2, 1)
        said = text("barriers.natural_change", **known, gained=gained, lost=lost)
    unknown = change.unknown_km2 / change.ground_km2 if change.ground_km2 else 0.0
    return said + text("barriers.natural_unknown", share=percent(unknown)) if unknown > _WITHOUT else said


def cover_text(cover: LayerSpec, shares: Mapping[str | None, float]) -> Text:
    """Return what a land cover has at a break: its largest classes, and how much has none.

    Parameters
    ----------
    cover
        The land cover.
    shares
        Shares of the ground by class; under None that of ground without data or without a name.
    """
    named = sorted(((share, name) for name, share in shares.items() if name is not None), reverse=True)
    told = [pair for pair in named if pair[0] >= _TOLD][:_MOST] or named[:1]
    parts = [
        text("barriers.class_share", title=class_title(name), share=percent(share, 0)) for share, name in told
    ]
    if shares.get(None, 0.0) > _WITHOUT:
        parts.append(text("barriers.class_unknown", share=percent(shares[None], 0)))
    if not parts:
        return NO_TEXT
    return text("barriers.cover", title=cover.title, vintage=cover.vintage, shares=listed(parts, ", "))


def unit_names(units: pd.DataFrame) -> Mapping[str, Text]:
    """Return the names of units by their codes."""
    rows = units[["code", "name", "name_en"]].itertuples(index=False, name=None)
    return {
        str(code): Text(str(zh), str(en) if isinstance(en, str) and en else str(zh)) for code, zh, en in rows
    }


def _shape(found: Told, units: pd.DataFrame) -> Text:
    analysis = found.analysis
    axes = analysis.axis["axis"].nunique()
    if not axes:
        return NO_TEXT
    cuts = int((analysis.breaks["kind"] == BreakKind.CUT).sum())
    whole = text(("barriers.unbroken", "barriers.cut_once")[cuts] if cuts < 2 else "barriers.cut", count=cuts)
    built = int((analysis.breaks["kind"] == BreakKind.BUILT).sum())
    if built:
        key = "barriers.built_once" if built == 1 else "barriers.built"
        whole = text(key, whole=whole, count=built)
    narrow = analysis.narrowest
    if narrow is None:
        narrowest = text("barriers.nowhere_narrow", width=_short(found.belt.narrow_m / 1e3))
    else:
        code = str(narrow["county_code"])
        county = unit_names(units).get(code, Text(code, code))
        narrowest = text("barriers.narrowest", county=county, width=digits(narrow["width_km"], 1))
    return text(
        "barriers.told" if axes == 1 else "barriers.told_axes",
        title=found.role.title,
        count=axes,
        length=digits(analysis.length_km),
        whole=whole,
        narrowest=narrowest,
    )


def _protection(ground: Gaps | None, closing: Closing | None) -> Text:
    if ground is None or not ground.barrier_km2:
        return NO_TEXT
    area = digits(ground.barrier_km2 - ground.protected_km2)
    if closing is None or not closing.gaps:
        return text("barriers.unprotected", area=area)
    return text(
        "barriers.closing" if closing.is_best else "barriers.closing_bound",
        area=area,
        count=len(closing.gaps),
        before=percent(ground.protected_km2 / ground.barrier_km2),
        after=percent(closing.protected_km2 / ground.barrier_km2),
        part=digits(float(ground.parts.max()) if len(ground.parts) else 0.0),
        joined=digits(closing.connected_km2),
        bound=digits(closing.bound_km2),
    )


def _short(value: float) -> str:
    return digits(value, 0 if float(value).is_integer() else 1)
