"""The JSON interface: each module here is a blueprint `bp` under /api; on when it stands in RESOURCES."""

from importlib import import_module

from flask import Blueprint

RESOURCES = ("files", "me", "scans")


def blueprints() -> list[Blueprint]:
    """Return the blueprint of every resource."""
    return [import_module(f"{__name__}.{name}").bp for name in RESOURCES]
