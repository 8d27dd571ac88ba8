"""`aktspar import`: read in a list of an old archive, or see what reading it in would do."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from archive.access_log import access_log
from archive.commands import opened
from archive.commands.imports.lists import (
    samples_of,
    say_accounted,
    say_understood,
    say_unread,
    take_in,
    unread,
)
from archive.imports import left_out, refused, runs
from archive.imports.counts import LABELS, Counts, in_order
from archive.imports.driver import Progress, drive
from archive.imports.lists.meaning.fields import FlagCode
from archive.imports.lists.meaning.mapping import Mapping, day_of_list
from archive.imports.lists.meaning.rejects import write_rejects
from archive.imports.lists.meaning.sections import ALL_SHEETS
from archive.imports.understanding.told import Samples
from archive.kernel.clock import local_date
from archive.kernel.store import Actor, Archive
from archive.models import ImportRun
from archive.vocabulary import ImportPurpose, ImportState, Protection, RowState
from archive.vocabulary.wording import _

_FLAGS = {flag.value: flag for flag in FlagCode}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--sheet", default="", help="The sheet of a workbook; the one most like a list if not named.")
@click.option(
    "--all-sheets", is_flag=True, help="Read every sheet that looks like the list, the first one first."
)
@click.option("--yes", is_flag=True, help="Read the list as it is understood, though that is in doubt.")
@click.option("--mapping", "name", default="", help="A saved choice of columns; guessed if not named.")
@click.option("--source", help="Code of the system the references belong to.")
@click.option("--site", help="Name of the address the list is about.")
@click.option("--kind", help="Code of the kind of file where the list does not say.")
@click.option("--list-date", help="When the list is from: 2024-05-31, 2024-05 or 2024.")
@click.option(
    "--protection",
    type=click.Choice(["none", "unknown"]),
    help="What holds for persons if no column says it; unknown hides them.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be registered; keep nothing.")
@click.option(
    "--show-values", is_flag=True, help="Show names and numbers as samples of their columns, which is a look."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write rows that were not registered here, in the form of the list.",
)
@click.option(
    "--rejects-protected",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write those of them here that the list marks as protected, and unless --dry-run those of whom the "
    "register says it.",
)
@click.option(
    "--duplicates",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write rows that repeat another here, in the form of the list, each with the row it repeats.",
)
@click.option("--resume", type=int, metavar="RUN", help="Go on with an import that was stopped.")
def command(
    file: Path | None,
    sheet: str,
    all_sheets: bool,
    yes: bool,
    name: str,
    dry_run: bool,
    show_values: bool,
    as_json: bool,
    rejects: Path | None,
    rejects_protected: Path | None,
    duplicates: Path | None,
    resume: int | None,
    **said: Any,
) -> None:
    """Read in a list as it is: a workbook (XLSX, XLS, XLSB, ODS), or text with separators."""
    if (file is None) == (resume is None):
        raise click.UsageError("Name a file, or --resume an import.")
    if sheet and all_sheets:
        raise click.UsageError("Name a --sheet, or read --all-sheets.")
    with opened() as (archive, actor):
        if said["list_date"]:
            said["list_date"] = day_of_list(said["list_date"].strip(), local_date(archive.clock()))
        run_id = resume or 0
        if file is not None:
            purpose = ImportPurpose.REGISTER
            run_id = take_in(
                archive,
                actor,
                file,
                purpose,
                name,
                lambda mapping: _told(mapping, said),
                ALL_SHEETS if all_sheets else sheet,
                confirmed=yes or dry_run,
                show_values=show_values,
            )
        with _bar(run_id) as progress:
            run = _through(archive, actor, run_id, progress, apply=not dry_run)
            gone = run.status is ImportState.DISCARDED
            samples = () if gone else samples_of(archive, actor, run_id, show_values=show_values)
            if rejects:
                _write(archive, actor, run, rejects)
            if rejects_protected:
                tried = dry_run or not run.finished_at
                _write(archive, actor, run, rejects_protected, protected=True, tried=tried)
            if duplicates:
                _write_duplicates(archive, actor, run, duplicates)
            if dry_run and run.status is ImportState.STAGED:
                with archive.write(actor) as work:
                    runs.discard(work, runs.get(work, run_id))
                drive(archive, actor, run_id)
    _report(run, as_json, samples, dry_run=dry_run)


def _told(mapping: Mapping, said: dict[str, Any]) -> Mapping:
    """Add to a mapping what the options say."""
    level = Protection.NONE if said["protection"] == "none" else Protection.UNKNOWN
    return replace(
        mapping,
        source=said["source"] or mapping.source,
        site=said["site"] or mapping.site,
        default_kind=said["kind"] or mapping.default_kind,
        list_date=said["list_date"] or mapping.list_date,
        unstated_protection=level if said["protection"] else mapping.unstated_protection,
    )


def _through(archive: Archive, actor: Actor, run_id: int, progress: Progress, *, apply: bool) -> ImportRun:
    run = drive(archive, actor, run_id, progress)
    if run.problem and run.status is ImportState.UPLOADED:
        raise click.ClickException(runs.problem_of(run.problem).say())
    if apply and run.status is ImportState.STAGED:
        with archive.write(actor) as work:
            runs.apply(work, runs.get(work, run_id))
        run = drive(archive, actor, run_id, progress)
    return run


@contextmanager
def _bar(run_id: int) -> Iterator[Progress]:
    """Show how far an import has come, on the terminal if there is one."""
    done = {ImportState.UPLOADED: 0, ImportState.STAGING: 0, ImportState.STAGED: 100}
    try:
        with click.progressbar(length=200, label=_("Import %(run)s", run=run_id), file=sys.stderr) as bar:

            def progress(run: ImportRun) -> None:
                share = run.share if run.status is ImportState.STAGING else 0
                if run.status in (ImportState.APPLYING, ImportState.APPLIED):
                    share = 100 + run.share
                bar.update(max(done.get(run.status, 0) + share - bar.pos, 0))

            yield progress
    except KeyboardInterrupt:
        click.echo(_("Stopped. To go on: aktspar import --resume %(run)s", run=run_id), err=True)
        raise click.Abort from None


def _write(
    archive: Archive,
    actor: Actor,
    run: ImportRun,
    out: Path,
    *,
    protected: bool = False,
    tried: bool = False,
) -> None:
    """Write rows that were not registered, once the look at them is recorded; `tried`: in a dry run."""
    with archive.read(actor) as work:
        found = refused.given_back(work, run, protected=protected, by_list_alone=tried)
    access_log.record(archive, actor, found.look)
    with out.open("wb") as target:
        write_rejects(target, refused.form_of(run), found.rows, protected=protected)


def _write_duplicates(archive: Archive, actor: Actor, run: ImportRun, out: Path) -> None:
    """Write rows that repeat another, once the look at them is recorded."""
    with archive.read(actor) as work:
        rows = list(left_out.every(work, run, RowState.DUPLICATE))
        look = left_out.look(work, "left_out_rows_file", run, rows)
    access_log.record(archive, actor, look)
    with out.open("wb") as target:
        write_rejects(target, refused.form_of(run), (one.refused for one in rows))


def _report(run: ImportRun, as_json: bool, samples: Samples, *, dry_run: bool) -> None:
    counts = runs.report(run)
    if as_json:
        facts = {"import": run.id, "list": run.name, "dry_run": dry_run, **counts.as_dict()}
        facts |= unread(run, samples)
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    click.echo(_("Import %(run)s of %(name)s", run=run.id, name=run.name))
    if dry_run:
        click.echo(_("Dry run: nothing was registered."))
    say_understood(run, samples)
    if not runs.has_header(run):
        click.echo(_(runs.NO_HEADER))
    for name in Counts.numbers():
        click.echo(f"{getattr(counts, name):>9}  {_(LABELS[name])}")
        for code, count in in_order(counts.problems) if name == "rejected" else ():
            click.echo(f"{count:>9}    {runs.reason(code)}")
    for code, count in in_order(counts.flags):
        click.echo(f"{count:>9}    {_FLAGS[code].label}")
    say_accounted(run)
    say_unread(run)
