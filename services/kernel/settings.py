"""What a process is told by its environment, typed and checked before anything starts."""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


PREFIX = "TIMEBANK_"
SERVICES = ("identity", "matching", "ledger", "rating")
DATA_KEY_BYTES = 32
MOST_AUDIT_SECONDS = 7 * 24 * 3600


class Mode(StrEnum):
    """Production, or a demonstration in which a caller may set the clock of a call."""

    PRODUCTION = "production"
    DEMONSTRATION = "demonstration"


class BadSettings(SystemExit):
    """A setting is missing or wrong; the process ends with this one line."""


@dataclass(frozen=True)
class Settings:
    """The settings of one process; ``required`` names those it cannot start without.

    ``environment`` is all of TIMEBANK_*, from which a service reads settings of its own.
    """

    amqp_uri: str = ""
    database_url: str = ""
    mode: Mode = Mode.PRODUCTION
    metrics_port: int = 0
    metrics_host: str = "127.0.0.1"
    http_address: str = "127.0.0.1:8080"
    workers: int = 10
    log_level: str = "INFO"
    data_key: bytes = b""
    retired_data_keys: tuple[bytes, ...] = ()
    service_login: str = ""
    audit_seconds: int = 6 * 3600
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_demonstration(self) -> bool:
        return self.mode is Mode.DEMONSTRATION

    @staticmethod
    def from_environment(
        *required: str, environment: Mapping[str, str] | None = None
    ) -> "Settings":
        """Read TIMEBANK_*; ends the process with one clear line when something is missing or wrong.

        >>> Settings.from_environment(environment={"TIMEBANK_WORKERS": "20"}).workers
        20
        """
        env = os.environ if environment is None else environment
        settings = Settings(
            amqp_uri=amqp_uri_from(env),
            database_url=database_url_from(env),
            mode=mode_from(env),
            metrics_port=number_from(env, "TIMEBANK_METRICS_PORT", 0, 65535),
            metrics_host=env.get("TIMEBANK_METRICS_HOST", "") or Settings.metrics_host,
            http_address=env.get("TIMEBANK_HTTP_ADDRESS", "") or Settings.http_address,
            workers=number_from(env, "TIMEBANK_WORKERS", Settings.workers, 1000),
            log_level=(env.get("TIMEBANK_LOG_LEVEL", "") or "INFO").upper(),
            data_key=data_key_from(env),
            retired_data_keys=retired_data_keys_from(env),
            service_login=env.get("TIMEBANK_SERVICE_LOGIN", ""),
            audit_seconds=number_from(
                env, "TIMEBANK_AUDIT_SECONDS", Settings.audit_seconds, MOST_AUDIT_SECONDS
            ),
            environment={name: env[name] for name in env if name.startswith(PREFIX)},
        )
        for name in required:
            if not getattr(settings, name):
                raise BadSettings(f"timebank: TIMEBANK_{name.upper()} is not set.")
        return settings


def amqp_uri_from(env: Mapping[str, str]) -> str:
    uri = env.get("TIMEBANK_AMQP_URI", "")
    if uri and not uri.startswith(("amqp://", "pyamqp://")):
        raise BadSettings("timebank: TIMEBANK_AMQP_URI must start with pyamqp:// or amqp://.")
    # The C client that plain amqp:// may choose blocks every green thread.
    return "pyamqp://" + uri.split("://", 1)[1] if uri else ""


def database_url_from(env: Mapping[str, str]) -> str:
    url = env.get("TIMEBANK_DATABASE_URL", "")
    if url and not url.startswith(("postgresql://", "postgres://", "postgresql+psycopg2://")):
        raise BadSettings("timebank: TIMEBANK_DATABASE_URL must start with postgresql://.")
    return "postgresql+psycopg2://" + url.split("://", 1)[1] if url else ""


def mode_from(env: Mapping[str, str]) -> Mode:
    mode = env.get("TIMEBANK_MODE", "") or Mode.PRODUCTION
    if mode not in list(Mode):
        raise BadSettings(f"timebank: TIMEBANK_MODE must be one of {', '.join(Mode)}.")
    return Mode(mode)


def number_from(env: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = env.get(name, "") or str(default)
    if not text.isdecimal() or int(text) > most:
        raise BadSettings(f"timebank: {name} must be a whole number up to {most}, not {text!r}.")
    return int(text)


def data_key_from(env: Mapping[str, str]) -> bytes:
    text = env.get("TIMEBANK_DATA_KEY", "")
    key = key_from(text)
    if text and not key:
        raise BadSettings("timebank: TIMEBANK_DATA_KEY must be 32 bytes in base64.")
    return key


def retired_data_keys_from(env: Mapping[str, str]) -> tuple[bytes, ...]:
    texts = [text.strip() for text in env.get("TIMEBANK_RETIRED_DATA_KEYS", "").split(",")]
    keys = [key_from(text) for text in texts if text]
    if not all(keys):
        raise BadSettings(
            "timebank: TIMEBANK_RETIRED_DATA_KEYS must be keys of 32 bytes in base64,"
            " parted by commas."
        )
    return tuple(keys)


def key_from(text: str) -> bytes:
    """A key out of base64; nothing when it is none."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
    return key if len(key) == DATA_KEY_BYTES else b""
