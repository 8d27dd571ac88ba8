"""What the worker has done."""

from datetime import datetime

from sqlmodel import SQLModel

from archive.kernel.columns import moment, text


class WorkerBeat(SQLModel, table=True):
    """When a routine of the timetable last ran to its end, and who ran it."""

    __tablename__ = "worker_beat"

    routine: str = text(primary_key=True)
    holder: str = text()
    at: datetime = moment()
