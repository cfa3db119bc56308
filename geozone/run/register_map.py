"""Register and map of one run: features take the items that they stand for, and what does not join is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.messages import NO_TEXT, Text, listed, message, text
from geozone.model import Finding, Layer, Register, Severity, Status, Zone
from geozone.overlay.units import finest_units
from geozone.rates.completion import CODE_COLUMNS, inside_zone
from geozone.registers.feature_join import Doubt, FeatureJoin, Locate, join_features
from geozone.registers.gazetteer import embedded_gazetteer
from geozone.registers.headings import field_columns
from geozone.registers.items import NATURAL, SEVERAL
from geozone.registers.status_words import match_status
from geozone.symbology import is_sea, register_of

_JOINED = ("item_id", "status")
_NAMED = 50  # names that one finding lists
_OFFSHORE_DEGREES = 0.5  # how far off the shore of a unit a bay is looked for


def join_registers(
    layers: Mapping[str, Layer],
    registers: Mapping[str, Register],
    units: gpd.GeoDataFrame,
    zone: Zone,
    *,
    own_layers: Collection[str] = (),
    own_registers: Collection[str] = (),
) -> tuple[dict[str, Layer], dict[str, list[Finding]]]:
    """Return the layers with the statuses of their registers, and by layer what does not join, both ways.

    A bay, river or lake gets the field ``item_id`` (the item that it stands for, or several with ``;`` between them) and the
    ``status`` of that item; one that stands for no item, or for items whose statuses differ, has no status. Items outside the
    zone count in none of its rates, and are not joined either.

    Parameters
    ----------
    layers
        Layers by id, as they are shown.
    registers
        Registers by role.
    units
        Units of the zone, to find where a feature lies that does not say it.
    zone
        The zone.
    own_layers, own_registers
        Ids of the layers and roles of the registers that the user supplies: what does not join of them is a warning.
    """
    joined, findings = dict(layers), dict[str, list[Finding]]()
    for name, layer in layers.items():
        role = register_of(layer.spec.role if layer.spec else None)
        if role not in registers or not len(layer.data):
            continue
        register = _in_zone(registers[role], zone)
        attributes = pd.DataFrame(layer.data.drop(columns=layer.data.geometry.name))
        join = join_features(
            attributes,
            register.items,
            embedded_gazetteer,
            locate=_locator(layer.data, units),
            unnamed={layer.spec.title.zh} if layer.spec else (),
            unit_names=dict(zip(units["code"].astype(str), units["name"].astype(str), strict=True)),
            alone=is_sea(register.role),
        )
        told = _Told(layer, register, join, name in own_layers, role in own_registers)
        findings[name] = told.everything(attributes)
        joined[name] = replace(layer, data=_with_items(layer.data, register, join))
    return joined, findings


def _in_zone(register: Register, zone: Zone) -> Register:
    codes = register.items[list(CODE_COLUMNS)].itertuples(index=False)
    inside = np.fromiter((inside_zone(row, zone) for row in codes), bool, len(register.items))
    return replace(register, items=register.items.loc[inside].reset_index(drop=True))


def _with_items(data: gpd.GeoDataFrame, register: Register, join: FeatureJoin) -> gpd.GeoDataFrame:
    ids, statuses = list(register.items["item_id"]), list(register.items["status"])
    common = [{statuses[row] for row in rows} for rows in join.items]
    # tables of a GeoPackage do not tell STATUS from status
    alike = [name for name in data.columns if str(name).casefold() in _JOINED and name not in _JOINED]
    return data.rename(columns={name: f"{name}_file" for name in alike}).assign(
        item_id=[SEVERAL.join(str(ids[row]) for row in rows) or None for rows in join.items],
        status=[next(iter(each)) if len(each) == 1 else None for each in common],
    )


def _locator(data: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> Locate:
    """Return where a feature lies: the finest units that it meets, or the nearest one to a feature at sea."""
    finest = finest_units(units)
    codes = finest["code"].astype(str).to_numpy()
    tree = shapely.STRtree(finest.geometry.to_numpy())

    def locate(feature: int) -> tuple[str, ...]:
        shape = data.geometry.iloc[feature]
        if shape is None or shape.is_empty:
            return ()
        met = tree.query(shape, predicate="intersects")
        if not len(met):
            met = tree.query_nearest(shape, max_distance=_OFFSHORE_DEGREES)
        return tuple(codes[np.sort(met)])

    return locate


@dataclass
class _Told:
    """The findings of one layer and its register."""

    layer: Layer
    register: Register
    join: FeatureJoin
    own_layer: bool
    own_register: bool
    findings: list[Finding] = field(default_factory=list)

    def everything(self, attributes: pd.DataFrame) -> list[Finding]:
        self._not_drawn()
        self._off_register(attributes)
        self._doubts(attributes)
        self._own_statuses(attributes)
        return self.findings

    def _tell(self, kind: str, names: Sequence[Text], *, warn: bool, layer: str) -> None:
        count, shown = len(names), names[:_NAMED]
        more = text("run.join_more", count=count) if count > len(shown) else NO_TEXT
        listed = _listing(shown)
        listed = Text(listed.zh + more.zh, listed.en + more.en)
        title = self.layer.spec.title if self.layer.spec else self.layer.id
        self.findings.append(
            Finding(
                f"register_{kind}",
                Severity.WARNING if warn else Severity.NOTE,
                layer,
                message(f"run.{kind}", register=self.register.id, layer=title, count=count, names=listed),
                message(f"run.{kind}_remedy"),
            )
        )

    def _not_drawn(self) -> None:
        names = [name for row, name in enumerate(self._items()) if row not in self.join.joined]
        if names:
            warn = self.own_layer or self.own_register
            self._tell("not_drawn", names, warn=warn, layer=self.register.id)

    def _off_register(self, attributes: pd.DataFrame) -> None:
        kinds = attributes["kind"] if "kind" in attributes else pd.Series("", index=attributes.index)
        off = np.array([not rows for rows in self.join.items], dtype=bool)
        natural = off & (kinds == NATURAL).to_numpy(dtype=bool)
        for kind, chosen in (("natural_bays", natural), ("off_register", off & ~natural)):
            if chosen.any():
                names = self._features(attributes, np.flatnonzero(chosen).tolist())
                warn = self.own_layer and kind == "off_register"
                self._tell(kind, names, warn=warn, layer=self.layer.id)

    def _doubts(self, attributes: pd.DataFrame) -> None:
        items = self._items()
        by_kind: dict[str, list[Doubt]] = {}
        for doubt in self.join.doubts:
            by_kind.setdefault(doubt.kind, []).append(doubt)
        for kind, doubts in by_kind.items():
            features = self._features(attributes, [doubt.feature for doubt in doubts])
            pairs = [
                text("run.join_pair", feature=feature, items=_listing([items[row] for row in doubt.items]))
                for feature, doubt in zip(features, doubts, strict=True)
            ]
            warn = kind != "elsewhere" and (self.own_layer or self.own_register)
            self._tell(f"join_{kind}", pairs, warn=warn, layer=self.register.id)

    def _own_statuses(self, attributes: pd.DataFrame) -> None:
        """Tell where the layer says another status than the register, which leads."""
        heading = field_columns([str(name) for name in attributes.columns]).get("status")
        if heading is None:
            return
        listed = [Status(status) for status in self.register.items["status"]]
        differing: dict[int, tuple[Status, Status]] = {}
        for feature, (word, rows) in enumerate(zip(attributes[heading], self.join.items, strict=True)):
            said = match_status(word) if isinstance(word, str) and word else None
            if said in (None, Status.UNKNOWN):  # a layer that does not know contradicts nothing
                continue
            if rows and said not in {listed[row] for row in rows}:
                differing[feature] = (said, listed[rows[0]])
        if differing:
            names = [
                text(
                    "run.status_pair",
                    feature=feature,
                    layer=text(f"words.status_{said}"),
                    register=text(f"words.status_{item}"),
                )
                for feature, (said, item) in zip(
                    self._features(attributes, list(differing)), differing.values(), strict=True
                )
            ]
            self._tell("statuses_differ", names, warn=True, layer=self.register.id)

    def _items(self) -> list[Text]:
        return [Text(str(name), str(name)) for name in self.register.items["name"]]

    @staticmethod
    def _features(attributes: pd.DataFrame, places: Sequence[int]) -> list[Text]:
        """Return how features are called: by their names, else by their numbers in the file."""
        names = attributes["name"] if "name" in attributes else pd.Series("", index=attributes.index)
        found = []
        for place in places:
            name = names.iloc[place]
            word = name if isinstance(name, str) and name else f"#{attributes.index[place]}"
            found.append(Text(word, word))
        return found


def _listing(names: Sequence[Text]) -> Text:
    return listed(names)
