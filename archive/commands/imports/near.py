"""`aktspar near`: which files may be one, and by what; say that two are one, or are not."""

import json

import click

from archive.access_log import access_log
from archive.commands import opened
from archive.files import masking
from archive.imports import worklist
from archive.vocabulary import TaskAnswer, TaskKind
from archive.vocabulary.wording import _
from labels import codes

_ANSWERS = tuple(one.value for one in (TaskAnswer.SAME, TaskAnswer.DIFFERENT))


@click.group()
def command() -> None:
    """List files that may be one; say that two are one, or are not."""


@command.command("list")
@click.option("--after", type=int, default=0, help="Go on after this question.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def listed(after: int, limit: int, as_json: bool) -> None:
    """List files that may be one, each pair with what agrees and what differs."""
    with opened() as (archive, actor):
        with archive.read(actor) as work:
            pairs = worklist.pairs(work, after=after, limit=limit)
        seen = masking.subjects(card for pair in pairs for card in pair.files)
        access_log.record(archive, actor, access_log.at_list("tasks", dict.fromkeys(seen)))
    if as_json:
        click.echo(json.dumps([pair.as_dict() for pair in pairs], ensure_ascii=False, indent=1))
        return
    for pair in pairs:
        told = pair.as_dict()
        named = (f"{codes.grouped(card.file.code)} {card.file.reference}" for card in pair.files)
        click.echo("\t".join((str(pair.id), *named, told["says"])))


@command.command()
@click.argument("question", type=int)
@click.argument("answer", type=click.Choice(_ANSWERS))
def settle(question: int, answer: str) -> None:
    """Say that two files are the same or different; different ones are not asked about again."""
    with opened() as (archive, actor), archive.write(actor) as work:
        task = worklist.get(work, question, TaskKind.NEAR_DUPLICATE)
        worklist.settle(work, task, TaskAnswer.read(answer) or TaskAnswer.WITHDRAWN)
    click.echo(_("Settled."))
