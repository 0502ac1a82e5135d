"""How often one client may ask what is open to all, so that nobody tries numbers by the million."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.kernel.contract import TooManyRequests


MOST_CLIENTS = 10_000
SECONDS_A_MINUTE = 60
# A home has a whole network of this length to itself, and as many addresses as it likes.
PREFIX_OF_A_HOME = 64


@dataclass(frozen=True)
class Bucket:
    """How many questions a client has left at a moment; one more each time some seconds pass."""

    left: float
    at: float


class Limits:
    """A bucket a client. Of very many clients, those that have asked nothing for longest go."""

    def __init__(
        self,
        most_a_minute: int,
        most_clients: int = MOST_CLIENTS,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.most = most_a_minute
        self.most_clients = most_clients
        self.clock = clock
        self.buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, client: str) -> None:
        """Count one question; raises TooManyRequests when the client's bucket is empty."""
        now = self.clock()
        bucket = self.buckets.pop(client, Bucket(self.most, now))
        gained = (now - bucket.at) * self.most / SECONDS_A_MINUTE
        left = min(self.most, bucket.left + gained)
        self.buckets[client] = Bucket(left - 1 if left >= 1 else left, now)
        if len(self.buckets) > self.most_clients:
            self.buckets.popitem(last=False)
        if left < 1:
            raise TooManyRequests


def client_of(peer: str, headers: Mapping[str, str], proxies: int) -> str:
    """Who asks: the peer, or, behind so many proxies of ours, the address that the first saw.

    What stands further to the left in the header anybody may have written.

    >>> client_of("10.0.0.1", {"x-forwarded-for": "6.6.6.6, 203.0.113.9"}, 1)
    '203.0.113.9'
    >>> client_of("10.0.0.1", {"x-forwarded-for": "6.6.6.6"}, 0)
    '10.0.0.1'
    >>> client_of("2001:db8:1:2:3:4:5:6", {}, 0)
    '2001:db8:1:2::/64'
    """
    seen = (
        [each.strip() for each in headers.get("x-forwarded-for", "").split(",")] if proxies else []
    )
    address = seen[-proxies] if 0 < proxies <= len(seen) else peer
    try:
        parsed = ipaddress.ip_address(without_port(address))
    except ValueError:
        return peer
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(ipaddress.IPv6Network((int(parsed), PREFIX_OF_A_HOME), strict=False))
        # As a proxy that listens on both writes it: all of them would be one home.
        parsed = parsed.ipv4_mapped
    return str(parsed)


def without_port(address: str) -> str:
    """
    >>> without_port("203.0.113.9:51724"), without_port("[2001:db8::1]:443"), without_port("::1")
    ('203.0.113.9', '2001:db8::1', '::1')
    """
    if address.startswith("["):
        return address[1:].partition("]")[0]
    host, _, port = address.partition(":")
    return host if port.isdigit() else address
