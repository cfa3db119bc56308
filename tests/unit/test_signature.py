"""The detached signature of a delivery: who signed, every file in the list, every file as it was signed."""

import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest
from test_verify import pytestmark, whole  # noqa: F401 - the same build, under the same mark

from geozone.errors import InputError
from geozone.files import digest
from geozone.verify import _sound, held_checks
from geozone.verify.signature import SIGNATURE, SUMS, signature_checks

needs_openssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen of OpenSSH")


def write_key(folder, name):
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder / name]
    subprocess.run(command, check=True, capture_output=True)
    return folder / name


def sign(folder, key, namespace="geozone"):
    names = sorted(path.name for path in folder.iterdir() if path.name not in {SUMS, SIGNATURE})
    (folder / SUMS).write_text(
        "".join(f"{digest(folder / name)}  {name}\n" for name in names), "utf-8", newline="\n"
    )
    (folder / SIGNATURE).unlink(missing_ok=True)
    command = ["ssh-keygen", "-Y", "sign", "-n", namespace, "-f", key, folder / SUMS]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    return {name: write_key(folder, name) for name in ("office", "stranger")}


@pytest.fixture
def signers(keys, tmp_path):
    path = tmp_path / "allowed_signers"
    path.write_text("office@example.com " + keys["office"].with_suffix(".pub").read_text())
    return path


@pytest.fixture
def folder(whole, keys, tmp_path):  # noqa: F811 - a fixture
    built = shutil.copytree(whole, tmp_path / "built")
    sign(built, keys["office"])
    return built


def told(folder, signers):
    checks = signature_checks(folder, signers, _sound(held_checks(folder)))
    return {(check.file, check.message.get("en")) for check in checks if not check.passed}


@needs_openssh
def test_a_signed_delivery_passes_and_says_who_signed(folder, signers):
    checks = list(signature_checks(folder, signers, set()))
    assert all(check.passed for check in checks)
    assert checks[0].message.get("en") == "signed by office@example.com"
    assert {check.file for check in checks[1:]} == {path.name for path in folder.iterdir()} - {
        SUMS,
        SIGNATURE,
    }
    assert any(check.file == "bth_run.json" for check in checks)


@needs_openssh
def test_what_was_changed_added_or_removed_since_is_named(folder, signers):
    (folder / "bth_run.json").write_bytes((folder / "bth_run.json").read_bytes() + b" ")
    (folder / "more.csv").write_text("a")
    (folder / "bth.qgz").unlink(missing_ok=True)
    (folder / "bth_rates.csv").unlink()
    found = told(folder, signers)
    assert ("bth_run.json", "changed since it was signed") in found
    assert ("more.csv", "is not in the list that was signed") in found
    assert ("bth_rates.csv", "is in the list that was signed, but missing") in found


@needs_openssh
def test_a_geopackage_that_was_opened_since_passes_and_an_altered_one_does_not(folder, signers):
    with closing(sqlite3.connect(folder / "bth.gpkg")) as database:
        database.execute("PRAGMA journal_mode = wal")
        database.execute("UPDATE gpkg_contents SET last_change = '2026-07-01T00:00:00.000Z'")
        database.commit()
    assert told(folder, signers) == set()
    with closing(sqlite3.connect(folder / "bth.gpkg")) as database:
        database.execute("UPDATE rates SET value = 0.06 WHERE fid = 1")
        database.commit()
    assert told(folder, signers) == {("bth.gpkg", "changed since it was signed")}


@needs_openssh
@pytest.mark.parametrize("how", ["stranger", "other purpose", "other list", "no signature"])
def test_a_signature_that_is_none_of_this_list_is_told(folder, keys, signers, how):
    if how == "stranger":
        sign(folder, keys["stranger"])
    elif how == "other purpose":
        sign(folder, keys["office"], namespace="file")
    elif how == "other list":
        (folder / SUMS).write_text((folder / SUMS).read_text().replace("bth.html", "other.html"))
    else:
        (folder / SIGNATURE).unlink()
    found = told(folder, signers)
    assert {file for file, _ in found} == {SIGNATURE}
    [(_, words)] = found
    assert ("is missing" if how == "no signature" else "not valid") in words


def test_a_file_of_signers_that_is_missing_is_told(tmp_path):
    with pytest.raises(InputError, match="signers"):
        list(signature_checks(tmp_path, tmp_path / "none", set()))
