"""Parsed tables of geozone's own TOML files, kept beside them."""

import os
import sys
import tomllib

import pytest

from geozone import toml_tables
from geozone.files import shipped
from geozone.toml_tables import read_tables

OWN = sorted(
    path
    for folder in (shipped("seeds"), shipped("layers"), toml_tables._PACKAGE)
    for path in folder.rglob("*.toml")
    if "node_modules" not in path.parts
)


def kept_of(folder):
    return sorted(folder.rglob("*.opt-toml.pyc"))


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Return a file of a folder that counts as geozone's own, for a Python that keeps what it compiles."""
    monkeypatch.setattr(toml_tables, "_OWN", (tmp_path,))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "words.toml"
    path.write_text("['水']\nwords = ['河', 'ü']\nshare = 0.1\n", "utf-8")
    return path


def test_every_own_file_says_the_same_when_it_is_read_again():
    assert OWN
    for path in OWN:
        parsed = tomllib.loads(path.read_text("utf-8"))
        assert [read_tables(path), read_tables(path)] == [parsed, parsed], path


def test_tables_are_parsed_once_as_long_as_the_text_stays(own, monkeypatch):
    first = read_tables(own)
    assert len(kept_of(own.parent)) == 1
    with monkeypatch.context() as patch:
        patch.setattr(toml_tables.tomllib, "loads", None)
        again = read_tables(own)
    assert first == again == {"水": {"words": ["河", "ü"], "share": 0.1}}
    again["水"]["words"].append("湖")  # whoever changes what was read changes it for nobody else
    assert read_tables(own) == first
    stamp = own.stat()
    own.write_text(own.read_text("utf-8").replace("河", "海"), "utf-8")  # as long, and of the same moment
    os.utime(own, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert read_tables(own)["水"]["words"] == ["海", "ü"]


@pytest.mark.parametrize("harm", [lambda raw: raw[:0], lambda raw: raw[:-3], lambda raw: raw[:32] + b"\xff"])
def test_what_is_kept_and_damaged_is_parsed_anew(own, harm):
    first = read_tables(own)
    (kept,) = kept_of(own.parent)
    kept.write_bytes(harm(kept.read_bytes()))
    assert read_tables(own) == first
    assert len(kept.read_bytes()) > 40


def test_nothing_is_kept_of_other_files_nor_where_nothing_can_be(own, tmp_path, monkeypatch):
    (tmp_path / "__pycache__").write_text("a file where the folder would be")
    assert read_tables(own)["水"]["share"] == 0.1
    (tmp_path / "__pycache__").unlink()
    own.write_text("day = 2024-01-02\n", "utf-8")
    assert read_tables(own)["day"].year == 2024
    assert kept_of(tmp_path) == []
    monkeypatch.setattr(toml_tables, "_OWN", (tmp_path / "elsewhere",))
    own.write_text("a = 1\n", "utf-8")
    assert read_tables(own) == {"a": 1}
    assert kept_of(tmp_path) == []


def test_a_fault_of_a_file_is_told_each_time(own):
    own.write_text("a = \n", "utf-8")
    for _ in range(2):
        with pytest.raises(tomllib.TOMLDecodeError):
            read_tables(own)
