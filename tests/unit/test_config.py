"""Settings: read from AKTSPAR_*, refused when they are not safe."""

from pathlib import Path

import pytest

from archive.kernel.config import DEMO_KEY, Settings, Smtp
from archive.kernel.environment import BadSettings

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
        ({**KEYS, "AKTSPAR_ORGANISATION_NUMBER": "2120000000"}, "AKTSPAR_ORGANISATION_NUMBER"),
    ],
)
def test_unsafe_or_unreadable_settings_are_refused_by_name(environment: dict[str, str], named: str) -> None:
    with pytest.raises(BadSettings, match=named):
        Settings.load(environment)


WRONG = [
    ("DATABASE_URL", "mysql://app@db/aktspar"),
    ("DATABASE_URL", "aktspar.db"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("DATABASE_URL", "postgresql://app@db:port/aktspar"),
    ("DATABASE_URL", "postgresql://app@db"),
    ("OWNER_DATABASE_URL", "sqlite:///another.db"),
    ("DATA_DIR", "/dev/null"),
    ("DATA_DIR", "/dev/null/below"),
    ("BASE_URL", "arkiv.example"),
    ("BASE_URL", "ftp://arkiv.example"),
    ("BASE_URL", "https://"),
    ("BASE_URL", "https://arkiv.example/?q"),
    ("BASE_URL", "https://arkiv.example:port"),
    ("BASE_URL", "https://räkna.example"),
    ("BIND", "127.0.0.1"),
    ("BIND", "127.0.0.1:0x50"),
    ("BIND", "127.0.0.1:70000"),
    ("BIND", ":8000"),
    ("DEMO", "kanske"),
    ("THREADS", "0"),
    ("THREADS", "²"),
    ("THREADS", "8 000"),
    ("THREADS", "500"),
    ("PROXY_HOPS", "11"),
    ("SESSION_IDLE_MINUTES", "0"),
    ("SESSION_HOURS", "0"),
    ("SESSION_HOURS", "1000"),
    ("MAX_UPLOAD_MB", "0"),
    ("MAX_UPLOAD_MB", "9" * 30),
    ("LOG_LEVEL", "LOUD"),
    ("DELIVERY_WEEKDAY", "onsdag"),
    ("DELIVERY_CRATES", "0"),
    ("DELIVERY_CRATE_FILES", "0"),
    ("DELIVERY_ALARM_HOURS", "0"),
    ("DOUBLE_CHECK_PERCENT", "101"),
    ("PROGRAMME_END", "i vår"),
    ("PROGRAMME_END", "20261231T"),
    ("LOCK_SECONDS", "0"),
    ("REQUEST_SECONDS", "3601"),
    ("SMTP_CA_FILE", "/nowhere/ca.pem"),
    ("ARCHIVE_NAME", "two\nlines"),
    ("AUTHORITY", "x" * 201),
    ("CONTACT_ADDRESS", "bell\a"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_refused_in_one_line_that_names_it_and_says_what_it_may_be(
    name: str, value: str
) -> None:
    mail = {"AKTSPAR_SMTP_URL": "smtps://mail.example", "AKTSPAR_SMTP_FROM": "a@kommun.example"}
    right = {**KEYS, **mail}
    assert Settings.load(right)
    with pytest.raises(BadSettings) as refused:
        Settings.load({**right, f"AKTSPAR_{name}": value})
    said = str(refused.value)
    assert said.startswith((f"AKTSPAR_{name} ", f"Set AKTSPAR_{name} "))
    assert "\n" not in said
    assert len(said) < 250


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("DATABSE_URL", "AKTSPAR_DATABASE_URL"),
        ("DATADIR", "AKTSPAR_DATA_DIR"),
        ("SMTP", "AKTSPAR_SMTP_URL"),
        ("MAIL_FROM", "AKTSPAR_SMTP_FROM"),
        ("data_dir", "AKTSPAR_DATA_DIR"),
        ("ORGANIZATION_NAME", "AKTSPAR_ORGANISATION_NAME"),
    ],
)
def test_a_name_of_no_setting_is_refused_with_the_nearest_right_one(misspelt: str, meant: str) -> None:
    with pytest.raises(BadSettings, match=f"AKTSPAR_{misspelt} is no setting.*{meant}"):
        Settings.load({**KEYS, f"AKTSPAR_{misspelt}": "x"})


def test_a_name_like_none_is_refused_with_where_the_names_stand() -> None:
    with pytest.raises(BadSettings, match=r"AKTSPAR_QQQ is no setting.*README"):
        Settings.load({**KEYS, "AKTSPAR_QQQ": "x"})
    assert Settings.load({**KEYS, "OTHER_QQQ": "x", "AKTSPARA": "x"})


def test_a_setting_left_empty_is_as_one_that_was_not_given() -> None:
    assert Settings.load({**KEYS, "AKTSPAR_THREADS": "", "AKTSPAR_BASE_URL": " "}).threads == 8


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


def smtp(url: str, sender: str = "Aktspår <arkiv@kommun.example>") -> Smtp | None:
    """Read the settings of a mail server."""
    return Settings.load({**KEYS, "AKTSPAR_SMTP_URL": url, "AKTSPAR_SMTP_FROM": sender}).smtp


@pytest.mark.parametrize(
    ("url", "host", "port", "security"),
    [
        ("smtp://mail.example", "mail.example", 25, "plain"),
        ("smtp+starttls://mail.example", "mail.example", 587, "starttls"),
        ("smtps://mail.example:4650", "mail.example", 4650, "tls"),
    ],
)
def test_the_mail_server_is_named_by_one_address(url: str, host: str, port: int, security: str) -> None:
    found = smtp(url)
    assert found is not None
    assert (found.host, found.port, found.security) == (host, port, security)


def test_without_a_mail_server_there_is_none() -> None:
    assert smtp("") is None


def test_the_mail_servers_password_may_hold_any_sign_and_is_never_shown() -> None:
    found = smtp("smtps://arkiv:a%40b%2Fc@mail.example")
    assert found is not None
    assert (found.user, found.password) == ("arkiv", "a@b/c")
    assert "a@b" not in repr(found)


@pytest.mark.parametrize(
    ("url", "sender", "named"),
    [
        ("http://mail.example", "a@b.example", "SMTP_URL"),
        ("smtp://", "a@b.example", "SMTP_URL"),
        ("smtp://mail.example:post", "a@b.example", "SMTP_URL"),
        ("smtp://user:password@mail.example", "a@b.example", "unencrypted"),
        ("smtps://user:l%C3%B6sen@mail.example", "a@b.example", "ASCII"),
        ("smtps://mail.example", "", "SMTP_FROM"),
        ("smtps://mail.example", "Arkivet", "SMTP_FROM"),
        ("smtps://mail.example", "åke@kommun.example", "SMTP_FROM"),
    ],
)
def test_a_mail_server_that_cannot_be_used_safely_is_refused_by_name(
    url: str, sender: str, named: str
) -> None:
    with pytest.raises(BadSettings, match=named):
        smtp(url, sender)


def test_on_this_machine_a_password_may_go_unencrypted() -> None:
    found = smtp("smtp://user:password@localhost:1025")
    assert found is not None
    assert found.password == "password"
