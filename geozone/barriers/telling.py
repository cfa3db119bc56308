"""What matters of a barrier in a sentence or two, in the same words in every output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from geozone.manifest.roles import Belt, Role
from geozone.messages import NO_TEXT, Text, text
from geozone.model import BreakKind
from geozone.rounding import digits, percent

if TYPE_CHECKING:  # what they need of scipy takes a third of a second
    from geozone.barriers.analysis import Analysis
    from geozone.barriers.closing import Closing
    from geozone.barriers.gaps import Gaps


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
        whole=text(
            ("barriers.unbroken", "barriers.cut_once")[cuts] if cuts < 2 else "barriers.cut", count=cuts
        ),
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
