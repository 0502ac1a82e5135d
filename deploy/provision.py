"""Make each service's logins and database, from an administrator's URL; run again, it mends.

    TIMEBANK_DATABASE_URL=<admin> TIMEBANK_SECRET=<secret> python -m deploy.provision
    TIMEBANK_DATABASE_URL=<admin> TIMEBANK_SECRET=<secret> python -m deploy.provision url ledger

The second form prints the service's own URL (`url ledger --owner`: the one for migrations).
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2
from psycopg2.extensions import connection, cursor, encrypt_password
from psycopg2.sql import SQL, Identifier, Literal

from deploy import keys


SERVICES = ("identity", "matching", "ledger", "rating")
EXTENSIONS = {"matching": ("btree_gist", "cube")}
CONNECT_SECONDS = 10
# Any number, the same for every provisioner: two at once would collide in the catalogue.
LOCK = 7_365_001


def service_login(service: str) -> str:
    """Return the login the service's processes use."""
    return f"timebank_{service}"


def owner_login(service: str) -> str:
    """Return the login that owns the tables and runs the migrations."""
    return f"timebank_{service}_owner"


def database_name(service: str) -> str:
    """Return the name of the service's database."""
    return f"timebank_{service}"


def url_for(admin_url: str, login: str, password: str, database: str) -> str:
    """Return the URL of another login and database on the administrator's server.

    >>> url_for("postgresql://admin:x@127.0.0.1:5432/postgres?sslmode=require", "a", "b/c", "d")
    'postgresql+psycopg2://a:b%2Fc@127.0.0.1:5432/d?sslmode=require'
    """
    parts = urlsplit(admin_url)
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{quote(login, safe='')}:{quote(password, safe='')}@{host}"
    return urlunsplit(("postgresql+psycopg2", netloc, f"/{database}", parts.query, ""))


def provision(admin_url: str, password_of: Callable[[str], str]) -> None:
    """Bring logins, databases, rights and extensions of every service to what they should be."""
    with _connect(admin_url) as (admin, run):
        run.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        for service in SERVICES:
            for login in (owner_login(service), service_login(service)):
                _ensure_login(admin, run, login, password_of(login))
            _ensure_database(run, service)
            _ensure_rights(admin_url, service)


def connect(url: str) -> connection:
    """Open a plain connection from a URL written for SQLAlchemy."""
    plain = url.replace("postgresql+psycopg2://", "postgresql://", 1)
    return psycopg2.connect(plain, connect_timeout=CONNECT_SECONDS)


@contextmanager
def _connect(url: str) -> Iterator[tuple[connection, cursor]]:
    opened = connect(url)
    try:
        opened.autocommit = True  # CREATE DATABASE refuses a transaction
        with opened.cursor() as run:
            yield opened, run
    finally:
        opened.close()


def _ensure_login(admin: connection, run: cursor, login: str, password: str) -> None:
    run.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login])
    if run.fetchone() is None:
        run.execute(SQL("CREATE ROLE {}").format(Identifier(login)))
    # Hashed here, so that the server's log never sees the password.
    hashed = encrypt_password(password, login, scope=admin, algorithm="scram-sha-256")
    run.execute(SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(Identifier(login), Literal(hashed)))


def _ensure_database(run: cursor, service: str) -> None:
    names = _names(service)
    run.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if run.fetchone() != (True,):
        run.execute(SQL("GRANT {owner} TO CURRENT_USER").format(**names))
    run.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database_name(service)])
    if run.fetchone() is None:
        run.execute(
            SQL(
                "CREATE DATABASE {database} OWNER {owner} ENCODING 'UTF8' TEMPLATE template0"
            ).format(**names)
        )
    run.execute(SQL("REVOKE ALL ON DATABASE {database} FROM PUBLIC").format(**names))
    run.execute(SQL("GRANT CONNECT ON DATABASE {database} TO {owner}, {service}").format(**names))


def _ensure_rights(admin_url: str, service: str) -> None:
    names = _names(service)
    parts = urlsplit(admin_url)
    inside = urlunsplit(parts._replace(path=f"/{database_name(service)}"))
    with _connect(inside) as (_, run):
        for extension in EXTENSIONS.get(service, ()):
            run.execute(SQL("CREATE EXTENSION IF NOT EXISTS {}").format(Identifier(extension)))
        for statement in (
            "ALTER SCHEMA public OWNER TO {owner}",
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
            "GRANT USAGE ON SCHEMA public TO {service}",
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {service}",
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
            " GRANT USAGE, SELECT ON SEQUENCES TO {service}",
        ):
            run.execute(SQL(statement).format(**names))


def _names(service: str) -> dict[str, Any]:
    return {
        "owner": Identifier(owner_login(service)),
        "service": Identifier(service_login(service)),
        "database": Identifier(database_name(service)),
    }


def main(arguments: list[str]) -> int:
    """Provision, or print one service's URL; return the exit status."""
    admin_url = os.environ.get("TIMEBANK_DATABASE_URL")
    secret = os.environ.get("TIMEBANK_SECRET")
    if not admin_url or not secret:
        print("TIMEBANK_DATABASE_URL (the administrator's) and TIMEBANK_SECRET are needed.")
        return 2
    match arguments:
        case []:
            provision(admin_url, partial(keys.password, secret))
            print(f"Provisioned {', '.join(map(database_name, SERVICES))}.")
        case ["url", service, *rest] if service in SERVICES and rest in ([], ["--owner"]):
            login = owner_login(service) if rest else service_login(service)
            password = keys.password(secret, login)
            print(url_for(admin_url, login, password, database_name(service)))
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
