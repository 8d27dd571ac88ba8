"""Settings: read from AKTSPAR_*, refused when they are not safe."""

from pathlib import Path

import pytest

from archive.config import DEMO_KEY, BadSettings, Settings

KEYS = {"AKTSPAR_MAC_KEY": "5a" * 32, "AKTSPAR_SECRET_KEY": "c3" * 32}


def test_a_demo_needs_no_settings_but_its_own() -> None:
    settings = Settings.load({"AKTSPAR_DEMO": "1"})
    assert settings.sqlite
    assert settings.database_url == f"sqlite:///{Path('var').absolute() / 'aktspar.db'}"
    assert (settings.host, settings.https) == ("127.0.0.1:8000", False)


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({}, "AKTSPAR_MAC_KEY"),
        ({**KEYS, "AKTSPAR_MAC_KEY": DEMO_KEY}, "AKTSPAR_MAC_KEY"),
        ({**KEYS, "AKTSPAR_SECRET_KEY": DEMO_KEY}, "AKTSPAR_SECRET_KEY"),
        ({**KEYS, "AKTSPAR_SECRET_KEY": "kort"}, "AKTSPAR_SECRET_KEY"),
        ({**KEYS, "AKTSPAR_MAC_KEY": "inte hex"}, "AKTSPAR_MAC_KEY"),
        ({**KEYS, "AKTSPAR_MAC_KEY": "5a" * 31}, "AKTSPAR_MAC_KEY"),
        ({**KEYS, "AKTSPAR_THREADS": "många"}, "AKTSPAR_THREADS"),
        ({**KEYS, "AKTSPAR_SESSION_HOURS": "-1"}, "AKTSPAR_SESSION_HOURS"),
    ],
)
def test_unsafe_or_unreadable_settings_are_refused_by_name(environment: dict[str, str], named: str) -> None:
    with pytest.raises(BadSettings, match=named):
        Settings.load(environment)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_spoken_to_through_psycopg(scheme: str) -> None:
    settings = Settings.load({**KEYS, "AKTSPAR_DATABASE_URL": f"{scheme}://app@db/aktspar"})
    assert settings.database_url == settings.owner_database_url == "postgresql+psycopg://app@db/aktspar"
    assert not settings.sqlite


def test_the_address_people_use_decides_about_tls_and_what_stands_in_symbols() -> None:
    settings = Settings.load({**KEYS, "AKTSPAR_BASE_URL": "https://arkiv.example/"})
    assert (settings.base_url, settings.host, settings.https) == (
        "https://arkiv.example",
        "arkiv.example",
        True,
    )
