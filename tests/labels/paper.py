"""Read printed labels back as a scanner would: rasterise, crop per label, decode."""

import subprocess
from pathlib import Path

from PIL import Image

from labels.stock import Stock

MM_PER_INCH = 25.4


def rasterise(pdf: bytes, folder: Path, dpi: int) -> list[Path]:
    """Turn each page into a grey image, in page order."""
    source = folder / "labels.pdf"
    source.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", source, folder / f"page{dpi}"], check=True)
    return sorted(folder.glob(f"page{dpi}-*.pgm"))


def crop(pages: list[Path], stock: Stock, folder: Path, count: int, start: int = 1) -> list[Path]:
    """Cut the labels out of the pages, the first one from cell `start`."""
    cut = []
    for place in range(start - 1, start - 1 + count):
        page, cell = divmod(place, stock.per_page)
        with Image.open(pages[page]) as image:
            dots = image.width / stock.paper[0]
            left, top = stock.cell(cell + 1)
            right, bottom = left + stock.label[0], top + stock.label[1]
            box = (round(left * dots), round(top * dots), round(right * dots), round(bottom * dots))
            target = folder / f"label{place:05d}.pgm"
            image.crop(box).save(target)
        cut.append(target)
    return cut


def decode(images: list[Path]) -> list[str]:
    """Return what zbar reads in the images, in their order."""
    command = ["zbarimg", "--nodbus", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", *images]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()


def read_back(pdf: bytes, stock: Stock, folder: Path, dpi: int, count: int, start: int = 1) -> list[str]:
    """Print, crop and decode."""
    return decode(crop(rasterise(pdf, folder, dpi), stock, folder, count, start))


def text_places(pdf: bytes, folder: Path) -> list[tuple[int, str, float, float, float, float]]:
    """Return every word with its page and its box in mm: left, top, right, bottom."""
    source = folder / "labels.pdf"
    source.write_bytes(pdf)
    out = subprocess.run(
        ["pdftotext", "-bbox", source, "-"], capture_output=True, text=True, check=True
    ).stdout
    words, page = [], 0
    for line in out.splitlines():
        page += line.lstrip().startswith("<page ")
        if line.lstrip().startswith("<word "):
            parts = line.split('"')
            left, top, right, bottom = (float(parts[at]) * MM_PER_INCH / 72 for at in (1, 3, 5, 7))
            words.append((page, line.split(">")[1].split("<")[0], left, top, right, bottom))
    return words
