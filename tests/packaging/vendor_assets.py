"""Fetch the pinned npm packages the pages are built on and copy only the files we serve or test with.

Run `python -m tests.packaging.vendor_assets` in the repository after changing a version below; needs `npm`,
and for the typefaces of the papers what `vendor_typefaces` says.
"""

import re
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.packaging import vendor_typefaces

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "archive" / "static"
TYPEFACES = ROOT / "labels" / "fonts"
README = STATIC / "vendor" / "README.md"
FONT_FILES = "files/{name}-{subset}-wght-normal.woff2"


@dataclass(frozen=True)
class Package:
    """Name one npm package, its version, its licence and where which of its files go."""

    name: str
    version: str
    licence: str
    home: Path
    files: dict[str, str]


def _font(name: str, version: str) -> Package:
    """Describe a variable typeface: latin and latin-ext, upright only."""
    sets = {subset: FONT_FILES.format(name=name, subset=subset) for subset in ("latin", "latin-ext")}
    files = {source: f"{name}-{subset}.woff2" for subset, source in sets.items()}
    package = f"@fontsource-variable/{name}"
    return Package(package, version, "OFL-1.1", STATIC / "fonts" / name, files | {"LICENSE": "LICENSE"})


PACKAGES = (
    Package(
        "govuk-frontend",
        "6.6.0",
        "MIT",
        STATIC / "vendor" / "govuk-frontend",
        {
            "dist/govuk/govuk-frontend.min.css": "govuk-frontend.min.css",
            "dist/govuk/govuk-frontend.min.js": "govuk-frontend.min.js",
        },
    ),
    Package(
        "htmx.org",
        "2.0.11",
        "0BSD",
        STATIC / "vendor" / "htmx",
        {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    ),
    _font("familjen-grotesk", "5.3.0"),
    _font("atkinson-hyperlegible-next", "5.3.0"),
    _font("atkinson-hyperlegible-mono", "5.3.0"),
    Package(
        "axe-core",
        "4.14.1",
        "MPL-2.0",
        ROOT / "tests" / "browser" / "kit" / "axe-core",
        {
            "axe.min.js": "axe.min.js",
            "locales/sv.json": "sv.json",
            "LICENSE": "LICENSE",
            "LICENSE-3RD-PARTY.txt": "LICENSE-3RD-PARTY.txt",
        },
    ),
)


def without_gds(css: str) -> str:
    """Take GDS's own typeface and crest, which others may not use, out of GOV.UK Frontend's stylesheet."""
    css = re.sub(r"\n?/\*! Copyright \(c\) 2011 by Margaret Calvert.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = css.replace("GDS Transport,arial,sans-serif", "var(--ak-text-font,system-ui,sans-serif)")
    css = re.sub(r"\.govuk-footer__copyright-logo[^{}]*\{[^{}]*\}", "", css)
    css = re.sub(r"@(?:supports|media)[^{}]*\{\}", "", css)
    left = re.search(r"GDS Transport|/assets/|crest", css)
    if left:
        raise SystemExit(f"GOV.UK Frontend changed: {left[0]!r} is still in its stylesheet")
    return css


def without_map(text: str) -> str:
    """Drop the reference to a source map that is not shipped."""
    return re.sub(r"\n?(?://|/\*)# sourceMappingURL=\S+(?: \*/)?\s*$", "\n", text)


def packed(wanted: str, work: Path) -> Path:
    """Download one package; return its file."""
    command = ["npm", "pack", "--silent", wanted]
    done = subprocess.run(command, cwd=work, check=True, capture_output=True, text=True)
    return work / done.stdout.split()[-1]


def fetch_typefaces(work: Path) -> None:
    """Write the typefaces of papers and labels from theirs."""
    for package in vendor_typefaces.SOURCES:
        with tarfile.open(packed(vendor_typefaces.name(package), work)) as archive:
            archive.extractall(work / package, filter="data")
    vendor_typefaces.write(
        lambda package, name: next((work / package).glob(f"package/{name}")).read_bytes(), TYPEFACES
    )


def fetch(package: Package, work: Path) -> None:
    """Download one package (npm checks its integrity) and write its files, licence and version."""
    wanted = f"{package.name}@{package.version}"
    package.home.mkdir(parents=True, exist_ok=True)
    with tarfile.open(packed(wanted, work)) as archive:
        for source, target in package.files.items():
            member = archive.extractfile(f"package/{source}")
            if member is None:
                raise SystemExit(f"{wanted} has no file {source}")
            content = member.read()
            if target.endswith((".css", ".js")):
                text = without_map(content.decode())
                content = (without_gds(text) if target.endswith(".css") else text).encode()
            (package.home / target).write_bytes(content)
    (package.home / "VERSION").write_text(f"{wanted}\n")


def describe() -> str:
    """Return the README of what is vendored."""
    kept = [(f"{p.name}@{p.version}", p.licence, p.home) for p in PACKAGES]
    kept += [(vendor_typefaces.name(p), "OFL-1.1", TYPEFACES) for p in vendor_typefaces.SOURCES]
    rows = "\n".join(
        f"| [{name}](https://www.npmjs.com/package/{name}/v/{version}) | {version} | {licence} "
        f"| `{home.relative_to(ROOT)}` |"
        for wanted, licence, home in kept
        for name, _, version in [wanted.rpartition("@")]
    )
    return f"""# Vendored files

Written by `tests/packaging/vendor_assets.py`; nothing here is edited by hand. To update: change a version in
that file's table and run `python -m tests.packaging.vendor_assets` (needs `npm`, and
`pip install {vendor_typefaces.TOOLS}` for the typefaces of the papers).

| package | version | licence | kept in |
|---|---|---|---|
{rows}

Scripted changes:

- **GOV.UK Frontend**: the two `@font-face` rules of GDS Transport are taken out and its font stack becomes
  `var(--ak-text-font, …)`; the crest, the crown and all images are left out. GDS lets anybody use the design
  system, but not its typeface, logos or crest. Source-map references are dropped.
- **Typefaces of the pages**: only latin and latin-ext, upright, variable weight.
- **Typefaces of papers and labels**: Atkinson Hyperlegible is whole; from Noto Sans comes every letter it
  lacks (Latin, Greek, Cyrillic, Arabic, Hebrew), scaled to its capitals, in the same file, with the
  joined forms of Arabic letters in private use (`tests/packaging/vendor_typefaces.py`).
- The npm package of GOV.UK Frontend carries no licence file; `LICENSE` beside it is its repository's.
- **axe-core** is for tests only and is not part of the wheel.
"""


def main() -> None:
    """Fetch every package and write the README."""
    with tempfile.TemporaryDirectory() as work:
        for package in PACKAGES:
            fetch(package, Path(work))
        fetch_typefaces(Path(work))
    README.write_text(describe())


if __name__ == "__main__":
    main()
