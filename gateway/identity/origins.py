"""Which addresses may go without TLS: this machine's loopback, and no other (RFC 8252 section 7.3)."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from gateway.identity.errors import InsecureOriginError


def is_loopback(host: str) -> bool:
    """Whether `host` is a loopback address or the name `localhost` (RFC 6761 section 6.3)."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def require_secure(url: str) -> SplitResult:
    """`url` taken apart; `InsecureOriginError` unless it is https, or http to this machine itself."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" and host:
        return parts
    if parts.scheme == "http" and is_loopback(host):
        return parts
    raise InsecureOriginError("the address is neither https nor loopback")


def origin_of(url: str) -> str:
    """Scheme, host and port of a secure `url` (RFC 6454 section 6.2): `https://gateway.example`."""
    parts = require_secure(url)
    return f"{parts.scheme}://{parts.netloc}"
