"""Pack the plugin as a zip that QGIS's plugin manager installs: its code, and the words and names that it shows.

``python -m geozone.qgis_plugin.pack [FILE]``
"""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import geozone
from geozone.choices import EDITIONS
from geozone.files import whole_file
from geozone.messages import room
from geozone.seeds import load_zones
from geozone.standards.declared import load_standard, standard_ids

PACKAGE = "geozone_processing"  # the name of the plugin's folder in QGIS
OUTPUT = Path("dist/geozone_qgis_plugin.zip")
_ROOM = "qgis_plugin"  # of the catalogue
_QGIS = "3.22"  # the oldest that the plugin works in
_DATE = (2000, 1, 1, 0, 0, 0)  # equal content, equal bytes
_PACKED = {".py", ".svg"}


def words() -> str:
    """Return what the plugin shows, as JSON: its texts, the zones and the editions of a build, and the standards."""
    content = {
        "words": {key: {"zh": text.zh, "en": text.en} for key, text in room(_ROOM).items()},
        "zones": {key: {"zh": zone.title.zh, "en": zone.title.en} for key, zone in load_zones().items()},
        "editions": list(EDITIONS),
        "standards": {
            key: {"zh": title.zh, "en": title.en}
            for key, title in ((key, load_standard(key).title) for key in standard_ids())
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=False)


def metadata() -> str:
    """Return how the plugin manager shows the plugin."""
    texts = room(_ROOM)
    return "\n".join((
        "[general]",
        "name=geozone",
        f"version={geozone.__version__}",
        f"qgisMinimumVersion={_QGIS}",
        f"description={texts['description'].en}",
        f"description[zh]={texts['description'].zh}",
        f"description[zh_CN]={texts['description'].zh}",
        f"about={texts['about'].en} {texts['about'].zh}",
        "author=geozone",
        "icon=icon.svg",
        "hasProcessingProvider=yes",
        "experimental=False",
        "",
    ))  # fmt: skip


def pack(path: Path) -> Path:
    """Write the zip and return its path."""
    folder = Path(__file__).with_name(PACKAGE)
    parts = {
        f"{PACKAGE}/{file.name}": file.read_bytes()
        for file in sorted(folder.iterdir())
        if file.suffix in _PACKED
    }
    parts[f"{PACKAGE}/catalogue.json"] = words().encode("utf-8")
    parts[f"{PACKAGE}/metadata.txt"] = metadata().encode("utf-8")
    with whole_file(path) as unfinished, zipfile.ZipFile(unfinished, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{pack(Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT)}\n")
