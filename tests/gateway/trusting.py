"""The certificate authorities that clients of tests trust, read once: to read them takes as long as a request does."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """What `httpx.Client` would read anew for each client, as its `verify`."""
    return httpx.create_ssl_context()
