"""Uploaded lists: kept in the database a megabyte at a time, read again from there by any process."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import delete, select
from sqlmodel import col

from archive.kernel.errors import NotFound, TooLarge
from archive.kernel.letters import trimmed
from archive.kernel.store import Actor, Archive, Work
from archive.models import ImportRun, Upload, UploadChunk
from archive.vocabulary.wording import N_

CHUNK = 1 << 20
LARGEST_NAME = 200
INTERRUPTED_AFTER = timedelta(days=1)
_IN_MEMORY = 8 << 20

GONE = N_("The list itself is no longer kept. Upload it again.")
TOO_LARGE = N_("The file is larger than %(most)s MB. Divide the list and upload the pieces one by one.")


def store(
    archive: Archive,
    actor: Actor,
    name: str,
    content: BinaryIO,
    progress: Callable[[int], None] = lambda _bytes: None,
) -> int:
    """Store a list and return the upload's id; raises TooLarge, and then keeps nothing."""
    most = archive.settings.max_upload_mb
    digest, size, ordinal, upload_id = hashlib.sha256(), 0, 0, _begin(archive, actor, name)
    while chunk := content.read(CHUNK):
        size += len(chunk)
        if size > most * CHUNK:
            with archive.write(actor) as work:
                forget(work, upload_id)
            raise TooLarge("list_too_large", TOO_LARGE, field="list", most=most)
        digest.update(chunk)
        with archive.write(actor) as work:
            work.session.add(UploadChunk(upload_id=upload_id, ordinal=ordinal, content=chunk))
        ordinal += 1
        progress(size)
    with archive.write(actor) as work:
        upload = get(work, upload_id)
        upload.size, upload.sha256 = size, digest.hexdigest()
    return upload_id


def _begin(archive: Archive, actor: Actor, name: str) -> int:
    with archive.write(actor) as work:
        upload = Upload(name=trimmed(Path(name).name)[-LARGEST_NAME:] or "-", size=0, sha256="", at=work.now)
        work.session.add(upload)
        work.session.flush()
        return upload.id


def get(work: Work, upload_id: int) -> Upload:
    """Return an upload by id; raises NotFound."""
    upload = work.session.get(Upload, upload_id)
    if upload is None:
        raise NotFound("no_such_upload", GONE)
    return upload


@contextmanager
def opened(archive: Archive, actor: Actor, upload_id: int) -> Iterator[Path | bytes]:
    """Give the list as bytes or, if large, as a file without a name that is gone when the process ends."""
    with archive.read(actor) as work:
        size = get(work, upload_id).size
    if size <= _IN_MEMORY:
        yield b"" if not size else b"".join(_chunks(archive, actor, upload_id))
        return
    with tempfile.TemporaryFile() as file:
        for chunk in _chunks(archive, actor, upload_id):
            file.write(chunk)
        file.flush()
        yield Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")


def _chunks(archive: Archive, actor: Actor, upload_id: int) -> Iterator[bytes]:
    ordinal = 0
    while True:
        with archive.read(actor) as work:
            chunk = work.session.get(UploadChunk, (upload_id, ordinal))
        if chunk is None:
            if not ordinal:
                raise NotFound("upload_gone", GONE)
            return
        yield chunk.content
        ordinal += 1


def forget(work: Work, upload_id: int, most: int | None = None) -> bool:
    """Delete (at most so many megabytes of) a list's content, for good; tell whether all of it is gone."""
    own = select(col(UploadChunk.ordinal)).where(col(UploadChunk.upload_id) == upload_id)
    doomed = list(work.session.execute(own.limit(most)).scalars())
    work.session.execute(
        delete(UploadChunk).where(
            col(UploadChunk.upload_id) == upload_id, col(UploadChunk.ordinal).in_(doomed)
        )
    )
    return most is None or len(doomed) < most


def forget_interrupted(work: Work) -> int:
    """Delete one upload that no import came of within a day; return how many were deleted."""
    used = select(col(ImportRun.upload_id)).where(col(ImportRun.upload_id) == Upload.id)
    found = work.session.execute(
        select(Upload).where(col(Upload.at) < work.now - INTERRUPTED_AFTER, ~used.exists()).limit(1)
    ).scalar_one_or_none()
    if found is None:
        return 0
    forget(work, found.id)
    work.session.delete(found)
    return 1
