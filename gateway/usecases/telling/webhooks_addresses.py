"""Where a webhook may lead: an https address on the open network, and nowhere inside (no request forged from within).

The name is looked up again at every message, every address that it has must be allowed, and the connection goes to an
address that was looked at: a name that changes its address between the look and the call gains nothing.
"""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

from gateway.errors import WebhookAddressError

Network = IPv4Network | IPv6Network
_LONGEST = 500
_TRANSLATED = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
"""Addresses that lead to another address written inside them (RFC 6052, RFC 8215, RFC 3056, RFC 4380)."""


def checked_address(address: str, allowed: Sequence[Network]) -> str:
    """An address that a partner names, if messages may go there. Raises `WebhookAddressError` with what to change."""
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        raise WebhookAddressError("this is no address that can be called") from None
    if len(address) > _LONGEST or url.userinfo or url.query or url.fragment or not url.host:
        raise WebhookAddressError("give an address of host and path, without user, query or fragment")
    found = addresses_of(url, allowed)
    if url.scheme != "https" and not (url.scheme == "http" and all(one.is_loopback for one in found)):
        raise WebhookAddressError("give an https address; messages go out over TLS")
    return str(url)


def addresses_of(url: httpx.URL, allowed: Sequence[Network]) -> list[IPv4Address | IPv6Address]:
    """Network addresses of a host, all of them on the open network or in one that is allowed.

    Raises `WebhookAddressError` where there is none, or any that is not.
    """
    try:
        listed = socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise WebhookAddressError("the host of this address cannot be found") from None
    found = [ip_address(str(one[4][0]).partition("%")[0]) for one in listed]
    if not found or not all(_is_open(one, allowed) for one in found):
        raise WebhookAddressError("this address does not lead to the open network")
    return found


def networks_of(setting: str | None) -> tuple[Network, ...]:
    """Networks of a setting, as CIDR texts with commas between."""
    return tuple(ip_network(part.strip()) for part in (setting or "").split(",") if part.strip())


def _is_open(address: IPv4Address | IPv6Address, allowed: Sequence[Network]) -> bool:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in allowed):
        return True
    return address.is_global and not address.is_multicast and not any(address in one for one in _TRANSLATED)
