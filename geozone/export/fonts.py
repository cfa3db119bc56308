"""The font of printed sheets: one of the system's fonts that has Chinese characters."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from matplotlib import font_manager

from geozone.errors import UsageError

# simplified Chinese first; a collection that an older matplotlib knows by its Japanese face only comes late
FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
    "SimHei", "Heiti SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Noto Sans CJK JP", "Noto Serif CJK SC",
    "SimSun", "AR PL UMing CN",
)  # fmt: skip
_FILE_HINTS = ("cjk", "notosanssc", "sourcehan", "wqy", "simhei", "msyh", "pingfang", "uming", "simsun")


@cache
def chinese_font() -> str:
    """Return the family of a font that has Chinese characters.

    Raises
    ------
    UsageError
        If the system has none of `FAMILIES`.
    """
    if (family := _known()) is None:
        for name in font_manager.findSystemFonts():  # installed after matplotlib listed the fonts
            if any(hint in Path(name).name.lower().replace("-", "") for hint in _FILE_HINTS):
                font_manager.fontManager.addfont(name)
        family = _known()
    if family is None:
        raise UsageError("export.no_font", families=", ".join(FAMILIES[:4]))
    return family


def _known() -> str | None:
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((family for family in FAMILIES if family in installed), None)
