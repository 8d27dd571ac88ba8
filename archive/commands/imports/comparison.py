"""`aktspar compare`: compare a list of closed cases with the register, registering nothing."""

import json
from dataclasses import replace
from pathlib import Path

import click

from archive.access_log import access_log
from archive.commands import opened
from archive.commands.imports.lists import say_unread, take_in, unread
from archive.imports import comparison, runs
from archive.imports.comparison import ComparisonSummary
from archive.imports.driver import drive
from archive.imports.lists.meaning.sections import ALL_SHEETS
from archive.imports.papers import comparison as paper
from archive.kernel.clock import local_date
from archive.kernel.store import Actor, Archive
from archive.models import ImportRun
from archive.vocabulary import ImportPurpose, ImportState
from archive.vocabulary.wording import _


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sheet", default="", help="The sheet of a workbook; the one most like a list if not named.")
@click.option(
    "--all-sheets", is_flag=True, help="Read every sheet that looks like the list, the first one first."
)
@click.option("--yes", is_flag=True, help="Read the list as it is understood, though that is in doubt.")
@click.option("--mapping", "name", default="", help="A saved choice of columns; guessed if not named.")
@click.option("--source", default="", help="Code of the system the references belong to.")
@click.option(
    "--weeks",
    type=click.IntRange(1, comparison.MOST_WEEKS),
    default=comparison.USUAL_WEEKS,
    show_default=True,
    help="How long after closing a file should have been delivered.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option(
    "--csv", "csv_out", type=click.Path(dir_okay=False, path_type=Path), help="Write every line here."
)
@click.option(
    "--pdf", "pdf_out", type=click.Path(dir_okay=False, path_type=Path), help="Write a report here."
)
def command(
    file: Path,
    sheet: str,
    all_sheets: bool,
    yes: bool,
    name: str,
    source: str,
    weeks: int,
    as_json: bool,
    csv_out: Path | None,
    pdf_out: Path | None,
) -> None:
    """Tell which closed cases have no paper here, and what paper no case."""
    if sheet and all_sheets:
        raise click.UsageError("Name a --sheet, or read --all-sheets.")
    with opened() as (archive, actor):
        run_id = take_in(
            archive,
            actor,
            file,
            ImportPurpose.COMPARE,
            name,
            lambda mapping: replace(mapping, source=source or mapping.source),
            ALL_SHEETS if all_sheets else sheet,
            confirmed=yes,
        )
        run = drive(archive, actor, run_id)
        if run.problem and run.status is ImportState.UPLOADED:
            raise click.ClickException(runs.problem_of(run.problem).say())
        found = _written(archive, actor, run, weeks, csv_out, pdf_out)
    facts = {
        "cases": found.cases,
        "with_paper": found.with_paper,
        "without_paper": found.without_paper,
        "unknown_there": found.unknown_there,
        "not_delivered": found.not_delivered,
    }
    if as_json:
        click.echo(
            json.dumps({"comparison": run.id, "list": run.name, "weeks": weeks, **facts, **unread(run)})
        )
        return
    words = (
        _("closed cases on the list"),
        _("of them with paper here"),
        _("closed there, no paper here"),
        _("paper here, unknown there"),
        _("closed before %(day)s and still not delivered", day=found.before),
    )
    for count, word in zip(facts.values(), words, strict=True):
        click.echo(f"{count:>9}  {word}")
    say_unread(run)


def _written(
    archive: Archive, actor: Actor, run: ImportRun, weeks: int, csv_out: Path | None, pdf_out: Path | None
) -> ComparisonSummary:
    """Return the summary; the files asked for are written once the look at them is recorded."""
    seen: set[str] = set()
    with archive.read(actor) as work:
        found = comparison.summary(work, run, weeks, local_date(work.now))
        table = b"".join(paper.csv(work, run, found, seen)) if csv_out else b""
        report = paper.pdf(work, run, found, archive.settings, seen) if pdf_out else b""
    if csv_out or pdf_out:
        access_log.record(
            archive, actor, access_log.at_list("completeness_files", [run.stream, *sorted(seen)])
        )
    for out, content in ((csv_out, table), (pdf_out, report)):
        if out:
            out.write_bytes(content)
    return found
