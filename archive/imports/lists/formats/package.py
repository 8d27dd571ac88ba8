"""Unpack an XLSX file safely: declared and counted sizes, ratios, and no document types."""

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from archive.imports.lists.formats.limits import Limits
from archive.kernel.errors import Invalid, TooLarge
from archive.vocabulary.wording import N_

_CHUNK = 1 << 16
_SMALL_PART = 32 << 20
"""Bytes of workbook.xml, relations and styles, which are read whole."""

DAMAGED = N_("The file is damaged or was cut off. Save the list again and choose the new file.")
_BOMB = N_("The file unpacks to far more than a list holds. Copy the rows of the list into a new workbook.")
PASSWORD = N_("The file has a password. Save it without one and choose it again.")


class Package:
    """Hold the parts of an XLSX file; raises Invalid where it is damaged and TooLarge where it is a bomb."""

    def __init__(self, source: BinaryIO, limits: Limits) -> None:
        self._limits = limits
        try:
            self._zip = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise Invalid("list_damaged", DAMAGED) from error
        self._parts = {_plain(info.filename): info for info in self._zip.infolist()}
        if len(self._parts) < len(self._zip.infolist()):
            raise Invalid("list_damaged", DAMAGED)
        for info in self._parts.values():
            self._check(info)
        if sum(info.file_size for info in self._parts.values()) > limits.unpacked_bytes:
            raise TooLarge("list_bomb", _BOMB)

    def _check(self, info: zipfile.ZipInfo) -> None:
        if info.flag_bits & 1:
            raise Invalid("list_password", PASSWORD)
        if info.file_size > 1 << 20 and info.file_size > self._limits.ratio * max(info.compress_size, 1):
            raise TooLarge("list_bomb", _BOMB)

    def has(self, part: str) -> bool:
        """Tell whether the part exists."""
        return _plain(part) in self._parts

    def size(self, part: str) -> int:
        """Return the declared size of a part in bytes."""
        return self._parts[_plain(part)].file_size

    def chunks(self, part: str) -> Iterator[bytes]:
        """Unpack a part piece by piece, counting what really comes out."""
        info = self._parts.get(_plain(part))
        if info is None:
            raise Invalid("list_damaged", DAMAGED)
        ceiling = min(self._limits.unpacked_bytes, max(self._limits.ratio * info.compress_size, 1 << 20))
        counted = 0
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    counted += len(chunk)
                    if counted > ceiling:
                        raise TooLarge("list_bomb", _BOMB)
                    yield chunk
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            OSError,
            RuntimeError,
        ) as error:
            raise Invalid("list_damaged", DAMAGED) from error

    def tree(self, part: str) -> Element:
        """Read a small part whole; a document type or an entity is refused."""
        if self.has(part) and self.size(part) > _SMALL_PART:
            raise TooLarge("list_bomb", _BOMB)
        try:
            root: Element = fromstring(b"".join(self.chunks(part)), forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
            raise Invalid("list_damaged", DAMAGED) from error
        return root

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()


def _plain(part: str) -> str:
    return part.replace("\\", "/").lower().lstrip("/")
