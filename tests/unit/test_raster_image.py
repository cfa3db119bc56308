"""A raster on the map: classes in the colours of their legend, quantities in five classes, small enough for a page."""

import base64
import io
from types import MappingProxyType

import numpy as np
import pytest
import rasterio
import shapely
from PIL import Image
from rasterio.transform import from_origin

from geozone.manifest.classes import known_class, load_classes
from geozone.manifest.indicators import load_indicators
from geozone.maps import raster_image as images
from geozone.maps.raster_image import raster_image
from geozone.messages import Text
from geozone.model import Basis, LayerSource, LayerSpec
from geozone.symbology import CLASS_COLOURS, RATE_COLOURS, RATE_MISSING, quantity_classes

ZONE = shapely.box(116.0, 38.0, 118.0, 40.0)


@pytest.fixture
def layer(tmp_path):
    def made(values, role="landcover", *, classes=None, name="cells", nodata=None, west=116.0):
        path = tmp_path / f"{name}.tif"
        values = np.asarray(values)
        profile = {
            "driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": values.dtype.name,
            "crs": "EPSG:4490", "nodata": nodata,
            "transform": from_origin(west, 40.0, 2.0 / values.shape[1], 2.0 / values.shape[0]),
        }  # fmt: skip
        with rasterio.open(path, "w", **profile) as dataset:
            dataset.write(values, 1)
        text = Text(name, name)
        return LayerSpec(
            id=name, role=role, title=text, basis=Basis.SYNTHETIC, source=text, licence="", vintage="2025", accuracy=text,
            sources=(LayerSource(path),), classes=MappingProxyType(classes or {}),
        )  # fmt: skip

    return made


def drawn(image):
    """Return the image of a page; its pixels are places in its palette."""
    return Image.open(io.BytesIO(base64.b64decode(image["url"].partition(",")[2])))


def pixels(image):
    return np.asarray(drawn(image))


def colour_at(image, column_share, row_share):
    picture = drawn(image)
    place = int(column_share * picture.width), int(row_share * picture.height)
    red, green, blue, alpha = picture.convert("RGBA").getpixel(place)
    return f"#{red:02x}{green:02x}{blue:02x}" if alpha else None


def test_a_class_keeps_its_place_and_the_colour_of_its_legend(layer):
    spec = layer(
        np.array([[1, 2], [3, 3]], "uint8"), classes={"forest": (1.0,), "水域": (2.0,), "mine": (3.0,)}
    )
    image = raster_image(spec, ZONE, {})
    legend = {entry.key: entry for entry in image["legend"]}
    assert [entry.title.zh for entry in image["legend"]] == ["林地", "水域", "mine"]
    assert legend["forest"].colour == known_class("forest").colour
    assert legend["mine"].colour == CLASS_COLOURS[0]
    assert colour_at(image, 0.2, 0.2) == legend["forest"].colour
    assert colour_at(image, 0.8, 0.2) == legend["水域"].colour
    assert colour_at(image, 0.8, 0.8) == legend["mine"].colour


def test_a_value_of_several_names_has_the_narrowest(layer):
    classes = {"green": (1.0, 2.0), "forest": (1.0,), "grass": (2.0,)}
    image = raster_image(layer(np.array([[1, 2]], "uint8"), classes=classes), ZONE, {})
    assert [entry.key for entry in image["legend"]] == ["forest", "grass"]


def test_values_without_a_name_are_told(layer):
    image = raster_image(layer(np.array([[1, 7], [9, 1]], "uint8"), classes={"forest": (1.0,)}), ZONE, {})
    assert [(entry.key, entry.colour) for entry in image["legend"]][1:] == [("other", RATE_MISSING)]
    assert "7, 9" in image["legend"][1].title.zh
    bare = raster_image(layer(np.array([[1, 7]], "uint8"), name="bare"), ZONE, {})
    assert [entry.key for entry in bare["legend"]] == ["1", "7"]


def test_quantities_are_drawn_in_five_classes_in_their_unit(layer):
    values = np.linspace(10, 60, 400, dtype="float32").reshape(20, 20)
    image = raster_image(layer(values, "concentration", name="pm25"), ZONE, load_indicators())
    assert [entry.colour for entry in image["legend"]] == list(RATE_COLOURS)
    assert all(entry.title.zh.endswith("µg/m³") for entry in image["legend"])
    places = pixels(image)
    shares = np.bincount(places.ravel(), minlength=6)[1:] / places.size
    assert shares == pytest.approx([0.2] * 5, abs=0.06)
    assert colour_at(image, 0.5, 0.02) == RATE_COLOURS[0]
    assert colour_at(image, 0.5, 0.98) == RATE_COLOURS[-1]


def test_no_data_and_what_lies_beyond_the_zone_are_not_drawn(layer):
    spec = layer(np.array([[1, 255], [1, 1]], "uint8"), classes={"forest": (1.0,)}, nodata=255)
    image = raster_image(spec, shapely.Polygon([(116, 38), (118, 38), (116, 40)]), {})
    assert colour_at(image, 0.9, 0.1) is None  # no data, and outside
    assert colour_at(image, 0.8, 0.6) is None  # outside
    assert colour_at(image, 0.2, 0.7) == known_class("forest").colour


def test_a_raster_elsewhere_has_no_image(layer):
    assert raster_image(layer(np.ones((4, 4), "uint8"), west=90.0), ZONE, {}) is None
    assert raster_image(layer(np.full((4, 4), 255, "uint8"), name="empty", nodata=255), ZONE, {}) is None


def test_a_restless_raster_is_drawn_coarser_until_it_is_small(layer, monkeypatch):
    noise = np.random.default_rng(1).random((700, 700)).astype("float32")
    spec = layer(noise, "concentration", name="noise")
    large = pixels(raster_image(spec, ZONE, {}))
    monkeypatch.setattr(images, "LARGEST", 60_000)
    image = raster_image(spec, ZONE, {})
    assert len(base64.b64decode(image["url"].partition(",")[2])) <= 60_000
    assert pixels(image).size < large.size


def test_classes_of_quantities_hold_every_value_also_below_zero():
    values = [-3.2, -1.0, 0.0, 0.4, 2.5, 7.9]
    classes = quantity_classes(values, "km2")
    assert classes[0].lower <= min(values)
    assert classes[-1].upper >= max(values)
    assert [one.upper for one in classes[:-1]] == [one.lower for one in classes[1:]]
    assert quantity_classes([], "km2") == []
    assert len(quantity_classes([5.0, 5.0], "km2")) == 1


def test_names_of_classes_are_known_in_both_languages():
    assert known_class("耕地") is known_class("Cropland") is load_classes()["cropland"]
    assert known_class("某类") is None
