"""Where everything on the page comes from: layers, registers and reported figures, each with its origin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from geozone.figures.embedded import origin_of
from geozone.manifest.inputs import register_title
from geozone.manifest.origins import licence_of
from geozone.manifest.roles import load_roles
from geozone.maps.plain import Strings, clean
from geozone.messages import NO_TEXT, Text, listed, text
from geozone.model import Basis, LayerSpec, Origin, ZoneResult
from geozone.rates.figures import Figure

LAYER, REGISTER, FIGURES = "layer", "register", "figures"
_UNSAID = {"", "unknown"}


@dataclass(frozen=True, slots=True)
class Source:
    """An input with its origin."""

    sort: str  # LAYER, REGISTER or FIGURES
    id: str
    title: Text
    basis: Basis
    source: Text
    date: str
    licence: Text = NO_TEXT
    accuracy: Text = NO_TEXT
    note: Text = NO_TEXT
    taken: str = ""  # date when it was taken
    citation: Text = NO_TEXT


def sources(result: ZoneResult) -> list[Source]:
    """Return every input that a number or a drawing of the page is made from."""
    return [*_layers(result), *_registers(result), *_figures(result)]


def source_entries(result: ZoneResult, strings: Strings) -> list[dict[str, Any]]:
    """Return the sources for the page."""
    return [
        {
            "sort": one.sort,
            "id": clean(one.id),
            "title": strings.add(one.title),
            "basis": one.basis.value,
            "source": strings.add(one.source),
            "date": "" if one.date in _UNSAID else clean(one.date),
            "licence": strings.add(one.licence),
            "accuracy": strings.add(one.accuracy),
            "note": strings.add(one.note),
            "taken": clean(one.taken),
            "citation": strings.add(one.citation),
        }
        for one in sources(result)
    ]


def _layers(result: ZoneResult) -> Iterator[Source]:
    """Yield the layers that were read and used, each vintage once, and those that were made and are drawn."""
    specs: dict[str, LayerSpec] = {name: layer.spec for name, layer in result.layers.items() if layer.spec}
    specs |= dict(result.rasters)
    specs |= {layer.spec.id: layer.spec for layer in result.backdrop.values() if layer.spec}
    seen: set[tuple[str, str]] = set()
    told: set[str] = set()
    for entry in result.inputs:
        name, role = entry.get("id"), load_roles().get(str(entry.get("role")))
        vintage = str(entry.get("vintage") or "")
        if not name or role is None or not entry.get("used", True) or (name, vintage) in seen:
            continue
        seen.add((name, vintage))
        told.add(name)
        spec = specs.get(name)
        if spec is not None and spec.vintage == vintage:
            yield _layer(spec)
        else:  # the boundary, the relief, an older vintage
            title = (
                text("maps.vintage_of", layer=spec.title, date=vintage) if spec is not None else role.title
            )
            licence = str(entry.get("licence") or "")
            yield Source(
                LAYER, name, title, Basis(entry["basis"]), _text(entry.get("source")), vintage,
                Text(licence, licence),
            )  # fmt: skip
    yield from (_layer(spec) for name, spec in specs.items() if name not in told)


def _layer(spec: LayerSpec) -> Source:
    licence = Text(spec.licence, spec.licence)
    return Source(
        LAYER, spec.id, spec.title, spec.basis, spec.source, spec.vintage, licence, spec.accuracy, spec.note or NO_TEXT,
        *_taken(spec.origins),
    )  # fmt: skip


def _taken(origins: Sequence[Origin]) -> tuple[str, Text]:
    """Return when some origins were taken, and how their producers want them cited."""
    days = dict.fromkeys(origin.taken for origin in origins if origin.taken)
    cited = dict.fromkeys(origin.citation for origin in origins if origin.citation.zh)
    return ", ".join(days), listed(cited, "; ")


def _registers(result: ZoneResult) -> Iterator[Source]:
    for name, register in result.registers.items():
        yield Source(
            REGISTER, name, register_title(name), register.basis, register.source, str(register.as_of),
            licence_of(register.origins), note=text("maps.amount_items", amount=len(register.items)),
            taken=_taken(register.origins)[0], citation=_taken(register.origins)[1],
        )  # fmt: skip


def _figures(result: ZoneResult) -> Iterator[Source]:
    """Yield the publications that the figures of the page's indicators stand in, each once."""
    if result.figures is None:
        return
    asked = {rate.indicator for rate in result.rates}
    asked |= {name for one in asked if one in result.indicators for name in result.indicators[one].figures}
    found: dict[tuple[str, Basis], list[Figure]] = {}
    for figure in result.figures.all:
        if figure.indicator in asked:
            found.setdefault((figure.source.zh, figure.basis), []).append(figure)
    for number, ((_, basis), figures) in enumerate(found.items()):
        origin = origin_of(figures[0])
        names = {figure.indicator for figure in figures}
        titles = [result.indicators[name].title for name in names if name in result.indicators]
        yield Source(
            FIGURES,
            f"figures-{number}",
            origin.title if origin else figures[0].source,
            basis,
            origin.producer if origin else NO_TEXT,
            max(figure.published for figure in figures),
            origin.licence if origin else NO_TEXT,
            note=listed(sorted(titles, key=lambda title: title.zh)),
            taken=origin.taken if origin else "",
        )


def _text(value: Any) -> Text:
    return value if isinstance(value, Text) else Text(str(value or ""), str(value or ""))
