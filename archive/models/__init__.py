"""The tables: columns, indexes, constraints; no rules."""

from sqlmodel import SQLModel

from archive.models.covers import Assessment, CoverCheck, CoverConfirmation, Finding, Sample, SampleItem
from archive.models.deliveries import (
    Announcement,
    Delivery,
    DeliveryCrate,
    DeliveryLine,
    DeliverySender,
    Difference,
)
from archive.models.emptying import Emptying, RoomCount, SweptPlace
from archive.models.events import Event, EventPrivate, EventSubject, Head, Unsealed
from archive.models.files import CaseFile, EarlierCheck, FileKind, FilePerson, SourceSystem, Unit
from archive.models.imports import Gap, ImportRow, ImportRun, SavedMapping, Task, Upload, UploadChunk
from archive.models.incidents import Incident, IncidentFile, IncidentReader, Search, WantedSighting
from archive.models.labels import Label, LabelBatch
from archive.models.loans import Loan
from archive.models.messages import CalendarFeed, Deadline, Mail, Message
from archive.models.people import NameToken, NameWord, Person, PersonNumber
from archive.models.places import Place
from archive.models.register import Register
from archive.models.routines import Matter, RoutineRead, RoutineStep, RoutineVersion
from archive.models.scans import Scan
from archive.models.sightings import Sighting
from archive.models.staff import ApiToken, SignInAttempt, User, UserRole, UserSession
from archive.models.worker import WorkerBeat

metadata = SQLModel.metadata

__all__ = [
    "Announcement",
    "ApiToken",
    "Assessment",
    "CalendarFeed",
    "CaseFile",
    "CoverCheck",
    "CoverConfirmation",
    "Deadline",
    "Delivery",
    "DeliveryCrate",
    "DeliveryLine",
    "DeliverySender",
    "Difference",
    "EarlierCheck",
    "Emptying",
    "Event",
    "EventPrivate",
    "EventSubject",
    "FileKind",
    "FilePerson",
    "Finding",
    "Gap",
    "Head",
    "ImportRow",
    "ImportRun",
    "Incident",
    "IncidentFile",
    "IncidentReader",
    "Label",
    "LabelBatch",
    "Loan",
    "Mail",
    "Matter",
    "Message",
    "NameToken",
    "NameWord",
    "Person",
    "PersonNumber",
    "Place",
    "Register",
    "RoomCount",
    "RoutineRead",
    "RoutineStep",
    "RoutineVersion",
    "Sample",
    "SampleItem",
    "SavedMapping",
    "Scan",
    "Search",
    "Sighting",
    "SignInAttempt",
    "SourceSystem",
    "SweptPlace",
    "Task",
    "Unit",
    "Unsealed",
    "Upload",
    "UploadChunk",
    "User",
    "UserRole",
    "UserSession",
    "WantedSighting",
    "WorkerBeat",
    "metadata",
]
