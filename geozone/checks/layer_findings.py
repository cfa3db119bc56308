"""Collect the findings of one layer, each with its feature and place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geozone.manifest.roles import Role, load_roles
from geozone.messages import message
from geozone.model import Finding, Layer, Severity
from geozone.overlay.plane import off_earth
from geozone.overlay.rings import Geometries, not_finite, without_empty_rings

LISTED = 1000  # findings of one kind that are listed one by one; the rest is summed up


@dataclass
class LayerFindings:
    """The findings of one layer.

    A feature is named by its row number in the file and, where the layer has one, its name.
    """

    layer: Layer
    findings: list[Finding] = field(default_factory=list)
    labels: list[str] = field(init=False)
    geometries: Geometries = field(
        init=False
    )  # those that GEOS and the plane can take; the others are missing
    not_finite: npt.NDArray[np.bool_] = field(init=False)
    off_earth: npt.NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.labels = feature_labels(self.layer.data)
        geometries = without_empty_rings(np.array(self.layer.data.geometry.values, dtype=object))
        self.not_finite = not_finite(geometries)
        self.off_earth = off_earth(geometries) & ~self.not_finite
        self.geometries = geometries.copy()
        self.geometries[self.not_finite | self.off_earth] = None

    @property
    def role(self) -> Role | None:
        """The role of the layer, where it is declared."""
        return load_roles().get(self.layer.spec.role) if self.layer.spec else None

    @property
    def units(self) -> bool:
        """Whether the features are the administrative units themselves."""
        return self.role is not None and self.role.purpose == "units"

    def add(
        self,
        kind: str,
        severity: Severity,
        /,
        *,
        row: int | None = None,
        place: tuple[float, float] | None = None,
        **params: Any,
    ) -> None:
        """Add a finding; its texts are ``check.<kind>`` and ``check.<kind>_remedy``; `row` is a position."""
        if row is not None:
            params["label"] = self.labels[row]
        self.findings.append(
            Finding(
                kind,
                severity,
                self.layer.id,
                message(f"check.{kind}", **params),
                message(f"check.{kind}_remedy", **params),
                None if row is None else str(self.layer.data.index[row]),
                place,
            )
        )

    def rest(self, kind: str, listed: int, found: int) -> None:
        """Say that findings of a kind were not listed one by one."""
        if found > listed:
            self.add("not_listed", Severity.WARNING, kind=kind, listed=listed, found=found)


def feature_labels(data: gpd.GeoDataFrame) -> list[str]:
    """Return how each feature is called: row number, and name or code where there is one."""
    rows = [str(row) for row in data.index]
    for column in ("name", "code"):
        if column in data.columns:
            values = data[column].astype("string").fillna("").tolist()
            return [f"{row} ({value})" if value else row for row, value in zip(rows, values, strict=True)]
    return rows


def place_of(geometry: shapely.Geometry) -> tuple[float, float] | None:
    """Return a point of a geometry, longitude and latitude."""
    if geometry is None or geometry.is_empty:
        return None
    point = shapely.get_coordinates(geometry)[0]
    return (float(point[0]), float(point[1])) if np.isfinite(point).all() else None
