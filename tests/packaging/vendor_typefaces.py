"""Write the typefaces of the papers: Atkinson Hyperlegible, and from Noto Sans every letter it lacks.

A name of any kind must be printed, and reportlab draws each text in one typeface: so each file holds all
letters. Noto's are scaled to Atkinson's capitals. Arabic letters take one of four forms from those beside
them; HarfBuzz makes these once, here, and `labels.scripts` finds them at FORMS + 4 × letter + form.

Needs what TOOLS names beside `npm`; `vendor_assets` runs it.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from labels.scripts import ALEFS, FIRST, FORMS, LAM, LAM_ALEFS, LAST, MARKS, RAISED

TOOLS = "fonttools==4.68.0 uharfbuzz==0.57.0"
SOURCES = {  # whole typefaces as Google Fonts has them, in npm under @expo-google-fonts/
    "atkinson-hyperlegible-mono": "0.4.1",
    "atkinson-hyperlegible-next": "0.4.1",
    "noto-sans": "0.4.2",
    "noto-sans-arabic": "0.4.3",
    "noto-sans-hebrew": "0.4.1",
}
FACES = {
    "AtkinsonHyperlegibleMono-Bold": ("atkinson-hyperlegible-mono", "700Bold"),
    "AtkinsonHyperlegibleNext-Bold": ("atkinson-hyperlegible-next", "700Bold"),
    "AtkinsonHyperlegibleNext-Regular": ("atkinson-hyperlegible-next", "400Regular"),
}
LETTERS = {  # what is taken of each: the blocks in which names, addresses and running text are written
    "noto-sans": (
        *(range(0xA0, 0x530), range(0x1E00, 0x1F00), range(0x2000, 0x2070), range(0x20A0, 0x20D0)),
        *(range(0x2100, 0x2150), range(0x2190, 0x2200)),
    ),
    "noto-sans-hebrew": (range(0x590, 0x600), range(0xFB1D, 0xFB50)),
    "noto-sans-arabic": (range(FIRST, LAST + 1),),
}
_ZWJ = "\u200d"
_WAYS = ((_ZWJ, "", "fina"), ("", _ZWJ, "init"), (_ZWJ, _ZWJ, "medi"))  # joined before, after, both
_MARK_MIDDLE = -270  # where a combining mark stands: over the middle of a usual letter before it
_DROPPED = ("GSUB", "GPOS", "GDEF", "STAT", "gasp", "GlyphOrder")


class Placed(NamedTuple):
    """Say which glyph stands where."""

    glyph: str
    x: float
    y: float


class Donor:
    """Copy glyphs of one typeface into another, scaled to its capitals."""

    def __init__(self, data: bytes, target: Any, prefix: str) -> None:
        from fontTools.ttLib import TTFont

        self.data, self.target, self.prefix = data, target, prefix
        self.font = TTFont(io.BytesIO(data))
        self.cmap = self.font.getBestCmap()
        self._glyphs = self.font.getGlyphSet()
        self.scale = target["OS/2"].sCapHeight / self.font["OS/2"].sCapHeight

    def copy(self, glyph: str, right: float = 0.0, up: float = 0.0) -> str:
        """Copy a glyph and those it is made of, so far to the right and up; return its name there."""
        from fontTools.pens.recordingPen import RecordingPen

        name = f"{self.prefix}.{glyph}{'.moved' if right else ''}{'.raised' if up else ''}"
        if name not in self.target["glyf"].glyphs:
            recorded = RecordingPen()
            self._glyphs[glyph].draw(recorded)
            self._add(name, recorded.value, self.font["hmtx"][glyph][0], right, up)
        return name

    def compose(self, name: str, parts: list[Placed], advance: float) -> str:
        """Add a glyph made of others; return its name."""
        drawn = [("addComponent", (part.glyph, (1, 0, 0, 1, part.x, part.y))) for part in parts]
        self._add(name, drawn, advance)
        return name

    def _add(self, name: str, drawn: list[Any], advance: float, right: float = 0.0, up: float = 0.0) -> None:
        from fontTools.pens.ttGlyphPen import TTGlyphPen

        pen = TTGlyphPen(self.target["glyf"].glyphs)
        for verb, arguments in drawn:
            if verb == "addComponent":
                glyph, (*turned, x, y) = arguments
                moved = (round((x + right) * self.scale), round((y + up) * self.scale))
                pen.addComponent(self.copy(glyph), (*turned, *moved))
            else:
                points = [
                    p and (round((p[0] + right) * self.scale), round((p[1] + up) * self.scale))
                    for p in arguments
                ]
                getattr(pen, verb)(*points)
        glyph = self.target["glyf"][name] = pen.glyph(dropImpliedOnCurves=True)
        glyph.recalcBounds(self.target["glyf"])
        self.target["hmtx"][name] = (round(advance * self.scale), getattr(glyph, "xMin", 0))


def merged(base: bytes, donors: dict[str, bytes]) -> bytes:
    """Return a typeface with every letter of LETTERS and the joined forms of the Arabic ones."""
    from fontTools.ttLib import TTFont

    font = TTFont(io.BytesIO(base), recalcTimestamp=False)
    cmap = dict(font.getBestCmap())
    lenders = {package: Donor(data, font, package) for package, data in donors.items()}
    for package, blocks in LETTERS.items():
        donor = lenders[package]
        for code in (code for block in blocks for code in block if code in donor.cmap):
            if code in MARKS:  # Atkinson's own stand over the letter that follows
                cmap |= _mark(donor, code)
            elif code not in cmap:
                cmap[code] = donor.copy(donor.cmap[code])
        if package == "noto-sans-arabic":
            cmap |= dict(_joined(donor))
    _write_cmap(font, cmap)
    _say_so(font, lenders.values())
    for table in _DROPPED:
        if table in font:
            del font[table]
    font["post"].formatType = 3.0  # no names of glyphs
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def _mark(donor: Donor, code: int) -> dict[int, str]:
    """Return a combining mark over the letter before it, and raised over a capital if it stands above."""
    name, measures = donor.cmap[code], donor.font["OS/2"]
    glyph = donor.font["glyf"][name]
    right = _MARK_MIDDLE - (glyph.xMin + glyph.xMax) / 2
    found = {code: donor.copy(name, right)}
    if glyph.yMin > measures.sxHeight / 2:
        found[RAISED + code - MARKS[0]] = donor.copy(name, right, measures.sCapHeight - measures.sxHeight)
    return found


def _joined(donor: Donor) -> Iterator[tuple[int, str]]:
    """Iterate the joined forms of Arabic letters with their places: final 1, initial 2, medial 3."""
    shape = _shaper(donor)
    for code in range(FIRST, LAST + 1):
        if code not in donor.cmap:
            continue
        for form, (before, after, feature) in enumerate(_WAYS, start=1):
            parts, advance = shape(before, chr(code), after)
            if (parts, advance) != shape(before, chr(code), after, {feature: False}):  # joins that way
                place = FORMS + 4 * (code - FIRST) + form
                yield place, donor.compose(f"joined.{place:X}", parts, advance)
    for place, (alef, before) in enumerate(product(ALEFS, ("", _ZWJ)), start=LAM_ALEFS):
        parts, advance = shape(before, LAM + alef, "")
        yield place, donor.compose(f"joined.{place:X}", parts, advance)


def _shaper(donor: Donor) -> Callable[..., tuple[list[Placed], float]]:
    """Return what sets a text between two others: its glyphs with places, and how wide it is."""
    import uharfbuzz

    font = uharfbuzz.Font(uharfbuzz.Face(donor.data))
    names = donor.font.getGlyphOrder()

    def shape(
        before: str, text: str, after: str, features: dict[str, bool] | None = None
    ) -> tuple[list[Placed], float]:
        buffer = uharfbuzz.Buffer()
        buffer.add_str(before + text + after)
        buffer.guess_segment_properties()
        buffer.direction, buffer.script = "rtl", "Arab"
        uharfbuzz.shape(font, buffer, features or {})
        parts, x = [], 0
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            if len(before) <= info.cluster < len(before + text):
                parts.append(Placed(names[info.codepoint], x + place.x_offset, place.y_offset))
                x += place.x_advance
        return parts, x

    return shape


def _write_cmap(font: Any, cmap: dict[int, str]) -> None:
    from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

    table = CmapSubtable.newSubtable(12)
    table.platformID, table.platEncID, table.language, table.cmap = 3, 10, 0, cmap
    font["cmap"].tables = [table]


def _say_so(font: Any, donors: Iterable[Donor]) -> None:
    """Name in the file whose letters it holds beside its own."""
    for number in (0, 5):  # copyright, version
        said = [font["name"].getDebugName(number)]
        said += [f"{donor.prefix}: {donor.font['name'].getDebugName(number)}" for donor in donors]
        font["name"].setName("; ".join(said), number, 3, 1, 0x409)


def write(read: Callable[[str, str], bytes], home: Path) -> None:
    """Write the three typefaces, their licence and versions; `read` returns a package's file of that name."""
    for face, (package, style) in FACES.items():
        donors = {donor: read(donor, f"{style}/*.ttf") for donor in LETTERS}
        (home / f"{face}.ttf").write_bytes(merged(read(package, f"{style}/*.ttf"), donors))
    licences = [read(package, "LICENSE_FONT").decode().partition("\n\n") for package in SOURCES]
    holders = "\n".join(dict.fromkeys(holder for holder, *_ in licences))
    terms = next(terms for package, (_, _, terms) in zip(SOURCES, licences, strict=True) if "next" in package)
    (home / "OFL.txt").write_text(f"{holders}\n\n{terms}")
    (home / "VERSION").write_text("".join(f"{name(package)}\n" for package in SOURCES))


def name(package: str) -> str:
    """Return a source as npm names it, with its version."""
    return f"@expo-google-fonts/{package}@{SOURCES[package]}"
