import pytest

from geozone.errors import UsageError
from geozone.files import digest, make_folder, whole_file


def test_a_file_appears_whole(tmp_path):
    with whole_file(tmp_path / "new" / "a.txt") as unfinished:
        unfinished.write_text("done")
        assert not (tmp_path / "new" / "a.txt").exists()
    assert [item.name for item in (tmp_path / "new").iterdir()] == ["a.txt"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fail():
        with whole_file(target) as unfinished:
            unfinished.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_an_unwritable_folder_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError) as caught:
        make_folder(tmp_path / "file" / "below")
    assert str(tmp_path / "file" / "below") in caught.value.get("zh")


def test_a_digest_depends_on_content_and_on_names_in_a_folder(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a").write_text("1")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "b").write_text("1")
    assert digest(tmp_path / "one" / "a") == digest(tmp_path / "two" / "b")
    assert digest(tmp_path / "one") != digest(tmp_path / "two")
