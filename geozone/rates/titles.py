"""What people call an indicator, and how they are told its basis, alike on the page, in tables and in explanations."""

from __future__ import annotations

from geozone.manifest.indicators import Indicator, load_indicators
from geozone.manifest.inputs import load_layers
from geozone.manifest.roles import load_roles
from geozone.messages import Text, text
from geozone.model import Basis, Kind, Rate, ZoneResult


def indicator_title(rate: Rate, result: ZoneResult) -> Text:
    """Return the title of a rate's indicator, as it is declared; one that nobody declares has that of its target.

    A rate of the red line that is not made from official or public data says in its title that it is of a screening
    layer, so that no table, legend or map can be taken for one of the statutory red line.
    """
    known: Indicator | None = result.indicators.get(rate.indicator) or load_indicators().get(rate.indicator)
    if known is None:
        target = next((target for target in result.targets if target.indicator == rate.indicator), None)
        return target.title if target else Text(rate.indicator, rate.indicator)
    return text("rates.title_screening", title=known.title) if is_screening(rate, known) else known.title


def is_screening(rate: Rate, indicator: Indicator) -> bool:
    """Tell whether a rate is computed from a layer that stands in for a statutory product; made-up data stands for none."""
    if rate.kind is Kind.REPORTED or rate.basis in {None, Basis.OFFICIAL, Basis.PUBLIC, Basis.SYNTHETIC}:
        return False
    layers, roles = load_layers(), load_roles()
    return any(roles[layers[name].role].statutory for name in indicator.layers if name in layers)


def indicator_titles(result: ZoneResult) -> dict[str, Text]:
    """Return the titles of all indicators of a result: that of a screening layer where one is computed from it."""
    titles: dict[str, Text] = {}
    for rate in result.rates:
        known = result.indicators.get(rate.indicator)
        if rate.indicator not in titles or (known is not None and is_screening(rate, known)):
            titles[rate.indicator] = indicator_title(rate, result)
    return titles


def with_basis(title: Text, basis: Basis | str) -> Text:
    """Return a title with the basis of what it names, unless it says that already."""
    word = text(f"words.basis_{basis}")
    return title if word.zh in title.zh else text("words.qualified", title=title, word=word)
