"""Help and usage: in the language of the user, word for word from the catalogue, and no wider than the terminal."""

import re

import click
import pytest

from geozone.aligned import width_of
from geozone.cli import cli, main
from geozone.cli.help import SPOKEN, language_of_user, said
from geozone.messages import room, text

NAMES = sorted(cli.commands)
WORD = re.compile(r"\b[a-z]{3,} [a-z]{2,} [a-z]{2,}\b")  # three words in a row are a sentence of English


@pytest.fixture(autouse=True)
def english_before_and_after():
    spoken = SPOKEN.set("en")
    yield
    SPOKEN.reset(spoken)


def called(capsys, monkeypatch, *arguments, language="zh_CN.UTF-8"):
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", language)
    monkeypatch.setenv("COLUMNS", "90")
    code = 0
    try:
        main(list(arguments))
    except SystemExit as ended:
        code = ended.code
    told = capsys.readouterr()
    return code, told.out, told.err


def prose(help_):
    """Return help without its examples, which are calls."""
    return re.sub(r"(示例：|Examples:)\n( {4}.*\n)+", "", help_)


@pytest.mark.parametrize("command", [None, *NAMES])
def test_help_is_chinese_where_the_language_is_and_fits_the_terminal(capsys, monkeypatch, command):
    call = [command, "--help"] if command else ["--help"]
    code, told, _ = called(capsys, monkeypatch, *call)
    assert code == 0
    key = f"help.command_{command}" if command else "help.geozone"
    first = text(key).zh.strip().partition("\n")[0]
    assert first in told.replace("\n  ", "")
    assert not WORD.search(prose(told)), told
    assert max(map(width_of, prose(told).splitlines())) <= 88
    options = {name for one in (cli.commands[command] if command else cli).params for name in one.opts}
    assert not [name for name in options if name.startswith("--") and name not in told]


@pytest.mark.parametrize("command", [None, *NAMES])
def test_help_is_english_elsewhere_and_has_no_chinese_but_in_examples(capsys, monkeypatch, command):
    call = [command, "--help"] if command else ["--help"]
    _, told, _ = called(capsys, monkeypatch, *call, language="C.UTF-8")
    assert told.startswith("Usage: geozone")
    assert not re.search("[\u4e00-\u9fff]", prose(told))


def test_a_language_that_is_asked_for_comes_before_that_of_the_environment(capsys, monkeypatch):
    assert called(capsys, monkeypatch, "zones", "--lang", "en", "--help")[1].startswith("Usage:")
    _, told, _ = called(capsys, monkeypatch, "zones", "--help", "--lang=zh", language="en_GB.UTF-8")
    assert told.startswith("用法：")


@pytest.mark.parametrize(
    ("given", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "C"}, "en"),
        ({}, "en"),
    ],
)
def test_the_first_variable_that_is_set_tells_the_language(monkeypatch, given, language):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", "linux")
    assert language_of_user() == language


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("buld", "没有命令 buld。是否应为“build”？"),
        ("build --no-cach", "没有选项 --no-cach。是否应为“--no-cache”？"),
        ("build --cache", "没有选项 --cache。是否应为其中之一：--help、--no-cache？"),
        ("coverage a.shp", "未给出参数 ZONES。"),
        ("rates --threads 0", "--threads 的值无效：0 不在范围 x>=1 之内。"),
        ("rates --threads x", "--threads 的值无效：“x”不是整数。"),
        ("rates --lang fr", "--lang 的值无效：“fr”不在可选值之内：zh、en。"),
        ("zones --json=3", "选项 --json 不带值。"),
        ("map --out", "选项 --out 须带一个值。"),
        ("zones bth", "多余的参数：bth"),
        ("zones bth yrd", "多余的参数：bth yrd"),
    ],
)
def test_what_is_wrong_in_a_call_is_told_in_chinese(capsys, monkeypatch, call, told):
    code, out, err = called(capsys, monkeypatch, *call.split())
    assert (code, out) == (2, "")
    assert err.rstrip().endswith(f"错误：{told}")
    assert not WORD.search(err)
    code, _, err = called(capsys, monkeypatch, *call.split(), language="en_US.UTF-8")
    assert code == 2
    assert "Error: " in err
    assert not re.search("[\u4e00-\u9fff]", err)


def test_a_call_without_a_command_shows_the_help_alone(capsys, monkeypatch):
    code, _, err = called(capsys, monkeypatch)
    assert code == 2
    assert err.startswith("用法：")
    assert "错误" not in err


def test_words_of_the_library_that_are_not_known_stay_as_they_are():
    SPOKEN.set("zh")
    assert said("Something new of a later release") == "Something new of a later release"


def test_every_sentence_of_the_library_is_one_that_it_says():
    """A sentence that no release says any more would never be recognised."""
    from pathlib import Path

    source = "\n".join(path.read_text("utf-8") for path in Path(click.__file__).parent.glob("*.py"))
    written = re.sub(r"\{\w+(!r)?\}", "{}", source)
    for key, words in room("usage").items():
        parts = [part.strip(" '.:?()") for part in re.split(r"'?\{\w+\}'?", words.en)]
        longest = max(parts, key=len)
        if key.startswith(("type_", "default")) or key.endswith("_here"):
            longest = longest.strip("[]").split()[0].rstrip(".").lower()
            assert longest in written.lower(), key
        elif key not in {"not_a_number", "missing_argument", "missing_option"}:  # put together from parts
            assert longest in written, key
