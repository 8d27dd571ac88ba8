"""What stands beside each backup, unencrypted: what it is of and how to know it again, nothing personal."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from archive.backups.envelope import DAMAGED, Measure
from archive.kernel.errors import Conflict, NotFound
from archive.vocabulary.wording import N_

MANIFEST, CONTENT, VERIFIED = "manifest.json", "register.gz.age", "verified.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """Say of which register, by which program, as of which event a backup is."""

    program: str
    schema: str
    engine: str
    register: str  # its identity: which database it is of
    made_at: datetime
    newest_event: int
    newest_hash: str
    newest_at: datetime | None
    counts: Mapping[str, int]
    recipients: tuple[str, ...]
    plain: Measure
    sealed: Measure

    def spell(self) -> str:
        """Return it as it is written."""
        facts = asdict(self) | {
            "made_at": self.made_at.isoformat(),
            "newest_at": self.newest_at and self.newest_at.isoformat(),
        }
        return json.dumps({"format": FORMAT, **facts}, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def understood(cls, text: str) -> "BackupManifest":
        """Return what was written; raises ValueError for anything else."""
        try:
            facts = json.loads(text)
            if facts.pop("format") != FORMAT:
                raise ValueError("a format nobody here knows")
            newest_at = facts.pop("newest_at")
            return cls(
                made_at=datetime.fromisoformat(facts.pop("made_at")),
                newest_at=newest_at and datetime.fromisoformat(newest_at),
                recipients=tuple(facts.pop("recipients")),
                plain=Measure(**facts.pop("plain")),
                sealed=Measure(**facts.pop("sealed")),
                **facts,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("no manifest of a backup") from error


@dataclass(frozen=True, slots=True)
class Backup:
    """One whole backup: a folder, its manifest, and when it was last restored to be checked."""

    path: Path
    manifest: BackupManifest
    verified_at: datetime | None = None

    @property
    def content(self) -> Path:
        """Return the encrypted file."""
        return self.path / CONTENT


def read(path: Path) -> Backup:
    """Return the backup in a folder; raises NotFound where there is none, Conflict where it is damaged."""
    try:
        text = (path / MANIFEST).read_text(encoding="utf-8")
    except OSError as error:
        raise NotFound(
            "no_backup", N_("%(path)s is no backup: it holds no manifest that can be read."), path=path
        ) from error
    try:
        return Backup(path, BackupManifest.understood(text), _verified(path))
    except ValueError as error:
        raise Conflict("backup_damaged", DAMAGED) from error


def all_in(target: Path) -> list[Backup]:
    """Return the whole backups of a folder, the newest state first."""
    found = []
    for folder in target.glob("aktspar-*/"):
        try:
            found.append(read(folder))
        except (NotFound, Conflict):
            continue
    return sorted(found, key=lambda one: (one.manifest.newest_event, one.manifest.made_at), reverse=True)


def _verified(path: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(json.loads((path / VERIFIED).read_text(encoding="utf-8"))["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
