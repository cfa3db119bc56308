"""Units as people write them."""

from collections import Counter
from decimal import Decimal

import pytest

from geozone.manifest.units import Written, load_units, multiples, read_unit, written_units


def test_no_writing_means_two_units():
    assert [word for word, count in Counter(word for word, _ in written_units()).items() if count > 1] == []


def test_a_multiple_before_a_unit_never_spells_another_unit():
    """千 before 米 is 千米, which is a unit by itself: the two readings have to agree."""
    units, writings = load_units(), dict(written_units())
    for word, key in writings.items():
        for multiple, times in multiples().items():
            short = writings.get(word.removeprefix(multiple)) if word.startswith(multiple) else None
            if short and units[short].base == units[key].base:
                assert float(times) * units[short].factor == pytest.approx(units[key].factor)


@pytest.mark.parametrize(
    ("written", "unit", "multiple"),
    [
        ("µg/m³", "ug/m3", 1), ("μg/m3", "ug/m3", 1), ("ug/m^3", "ug/m3", 1), ("微克/立方米", "ug/m3", 1), ("㎍/㎥", "ug/m3", 1),
        ("毫克／立方米", "mg/m3", 1), ("吨", "t", 1), ("万吨", "t", 10_000), ("亿吨", "t", 100_000_000), ("百万吨", "million_t", 1),
        ("千瓦", "kw", 1), ("万千瓦", "kw", 10_000), ("亿千瓦", "kw", 100_000_000), ("百万千瓦", "million_kw", 1),
        ("兆瓦", "mw", 1), ("GW", "million_kw", 1), ("万 kW", "kw", 10_000), ("个", "count", 1), ("万个", "count", 10_000),
        ("个/年", "per_year", 1), ("天", "days", 1), ("平方公里", "km2", 1), ("km²", "km2", 1), ("㎢", "km2", 1),
        ("万平方千米", "km2", 10_000), ("公顷", "ha", 1), ("万公顷", "ha", 10_000), ("万亩", "mu", 10_000), ("米", "m", 1),
        ("千米", "km", 1), ("类", "class", 1), ("个百分点", "percentage_points", 1), ("百分点", "percentage_points", 1),
        ("％", "%", 1), ("percent", "%", 1), ("million km2", "km2", 1_000_000),
    ],
)  # fmt: skip
def test_a_unit_is_read_as_people_write_it(written, unit, multiple):
    assert read_unit(written) == Written(unit, Decimal(multiple))


@pytest.mark.parametrize(
    "written", ["", "-", "万", "吨标准煤", "万千瓦时", "吨/亿元", "平方", "克", "μg", "元", "‰"]
)
def test_what_is_no_unit_of_the_table_is_not_taken_for_one(written):
    assert read_unit(written) is None
