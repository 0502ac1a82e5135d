"""Ask a server or a process whether it can do its work now: yes or no, never a raise."""

import http.client
import urllib.error
import urllib.request
from urllib.parse import unquote, urlsplit

import amqp
import psycopg2

from deploy.provision import connect


ANSWER_SECONDS = 5


def http_answers(url: str) -> bool:
    """Tell whether a GET is answered with 200."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=ANSWER_SECONDS) as answer:
            return answer.status == http.client.OK
    except (OSError, http.client.HTTPException, urllib.error.URLError):
        return False


def broker_answers(uri: str) -> bool:
    """Tell whether the broker lets the login into its virtual host."""
    parts = urlsplit(uri)
    connection = amqp.Connection(
        host=f"{parts.hostname}:{parts.port or 5672}",
        userid=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        virtual_host=unquote(parts.path[1:]) or "/",
        connect_timeout=ANSWER_SECONDS,
        read_timeout=ANSWER_SECONDS,
    )
    try:
        connection.connect()
        connection.close()
    except (OSError, amqp.AMQPError):
        return False
    return True


def database_answers(url: str) -> bool:
    """Tell whether the database server lets the login in."""
    try:
        connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True
