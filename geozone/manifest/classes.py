"""Classes of rasters by name: what they are called and how they are drawn, as ``seeds/classes.toml`` declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from geozone.files import shipped
from geozone.manifest.declared import Declarations
from geozone.messages import Text


@dataclass(frozen=True, slots=True)
class RasterClass:
    """A class that many rasters have."""

    id: str
    title: Text
    colour: str  # ``#rrggbb``
    natural: bool = False
    made_of: tuple[str, ...] = ()  # classes that it takes together


@cache
def load_classes() -> Mapping[str, RasterClass]:
    """Return every known class by its id and by every other name for it, in small letters.

    Raises
    ------
    InputError
        If the table is not as it should be; the sentence gives file and line.
    """
    declared = Declarations.read(shipped("seeds") / "classes.toml")
    found: dict[str, RasterClass] = {}
    for key, table in declared.tables.items():
        declared.known_keys((key,), table, {"title", "colour", "written", "made_of", "natural"})
        known = RasterClass(
            key,
            Text(**table["title"]),
            table["colour"],
            table.get("natural", False),
            tuple(table.get("made_of", ())),
        )
        titles = (known.title.zh, known.title.en)
        for name in dict.fromkeys((key, *titles, *table.get("written", ()))):
            word = name.casefold()
            if found.get(word, known) is not known:
                declared.fault((key, "written"), "twice", name=name, other=found[word].id)
            found[word] = known
    declared.stop_on_faults()
    return MappingProxyType(found)


def known_class(name: str) -> RasterClass | None:
    """Return the class of a name; None for one that a user made up."""
    return load_classes().get(name.strip().casefold())


def class_title(name: str) -> Text:
    """Return what a class is called: as it is written where nobody knows it."""
    known = known_class(name)
    return known.title if known else Text(name, name)


def names_of_values(classes: Mapping[str, tuple[float, ...]]) -> dict[float, str]:
    """Return the name of every value of a raster: of several, that which fewest others share."""
    largest_first = sorted(classes.items(), key=lambda item: -len(item[1]))
    return {float(value): name for name, values in largest_first for value in values}


def natural_values(classes: Mapping[str, tuple[float, ...]]) -> frozenset[float]:
    """Return the values of a raster that stand for natural cover."""
    names = names_of_values(classes).items()
    return frozenset(value for value, name in names if (known := known_class(name)) and known.natural)
