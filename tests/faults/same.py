"""One zone built in another folder, by another user, in another locale and time zone, with other numbers of threads: the same bytes.

::

    python tests/faults/same.py
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ZONE = "hebei"
USER = "nobody"


def built(folder: Path, *options: str, user: str | None = None, **environment: str) -> dict[str, str]:
    """Build into a folder with nothing kept, and return the digests of its files; the run record has a time of day."""
    process = subprocess.run(
        [sys.executable, "-m", "geozone", "build", ZONE, "--no-cache", "--out", str(folder), *options],
        env=dict(os.environ) | environment, user=user, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if process.returncode:
        raise SystemExit(process.stderr)
    files = [path for path in folder.iterdir() if not path.name.endswith("_run.json")]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def may_build_as_another() -> bool:
    """Tell whether another user can be taken on, and may start the Python that runs this."""
    if os.name != "posix" or os.geteuid() != 0:
        return False
    try:
        subprocess.run([sys.executable, "--version"], user=USER, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def main() -> int:
    """Build in every way and tell which files differ."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        first = built(place / "first")
        home = place / "of another"
        home.mkdir()
        home.chmod(0o777)
        own = {
            "HOME": str(home),
            "TMPDIR": str(home),
            "NUMBA_CACHE_DIR": str(home / "compiled"),
            "MPLCONFIGDIR": str(home),
        }
        ways = {
            "locale": lambda: built(place / "locale", LC_ALL="C", LANG="C", PYTHONUTF8="0"),
            "time zone": lambda: built(place / "zone", TZ="Pacific/Auckland"),
            "one thread": lambda: built(
                place / "one", "--threads", "1", OMP_NUM_THREADS="1", NUMBA_NUM_THREADS="1"
            ),
            "folder": lambda: built(place / "另一 文件夹" / "a" / "b"),
            "names and folders of another user": lambda: built(
                home / "named", USER=USER, LOGNAME=USER, USERNAME=USER, **own
            ),
            "user": lambda: built(home / "out", user=USER, **own),
        }
        if not may_build_as_another():
            del ways["user"]
            print("user: not tried, for only root can build as another, where that one may start this Python")
        wrong = 0
        for way, build in ways.items():
            other = build()
            differing = sorted(item for item in {*first, *other} if first.get(item) != other.get(item))
            wrong += bool(differing)
            print(
                f"{way}: {', '.join(differing) + ' differ' if differing else f'the same {len(first)} files'}",
                flush=True,
            )
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
