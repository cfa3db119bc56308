# a script, not a package
"""Take the screenshots of docs/images from built maps: ``python docs/screenshots.py maps [example/maps]``."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import chdir
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent / "images"
LARGEST = 390_000  # bytes
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
WALL = {"width": 1920, "height": 1080}
ROW, GAP = 620, 14  # pixels: how high pictures stand beside each other, and what lies between them
GROUND = "#8d9694"
KEPT = 128  # colours of a picture that stay as they are


def _open(browser: Any, path: Path, fragment: str = "", **options: Any) -> Any:
    page = browser.new_page(offline=True, reduced_motion="reduce", **options)
    page.goto(path.resolve().as_uri() + fragment)
    page.wait_for_selector("[data-ready]")
    page.wait_for_timeout(400)
    return page


def _few_colours(image: Image.Image) -> Image.Image:
    """Return an image of 256 colours: the most frequent ones as they are, and some for all others, however rare."""
    image = image.convert("RGB")
    counted = sorted(image.getcolors(image.width * image.height) or [], reverse=True)
    colours = [colour for _, colour in counted]
    kept, others = colours[:KEPT], colours[KEPT:]
    if others:
        strip = Image.new("RGB", (len(others), 1))
        strip.putdata(others)
        made = strip.quantize(256 - KEPT, method=Image.Quantize.MAXCOVERAGE).getpalette() or []
        kept += [(made[at], made[at + 1], made[at + 2]) for at in range(0, len(made), 3)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in kept[:256] for part in colour])
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def _save(source: Path, name: str) -> None:
    """Keep all colours where the file stays small with them, else 256."""
    target = IMAGES / name
    with Image.open(source) as image:
        image.convert("RGB").save(target, optimize=True)
        if target.stat().st_size > LARGEST:
            _few_colours(image).save(target, optimize=True)


def _beside(pictures: Sequence[Image.Image], name: str) -> None:
    """Save pictures beside each other, all of one height."""
    row = [one.convert("RGB").resize((round(one.width * ROW / one.height), ROW)) for one in pictures]
    sheet = Image.new("RGB", (sum(one.width for one in row) + GAP * (len(row) + 1), ROW + 2 * GAP), GROUND)
    left = GAP
    for one in row:
        sheet.paste(one, (left, GAP))
        left += one.width + GAP
    target = IMAGES / name
    _few_colours(sheet).save(target, optimize=True)


def _sizes(browser: Any, path: Path, name: str) -> None:
    """Take a page on a wall, on a desk and on a phone."""
    pictures = []
    for window in (WALL, DESKTOP, PHONE):
        page = _open(browser, path, viewport=window, has_touch=window is PHONE)
        pictures.append(Image.open(BytesIO(page.screenshot())))
        page.close()
    _beside(pictures, name)


def _printed(browser: Any, path: Path, folder: Path) -> Image.Image:
    """Return the sheet that a page prints."""
    page = _open(browser, path, viewport=DESKTOP)
    sheet = folder / f"{path.stem}.pdf"
    page.pdf(path=sheet, prefer_css_page_size=True, print_background=True)
    page.close()
    command = ["pdftoppm", "-r", "110", "-singlefile", "-png", sheet, sheet.with_suffix("")]
    subprocess.run(command, check=True)  # a fixed command
    return Image.open(sheet.with_suffix(".png"))


def _example_of_a_table(folder: Path) -> Path:
    """Run the example of docs/table_page.md, and return the page that it writes."""
    told = (Path(__file__).parent / "table_page.md").read_text("utf-8")
    code = re.search(r"```python\n(.*?)```", told, re.DOTALL)
    assert code is not None
    with chdir(folder):
        exec(compile(code[1], "table_page.md", "exec"), {})  # noqa: S102 - our own documentation
    return folder / "nitrate.html"


def _take_belt(browser: Any, built: Path, shot: Path) -> None:
    """Take the profile of the barrier with the best gaps closed, and the passes along its axis."""
    page = _open(browser, built, "#lang=en&layer=barrier_axis", viewport=DESKTOP)
    page.locator('[data-section="belt"]').click()
    page.locator("[data-best]").click()
    page.locator(".profile").focus()
    for _ in range(9):
        page.keyboard.press("PageUp")
    page.wait_for_timeout(500)
    page.screenshot(path=shot)
    _save(shot, "belt.png")

    page = _open(browser, built, "#lang=en", viewport=DESKTOP)
    page.locator(".belt-passes summary").click()
    page.locator(".belt-passes button", has_text="Juyongguan").click()
    page.locator(".belt h2").evaluate("heading => heading.scrollIntoView()")
    page.wait_for_timeout(1500)
    page.screenshot(path=shot)
    _save(shot, "passes.png")


def take(maps: Path, example: Path | None = None) -> None:
    """Take all screenshots; those of the example where its maps are given."""
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        shot = Path(name) / "shot.png"
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )

        page = _open(browser, maps / "bth.html", viewport=DESKTOP)
        page.screenshot(path=shot)
        _save(shot, "page.png")

        _take_belt(browser, maps / "bth.html", shot)

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

        page = _open(browser, maps / "bth.html", "#layer=places", viewport=DESKTOP, color_scheme="dark")
        page.screenshot(path=shot)
        _save(shot, "dark.png")

        for zone in ("bth", "yrd", "hebei", "index"):
            _sizes(browser, maps / f"{zone}.html", f"sizes_{zone}.png")
        if example is not None:
            _sizes(browser, example / "bth.html", "sizes_example.png")

        if shutil.which("pdftoppm"):
            sheets = [
                _printed(browser, maps / f"{zone}.html", Path(name)) for zone in ("hebei", "bth", "yrd")
            ]
            sheets[0].save(shot)
            _save(shot, "sheet.png")
            _beside(sheets[1:], "sheets.png")
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1] if len(sys.argv) > 1 else "maps"), *map(Path, sys.argv[2:3]))
