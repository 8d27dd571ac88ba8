"""Take a list in from the command line; what is unsaid of it is asked for by the option that says it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlmodel import col

from archive.imports import runs
from archive.imports.driver import drive
from archive.imports.lists.meaning.mapping import Mapping
from archive.kernel.errors import Invalid
from archive.kernel.store import Actor, Archive, Work
from archive.models import FileKind, ImportRun, SourceSystem
from archive.places import places
from archive.vocabulary import ImportPurpose
from archive.vocabulary.wording import _, ngettext

Told = Callable[[Mapping], Mapping]
_OPTIONS = {"source": "--source", "site": "--site", "default_kind": "--kind"}


def take_in(
    archive: Archive,
    actor: Actor,
    file: Path,
    purpose: ImportPurpose,
    mapping: str,
    told: Told,
    sheet: str = "",
) -> int:
    """Upload a list and order that it be read; `told` adds what the options say. Returns the run's id.

    Raises click.UsageError naming the option that is missing; then nothing of the list is kept.
    """
    with file.open("rb") as content:
        run_id = runs.begin(archive, actor, file.name, content, purpose, mapping, sheet)
    try:
        with archive.write(actor) as work:
            run = runs.get(work, run_id)
            runs.choose(work, run, told(runs.mapping_of(run)))
            runs.stage(work, run)
    except Invalid as unsaid:
        with archive.write(actor) as work:
            runs.discard(work, runs.get(work, run_id))
            choices = _choices(work, unsaid.field)
        drive(archive, actor, run_id)
        if option := _OPTIONS.get(unsaid.field or ""):
            said = _("Say it with %(option)s: %(choices)s", option=option, choices=", ".join(choices))
            raise click.UsageError(f"{unsaid.say()} {said}") from None
        raise
    return run_id


def unread(run: ImportRun) -> dict[str, Any]:
    """Return the sheets that were not read, for JSON."""
    return {"unread_sheets": [one._asdict() for one in runs.unread(run)]}


def say_unread(run: ImportRun) -> None:
    """Name the sheets that were not read, with how many rows each has."""
    for one in runs.unread(run):
        said = [
            ngettext(
                "The sheet “%(name)s” with %(num)s row was not read.",
                "The sheet “%(name)s” with %(num)s rows was not read.",
                one.rows,
                name=one.name,
            )
        ]
        if one.hidden:
            said.append(_("It is hidden."))
        said.append(_("Read it with --sheet."))
        click.echo(" ".join(said))


def _choices(work: Work, field: str | None) -> list[str]:
    if field == "site":
        return [site.name for site in places.roots(work)]
    models: dict[str, Any] = {"source": SourceSystem, "default_kind": FileKind}
    model = models.get(field or "")
    if model is None:
        return []
    return list(work.session.execute(select(col(model.code)).order_by(col(model.code))).scalars())
