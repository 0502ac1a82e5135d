"""Choose free TCP ports once, and choose again only for those that somebody took."""

import random
import socket
from collections.abc import Callable, Iterable, Mapping


LOOPBACK = "127.0.0.1"
# Below the range from which Linux takes ports for outgoing connections.
CANDIDATES = range(20000, 32000)
MOST_TRIES = 500


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def choose_ports(
    names: Iterable[str],
    remembered: Mapping[str, int],
    preferred: Mapping[str, int] | None = None,
    free: Callable[[int], bool] = is_free,
) -> dict[str, int]:
    """Give each name a free port of its own: the remembered, else the preferred, else any.

    >>> choose_ports(["a", "b"], {"a": 21000}, {"b": 8080}, free=lambda port: True)
    {'a': 21000, 'b': 8080}
    """
    chosen: dict[str, int] = {}
    for name in names:
        wishes = [remembered.get(name), (preferred or {}).get(name)]
        tries = [port for port in wishes if port] + random.sample(CANDIDATES, MOST_TRIES)
        chosen[name] = next(port for port in tries if port not in chosen.values() and free(port))
    return chosen
