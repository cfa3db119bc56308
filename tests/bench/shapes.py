"""Layers of the shapes that real layers have, and of those that are hard to overlay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from tests.bench.data import CRS, FOLDER

WEST, SOUTH, EAST, NORTH = 113.6, 36.1, 119.8, 42.5  # about the zones
GROUND = (EAST - WEST) * (NORTH - SOUTH)
Made = Callable[[int, np.random.Generator], np.ndarray]


def shape_layer(name: str, count: int) -> Path:
    """Return a GeoPackage of so many polygons of a shape; a few shapes have a number of their own."""
    path = FOLDER / f"shape_{name}_{count}.gpkg"
    if not path.exists():
        FOLDER.mkdir(exist_ok=True)
        shapes = SHAPES[name](count, np.random.default_rng(7))
        frame = gpd.GeoDataFrame({"number": np.arange(len(shapes))}, geometry=shapes, crs=CRS)
        unfinished = path.with_name(f"unfinished_{path.name}")
        unfinished.unlink(missing_ok=True)
        frame.to_file(unfinished, layer="layer")
        unfinished.rename(path)
    return path


def _places(count: int, random: np.random.Generator) -> np.ndarray:
    return random.uniform((WEST, SOUTH), (EAST, NORTH), (count, 2))


def _blobs(count: int, depth: float, random: np.random.Generator) -> np.ndarray:
    """Return rough disks of 100 vertices that lie `depth` deep on the ground, in the mean."""
    size = np.sqrt(depth * GROUND / count / np.pi)
    angle = np.linspace(0, 2 * np.pi, 100, endpoint=False)
    wave = 0.2 * np.sin(3 * angle + random.uniform(0, 6, (count, 1)))
    radius = size * (1 + wave + 0.1 * random.uniform(-1, 1, (count, 100)))
    around = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    points = _places(count, random)[:, None] + around
    return np.asarray(shapely.polygons(np.concatenate([points, points[:, :1]], axis=1)))


def _deep(depth: float) -> Made:
    return lambda count, random: _blobs(count, depth, random)


def _heavy_tailed(count: int, random: np.random.Generator) -> np.ndarray:
    """Return rough disks of 12 to 300 vertices with lognormal radii, 0.9 deep in the mean for 40,000."""
    radius = np.sqrt(0.9 * GROUND / 40_000 / np.pi) * np.exp(random.normal(0, 0.6, count) - 0.36)
    vertices = random.integers(12, 301, count)
    owner = np.repeat(np.arange(count), vertices)
    angle = (
        2
        * np.pi
        * (np.arange(len(owner)) - np.repeat(np.cumsum(vertices) - vertices, vertices))
        / vertices[owner]
    )
    distance = radius[owner] * (1 + 0.25 * np.sin(3 * angle + random.uniform(0, 6, count)[owner]))
    around = np.column_stack([distance * np.cos(angle), distance * np.sin(angle)])
    rings = shapely.linearrings(_places(count, random)[owner] + around, indices=owner)
    return np.asarray(shapely.polygons(rings))


def _strips(length: float) -> Made:
    """Return strips 20 m wide, all of them nearly diagonal."""

    def made(count: int, random: np.random.Generator) -> np.ndarray:
        turn = np.pi / 4 + random.normal(0, 0.05, count)
        along = np.column_stack([np.cos(turn), np.sin(turn)]) * length
        across = np.column_stack([-np.sin(turn), np.cos(turn)]) * 2e-4
        first = _places(count, random) - along / 2
        corners = np.stack([first, first + along, first + along + across, first + across, first], axis=1)
        return np.asarray(shapely.polygons(corners))

    return made


def _windings(count: int, random: np.random.Generator) -> np.ndarray:
    """Return one spiral band of 10,000 vertices for every hundred polygons asked for."""
    angle = np.linspace(0, 40 * np.pi, 5_000)
    distance = 0.1 + angle / (40 * np.pi)

    def spiral(place: np.ndarray) -> shapely.Polygon:
        inner, outer = (
            np.column_stack([np.cos(angle), np.sin(angle)]) * (distance + wide)[:, None]
            for wide in (0.0, 0.02)
        )
        return shapely.Polygon(place + 0.5 * np.concatenate([inner, outer[::-1]]))

    return np.array([spiral(place) for place in _places(max(count // 100, 1), random)], dtype=object)


def _huge(count: int, random: np.random.Generator) -> np.ndarray:
    """Return three overlapping stars of a million vertices."""
    angle = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    radius = 2.0 * (1 + 0.2 * np.sin(500 * angle))
    around = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    centre = np.array([(WEST + EAST) / 2, (SOUTH + NORTH) / 2])
    return np.array(
        [shapely.Polygon(centre + move + around) for move in random.uniform(-1, 1, (3, 2))], dtype=object
    )


def _cells(count: int, random: np.random.Generator) -> np.ndarray:
    """Return cells of a grid that share their edges."""
    across = max(int(np.sqrt(count)), 1)
    x, y = np.linspace(WEST, EAST, across + 1), np.linspace(SOUTH, NORTH, across + 1)
    left, low = (grid.ravel() for grid in np.meshgrid(x[:-1], y[:-1]))
    right, high = (grid.ravel() for grid in np.meshgrid(x[1:], y[1:]))
    return np.asarray(shapely.box(left, low, right, high))


def _scattered(count: int, random: np.random.Generator) -> np.ndarray:
    """Return one multipolygon of every second cell, and a few blobs over it."""
    cells = _cells(2 * count, random)
    across = int(np.sqrt(2 * count))
    number = np.arange(len(cells))
    chosen = cells[(number % across + number // across) % 2 == 0]
    return np.concatenate([[shapely.MultiPolygon(list(chosen))], _blobs(100, 0.5, random)])


def _identical(count: int, random: np.random.Generator) -> np.ndarray:
    """Return the same blob again and again."""
    return np.repeat(_blobs(1, 0.05, random), count)


SHAPES: dict[str, Made] = {
    "compact": _deep(0.8),
    "heavy_tailed": _heavy_tailed,
    "3_deep": _deep(3),
    "6_deep": _deep(6),
    "12_deep": _deep(12),
    "25_deep": _deep(25),
    "50_deep": _deep(50),
    "200_deep": _deep(200),
    "strips_5_km": _strips(0.05),
    "strips_50_km": _strips(0.5),
    "strips_200_km": _strips(2.0),
    "windings": _windings,
    "huge": _huge,
    "scattered": _scattered,
    "cells": _cells,
    "identical": _identical,
}
