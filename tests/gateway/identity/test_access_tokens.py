from datetime import timedelta

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from gateway.identity.access_tokens import bearer_token, verify_access_token, verify_staff_token
from gateway.identity.errors import Fault, UnauthenticatedError
from gateway.identity.keys import generate_es256_key, import_public_jwks, public_jwks

US = "https://gateway.northvale.example"
PROVIDER = "https://login.northvale.example"


@pytest.fixture
def partner_claims(clock):
    now = int(clock().timestamp())
    return {
        "iss": US,
        "aud": US,
        "sub": "police-feeds",
        "client_id": "police-feeds",
        "agency": "northvale_police",
        "scope": "feeds:push",
        "jti": "t-1",
        "iat": now,
        "exp": now + 600,
    }


@pytest.fixture
def staff_claims(clock):
    now = int(clock().timestamp())
    return {
        "iss": PROVIDER,
        "aud": US,
        "sub": "staff-W-104",
        "worker_ref": "W-104",
        "name": "Sam Okafor",
        "agency": "northvale_council",
        "role": "mash_worker",
        "team": "MASH",
        "amr": ["otp", "email", "otp"],
        "iat": now,
        "exp": now + 1800,
    }


@pytest.fixture
def verify_partner(token_keys, clock):
    return lambda token: verify_access_token(token, token_keys.public, US, US, clock())


@pytest.fixture
def verify_staff(provider_key, clock):
    keys = import_public_jwks(public_jwks(provider_key))
    return lambda token: verify_staff_token(token, keys, PROVIDER, US, clock())


def header_of(key, alg="ES256", typ="at+jwt"):
    return {"alg": alg, "typ": typ, "kid": key.kid}


def fault_of(verify, token):
    with pytest.raises(UnauthenticatedError) as caught:
        verify(token)
    error = caught.value
    assert str(error) == "the caller is not authenticated"
    assert error.code == "unauthenticated"
    assert error.__cause__ is None
    return error.fault


def test_a_token_signed_by_an_earlier_key_still_counts(verify_partner, partner_claims, forge, token_keys):
    earlier = token_keys.earlier[0]
    assert verify_partner(forge(header_of(earlier), partner_claims, earlier)).agency == "northvale_police"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"iss": "https://elsewhere.example"}, Fault.ISSUER),
        ({"aud": "https://elsewhere.example"}, Fault.AUDIENCE),
        ({"aud": []}, Fault.AUDIENCE),
        ({"sub": "dwp-feeds"}, Fault.SUBJECT),
        ({"client_id": ""}, Fault.CLAIMS),
        ({"agency": None}, Fault.CLAIMS),
        ({"agency": "a\nb"}, Fault.CLAIMS),
        ({"scope": ["feeds:push"]}, Fault.CLAIMS),
        ({"jti": None}, Fault.CLAIMS),
        ({"exp": 1e300}, Fault.LIFE_TOO_LONG),
    ],
)
def test_a_partner_token_with_a_wrong_claim_is_refused(
    verify_partner, partner_claims, forge, token_keys, change, fault
):
    token = forge(header_of(token_keys.signing), {**partner_claims, **change}, token_keys.signing)
    assert fault_of(verify_partner, token) is fault


def test_a_partner_token_ends_after_ten_minutes(verify_partner, partner_claims, forge, token_keys, clock):
    token = forge(header_of(token_keys.signing), partner_claims, token_keys.signing)
    clock.move(minutes=10, seconds=29)
    assert verify_partner(token).client_id == "police-feeds"
    clock.move(seconds=1)
    assert fault_of(verify_partner, token) is Fault.EXPIRED


@pytest.mark.parametrize("typ", ["JWT", "", None, "at+jwt2", 7])
def test_another_kind_of_token_is_no_access_token(verify_partner, partner_claims, forge, token_keys, typ):
    header = {key: value for key, value in header_of(token_keys.signing, typ=typ).items() if value is not None}
    if typ == 7:
        with pytest.raises(Exception, match="typ"):
            forge(header, partner_claims, token_keys.signing)
        return
    assert fault_of(verify_partner, forge(header, partner_claims, token_keys.signing)) is Fault.TOKEN_TYPE


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_algorithms_beyond_the_list_are_refused(verify_partner, partner_claims, forge, token_keys):
    key = token_keys.signing
    secret = OctKey.import_key(key.as_dict(private=False)["x"], {"kid": key.kid})
    assert fault_of(verify_partner, forge(header_of(key, "HS256"), partner_claims, secret)) is Fault.ALGORITHM
    assert fault_of(verify_partner, forge(header_of(key, "none"), partner_claims, None)) is Fault.ALGORITHM
    other = ECKey.generate_key("P-384", {"kid": key.kid})
    assert fault_of(verify_partner, forge(header_of(key, "ES384"), partner_claims, other)) is Fault.ALGORITHM


