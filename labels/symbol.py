"""Turn a code into a QR symbol and draw it: payload HTTPS://HOST/S/CODE, fixed version and mask.

With prefix, version and mask fixed, the modules of a symbol are an affine function over GF(2) of the bits
of its code: data bits are placed, Reed-Solomon is linear, the mask is a constant. So the qrcode library makes
some fifty symbols for a host once, and every further symbol is the XOR of a few large integers.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.util import MODE_ALPHA_NUM, QRData
from reportlab.pdfgen.canvas import Canvas

from labels import codes, commands

QUIET = 4  # modules of white that the standard asks for on each side
LEVELS = ((15.0, "Q"), (0.0, "M"))  # the smallest edge in mm, quiet zone included, for each level
SMALLEST_MODULE = 0.4  # mm; at 0.36 zbar read none in a hundred of 150 dpi
MASK = 7  # the lowest mean penalty of the eight over our payloads

_CORRECTION = {"M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q}
_HOST = re.compile(r"[A-Z0-9](?:[A-Z0-9.-]{0,58}[A-Z0-9])?(?::[0-9]{1,5})?")
_ALPHANUMERIC = {char: value for value, char in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")}
_RUN = re.compile("1+")


@dataclass(frozen=True, slots=True)
class Symbol:
    """Hold the modules of a QR symbol as one integer: `size` rows padded to whole bytes, dark is 1."""

    size: int
    modules: int

    @property
    def row_bits(self) -> int:
        """Return the bits a row takes, padding included."""
        return -(-self.size // 8) * 8

    @property
    def hex(self) -> str:
        """Return the modules as the hexadecimal rows of a 1-bit image."""
        return f"{self.modules:0{self.size * self.row_bits // 4}X}"

    def rows(self) -> list[str]:
        """Return the rows as texts of 0 and 1."""
        bits = f"{self.modules:0{self.size * self.row_bits}b}"
        return [bits[start : start + self.size] for start in range(0, len(bits), self.row_bits)]


def level(edge: float) -> str:
    """Return the level of error correction for a symbol of that edge in mm, quiet zone included."""
    return next(name for smallest, name in LEVELS if edge >= smallest)


def payload(host: str, code: str) -> str:
    """Return the text inside the symbol of a code."""
    return _prefix(host) + code


def symbol(host: str, code: str, edge: float) -> Symbol:
    """Return the symbol of a code or command for that edge in mm; raise ValueError if none or too small."""
    if not (codes.is_code(code) or commands.is_command(code)):
        raise ValueError(f"{code!r} is not a code")
    family = _family(_prefix(host), level(edge))
    if edge / (family.size + 2 * QUIET) < SMALLEST_MODULE:
        raise ValueError(f"a symbol of {edge:.1f} mm for {host} cannot be read: use a larger label")
    modules = family.base
    for start, end, flips in family.units:
        modules ^= flips[code[start:end]]
    return Symbol(family.size, modules)


def draw_image(canvas: Canvas, drawn: Symbol, x: float, y: float, edge: float) -> None:
    """Draw a symbol as a 1-bit image in the page's own stream; x, y is its lower left; all in points."""
    module = edge / (drawn.size + 2 * QUIET)
    side, corner = module * drawn.size, module * QUIET
    canvas.addLiteral(
        f"q {side:.2f} 0 0 {side:.2f} {x + corner:.2f} {y + corner:.2f} cm BI /W {drawn.size} /H {drawn.size}"
        f" /IM true /D [1 0] /F /AHx ID {drawn.hex}> EI Q"
    )


def draw_vector(canvas: Canvas, drawn: Symbol, x: float, y: float, edge: float) -> None:
    """Draw a symbol as one filled path of runs; x, y is its lower left; all in points."""
    module = edge / (drawn.size + 2 * QUIET)
    top = y + module * (QUIET + drawn.size)
    runs = [
        f"{run.start()} {row} {run.end() - run.start()} 1 re"
        for row, bits in enumerate(drawn.rows())
        for run in _RUN.finditer(bits)
    ]
    matrix = f"{module:.4f} 0 0 {-module:.4f} {x + module * QUIET:.2f} {top:.2f}"
    canvas.addLiteral("\n".join([f"q {matrix} cm", *runs, "f Q"]))


@dataclass(frozen=True, slots=True)
class _Family:
    """Hold what turns any code into modules: the zero code's symbol and what each pair flips."""

    size: int
    base: int
    units: tuple[tuple[int, int, dict[str, int]], ...]


@lru_cache(maxsize=64)
def _prefix(host: str) -> str:
    upper = host.upper()
    if not _HOST.fullmatch(upper):
        raise ValueError(f"{host!r} is not a host name that fits in a symbol")
    return f"HTTPS://{upper}/S/"


@lru_cache(maxsize=16)
def _family(prefix: str, correction: str) -> _Family:
    """Ask the library for the few symbols from which those of all codes under a prefix follow."""
    zero = "0" * codes.LENGTH
    version = _plain(prefix + zero, correction, None).version
    size = 17 + 4 * version

    def draw(code: str) -> int:
        row_bytes = -(-size // 8)
        rows = _plain(prefix + code, correction, version).modules
        packed = (sum(1 << (8 * row_bytes - 1 - x) for x, dark in enumerate(row) if dark) for row in rows)
        return int.from_bytes(b"".join(row.to_bytes(row_bytes, "big") for row in packed), "big")

    base = draw(zero)
    # Alphanumeric mode packs characters two by two, counted from the start of the whole payload.
    cuts = sorted({0, *range(len(prefix) % 2, codes.LENGTH, 2), codes.LENGTH})
    units = []
    for start, end in pairwise(cuts):
        alone = prefix[-1] if end - start == 1 and start == 0 else ""

        def flip(text: str, start: int = start, end: int = end) -> int:
            return draw(zero[:start] + text + zero[end:]) ^ base

        texts = ("".join(pair) for pair in product(codes.ALPHABET, repeat=end - start))
        units.append((start, end, _flips(alone, zero[start:end], texts, flip)))
    return _Family(size, base, tuple(units))


def _flips(before: str, zero: str, texts: Iterable[str], flip: Callable[[str], int]) -> dict[str, int]:
    """Map each text to the modules it flips, asking `flip` only for those that span the differing bits."""
    origin = _bits(before + zero)
    basis: dict[int, tuple[int, int]] = {}  # by highest bit
    table = {}
    for text in texts:
        bits, modules = _bits(before + text) ^ origin, 0
        while bits:
            if bits.bit_length() not in basis:
                basis[bits.bit_length()] = (bits, flip(text) ^ modules)
            step = basis[bits.bit_length()]
            bits, modules = bits ^ step[0], modules ^ step[1]
        table[text] = modules
    return table


def _bits(text: str) -> int:
    """Return the number that one or two characters become in alphanumeric mode."""
    number = 0
    for char in text:
        number = number * 45 + _ALPHANUMERIC[char]
    return number


def _plain(text: str, correction: str, version: int | None) -> QRCode:
    """Make one symbol with the library, in the smallest version that holds the text unless one is given."""
    made = QRCode(version=version, error_correction=_CORRECTION[correction], mask_pattern=MASK, border=0)
    made.add_data(QRData(text.encode("ascii"), mode=MODE_ALPHA_NUM), optimize=0)
    made.make(fit=version is None)
    return made
