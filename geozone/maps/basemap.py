"""Base maps under the page's own map: none by default, since they ask a host for images.

A service in GCJ-02 or BD-09 is refused: its ground lies some hundred metres beside the data, and data shifted
to fit it would be wrong everywhere else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from geozone.errors import UsageError
from geozone.messages import Text

SHIFTED_HOSTS = re.compile(
    r"(^|\.)(amap\.com|autonavi\.com|gaode\.com|qq\.com|gtimg\.com|google\.cn|map\.baidu\.com|bdimg\.com|bdstatic\.com)$"
)
TIANDITU_LAYERS = {"vector": ("vec", "cva"), "imagery": ("img", "cia"), "terrain": ("ter", "cta")}


@dataclass(frozen=True, slots=True)
class BaseMap:
    """Tiles in Web Mercator, WGS 84 or CGCS2000.

    Parameters
    ----------
    title
        What the layer switch says.
    urls
        Addresses of the tiles, drawn one over the other, with ``{x}``, ``{y}``, ``{z}`` and perhaps ``{s}``.
    attribution
        Whom the map names.
    subdomains
        What stands for ``{s}``.
    """

    title: Text
    urls: tuple[str, ...]
    attribution: str
    subdomains: tuple[str, ...] = ()

    def hosts(self) -> tuple[str, ...]:
        """Return the origins that images are loaded from.

        Raises
        ------
        UsageError
            If an address is not one of tiles over https or http, or its service is in GCJ-02 or BD-09.
        """
        origins: dict[str, None] = {}
        for url in self.urls:
            for part in self.subdomains or ("",):
                address = urlsplit(url.replace("{s}", part))
                host = address.hostname or ""
                if address.scheme not in {"https", "http"} or not re.fullmatch(r"[\w.-]+", host):
                    raise UsageError("maps.base_map_address", address=url)
                if SHIFTED_HOSTS.search(host):
                    raise UsageError("maps.base_map_shifted", host=host)
                port = f":{address.port}" if address.port else ""
                origins[f"{address.scheme}://{host}{port}"] = None
        return tuple(origins)


def tianditu(key: str, layer: str = "vector") -> BaseMap:
    """Return Tianditu (CGCS2000) with the user's key: ``vector``, ``imagery`` or ``terrain`` with its names.

    Raises
    ------
    UsageError
        If there is no such layer or the key is not one.
    """
    if layer not in TIANDITU_LAYERS or not re.fullmatch(r"[0-9A-Za-z]+", key):
        raise UsageError("maps.base_map_tianditu", choices=", ".join(TIANDITU_LAYERS))
    urls = tuple(
        f"https://t{{s}}.tianditu.gov.cn/DataServer?T={name}_w&x={{x}}&y={{y}}&l={{z}}&tk={key}"
        for name in TIANDITU_LAYERS[layer]
    )
    return BaseMap(Text("天地图", "Tianditu"), urls, "天地图 Tianditu", tuple("01234567"))


def openstreetmap() -> BaseMap:
    """Return the tiles of OpenStreetMap, for light use as its rules ask."""
    return BaseMap(
        Text("OpenStreetMap", "OpenStreetMap"),
        ("https://tile.openstreetmap.org/{z}/{x}/{y}.png",),
        "© OpenStreetMap contributors",
    )


def parse_base_map(words: str) -> BaseMap:
    """Return the base map that a user names: ``tianditu:KEY``, ``osm``, or an address with ``{x} {y} {z}``.

    Raises
    ------
    UsageError
        If it is none of these, or its service is in GCJ-02 or BD-09.
    """
    name, _, key = words.partition(":")
    if name == "tianditu":
        return tianditu(key)
    if words == "osm":
        return openstreetmap()
    host = urlsplit(words).hostname or words
    base_map = BaseMap(Text(host, host), (words,), host)
    base_map.hosts()
    return base_map
