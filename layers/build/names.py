"""English names of administrative units: pinyin without the generic word, or the name in usual use."""

from __future__ import annotations

import re

from pypinyin import Style, lazy_pinyin

# province-level units and autonomous areas whose usual English name is not plain pinyin
USUAL = {
    "内蒙古自治区": "Inner Mongolia", "广西壮族自治区": "Guangxi", "西藏自治区": "Xizang", "宁夏回族自治区": "Ningxia",
    "陕西省": "Shaanxi", "山西省": "Shanxi", "香港特别行政区": "Hong Kong", "澳门特别行政区": "Macao",
    "呼和浩特市": "Hohhot", "鄂尔多斯市": "Ordos", "呼伦贝尔市": "Hulunbuir", "巴彦淖尔市": "Bayannur",
    "乌兰察布市": "Ulanqab", "兴安盟": "Hinggan", "锡林郭勒盟": "Xilingol", "阿拉善盟": "Alxa", "拉萨市": "Lhasa",
    "日喀则市": "Xigaze", "昌都市": "Qamdo", "林芝市": "Nyingchi", "山南市": "Shannan", "那曲市": "Nagqu",
    "阿里地区": "Ngari", "甘孜藏族自治州": "Garze", "阿坝藏族羌族自治州": "Aba", "迪庆藏族自治州": "Deqen",
    "果洛藏族自治州": "Golog", "莲花山风景林自然保护区": "Lianhuashan Reserve", "太子山天然林保护区": "Taizishan Reserve",
    "中农发山丹马场": "Shandan Horse Farm", "神农架林区": "Shennongjia",
    "中西区": "Central and Western", "东区": "Eastern", "九龙城区": "Kowloon City", "观塘区": "Kwun Tong",
    "南区": "Southern", "深水埗区": "Sham Shui Po", "湾仔区": "Wan Chai", "黄大仙区": "Wong Tai Sin",
    "油尖旺区": "Yau Tsim Mong", "离岛区": "Islands", "葵青区": "Kwai Tsing", "北区": "North", "西贡区": "Sai Kung",
    "沙田区": "Sha Tin", "屯门区": "Tuen Mun", "大埔区": "Tai Po", "荃湾区": "Tsuen Wan", "元朗区": "Yuen Long",
}  # fmt: skip
# readings of place names that differ from the commonest reading of the character
READINGS = {
    "都": "du", "泊": "bo", "涡": "guo", "蚌": "beng", "行": "hang", "长": "chang", "番": "pan", "歙": "she",
}  # fmt: skip
EXCEPTIONS = {
    "六安": "Lu'an", "六合": "Luhe", "乐亭": "Laoting", "乐清": "Yueqing", "大城": "Daicheng", "行唐": "Xingtang",
    "朝阳": "Chaoyang", "漯河": "Luohe", "吕梁": "Lüliang", "井陉矿": "Jingxing Mining District",
    "峰峰矿": "Fengfeng Mining District", "郊": "Jiaoqu",
}  # fmt: skip
NATIONALITIES = (
    "满族|蒙古族|回族|畲族|土家族|苗族|藏族|羌族|彝族|布依族|侗族|哈尼族|壮族|傣族|白族|景颇族|傈僳族"
)
GENERIC = re.compile(rf"(?:(?:{NATIONALITIES})*自治[县州]|特别行政区|自治区|地区|林区|新区|[省市县区盟])$")
KINDS = {"县": "County", "区": "District", "市": "City"}


def english_name(name: str) -> str:
    """Return ``Beidaihe`` for ``北戴河区``; one-character names keep their kind (``She County``)."""
    if name in USUAL:
        return USUAL[name]
    stem = GENERIC.sub("", name)
    if stem in EXCEPTIONS:
        return EXCEPTIONS[stem]
    return f"{_pinyin(stem)} {KINDS[name[-1]]}" if len(stem) == 1 else _pinyin(stem)


def _pinyin(stem: str) -> str:
    syllables = [
        READINGS.get(character, syllable)
        for character, syllable in zip(stem, lazy_pinyin(stem, style=Style.NORMAL), strict=True)
    ]
    # an apostrophe keeps a syllable that starts with a vowel apart: Xi'an
    joined = syllables[0] + "".join(f"'{part}" if part[0] in "aeo" else part for part in syllables[1:])
    return joined.capitalize()
