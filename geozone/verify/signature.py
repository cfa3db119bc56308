"""The detached signature of a folder: every file stands in SHA256SUMS with its digest, and that list is signed.

The list is the one of ``sha256sum``, and the signature that of OpenSSH (``ssh-keygen -Y sign -n geozone``), so that both can be
made and checked without geozone. Run records are in the list like all else, and they say what the other files hold.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Collection, Iterator
from pathlib import Path

from geozone.errors import InputError, UsageError
from geozone.files import digest
from geozone.messages import message
from geozone.verify.check import Check, failed, passed

SUMS = "SHA256SUMS"
SIGNATURE = f"{SUMS}.sig"
NAMESPACE = "geozone"  # what the signature is for; one that was made for something else does not count
_PROGRAM = "ssh-keygen"
_LINE = re.compile(r"([0-9a-f]{64}) [ *](?:\./)?(.+)")


def signature_checks(folder: Path, signers: Path, sound: Collection[str]) -> Iterator[Check]:
    """Yield the checks of the signature, and of every file against the list that was signed.

    Parameters
    ----------
    folder
        The folder of builds.
    signers
        Who may sign, and by which key: a file as OpenSSH reads it (``allowed_signers``).
    sound
        The files that hold what the run records say, whether or not a program has saved them anew.

    Raises
    ------
    InputError
        If the file of signers is missing.
    UsageError
        If OpenSSH is not installed.
    """
    if not signers.is_file():
        raise InputError("verify.no_signers", path=signers)
    program = shutil.which(_PROGRAM)
    if program is None:
        raise UsageError("verify.no_ssh_keygen")
    missing = [name for name in (SUMS, SIGNATURE) if not (folder / name).is_file()]
    if missing:
        yield from (failed(name, message("verify.unsigned")) for name in missing)
        return
    signed = (folder / SUMS).read_bytes()
    signer = _signer(program, folder / SIGNATURE, signers, signed)
    if signer is None:
        yield failed(SIGNATURE, message("verify.signature_wrong", signers=signers.name))
        return
    yield passed(SIGNATURE, message("verify.signature_right", signer=signer))
    yield from _listed(folder, signed.decode("utf-8", "replace"), sound)


def _signer(program: str, signature: Path, signers: Path, signed: bytes) -> str | None:
    """Return who of the signers made a signature of these bytes; None where it was nobody."""
    named = _said(program, "find-principals", signature, signers, signed)
    for signer in (named or "").splitlines():
        if _said(program, "verify", signature, signers, signed, "-n", NAMESPACE, "-I", signer) is not None:
            return signer
    return None


def _said(program: str, what: str, signature: Path, signers: Path, signed: bytes, *more: str) -> str | None:
    command = [program, "-Y", what, "-s", str(signature.absolute()), "-f", str(signers.absolute()), *more]
    done = subprocess.run(command, input=signed, capture_output=True, check=False, timeout=60)  # noqa: S603 - no shell
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None


def _listed(folder: Path, words: str, sound: Collection[str]) -> Iterator[Check]:
    """Yield a check of every file that is listed, and of every one that is there."""
    listed: dict[str, str] = {}
    for line in words.splitlines():
        found = _LINE.fullmatch(line.rstrip("\r"))
        if found is None:
            yield failed(SUMS, message("verify.sums_line", line=line[:80]))
        else:
            listed[found[2]] = found[1]
    there = {path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")}
    for name in sorted(there - {SUMS, SIGNATURE} - set(listed)):
        yield failed(name, message("verify.not_signed"))
    for name, expected in sorted(listed.items()):
        if name not in there:
            yield failed(name, message("verify.signed_missing"))
        elif digest(folder / name) == expected:
            yield passed(name, message("verify.signed_same"))
        elif name in sound:
            yield passed(name, message("verify.signed_anew"))
        else:
            yield failed(name, message("verify.signed_other"))
