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
        declared.known_keys((key,), table, {"title", "colour", "written", "made_of"})
        known = RasterClass(key, Text(**table["title"]), table["colour"], tuple(table.get("made_of", ())))
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
