"""The client's half of uploads that can be resumed (draft-ietf-httpbis-resumable-upload-12)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import httpx

from gateway.push_bodies import Body

PART_BYTES = 8 * 1024 * 1024
"""What is lost, at most, when the gateway itself is killed; a connection that breaks loses less."""
_ATTEMPTS = 8
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_CONFLICT, _GONE = 409, 404
_PASSING = frozenset({429, 502, 503, 504})
_TAKEN = 202

Send = Callable[[str, str, Mapping[str, str], Callable[[], Iterator[bytes]] | None], httpx.Response]
"""Sends one request, once, with a token; gives whatever is answered."""


@dataclass(frozen=True, slots=True)
class Uploader:
    """Sends a body part by part, from wherever the gateway says that it goes on.

    `send` may raise `httpx.TransportError`; `pause` waits seconds; `progress` is told bytes sent of all.
    """

    send: Send
    pause: Callable[[float], object]
    progress: Callable[[int, int], object]

    def upload(self, address: str, headers: Mapping[str, str], body: Body) -> httpx.Response:
        """Upload a body to the uploads of a feed; gives the last answer: a batch, or a refusal.

        Begun again under the same Idempotency-Key it goes on where it was, in this run of the program or a later one.
        Raise `httpx.TransportError` where the gateway does not come back.
        """
        begin = {
            **headers, "Content-Encoding": body.encoding, "Upload-Length": str(body.size), "Repr-Digest": body.digest,
            "Upload-Complete": "?0",
        }  # fmt: skip
        begun = self._patiently(lambda: self.send("POST", address, begin, None))
        if begun.is_error:
            return begun
        return self._go_on(begun.headers.get("Location", ""), begun, body)

    def _go_on(self, place: str, stands: httpx.Response, body: Body) -> httpx.Response:
        failures = 0
        while True:
            batch = stands.headers.get("Hearthgate-Batch")
            if batch:
                return self._patiently(lambda batch=batch: self.send("GET", f"/v1/batches/{batch}", {}, None))  # type: ignore[misc]  # bound now
            offset = int(stands.headers.get("Upload-Offset", "0"))
            self.progress(offset, body.size)
            try:
                answer = self._part(place, body, offset)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == _TAKEN:
                self.progress(body.size, body.size)
                return answer
            if answer is not None and answer.is_success:
                failures, stands = 0, answer
                continue
            if answer is not None and answer.status_code not in _PASSING | {_CONFLICT}:
                return answer
            # It may have come further than we know: only the gateway can say.
            stands = self._patiently(lambda: self.send("HEAD", place, {}, None))
            if stands.is_error:
                return stands
            failures = 0 if int(stands.headers.get("Upload-Offset", "0")) > offset else failures + 1
            if failures >= _ATTEMPTS:
                if answer is not None:
                    return answer
                msg = "the connection breaks each time"
                raise httpx.TransportError(msg)
            self.pause(min(_FIRST_PAUSE * 2**failures, _LONGEST_PAUSE))

    def _part(self, place: str, body: Body, offset: int) -> httpx.Response:
        size = min(PART_BYTES, body.size - offset)
        headers = {
            "Content-Type": "application/partial-upload",
            "Content-Length": str(size),
            "Upload-Offset": str(offset),
            "Upload-Complete": "?1" if offset + size == body.size else "?0",
        }
        return self.send("PATCH", place, headers, lambda: self._pieces(body, offset, size))

    def _pieces(self, body: Body, offset: int, size: int) -> Iterator[bytes]:
        left = size
        for piece in body.pieces(offset):
            yield piece[:left]
            left -= min(left, len(piece))
            self.progress(offset + size - left, body.size)
            if not left:
                return

    def _patiently(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        pause = _FIRST_PAUSE
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                answer = ask()
            except httpx.TransportError:
                if attempt == _ATTEMPTS:
                    raise
            else:
                if answer.status_code not in _PASSING or attempt == _ATTEMPTS:
                    return answer
            self.pause(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        raise AssertionError
