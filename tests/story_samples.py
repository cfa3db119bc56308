"""Stories of a made-up zone: what a register or a reported figure says in a sentence, small enough to follow by hand."""

from dataclasses import replace

import pandas as pd
from rate_samples import ZONE, compute_rates, register, target, units

from geozone.manifest.indicators import load_indicators
from geozone.messages import Text
from geozone.model import Basis, Comparator, Status, ZoneResult
from geozone.rates.figures import Figure, Figures
from geozone.story.amounts import NARROW

PLACE = Text("样本区", "the sample zone")
BUILT, UNKNOWN, PLANNED = Status.BUILT, Status.UNKNOWN, Status.PLANNED
GOAL = target(region=PLACE, printed={"d": "55%"})


def bays(built, unknown, planned, *, basis=Basis.SYNTHETIC, dates="2024", **more):
    rows = [(BUILT, dates if isinstance(dates, str) else dates[place], None, 1.0) for place in range(built)]
    rows += [(UNKNOWN, "", None, 1.0)] * unknown + [(PLANNED, "", None, 1.0)] * planned
    return register(rows, basis, **more)


def result_of(*, targets=(GOAL,), registers=None, figures=()):
    """Return a result that holds rates, and nothing that could be drawn."""
    zone = replace(ZONE, short=PLACE)

    given = {"zone": zone, "units": units(), "mosaic": pd.DataFrame(), "lengths": {}, "layers": {}}
    rates = compute_rates(**given, registers=registers or {}, targets=list(targets), figures=figures)
    return ZoneResult(
        zone=zone, title=PLACE, review_number="", units=units(), layers={}, mosaic=pd.DataFrame(), rates=rates,
        targets=list(targets), documents={}, registers=registers or {}, indicators=load_indicators(),
        figures=Figures(figures), embedded=True,
    )  # fmt: skip


def plain(text):
    return text.zh.replace(NARROW, "_"), text.en.replace(NARROW, "_")


# the worked cases that need no published data; in the file of the rules they are numbered 18 to 24
CASES = {
    "all known, met": (
        bays(12, 0, 8),
        "（示例数据）名录 20_个海湾中已建成 12_个，美丽海湾建成率 60.0%，已达到 2027_年目标（不低于 55%）。",
        "(Sample data) 12 of the 20 bays on the register are completed, 60.0%: the 2027 target of at least 55% is met.",
    ),
    "all known, not met": (
        bays(9, 0, 11, dates="2012"),
        "（示例数据）名录 20_个海湾中已建成 9_个，美丽海湾建成率 45.0%，未达到 2027_年目标（不低于 55%），还需建成 2_个。",
        "(Sample data) 9 of the 20 bays on the register are completed, 45.0%: the 2027 target of at least 55% is not met; 2 more are needed.",
    ),
    "both ends reach the target": (
        bays(11, 4, 5),
        "（示例数据）名录 20_个海湾中已建成 11_个，另有 4_个状态未知，美丽海湾建成率至少 55.0%，已达到 2027_年目标（不低于 55%）。",
        "(Sample data) 11 of the 20 bays on the register are completed and 4 are of unknown status, at least 55.0%: the 2027 target of at least 55% is met.",
    ),
    "both ends below the target": (
        bays(7, 3, 10, dates=""),
        "（示例数据）名录 20_个海湾中已建成 7_个，即使状态未知的 3_个全部建成，美丽海湾建成率也只有 50.0%，未达到 2027_年目标（不低于 55%），至少还需建成 1_个。",
        "(Sample data) 7 of the 20 bays on the register are completed; even if all 3 of unknown status were, it would be 50.0%: the 2027 target of at least 55% is not met, at least 1 more is needed.",
    ),
    "the range straddles the target": (
        bays(9, 4, 7, dates=""),
        "（示例数据）名录 20_个海湾中已建成 9_个，美丽海湾建成率 45.0%～65.0%；能否达到 2027_年目标（不低于 55%）取决于 4_个状态未知的海湾，不作判定。",
        "(Sample data) 9 of the 20 bays on the register are completed, 45.0% to 65.0%; whether the 2027 target of at least 55% is met depends on 4 bays of unknown status: not judged.",
    ),
    "all unknown": (
        bays(0, 20, 0),
        "（示例数据）名录 20_个海湾的状态均未知，美丽海湾建成率（2027_年目标不低于 55%）不作判定。",
        "(Sample data) All 20 bays on the register are of unknown status: their completion rate (2027 target at least 55%) is not judged.",
    ),
    "all known, on schedule": (
        bays(8, 0, 12, dates=["2023"] * 6 + ["2025"] * 2),
        "（示例数据）名录 20_个海湾中 2025_年末已建成 8_个，美丽海湾建成率 40.0%，比上年末增加 2_个；2027_年目标（不低于 55%）需 11_个，每年需 1.5_个，符合进度。",
        "(Sample data) 8 of the 20 bays on the register were completed at the end of 2025, 40.0%, 2 more than a year before; the 2027 target of at least 55% needs 11, 1.5 a year: on schedule.",
    ),
}  # fmt: skip


def figure(value, year=2024, indicator="forest_cover", unit="%", **more):
    given = {
        "comparator": "=",
        "kind": "value",
        "published": "2025-01",
        "short": Text("某厅", "the department"),
    }
    return Figure(
        indicator, "z", PLACE, year, value, unit, basis=Basis.PUBLIC, source=PLACE, **(given | more)
    )


def asked(value=35.0, comparator=Comparator.AT_LEAST, **more):
    return target(comparator=comparator, value=value, region=PLACE, indicator="forest_cover", **more)
