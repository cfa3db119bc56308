"""What people call an indicator, alike on the page, in tables and in explanations."""

from __future__ import annotations

from collections.abc import Iterable

from geozone.messages import Text, room, text
from geozone.model import Basis, Rate, Target

_OF_THE_RED_LINE = ("redline_coverage", "redline_area", "barrier_protected")


def indicator_title(rate: Rate, targets: Iterable[Target]) -> Text:
    """Return the title of a rate's indicator; one of the documents' own has the title of its target.

    A rate of the red line that is not made from official or public data says in its title that it is of a screening
    layer, so that no table, legend or map can be taken for one of the statutory red line.
    """
    known = room("rates").get(f"indicator_{rate.indicator}")
    if known is None:
        target = next((target for target in targets if target.indicator == rate.indicator), None)
        return target.title if target else Text(rate.indicator, rate.indicator)
    if rate.indicator in _OF_THE_RED_LINE and rate.basis not in (None, Basis.OFFICIAL, Basis.PUBLIC):
        return text("rates.title_screening", title=known)
    return known


def indicator_titles(rates: Iterable[Rate], targets: Iterable[Target]) -> dict[str, Text]:
    """Return the titles of all indicators among rates."""
    targets = list(targets)
    titles: dict[str, Text] = {}
    for rate in rates:
        if rate.indicator not in titles:
            titles[rate.indicator] = indicator_title(rate, targets)
    return titles
