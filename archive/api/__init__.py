"""The JSON interface: a module with a blueprint `bp` under /api is on when it stands in RESOURCES.

`GET /api` lists every address with what it needs and does; `aktspar token` gives the keys.
"""

from importlib import import_module

from flask import Blueprint

RESOURCES = (
    "accounts",
    "cover_checks.assessments",
    "cover_checks.covers",
    "cover_checks.findings",
    "deliveries.crates",
    "deliveries.deliveries",
    "deliveries.differences",
    "deliveries.pieces",
    "deliveries.senders",
    "deliveries.transfer_notices",
    "files",
    "imports",
    "organisation",
    "programme.programme",
    "programme.rooms",
    "scanning",
    "stocktakes",
)


def blueprints() -> list[Blueprint]:
    """Return the blueprint of every resource."""
    return [import_module(f"{__name__}.{name}").bp for name in RESOURCES]
