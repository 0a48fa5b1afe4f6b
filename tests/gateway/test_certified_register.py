"""The gateway uses a register only with the certificate of a whole proof of exactly its documents and events."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from agreements.certificate import FILE, certificate_problem
from agreements.errors import AgreementFileError
from agreements.loader import load_register
from agreements.register import compile_register
from agreements.signed_folder import read_certificate
from gateway.building import load_signed_register
from gateway.settings import Settings
from tests.gateway.cluster import REGISTER

ENACTED = datetime(2026, 4, 1, 9, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path, signed):
    register = shutil.copytree(REGISTER, tmp_path / "register")
    own_signed = shutil.copytree(signed, tmp_path / "signed")
    return Settings(data_dir=tmp_path / "var", register_dir=register, lifecycle_dir=own_signed)


def refusal(settings):
    with pytest.raises(AgreementFileError) as caught:
        load_signed_register(settings)
    assert caught.value.file == FILE
    assert caught.value.remedy
    return caught.value


def changed(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def certificate(settings, change):
    path = settings.signed_dir / FILE
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def test_a_register_that_is_proved_is_used(settings):
    register = load_signed_register(settings)

    assert register.version == read_certificate(settings.signed_dir).register_version


def test_a_register_without_a_certificate_is_not_used(settings):
    (settings.signed_dir / FILE).unlink()

    assert refusal(settings).problem == "the register has no certificate"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("purposes.yaml", "title: Manage a tenancy", "title: Manage tenancies"),
        ("agencies.yaml", "families: [tenancy_enforcement]", "families: [tenancy_enforcement, marac]"),
        ("gateways.yaml", "cite: Children Act 2004 s.10", "cite: Children Act 2004 section 10"),
        ("sources.yaml", "title: Police records", "title: Records of the police"),
    ],
)
def test_a_list_that_was_changed_after_the_proof_is_seen(settings, file, old, new):
    changed(settings.register_dir / file, old, new)

    assert refusal(settings).clause == "register_version"


def test_a_life_cycle_event_after_the_proof_is_seen(settings):
    path = settings.signed_dir / "lifecycle.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    event = content["events"][0]
    content["events"].append({**event, "event": "suspended", "at": (ENACTED + timedelta(days=1)).isoformat()})
    path.write_text(json.dumps(content), encoding="utf-8")

    assert refusal(settings).clause == "register_version"


@pytest.mark.parametrize(("old", "new"), [("id: TENANCY", "id: RENT"), ('"da.*"', '"da.*", "crime.*"')])
def test_a_promise_that_was_changed_after_the_proof_is_seen(settings, old, new):
    changed(settings.register_dir / "invariants.yaml", old, new)

    assert refusal(settings).clause in {"invariants", "register_version"}


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        (lambda c: c["judgements"].pop(), "MOU-NV-2026-001@1/I3"),
        (lambda c: c["judgements"][0].update(exact="broken"), "standing/no_prohibition_crossed"),
        (lambda c: c["judgements"][0].update(z3="broken"), "standing/no_prohibition_crossed"),
        (lambda c: c.update(provers=["exact-1", "exact-1"]), "provers"),
        (lambda c: c.update(vocabulary="0" * 64), "vocabulary"),
        (lambda c: c.update(register_version="0" * 64), "register_version"),
        (lambda c: c.update(note="all is well"), "note"),
        (lambda c: c["judgements"][0].update(z3="true"), "judgements/0/z3"),
    ],
)
def test_a_certificate_that_is_not_of_a_whole_proof_is_refused(settings, change, clause):
    certificate(settings, change)

    assert refusal(settings).clause == clause


def test_a_certificate_that_is_not_json_is_refused(settings):
    (settings.signed_dir / FILE).write_text("proved", encoding="utf-8")

    assert refusal(settings).problem == "not JSON"


def test_a_certificate_does_not_grow_old_with_time_alone(signed):
    for later in (timedelta(), timedelta(days=400), timedelta(days=4000)):
        documents = load_register(REGISTER, signed, ENACTED + later)

        assert certificate_problem(read_certificate(signed), documents, compile_register(documents)) is None
