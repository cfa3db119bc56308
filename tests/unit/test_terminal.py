"""Output on terminals and pipes that lack some characters."""

import io
import json
import os
import subprocess
import sys

import pytest

from geozone.cli.terminal import prepare


def written(text, encoding, *, escape=False):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    prepare(stream, escape=escape)
    stream.write(text)
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("100 km² © 湾", "gbk", "100 km2 (c) 湾"),
        ("5 m³ naïve 长江", "gbk", "5 m3 naive 长江"),
        ("≥ 55 %（约）：a，b。", "ascii", ">= 55 %(\\u7ea6):a,b."),
        ("Zürich 3 − 1", "cp1252", "Zürich 3 - 1"),
        ("湾 km²", "utf-8", "湾 km²"),
        ("𠮷", "gbk", "\\ud842\\udfb7"),
        ("a\udc80b", "utf-8", "a\\udc80b"),
    ],
)
def test_what_an_encoding_lacks_is_replaced_by_something_readable(text, encoding, shown):
    assert written(text, encoding) == shown


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "cp1252", "utf-8"])
def test_json_keeps_every_character(encoding):
    value = {"unit": "km²", "name": "𠮷村 © café 渤海湾"}
    assert json.loads(written(json.dumps(value, ensure_ascii=False), encoding, escape=True)) == value


@pytest.mark.parametrize(
    ("encoding", "arguments"),
    [("gbk", ["layers", "hebei"]), ("ascii", ["layers", "atlantis"]), ("cp1252", ["layers", "--json"])],
)
def test_no_command_fails_for_the_encoding_of_its_output(encoding, arguments):
    done = subprocess.run(
        [sys.executable, "-m", "geozone", *arguments],
        capture_output=True, check=False, timeout=60, env=os.environ | {"PYTHONIOENCODING": encoding},
    )  # fmt: skip
    assert done.returncode == (2 if "atlantis" in arguments else 0), done.stderr
    shown = (done.stdout + done.stderr).decode("utf-8" if encoding == "ascii" else encoding)
    assert "barrier" in shown or "atlantis" in shown
