import json
import stat

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from gateway.identity.errors import KeyFileError
from gateway.identity.keys import (
    TokenKeys,
    generate_ed25519_key,
    generate_es256_key,
    import_public_jwks,
    load_private_key,
    public_jwks,
    save_private_key,
)


@pytest.mark.parametrize("name", ["key.jwk", "key.pem"])
@pytest.mark.parametrize("generate", [generate_es256_key, generate_ed25519_key])
def test_a_key_comes_back_from_its_file_with_the_same_id(tmp_path, name, generate):
    key = generate()
    save_private_key(key, tmp_path / name)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    loaded = load_private_key(tmp_path / name)
    assert loaded.kid == key.kid
    assert loaded.as_dict(private=True)["d"] == key.as_dict(private=True)["d"]


def test_an_existing_key_is_never_overwritten(tmp_path):
    save_private_key(generate_es256_key(), tmp_path / "key.jwk")
    before = (tmp_path / "key.jwk").read_bytes()
    with pytest.raises(KeyFileError):
        save_private_key(generate_es256_key(), tmp_path / "key.jwk")
    assert (tmp_path / "key.jwk").read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_file_that_others_may_touch_is_not_used(tmp_path, mode):
    save_private_key(generate_es256_key(), tmp_path / "key.jwk")
    (tmp_path / "key.jwk").chmod(mode)
    with pytest.raises(KeyFileError, match="0600"):
        load_private_key(tmp_path / "key.jwk")


def test_a_link_to_a_key_file_is_not_followed(tmp_path):
    save_private_key(generate_es256_key(), tmp_path / "key.jwk")
    (tmp_path / "link.jwk").symlink_to(tmp_path / "key.jwk")
    with pytest.raises(KeyFileError):
        load_private_key(tmp_path / "link.jwk")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"kty":"EC"}', b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"\xff\xfe"],
)
def test_a_file_that_is_no_key_is_refused_without_quoting_it(tmp_path, content):
    path = tmp_path / "key.jwk"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(KeyFileError) as caught:
        load_private_key(path)
    assert "AAAA" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_public_key_is_no_private_key(tmp_path):
    path = tmp_path / "key.jwk"
    path.touch(0o600)
    path.write_text(json.dumps(generate_es256_key().as_dict(private=False)))
    with pytest.raises(KeyFileError, match="no private key"):
        load_private_key(path)


def test_a_published_set_holds_no_private_member():
    published = public_jwks(generate_es256_key(), generate_ed25519_key())
    assert all(not {"d", "k", "p", "q"} & entry.keys() for entry in published["keys"])
    assert len(import_public_jwks(published).keys) == 2


def _private_set():
    return {"keys": [generate_es256_key().as_dict(private=True)]}


def _symmetric_set():
    return {"keys": [OctKey.generate_key(256).as_dict(private=True)]}


def _weak_set():
    return {"keys": [RSAKey.generate_key(1024).as_dict(private=False)]}


def _twice_set():
    first, second = generate_es256_key().as_dict(private=False), generate_es256_key().as_dict(private=False)
    return {"keys": [first, {**second, "kid": first["kid"]}]}


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(
    "unsafe",
    [
        _private_set,
        _symmetric_set,
        _weak_set,
        _twice_set,
        dict,
        lambda: {"keys": []},
        lambda: {"keys": ["x"]},
        lambda: {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]},
    ],
)
def test_a_key_set_unsafe_to_trust_is_refused(unsafe):
    with pytest.raises(KeyFileError):
        import_public_jwks(unsafe())


def test_token_keys_show_no_private_half():
    keys = TokenKeys(generate_es256_key(), (generate_es256_key(),))
    assert not any(key.is_private for key in keys.public)
    assert [key.kid for key in keys.public] == [keys.signing.kid, keys.earlier[0].kid]
    assert keys.signing.as_dict(private=True)["d"] not in repr(keys)
    assert isinstance(keys.public.keys[0], ECKey)
