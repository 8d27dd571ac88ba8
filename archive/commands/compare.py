"""`aktspar compare`: compare a list of closed cases with the register, registering nothing."""

import json
from dataclasses import replace
from pathlib import Path

import click

from archive.clock import local_date
from archive.commands import opened
from archive.commands.lists import take_in
from archive.documents import completeness as paper
from archive.domain import completeness, imports
from archive.domain.import_driving import drive
from archive.vocabulary import ImportPurpose, ImportState
from archive.wording import _


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", "name", default="", help="A saved choice of columns; guessed if not named.")
@click.option("--source", default="", help="Code of the system the references belong to.")
@click.option(
    "--weeks",
    type=click.IntRange(1, completeness.MOST_WEEKS),
    default=completeness.USUAL_WEEKS,
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
    name: str,
    source: str,
    weeks: int,
    as_json: bool,
    csv_out: Path | None,
    pdf_out: Path | None,
) -> None:
    """Tell which closed cases have no paper here, and what paper no case."""
    with opened() as (archive, actor):
        run_id = take_in(
            archive,
            actor,
            file,
            ImportPurpose.COMPARE,
            name,
            lambda mapping: replace(mapping, source=source or mapping.source),
        )
        run = drive(archive, actor, run_id)
        if run.problem and run.status is ImportState.UPLOADED:
            raise click.ClickException(imports.problem_of(run.problem).say())
        with archive.read(actor) as work:
            found = completeness.summary(work, run, weeks, local_date(work.now))
            if csv_out:
                csv_out.write_bytes(b"".join(paper.csv(work, run, found)))
            if pdf_out:
                pdf_out.write_bytes(paper.pdf(work, run, found, archive.settings))
    facts = {
        "cases": found.cases,
        "with_paper": found.with_paper,
        "without_paper": found.without_paper,
        "unknown_there": found.unknown_there,
        "not_delivered": found.not_delivered,
    }
    if as_json:
        click.echo(json.dumps({"comparison": run.id, "list": run.name, "weeks": weeks, **facts}))
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
