"""Compiled code is kept by the content of all its sources, so that a new version never runs old code."""

from pathlib import Path

from geozone.overlay import engine
from geozone.overlay.compiled import kept


def test_a_change_of_any_source_gives_another_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "_FOLDER", tmp_path)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    source = tmp_path / "entry.py"
    source.write_text("entry")
    (tmp_path / "step.py").write_text("one")
    first = kept.kept_in(source)
    assert first.parent == tmp_path / "__pycache__"
    assert kept.kept_in(source) == first
    (tmp_path / "step.py").write_text("two")
    assert kept.kept_in(source) != first


def test_where_the_package_cannot_be_written_to_code_is_kept_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    (tmp_path / "file").write_text("")
    source = tmp_path / "file" / "entry.py"  # below a file nothing can be made
    monkeypatch.setattr(Path, "read_bytes", lambda path: path.name.encode())
    assert kept.kept_in(source).parent == tmp_path / ".cache" / "geozone"


def test_what_has_been_compiled_is_seen_without_loading_the_compiler():
    engine.compile_all()
    assert kept.is_compiled()
