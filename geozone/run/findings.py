"""What a run itself finds: layers that nothing uses, that do not cover the zone, shore that belongs to nobody."""

from __future__ import annotations

from geozone.manifest.indicators import Indicator
from geozone.manifest.roles import get_role
from geozone.messages import Text, message
from geozone.model import Finding, LayerSpec, Severity, Zone


def older_vintage(spec: LayerSpec, newest: LayerSpec) -> Finding:
    """Return the finding that files of an older vintage are kept apart from the newest."""
    files = ", ".join(source.name for source in spec.sources)
    role = get_role(spec.role).title
    return Finding(
        "older_vintage",
        Severity.NOTE,
        spec.id,
        message("run.older_vintage", role=role, files=files, vintage=spec.vintage, newest=newest.vintage),
        message("run.older_vintage_remedy"),
    )


def unused_layer(spec: LayerSpec) -> Finding:
    """Return the finding that no rate or map uses a layer that the user supplies."""
    return Finding(
        "layer_unused",
        Severity.WARNING,
        spec.id,
        message(
            "run.layer_unused",
            layer=spec.title,
            role=get_role(spec.role).title,
            id=spec.id,
        ),
        message("run.layer_unused_remedy"),
    )


def not_covered(spec: LayerSpec, zone: Zone) -> Finding:
    """Return the finding that a layer has no data for a zone."""
    return Finding(
        "layer_not_covering",
        Severity.NOTE,
        spec.id,
        message("run.layer_not_covering", layer=spec.title, zone=zone.title),
        message("run.layer_not_covering_remedy"),
    )


def without_rate(indicator: Indicator, missing: Text) -> Finding:
    """Return the finding that an indicator of the user's has no number anywhere, with what is missing."""
    return Finding(
        "indicator_without_rate",
        Severity.WARNING,
        indicator.id,
        message("run.indicator_without_rate", indicator=indicator.title, missing=missing),
        message("run.indicator_without_rate_remedy"),
    )


def beyond_whole(indicator: Indicator, value: float) -> Finding:
    """Return the finding that a formula of the user's gives shares beyond 100 %: most likely it reckons in per cent."""
    return Finding(
        "formula_beyond_whole",
        Severity.WARNING,
        indicator.id,
        message("run.formula_beyond_whole", indicator=indicator.title, value=f"{100 * value:,.1f}"),
        message("run.formula_beyond_whole_remedy"),
    )


def shore_elsewhere(layer: str, length_km: float) -> Finding:
    """Return the finding that shore lies too far off to belong to a unit of the zone."""
    return Finding(
        "shore_elsewhere",
        Severity.WARNING,
        layer,
        message("run.shore_elsewhere", length=f"{length_km:,.1f}"),
        message("run.shore_elsewhere_remedy"),
    )
