"""The tables: columns, indexes, constraints; no rules."""

from sqlmodel import SQLModel

from archive.models.events import Event, EventPrivate, EventSubject, Head, Unsealed
from archive.models.files import CaseFile, EarlierCheck, FileKind, FilePerson, SourceSystem, Unit
from archive.models.imports import Gap, ImportRow, ImportRun, SavedMapping, Task, Upload, UploadChunk
from archive.models.labels import Label, LabelBatch
from archive.models.loans import Loan
from archive.models.people import NameToken, NameWord, Person, PersonNumber
from archive.models.places import Place
from archive.models.scans import Scan
from archive.models.sightings import Sighting
from archive.models.staff import ApiToken, SignInAttempt, User, UserRole, UserSession
from archive.models.worker import WorkerBeat

metadata = SQLModel.metadata

__all__ = [
    "ApiToken",
    "CaseFile",
    "EarlierCheck",
    "Event",
    "EventPrivate",
    "EventSubject",
    "FileKind",
    "FilePerson",
    "Gap",
    "Head",
    "ImportRow",
    "ImportRun",
    "Label",
    "LabelBatch",
    "Loan",
    "NameToken",
    "NameWord",
    "Person",
    "PersonNumber",
    "Place",
    "SavedMapping",
    "Scan",
    "Sighting",
    "SignInAttempt",
    "SourceSystem",
    "Task",
    "Unit",
    "Unsealed",
    "Upload",
    "UploadChunk",
    "User",
    "UserRole",
    "UserSession",
    "WorkerBeat",
    "metadata",
]
