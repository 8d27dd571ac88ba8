"""Reference data that every city needs, as YAML, with the loader that checks it."""

from seed.reference.entries import BadReference
from seed.reference.load import FileKindRow, kinds

__all__ = ["BadReference", "FileKindRow", "kinds"]
