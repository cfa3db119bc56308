"""Encodings are judged on all text; text that is lost is told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geozone.read.encoding import Guess, codec, decode, decode_all, guess, score

NAMES = ["承德市", "滏阳河", "鹰手营子矿区", "围场满族蒙古族自治县", "陆域生态保护红线"]
HANZI = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("name", NAMES)
def test_one_name_is_enough(name, encoding):
    assert guess([name.encode(encoding)]) == Guess(encoding, sure=True)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_name_cut_by_the_width_of_its_field_counts_without_its_last_character(encoding):
    texts = [name.encode(encoding)[:-1] for name in NAMES]
    assert guess(texts).encoding == encoding
    assert decode_all(texts, encoding) == [name[:-1] for name in NAMES]


@given(st.lists(st.text(HANZI, min_size=4, max_size=12), min_size=3, max_size=20))
def test_any_chinese_text_in_utf8_is_told(texts):
    assert guess([text.encode() for text in texts]).encoding == "utf-8"


@given(
    st.lists(st.text(st.characters(codec="gb18030"), max_size=12), max_size=20),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_decoding_together_is_decoding_one_by_one(texts, encoding):
    raw = [text.encode(encoding, "ignore") for text in texts]
    assert decode_all(raw, encoding) == [text.decode(encoding, "replace") for text in raw]


def test_accents_are_not_taken_for_chinese():
    assert guess(["Zürich".encode()]) == Guess("utf-8", sure=True)
    assert guess(["Zürich".encode("cp1252")]) == Guess("cp1252", sure=False)


@pytest.mark.parametrize("words", ["117°12'30''", "117°12'30\"E", "3×4 m", "12.5 km²"])
def test_signs_behind_digits_are_not_taken_for_chinese(words):
    assert guess([words.encode()]).encoding == "utf-8"


def test_text_that_is_neither_is_not_sure():
    assert not guess(["Київ".encode("koi8-u")]).sure
    assert guess(["台北市政府".encode("big5")]) == Guess("big5", sure=False)


def test_lost_text_says_nothing_of_the_encoding():
    lost = "长\ufffd\ufffd河".encode()
    found = guess([lost, "黄河水系".encode("gb18030")])
    assert (found.encoding, found.lost) == ("gb18030", 1)
    assert not guess([lost]).sure


def test_counting_stops_where_it_is_settled():
    assert score(["中国".encode("gb18030") * 5000], "utf-8") == (1000, 0.0)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("GBK", "gb18030"),
        ("936", "gb18030"),
        ("ANSI 936", "gb18030"),
        ("UTF-8\r\n", "utf-8"),
        ("ANSI 1250", "cp1250"),
        ("Big-5", "big5"),
        ("koi8r", "koi8-r"),
        ("<!DOCTYPE html>", None),
        ("OEM", None),
    ],
)
def test_names_of_encodings_as_files_write_them(said, meant):
    assert codec(said) == meant


def test_a_text_that_is_not_in_an_encoding_is_not_decoded():
    assert decode("承德".encode("gb18030"), "utf-8") is None
    assert decode("承德".encode(), "no such codec") is None
