import string

import pytest
from samples import all_texts

from geozone.errors import InputError
from geozone.messages import Text, message, text


def test_every_text_has_both_languages_and_the_same_placeholders():
    for key, entry in all_texts().items():
        assert entry.zh.strip(), key
        assert entry.en.strip(), key
        names = [
            {name for _, name, _, _ in string.Formatter().parse(side) if name}
            for side in (entry.zh, entry.en)
        ]
        assert names[0] == names[1], key


def test_placeholders_take_the_language_of_the_sentence():
    inner = Text("红线", "red line")
    assert text("run.decision", layer=inner, reason="GBK") == Text("红线：GBK", "red line: GBK")


def test_an_unknown_text_is_an_error_at_once():
    with pytest.raises(KeyError):
        message("model.missing")


def test_errors_speak_both_languages():
    error = InputError("files.unwritable", path="a.gpkg", reason="read-only")
    assert "a.gpkg" in error.get("zh")
    assert str(error) == error.get("en")
    assert error.exit_code == 3


def test_sentences_join_with_a_space_in_english_only():
    assert Text("甲。", "A.") + Text("乙。", "B.") == Text("甲。乙。", "A. B.")
    assert Text("", "") + Text("乙。", "B.") == Text("乙。", "B.")
