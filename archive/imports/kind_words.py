"""What kinds of files are called, here and in old lists."""

from sqlmodel import select

from archive.kernel.store import Work
from archive.models import FileKind
from seed import reference as packaged


def known(work: Work) -> dict[str, str]:
    """Return the words for kinds of files, with their codes: as the register and as old lists write them."""
    words: dict[str, str] = {}
    for kind in work.session.exec(select(FileKind)):
        words |= dict.fromkeys((kind.code, kind.letter, kind.name_sv, kind.name_en), kind.code)
    for one in packaged.kinds():
        words |= dict.fromkeys(one.also, one.code)
    return words
