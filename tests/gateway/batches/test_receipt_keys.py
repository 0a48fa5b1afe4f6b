"""A receipt verifies with the published keys in a library that did not sign it, and with no other key."""

import json

import pytest
from jwcrypto import jwk, jws

from gateway.building import ensure_keys
from gateway.custody import load_custody, rotate_key
from gateway.identity.receipt_keys import receipt_key_set, sign_receipt

CLAIMS = {"jti": "11111111-1111-4111-8111-111111111111", "rows": {"read": 212}}


def ring(settings):
    ensure_keys(settings)
    return load_custody(settings.keys_dir, ()).receipt


def verified(receipt, key_set):
    keys = jwk.JWKSet.from_json(json.dumps(key_set))
    token = jws.JWS()
    token.allowed_algs = ["Ed25519"]
    token.deserialize(receipt)
    token.verify(keys.get_key(token.jose_header["kid"]))
    return token.jose_header, json.loads(token.payload)


def test_a_receipt_verifies_with_the_published_key(settings):
    header, claims = verified(sign_receipt(ring(settings), CLAIMS), receipt_key_set(ring(settings)))
    assert claims == CLAIMS
    assert header["typ"] == "hearthgate-receipt+jwt"


def test_a_receipt_of_before_a_rotation_still_verifies(settings):
    before = sign_receipt(ring(settings), CLAIMS)
    rotate_key(settings.keys_dir, "receipt")
    after = sign_receipt(ring(settings), CLAIMS)
    published = receipt_key_set(ring(settings))
    assert verified(before, published)[0]["kid"] != verified(after, published)[0]["kid"]


def test_one_changed_figure_breaks_it(settings):
    header, payload, signature = sign_receipt(ring(settings), CLAIMS).split(".")
    other = sign_receipt(ring(settings), CLAIMS | {"rows": {"read": 213}}).split(".")[1]
    assert payload != other
    with pytest.raises(jws.InvalidJWSSignature):
        verified(f"{header}.{other}.{signature}", receipt_key_set(ring(settings)))


def test_no_secret_is_published(settings):
    published = receipt_key_set(ring(settings))
    assert all(set(key) == {"kty", "crv", "x", "kid", "use", "alg"} for key in published["keys"])
