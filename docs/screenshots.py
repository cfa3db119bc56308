# a script, not a package
"""Take the screenshots of docs/images from built maps: ``python docs/screenshots.py maps``."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent / "images"
LARGEST = 390_000  # bytes
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def _open(browser: Any, path: Path, fragment: str = "", **options: Any) -> Any:
    page = browser.new_page(offline=True, reduced_motion="reduce", **options)
    page.goto(path.resolve().as_uri() + fragment)
    page.wait_for_selector("[data-ready]")
    page.wait_for_timeout(400)
    return page


def _save(source: Path, name: str) -> None:
    """Keep all colours where the file stays small with them, else 256."""
    target = IMAGES / name
    with Image.open(source) as image:
        image.convert("RGB").save(target, optimize=True)
        if target.stat().st_size > LARGEST:
            image.convert("RGB").quantize(256).save(target, optimize=True)


def _example_of_a_table(folder: Path) -> Path:
    """Run the example of docs/table_page.md, and return the page that it writes."""
    told = (Path(__file__).parent / "table_page.md").read_text("utf-8")
    code = re.search(r"```python\n(.*?)```", told, re.DOTALL)
    assert code is not None
    with chdir(folder):
        exec(compile(code[1], "table_page.md", "exec"), {})  # noqa: S102 - our own documentation
    return folder / "nitrate.html"


def take(maps: Path) -> None:
    """Take all screenshots."""
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        shot = Path(name) / "shot.png"
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )

        page = _open(browser, maps / "bth.html", viewport=DESKTOP)
        page.screenshot(path=shot)
        _save(shot, "page.png")

        page = _open(browser, maps / "bth.html", "#lang=en&layer=barrier_axis", viewport=DESKTOP)
        page.locator('[data-section="belt"]').click()
        page.locator("[data-best]").click()
        page.locator(".profile").focus()
        for _ in range(9):
            page.keyboard.press("PageUp")
        page.wait_for_timeout(500)
        page.screenshot(path=shot)
        _save(shot, "belt.png")

        page = _open(browser, maps / "bth.html", "#lang=en&unit=130300", viewport=DESKTOP)
        page.locator('input[data-layer="relief"]').check()
        page.locator("details.open-items summary").first.click()
        page.locator('[data-tool="compare"]').click()
        page.locator('[data-compare="right"]').select_option("layer:relief")
        page.wait_for_timeout(500)
        page.screenshot(path=shot)
        _save(shot, "compare.png")

        page = _open(browser, maps / "yrd.html", viewport=PHONE, has_touch=True, device_scale_factor=2)
        page.screenshot(path=shot)
        _save(shot, "phone.png")

        page = _open(browser, _example_of_a_table(Path(name)), viewport=DESKTOP)
        page.screenshot(path=shot)
        _save(shot, "table_page.png")

        page = _open(browser, maps / "index.html", viewport=DESKTOP)
        page.screenshot(path=shot)
        _save(shot, "index.png")

        if shutil.which("pdftoppm"):
            page = _open(browser, maps / "hebei.html", viewport=DESKTOP)
            sheet = Path(name) / "sheet.pdf"
            page.pdf(path=sheet, prefer_css_page_size=True, print_background=True)
            command = ["pdftoppm", "-r", "110", "-singlefile", "-png", sheet, shot.with_suffix("")]
            subprocess.run(command, check=True)  # a fixed command
            _save(shot, "sheet.png")
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1] if len(sys.argv) > 1 else "maps"))
