"""Rates of units as a map of matplotlib: the classes and colours of the page, for a notebook."""

from __future__ import annotations

import geopandas as gpd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Patch

from geozone.errors import UsageError
from geozone.export.fonts import chinese_font
from geozone.export.indicators import is_finest, main_rate
from geozone.manifest.declared import nearest
from geozone.maps.indicators import leading_rates, shown_value
from geozone.messages import Language, Text, text
from geozone.model import Level, Rate, ZoneResult
from geozone.rates.digits import is_share, value_unit
from geozone.rates.titles import indicator_titles, with_basis
from geozone.symbology import RATE_MISSING, RateClass, breaks, quantity_classes, rate_classes

_EDGE, _WIDTH = "#ffffff", 0.5
_ROUNDING = 1e-12  # of a bound of a class


def plot_rates(
    result: ZoneResult,
    indicator: str | None = None,
    *,
    level: str | None = None,
    lang: Language = "zh",
    axes: Axes | None = None,
) -> Axes:
    """Draw the units of a level coloured by an indicator.

    Parameters
    ----------
    result
        What a run computed.
    indicator
        Its id; by default that which maps are coloured by first.
    level
        ``county``, ``city``, ``province`` or ``zone``; by default the finest units, which cover the zone.
    lang
        Language of title and legend.
    axes
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Longitude and latitude, degrees. Units without a value have a colour of their own, and the legend says so.

    Raises
    ------
    UsageError
        If the indicator or the level is none that has values here.
    """
    name = indicator or main_rate(result) or ""
    units = _units(result, level)
    known = set(result.units["code"])
    rates = {
        code: rate
        for (one, code), rate in leading_rates(result.rates).items()
        if one == name and code in known
    }
    values = {code: value for code, rate in rates.items() if (value := shown_value(rate)) is not None}
    here = [values[code] for code in units["code"] if code in values]
    if not here:
        valued = {rate.indicator for rate in result.rates if shown_value(rate) is not None}
        raise UsageError("export.nothing_to_plot", indicator=name, nearest=nearest(name, valued))
    first = next(iter(rates.values()))
    classes = _classes(first, here, max(values.values()))
    axes = axes or plt.figure(figsize=(7.2, 6.4), layout="constrained").add_subplot()
    family = chinese_font() if lang == "zh" else None
    font, large = FontProperties(family=family), FontProperties(family=family, size="large")
    colours = [_colour(values.get(code), classes) for code in units["code"]]
    units.plot(ax=axes, color=colours, edgecolor=_EDGE, linewidth=_WIDTH)
    drawn = [Patch(color=one.colour, label=one.label.get(lang)) for one in classes if one.colour in colours]
    if RATE_MISSING in colours:
        drawn.append(Patch(color=RATE_MISSING, label=text("words.no_value").get(lang)))
    legend = axes.legend(handles=drawn, loc="upper left", bbox_to_anchor=(1.0, 1.0), prop=font, frameon=False)
    legend.set_title(_titled(result, first).get(lang), prop=font)
    review = result.review_number or text("words.not_reviewed").get(lang)
    axes.set_title(f"{result.title.get(lang)}\n{review}", fontproperties=large)
    axes.set_axis_off()
    return axes


def _units(result: ZoneResult, level: str | None) -> gpd.GeoDataFrame:
    if level is None:
        return result.units[is_finest(result.units)]
    units = result.units[result.units["level"] == level]
    if not len(units):
        levels = list(dict.fromkeys(result.units["level"]))
        known = [one.value for one in Level if one.value in levels]
        raise UsageError("export.no_level", level=level, levels=", ".join(known))
    return units


def _classes(rate: Rate, values: list[float], most: float) -> list[RateClass]:
    """Return the classes of a level; a share has the same at every level."""
    unit = value_unit(rate)
    if min(values) < 0:
        return quantity_classes(values, unit)
    return rate_classes(breaks(values, 100.0, most) if is_share(rate) else breaks(values, 1.0), unit)


def _colour(value: float | None, classes: list[RateClass]) -> str:
    if value is None:
        return RATE_MISSING
    return next(
        (one.colour for one in classes if value <= one.upper + _ROUNDING * abs(one.upper)), classes[-1].colour
    )


def _titled(result: ZoneResult, rate: Rate) -> Text:
    title = indicator_titles(result)[rate.indicator]
    if rate.basis is None:
        return title
    return with_basis(title, rate.basis)