def test_a_key_id_names_one_key_and_no_other_signs_under_it(verify_partner, partner_claims, forge, token_keys):
    stranger = generate_es256_key()
    assert fault_of(verify_partner, forge(header_of(stranger), partner_claims, stranger)) is Fault.UNKNOWN_KEY
    assert fault_of(verify_partner, forge(header_of(token_keys.signing), partner_claims, stranger)) is Fault.SIGNATURE
    earlier = token_keys.earlier[0]
    assert fault_of(verify_partner, forge(header_of(token_keys.signing), partner_claims, earlier)) is Fault.SIGNATURE


def test_without_a_key_id_and_with_two_keys_nothing_is_guessed(verify_partner, partner_claims, forge, token_keys):
    token = forge({"alg": "ES256", "typ": "at+jwt"}, partner_claims, token_keys.signing)
    assert fault_of(verify_partner, token) is Fault.UNKNOWN_KEY


def test_every_changed_character_of_a_token_is_found(verify_partner, partner_claims, forge, token_keys):
    token = forge(header_of(token_keys.signing), partner_claims, token_keys.signing)
    # The last character of each part may hold spare bits that decode to nothing: those are left alone.
    ends = {len(part) for part in (token, token.rpartition(".")[0], token.partition(".")[0])}
    for at in range(0, len(token), 7):
        if at + 1 in ends or token[at] == ".":
            continue
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        fault_of(verify_partner, changed)


def test_a_staff_token_makes_a_caller(verify_staff, staff_claims, forge, provider_key, clock):
    caller = verify_staff(forge(header_of(provider_key), staff_claims, provider_key))
    assert (caller.worker_ref, caller.agency, caller.role, caller.team) == (
        "W-104",
        "northvale_council",
        "mash_worker",
        "MASH",
    )
    assert caller.authentication == "oidc+email+otp"
    assert caller.expires_at == clock() + timedelta(minutes=30)
    assert "Okafor" not in repr(caller)


@pytest.mark.parametrize("missing", ["sub", "worker_ref", "name", "agency", "role", "team", "amr", "exp", "iss", "aud"])
def test_a_staff_token_lacking_a_claim_is_refused(verify_staff, staff_claims, forge, provider_key, missing):
    del staff_claims[missing]
    fault_of(verify_staff, forge(header_of(provider_key), staff_claims, provider_key))


@pytest.mark.parametrize("amr", [[], "otp", ["o t p"], [7], [None]])
def test_a_staff_token_must_say_how_the_person_signed_in(verify_staff, staff_claims, forge, provider_key, amr):
    token = forge(header_of(provider_key), {**staff_claims, "amr": amr}, provider_key)
    assert fault_of(verify_staff, token) is Fault.CLAIMS


def test_a_partner_token_is_no_staff_token(verify_staff, partner_claims, forge, token_keys):
    token = forge(header_of(token_keys.signing), partner_claims, token_keys.signing)
    assert fault_of(verify_staff, token) is Fault.UNKNOWN_KEY


def test_a_staff_token_is_no_partner_token(verify_partner, staff_claims, forge, provider_key):
    token = forge(header_of(provider_key), staff_claims, provider_key)
    assert fault_of(verify_partner, token) is Fault.UNKNOWN_KEY


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic abc", "abc"])
def test_without_a_bearer_token_nobody_is_there(header):
    with pytest.raises(UnauthenticatedError):
        bearer_token(header)


def test_the_scheme_is_read_in_any_case():
    assert bearer_token("bEaReR abc.def.ghi") == "abc.def.ghi"


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "....", "é.é.é", "a" * 9000, "\ud800.a.b"])
def test_what_is_no_token_is_refused(verify_partner, token):
    assert fault_of(verify_partner, token) in {Fault.ABSENT, Fault.MALFORMED}


def test_a_signed_payload_nested_too_deep_is_refused(verify_partner, token_keys):
    token = jws.serialize_compact(header_of(token_keys.signing), b"[" * 5000, token_keys.signing, ["ES256"])
    assert fault_of(verify_partner, token) is Fault.MALFORMED
