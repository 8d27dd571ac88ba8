"""Settings from AKTSPAR_*, each with what it is when nobody says otherwise."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from archive.kernel.environment import BadSettings, Environment, shown

DEMO_KEY = "61" * 32
# Asked again of those who signed in to a demo by a click; it is printed beside the field.
DEMO_PASSWORD = "demo"  # noqa: S105


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
        """Read AKTSPAR_*; raises BadSettings with a line that says what to set."""
        env = Environment(environment)
        demo = env.yes("DEMO")
        data_dir = env.folder("DATA_DIR", "var")
        database_url = env.database("DATABASE_URL", f"sqlite:///{data_dir / 'aktspar.db'}")
        settings = cls(
            database_url=database_url,
            owner_database_url=env.database("OWNER_DATABASE_URL", database_url),
            data_dir=data_dir,
            base_url=env.web_address("BASE_URL", "http://127.0.0.1:8000"),
            mac_key=_key(env.text("MAC_KEY", DEMO_KEY if demo else "")),
            secret_key=env.text("SECRET_KEY", DEMO_KEY if demo else ""),
            demo=demo,
            archive_name=env.text("ARCHIVE_NAME", "Centralarkivet"),
            authority=env.text("AUTHORITY", "Socialtjänsten"),
            bind=env.listening("BIND", "127.0.0.1:8000"),
            threads=env.number("THREADS", 8, 1, 256),
            proxy_hops=env.number("PROXY_HOPS", 0, 0, 10),
            session_idle_minutes=env.number("SESSION_IDLE_MINUTES", 30, 1, 24 * 60),
            session_hours=env.number("SESSION_HOURS", 10, 1, 24),
            max_upload_mb=env.number("MAX_UPLOAD_MB", 300, 1, 4096),
            log_level=env.one("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")),
            delivery_weekday=env.number("DELIVERY_WEEKDAY", 2, 1, 5),
            double_check_percent=env.number("DOUBLE_CHECK_PERCENT", 5, 0, 100),
            delivery_crates=env.number("DELIVERY_CRATES", 20, 1, 1000),
            delivery_crate_files=env.number("DELIVERY_CRATE_FILES", 25, 1, 1000),
            delivery_alarm_hours=env.number("DELIVERY_ALARM_HOURS", 8, 1, 24 * 14),
            programme_end=env.day("PROGRAMME_END"),
            lock_seconds=env.number("LOCK_SECONDS", 20, 1, 3600),
            request_seconds=env.number("REQUEST_SECONDS", 20, 1, 3600),
            backups=_backups(env),
            smtp=_smtp(env.text("SMTP_URL"), env.text("SMTP_FROM"), env.file("SMTP_CA_FILE")),
            **_controller(env, DEMO_CONTROLLER if demo else {}),
        )
        env.refuse_misspelt()
        if settings.sqlite and settings.owner_database_url != database_url:
            raise BadSettings("AKTSPAR_OWNER_DATABASE_URL is for PostgreSQL; leave it out with SQLite")
        settings._refuse_weak_secrets()
        return settings

    def _refuse_weak_secrets(self) -> None:
        if self.demo:
            return
        if len(self.secret_key) < 32 or self.secret_key == DEMO_KEY:
            raise BadSettings("Set AKTSPAR_SECRET_KEY to 32 random bytes: openssl rand -hex 32")
        if self.mac_key.hex() == DEMO_KEY:
            raise BadSettings("AKTSPAR_MAC_KEY is the demo key. Make your own: openssl rand -hex 32")


def _backups(env: Environment) -> BackupPlan:
    """Read where backups go, whose keys they are encrypted to, and how many are kept."""
    # One alone would be replaced by one that may be no good.
    folder, keep = env.text("BACKUP_DIR"), env.number("BACKUP_KEEP", 30, 2, 10_000)
    recipients = tuple(env.text("BACKUP_RECIPIENT", longest=2000).replace(",", " ").split())
    for one in recipients:
        if not re.fullmatch("age1[0-9a-z]{58}", one):
            raise BadSettings(
                f"AKTSPAR_BACKUP_RECIPIENT is public keys of age such as age1…, not {shown(one)}"
            )
    if folder and not recipients:
        raise BadSettings(
            "Set AKTSPAR_BACKUP_RECIPIENT to the public key backups are encrypted to; "
            "aktspar backup new-key FILE makes one"
        )
    return BackupPlan(Path(folder).absolute() if folder else None, recipients, keep)


def _smtp(url: str, sender: str, ca_file: str | None) -> Smtp | None:
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
    return Smtp(host, named_port or port, security, sender, user, password, ca_file)


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


def _controller(env: Environment, otherwise: Mapping[str, str]) -> dict[str, str]:
    """Read who the controller is, as it stands on papers for others."""
    found = {name: env.text(name.upper(), otherwise.get(name, "")) for name in _CONTROLLER}
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
