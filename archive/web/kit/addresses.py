"""Addresses for templates, each form built once: else a page of thirty links spends its time on them."""

import re
from typing import Any

import flask
from flask import current_app, request

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*").fullmatch
_STAND_INS = {str: "stand-in-{}-for-a-word", int: "9090909{}"}


def url_for(endpoint: str, **values: object) -> str:
    """Return the address of an endpoint on this site, as flask.url_for does."""
    key: list[object] = [request.script_root, endpoint]
    if endpoint == "static":
        key.append(values.get("filename"))
    else:
        for name, value in values.items():
            if value is None:
                continue
            kind = type(value)
            if name[0] == "_" or kind not in _STAND_INS or not _PLAIN(str(value)):
                return flask.url_for(endpoint, **values)  # type: ignore[arg-type]
            key += (name, kind)
        if endpoint[0] == ".":
            return flask.url_for(endpoint, **values)  # type: ignore[arg-type]
    known: dict[object, str] = current_app.extensions.setdefault("addresses", {})
    form = known.get(tuple(key))
    if form is None:
        form = known[tuple(key)] = _form(endpoint, values)
    return form % values


def _form(endpoint: str, values: dict[str, object]) -> str:
    """Build the address with a stand-in for each value, and put `%(name)s` in its place."""
    if endpoint == "static":
        return flask.url_for(endpoint, **values).replace("%", "%%")  # type: ignore[arg-type]
    given = {name: type(value) for name, value in values.items() if value is not None}
    stand_ins = {name: _STAND_INS[kind].format(at) for at, (name, kind) in enumerate(given.items())}
    typed: dict[str, Any] = {name: int(one) if given[name] is int else one for name, one in stand_ins.items()}
    address = flask.url_for(endpoint, **typed)
    address = address.replace("%", "%%")
    for name, stand_in in stand_ins.items():
        address = address.replace(stand_in, f"%({name})s")
    return address
