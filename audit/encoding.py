"""Base64 as the C2SP formats demand it: RFC 4648 section 4, padded, one spelling for each value."""

import binascii
from base64 import b64encode


def to_base64(data: bytes) -> str:
    """Standard padded base64 without line breaks."""
    return b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes of standard base64 text. Raises `ValueError` for any other spelling, stray bits included."""
    try:
        data = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("text is not standard base64") from None
    if b64encode(data).decode("ascii") != text:
        raise ValueError("base64 text has stray bits")
    return data
