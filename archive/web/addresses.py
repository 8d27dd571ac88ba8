"""Addresses for templates, each form built once: else a page of thirty links spends its time on them."""

import re

import flask
from flask import current_app, request

_PLAIN = re.compile(r"[A-Za-z0-9_-]+").fullmatch
_STAND_INS = {str: "stand-in-{}-for-a-word", int: "9090909{}"}


def url_for(endpoint: str, **values: object) -> str:
    """Return the address of an endpoint on this site, as flask.url_for does."""
    if endpoint == "static":
        return _built(endpoint, values, endpoint, values.get("filename"))
    plain = {name: value for name, value in values.items() if value is not None}
    if endpoint.startswith(".") or not all(_fits(name, value) for name, value in plain.items()):
        return flask.url_for(endpoint, **values)  # type: ignore[arg-type]
    stand_ins = {
        name: _STAND_INS[type(value)].format(number) for number, (name, value) in enumerate(plain.items())
    }
    kinds = {name: type(value)(stand_ins[name]) for name, value in plain.items()}  # type: ignore[call-arg]
    address = _built(endpoint, kinds, endpoint, *kinds.items())
    for name, stand_in in stand_ins.items():
        address = address.replace(stand_in, str(plain[name]))
    return address


def _fits(name: str, value: object) -> bool:
    if name.startswith("_"):
        return False
    if type(value) is int:
        return value >= 0
    return type(value) is str and _PLAIN(value) is not None


def _built(endpoint: str, values: dict[str, object], *key: object) -> str:
    known: dict[object, str] = current_app.extensions.setdefault("addresses", {})
    found = known.get((request.script_root, *key))
    if found is None:
        found = known[(request.script_root, *key)] = flask.url_for(endpoint, **values)  # type: ignore[arg-type]
    return found
