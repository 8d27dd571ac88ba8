"""Take a list in from the command line; what is unsaid of it is asked for by the option that says it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from archive.access_log import access_log
from archive.files import files
from archive.imports import preview, runs
from archive.imports.driver import drive
from archive.imports.lists.meaning.mapping import Mapping
from archive.imports.rows.places import addresses
from archive.imports.understanding.accounted import accounted
from archive.imports.understanding.accounted import lines as accounted_lines
from archive.imports.understanding.doubts import doubts
from archive.imports.understanding.told import Samples, lines, understood
from archive.kernel.errors import Invalid
from archive.kernel.store import Actor, Archive, Work
from archive.models import ImportRun
from archive.organisation import source_systems
from archive.vocabulary import ImportPurpose
from archive.vocabulary.wording import N_, _, ngettext

DOUBTS = N_("It is in doubt how the list is to be read, so nothing of it was registered or kept.")
CONFIRM = N_(
    "If it is read as it should be, say so with --yes. Otherwise choose the columns on its page and save the "
    "choice, then name it with --mapping."
)
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
    *,
    confirmed: bool = True,
    show_values: bool = False,
) -> int:
    """Upload a list and order that it be read; `told` adds what the options say. Returns the run's id.

    Raises click.UsageError naming the option that is missing, or what is in doubt about how the list is
    understood unless that is `confirmed`; then nothing of the list is kept.
    """
    with file.open("rb") as content:
        run_id = runs.begin(archive, actor, file.name, content, purpose, mapping, sheet)
    try:
        samples = () if confirmed else samples_of(archive, actor, run_id, told, show_values=show_values)
        with archive.write(actor) as work:
            run = runs.get(work, run_id)
            runs.choose(work, run, told(runs.mapping_of(run)))
            runs.stage(work, run)
            if not confirmed:
                _refuse_doubts(run, samples)
    except (Invalid, click.ClickException) as unsaid:
        with archive.write(actor) as work:
            runs.discard(work, runs.get(work, run_id))
            choices = _choices(work, unsaid.field) if isinstance(unsaid, Invalid) else []
        drive(archive, actor, run_id)
        if isinstance(unsaid, click.ClickException):
            raise
        if option := _OPTIONS.get(unsaid.field or ""):
            said = _("Say it with %(option)s: %(choices)s", option=option, choices=", ".join(choices))
            raise click.UsageError(f"{unsaid.say()} {said}") from None
        raise
    return run_id


def samples_of(
    archive: Archive, actor: Actor, run_id: int, told: Told = lambda mapping: mapping, *, show_values: bool
) -> Samples:
    """Return three cells of each column; where values of persons are asked for, once the look is recorded.

    Without, columns about persons show shapes alone (`Xxxxx, Xxxx`): a terminal keeps what it showed.
    """
    with archive.read(actor) as work:
        run = runs.get(work, run_id)
    seen = preview.preview(archive, actor, run, told(runs.mapping_of(run)), shapes=not show_values)
    if show_values:
        access_log.record(archive, actor, access_log.at_list("import", [run.stream, *seen.subjects]))
    return seen.samples


def _refuse_doubts(run: ImportRun, samples: Samples) -> None:
    """Stop a list whose reading is in doubt, saying how it was understood and what to do."""
    if in_doubt := doubts(run):
        said = "\n".join((*lines(run, samples), "", *(f"- {one.say()}" for one in in_doubt), ""))
        raise click.ClickException(f"{_(DOUBTS)}\n\n{said}\n{_(CONFIRM)}")


def unread(run: ImportRun, samples: Samples = ()) -> dict[str, Any]:
    """Return how the list was understood and which sheets were not read, for JSON."""
    told = accounted(run)
    return {
        "understood": understood(run, samples),
        **({"accounted": told.as_dict()} if told else {}),
        "unread_sheets": [one._asdict() for one in runs.unread(run)],
    }


def say_understood(run: ImportRun, samples: Samples = ()) -> None:
    """Say how the list was understood, and what of that is in doubt."""
    for line in lines(run, samples):
        click.echo(line)
    for one in doubts(run):
        click.echo(_("In doubt: %(doubt)s", doubt=one.say()))


def say_accounted(run: ImportRun) -> None:
    """Say what became of every cell of a list."""
    for line in accounted_lines(run):
        click.echo(line)


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
        said.append(_("Read it with --sheet, or every sheet like the list with --all-sheets."))
        click.echo(" ".join(said))


def _choices(work: Work, field: str | None) -> list[str]:
    if field == "site":
        return addresses(work)
    if field == "source":
        return sorted(source.code for source in source_systems.in_use(work))
    if field == "default_kind":
        return sorted(kind.code for kind in files.kinds(work))
    return []
