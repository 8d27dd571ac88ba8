"""`aktspar organisation`: the source systems, units and kinds of file a city has."""

import json

import click

from archive.commands import opened
from archive.organisation import kinds, source_systems, things, units
from archive.output.serializing import facts
from archive.vocabulary.wording import _

_NOUN = click.Choice(things.NOUNS)


@click.group()
def command() -> None:
    """Say which source systems, units and kinds of file the city has."""


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def list_(as_json: bool) -> None:
    """List them with their numbers, also closed ones."""
    with opened() as (archive, actor), archive.read(actor) as work:
        every = {"source": source_systems.every(work), "unit": units.every(work), "kind": kinds.every(work)}
        shown = {noun: [facts(one, *_told(one)) for one in found] for noun, found in every.items()}
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False, indent=1))
        return
    for noun, found in shown.items():
        for one in found:
            name = one.get("name") or one["name_sv"]
            closed = "" if one["active"] else f"\t{_('closed')}"
            click.echo(f"{noun}\t{one['id']}\t{one.get('code', '')}\t{name}{closed}")


def _told(one: object) -> list[str]:
    return [name for name in ("id", "code", "name", "name_sv", "name_en", "active") if hasattr(one, name)]


@command.command()
@click.argument("code")
@click.argument("name")
def add_source(code: str, name: str) -> None:
    """Add a source system by a short CODE and its NAME."""
    with opened() as (archive, actor), archive.write(actor) as work:
        source_systems.add(work, code, name)
    click.echo(_("The source system is added."))


@command.command()
@click.argument("name")
def add_unit(name: str) -> None:
    """Add a unit."""
    with opened() as (archive, actor), archive.write(actor) as work:
        units.add(work, name)
    click.echo(_("The unit is added."))


@command.command()
@click.argument("noun", type=_NOUN)
@click.argument("number", type=int)
@click.argument("name")
def rename(noun: str, number: int, name: str) -> None:
    """Give a source system or a unit another name."""
    with opened() as (archive, actor), archive.write(actor) as work:
        things.change(work, things.get(work, noun, number), name=name)
    click.echo(_("Saved."))


@command.command()
@click.argument("noun", type=_NOUN)
@click.argument("number", type=int)
def close(noun: str, number: int) -> None:
    """Offer one of them no longer; its files keep it."""
    with opened() as (archive, actor), archive.write(actor) as work:
        things.change(work, things.get(work, noun, number), active=False)
    click.echo(_("It is closed, and no longer offered."))


@command.command(name="open")
@click.argument("noun", type=_NOUN)
@click.argument("number", type=int)
def open_(noun: str, number: int) -> None:
    """Offer one of them again."""
    with opened() as (archive, actor), archive.write(actor) as work:
        things.change(work, things.get(work, noun, number), active=True)
    click.echo(_("It is offered again."))
