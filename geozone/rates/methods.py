"""How an indicator is computed, in words: the sentence of its measure with the names of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geozone.manifest.indicators import Indicator
from geozone.manifest.inputs import layer_title
from geozone.messages import NO_TEXT, Text, filled, listed, text


def method_of(indicator: Indicator) -> Text:
    """Return the method of an indicator in one sentence."""
    titles = [layer_title(name) for name in indicator.layers]
    others = titles[1:]
    options = indicator.options
    weight, of = options.get("weight"), options.get("of")
    inputs = {
        "layer": titles[0] if titles else NO_TEXT,
        "others": listed(others),
        "reach": f"{options.get('reach_m', 0):,g}",
        "formula": options.get("formula", ""),
        "whole": layer_title(of) if of else text("rates.the_unit"),
        "weight": layer_title(weight) if weight in indicator.layers else text("rates.weight_area"),
        "how": text(f"rates.mean_{_mean(options)}"),
    }
    return filled(indicator.measure.method, inputs)


def _mean(options: Mapping[str, Any]) -> str:
    if "take" in options:
        return str(options["take"])
    if "over" in options:
        return f"over_{options['over']}"
    return "weighted" if "weight" in options else "plain"
