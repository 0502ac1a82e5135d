"""A plain AMQP connection, for whoever needs to know when it breaks."""

from typing import Any

import amqp
from kombu.utils.url import url_to_parts


CONNECT_SECONDS = 3.0


def open_connection(amqp_uri: str, **options: Any) -> amqp.Connection:
    """A plain AMQP connection; raises OSError or an amqp error when the broker is away."""
    _, host, port, user, password, path, _ = url_to_parts(amqp_uri)
    connection = amqp.Connection(
        f"{host}:{port or 5672}",
        userid=user or "guest",
        password=password or "guest",
        virtual_host=path or "/",
        connect_timeout=CONNECT_SECONDS,
        **options,
    )
    connection.connect()
    return connection
