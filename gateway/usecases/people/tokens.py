"""Tokens for partners' machines; a used assertion is remembered in the database, for every process together."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from audit.entry import EventClass, Outcome
from gateway.identity.token_endpoint import TokenResponse, issue_token
from gateway.store.sign_ins import remember_assertion
from gateway.usecases.log.entries import nobody_entry
from gateway.usecases.log.log_parts import record
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring


@dataclass(frozen=True, slots=True)
class AssertionsSeen:
    """The replay guard over a table."""

    wiring: Wiring

    def remember(self, jti: str, expires_at: datetime) -> bool:
        """True the first time, False ever after until it expires."""
        digest = hashlib.sha256(jti.encode()).digest()
        with self.wiring.database.transaction("hg_desk") as connection:
            return remember_assertion(connection, digest, expires_at, self.wiring.clock())


def issue_partner_token(wiring: Wiring, context: RequestContext, form: Mapping[str, str]) -> TokenResponse:
    """Status, headers and body of a token request (RFC 6749 sections 5.1 and 5.2), recorded before it is answered.

    What names no registered machine leaves no entry: it can be sent by anybody as often as they like.
    """
    now = wiring.clock()
    answer = issue_token(
        form,
        clients=wiring.clients,
        replay=AssertionsSeen(wiring),
        keys=wiring.token_keys,
        now=now,
        token_url=f"{wiring.settings.public_url}/oauth/token",
    )
    status, _, body = answer
    claimed = wiring.clients.find(_claimed(form))
    if claimed is not None:
        fields: dict[str, Any] = {"who": claimed.client_id, "agency": claimed.agency, "service": claimed.client_id}
        if status == HTTPStatus.OK:
            fields |= {"authentication": "private_key_jwt"}
        else:
            fields |= {"outcome": Outcome.DENIED, "detail": {"reasons": [str(body["error"])]}}
        record(wiring, nobody_entry(wiring, context, EventClass.SIGN_IN, now, **fields))
    return answer


def _claimed(form: Mapping[str, str]) -> str:
    """The machine that an assertion says it is, before anything of it is believed."""
    try:
        _, payload, _ = form.get("client_assertion", "").split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(claims["sub"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
