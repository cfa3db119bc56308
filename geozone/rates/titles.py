"""What people call an indicator, alike on the page, in tables and in explanations."""

from __future__ import annotations

from collections.abc import Iterable

from geozone.manifest.indicators import Indicator, load_indicators
from geozone.manifest.inputs import load_layers
from geozone.manifest.roles import load_roles
from geozone.messages import Text, text
from geozone.model import Basis, Kind, Rate, Target


def indicator_title(rate: Rate, targets: Iterable[Target]) -> Text:
    """Return the title of a rate's indicator; one that a project declares has the title of its target.

    A rate of the red line that is not made from official or public data says in its title that it is of a screening
    layer, so that no table, legend or map can be taken for one of the statutory red line.
    """
    known = load_indicators().get(rate.indicator)
    if known is None:
        target = next((target for target in targets if target.indicator == rate.indicator), None)
        return target.title if target else Text(rate.indicator, rate.indicator)
    return text("rates.title_screening", title=known.title) if is_screening(rate, known) else known.title


def is_screening(rate: Rate, indicator: Indicator) -> bool:
    """Tell whether a rate is computed from a layer that stands in for a statutory product."""
    if rate.kind is Kind.REPORTED or rate.basis in {None, Basis.OFFICIAL, Basis.PUBLIC}:
        return False
    layers, roles = load_layers(), load_roles()
    return any(roles[layers[name].role].statutory for name in indicator.layers if name in layers)


def indicator_titles(rates: Iterable[Rate], targets: Iterable[Target]) -> dict[str, Text]:
    """Return the titles of all indicators among rates."""
    targets = list(targets)
    titles: dict[str, Text] = {}
    for rate in rates:
        if rate.indicator not in titles:
            titles[rate.indicator] = indicator_title(rate, targets)
    return titles
