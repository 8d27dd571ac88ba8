"""Settings from AKTSPAR_*; nothing else reads the environment."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

DEMO_KEY = "61" * 32
# Asked again of those who signed in to a demo by a click; it is printed beside the field.
DEMO_PASSWORD = "demo"  # noqa: S105


class BadSettings(Exception):
    """Report settings the program must not start with."""


SMTP_SCHEMES = {"smtp": ("plain", 25), "smtp+starttls": ("starttls", 587), "smtps": ("tls", 465)}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Smtp:
    """Name the server that takes our mail; `security` is plain, starttls or tls."""

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """Say where nightly backups go, whose keys they are encrypted to, and how many are kept."""

    folder: Path | None = None
    recipients: tuple[str, ...] = ()
    keep: int = 30


@dataclass(frozen=True, slots=True)
class Settings:
    """Hold everything that differs from one installation to the next."""

    database_url: str
    owner_database_url: str
    data_dir: Path
    base_url: str
    mac_key: bytes
    secret_key: str
    demo: bool
    archive_name: str
    authority: str
    bind: str
    threads: int
    proxy_hops: int
    session_idle_minutes: int
    session_hours: int
    max_upload_mb: int
    log_level: str
    smtp: Smtp | None = None
    delivery_weekday: int = 2
    double_check_percent: int = 5
    delivery_crates: int = 20
    delivery_crate_files: int = 25
    delivery_alarm_hours: int = 8
    programme_end: date | None = None
    organisation_name: str = ""
    organisation_number: str = ""
    postal_address: str = ""
    contact_address: str = ""
    dpo_contact: str = ""
    appeal_court: str = ""
    sealed_contact: str = ""
    lock_seconds: int = 20
    request_seconds: int = 20
    backups: BackupPlan = BackupPlan()

    @property
    def sqlite(self) -> bool:
        """Tell whether the embedded database is used."""
        return self.database_url.startswith("sqlite")

    @property
    def host(self) -> str:
        """Return the host that stands in QR symbols."""
        return urlsplit(self.base_url).netloc

    @property
    def https(self) -> bool:
        """Tell whether people reach the archive over TLS."""
        return self.base_url.startswith("https:")

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read AKTSPAR_*; raises BadSettings with a sentence that says what to set."""
        env = os.environ if environment is None else environment

        def get(name: str, default: str = "") -> str:
            return env.get(f"AKTSPAR_{name}", default)

        demo = _yes(get("DEMO"))
        data_dir = Path(get("DATA_DIR", "var")).absolute()
        database_url = _with_driver(get("DATABASE_URL", f"sqlite:///{data_dir / 'aktspar.db'}"))
        settings = cls(
            database_url=database_url,
            owner_database_url=_with_driver(get("OWNER_DATABASE_URL", database_url)),
            data_dir=data_dir,
            base_url=get("BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
            mac_key=_key(get("MAC_KEY", DEMO_KEY if demo else "")),
            secret_key=get("SECRET_KEY", DEMO_KEY if demo else ""),
            demo=demo,
            archive_name=get("ARCHIVE_NAME", "Centralarkivet"),
            authority=get("AUTHORITY", "Socialtjänsten"),
            bind=get("BIND", "127.0.0.1:8000"),
            threads=_number("THREADS", get("THREADS", "8")),
            proxy_hops=_number("PROXY_HOPS", get("PROXY_HOPS", "0")),
            session_idle_minutes=_number("SESSION_IDLE_MINUTES", get("SESSION_IDLE_MINUTES", "30")),
            session_hours=_number("SESSION_HOURS", get("SESSION_HOURS", "10")),
            max_upload_mb=_number("MAX_UPLOAD_MB", get("MAX_UPLOAD_MB", "300")),
            log_level=get("LOG_LEVEL", "INFO").upper(),
            delivery_weekday=_weekday(get("DELIVERY_WEEKDAY", "2")),
            double_check_percent=_percent("DOUBLE_CHECK_PERCENT", get("DOUBLE_CHECK_PERCENT", "5")),
            delivery_crates=_number("DELIVERY_CRATES", get("DELIVERY_CRATES", "20")),
            delivery_crate_files=_number("DELIVERY_CRATE_FILES", get("DELIVERY_CRATE_FILES", "25")),
            delivery_alarm_hours=_number("DELIVERY_ALARM_HOURS", get("DELIVERY_ALARM_HOURS", "8")),
            programme_end=_day("PROGRAMME_END", get("PROGRAMME_END")),
            lock_seconds=_seconds("LOCK_SECONDS", get("LOCK_SECONDS", "20")),
            request_seconds=_seconds("REQUEST_SECONDS", get("REQUEST_SECONDS", "20")),
            backups=_backups(get),
            smtp=_smtp(get("SMTP_URL"), get("SMTP_FROM"), get("SMTP_CA_FILE")),
            **_controller(get, DEMO_CONTROLLER if demo else {}),
        )
        settings._refuse_weak_secrets()
        return settings

    def _refuse_weak_secrets(self) -> None:
        if self.demo:
            return
        if len(self.secret_key) < 32 or self.secret_key == DEMO_KEY:
            raise BadSettings("Set AKTSPAR_SECRET_KEY to 32 random bytes: openssl rand -hex 32")
        if self.mac_key.hex() == DEMO_KEY:
            raise BadSettings("AKTSPAR_MAC_KEY is the demo key. Make your own: openssl rand -hex 32")


def environment_with(**more: str) -> dict[str, str]:
    """Return the environment for another maker's program, which reads it as we read ours."""
    return {**os.environ, **more}


def _backups(get: Callable[[str, str], str]) -> BackupPlan:
    """Read where backups go, whose keys they are encrypted to, and how many are kept."""
    folder, recipients = get("BACKUP_DIR", ""), tuple(get("BACKUP_RECIPIENT", "").replace(",", " ").split())
    for one in recipients:
        if not re.fullmatch("age1[0-9a-z]{58}", one):
            raise BadSettings(f"AKTSPAR_BACKUP_RECIPIENT: {one!r} is no public key of age, such as age1…")
    if folder and not recipients:
        raise BadSettings(
            "Set AKTSPAR_BACKUP_RECIPIENT to the public key backups are encrypted to; "
            "aktspar backup new-key FILE makes one"
        )
    keep = _number("BACKUP_KEEP", get("BACKUP_KEEP", "30"))
    if keep < 2:
        raise BadSettings(
            "AKTSPAR_BACKUP_KEEP is 2 or more: one alone is replaced by one that may be no good"
        )
    return BackupPlan(Path(folder).absolute() if folder else None, recipients, keep)


def _smtp(url: str, sender: str, ca_file: str) -> Smtp | None:
    """Read smtp://host, smtp+starttls://user:password@host:587 or smtps://…; no address, no mail is sent."""
    if not url:
        return None
    parts = urlsplit(url)
    try:
        host, named_port = parts.hostname or "", parts.port
    except ValueError:
        host, named_port = "", None
    if parts.scheme not in SMTP_SCHEMES or not host:
        raise BadSettings("AKTSPAR_SMTP_URL is smtp://host, smtp+starttls://user:password@host or smtps://…")
    security, port = SMTP_SCHEMES[parts.scheme]
    if parts.password and security == "plain" and host not in LOOPBACK:
        raise BadSettings(
            "AKTSPAR_SMTP_URL would send its password unencrypted: use smtp+starttls:// or smtps://"
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():
        raise BadSettings(
            "AKTSPAR_SMTP_URL: mail servers take user names and passwords of ASCII characters only"
        )
    if not parseaddr(sender)[1].isascii() or "@" not in parseaddr(sender)[1]:
        raise BadSettings(
            "Set AKTSPAR_SMTP_FROM to the address mail comes from: Aktspår <arkiv@kommun.example>"
        )
    return Smtp(host, named_port or port, security, sender, user, password, ca_file or None)


def _with_driver(url: str) -> str:
    """Choose psycopg 3 for a PostgreSQL address that names no driver."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _yes(text: str) -> bool:
    return text.lower() in {"1", "true", "yes", "on", "ja"}


def _number(name: str, text: str) -> int:
    if not text.isdigit():
        raise BadSettings(f"AKTSPAR_{name} must be a whole number, not {text!r}")
    return int(text)


def _seconds(name: str, text: str) -> int:
    seconds = _number(name, text)
    if not 1 <= seconds <= 3600:
        raise BadSettings(f"AKTSPAR_{name} is 1 to 3600 seconds")
    return seconds


def _percent(name: str, text: str) -> int:
    percent = _number(name, text)
    if percent > 100:
        raise BadSettings(f"AKTSPAR_{name} is a share in percent, 0 to 100")
    return percent


def _weekday(text: str) -> int:
    """Read a day of the week, 1 for Monday; deliveries come on working days."""
    if text not in {"1", "2", "3", "4", "5"}:
        raise BadSettings("AKTSPAR_DELIVERY_WEEKDAY is 1 (Monday) to 5 (Friday)")
    return int(text)


def _day(name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadSettings(f"AKTSPAR_{name} must be a day such as 2026-12-31, not {text!r}") from None


_CONTROLLER = (
    *("organisation_name", "organisation_number", "postal_address"),
    *("contact_address", "dpo_contact", "appeal_court", "sealed_contact"),
)
DEMO_CONTROLLER = {
    "organisation_name": "Socialnämnden i Demostad",
    "organisation_number": "000000-0000",  # of nobody
    "postal_address": "Box 1, 000 00 Demostad",
    "contact_address": "arkivet@demostad.example",
    "dpo_contact": "dataskyddsombud@demostad.example",
    "sealed_contact": "arkivet, 08-465 004 12",
}


def _controller(get: Callable[[str, str], str], otherwise: Mapping[str, str]) -> dict[str, str]:
    """Read who the controller is, as it stands on papers for others."""
    found = {name: get(name.upper(), otherwise.get(name, "")) for name in _CONTROLLER}
    number = found["organisation_number"]
    if number and not re.fullmatch(r"\d{6}-\d{4}", number, re.ASCII):
        raise BadSettings(f"AKTSPAR_ORGANISATION_NUMBER is ten digits such as 212000-0000, not {number!r}")
    return found


def _key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        raise BadSettings("AKTSPAR_MAC_KEY must be hexadecimal: openssl rand -hex 32") from None
    if len(key) < 32:
        raise BadSettings("Set AKTSPAR_MAC_KEY to 32 random bytes: openssl rand -hex 32")
    return key
