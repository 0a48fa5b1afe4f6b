"""Any doubt about a register refuses, naming file, line, clause and remedy."""

import json
import shutil
from datetime import timedelta

import pytest

from agreements.errors import AgreementFileError
from agreements.loader import load_register
from agreements.strict_yaml import parse_yaml
from tests.agreements.northvale import NOW, REGISTER

MARAC = "agreements/marac.yaml"

# file, text to find, what to put in its place, words of the error
FAULTS = {
    "a key twice": (MARAC, "tier: agreement\n", "tier: agreement\ntier: agreement\n", "duplicate key"),
    "an unknown key": (MARAC, "tier: agreement\n", "tier: agreement\nstatus: in_force\n", "Extra inputs"),
    "a missing part": (MARAC, "tier: agreement\n", "", "Field required"),
    "an alias": (MARAC, "title: ", "title: &t ", None),
    "a tag": (MARAC, "version: 1\n", "version: !!python/name:os.system 1\n", "tags are not allowed"),
    "text for a number": (MARAC, "version: 1\n", 'version: "1"\n', "valid integer"),
    "an item that does not exist": (MARAC, "data: [da.risk, da.incident]\n", "data: [da.rumour]\n", "no data item"),
    "a source that does not exist": (MARAC, "sources: [police, refuge]", "sources: [police, gossip]", "not registered"),
    "a role that does not exist": (MARAC, "roles: [marac_housing_lead]", "roles: [bailiff]", "no registered role"),
    "a state that does not exist": (MARAC, "{all_of: [named_case]}", "{all_of: [rumoured]}", "Input should be"),
    "supply from another's source": (MARAC, "party: northvale_police", "party: brightwater_homes", "another agency"),
    "a purpose the assessment does not approve": (MARAC, "dpia: DPIA-NV-2026-017", "dpia: DPIA-NV-2026-016", "approve"),
    "an assessment that does not exist": (MARAC, "dpia: DPIA-NV-2026-017", "dpia: DPIA-NV-1999-001", "no such impact"),
    "criminal items without a condition": (MARAC, 'data: ["da.*"]', "data: [identity.pnc_id]", "no Article 10"),
    "no policy document": (MARAC, ", policy_document: APD-NV-03", "", "appropriate policy document"),
    "a disclosing party without a gateway": (
        MARAC, "covers: [northvale_police, brightwater_homes, haven_refuge]", "covers: [haven_refuge]", "no gateway",
    ),
    "a party without its basis": (MARAC, "[brightwater_homes, haven_refuge], law", "[haven_refuge], law", "own basis"),
    "a review outside validity": (MARAC, "review: 2029-01-31", "review: 2030-01-31", "outside validity"),
    "a clause id twice": (MARAC, "- id: MA2", "- id: MA1", "used twice"),
    "a purpose both agreed and incompatible": (
        MARAC, "[council_tax_fraud, tenancy_management]", "[marac]", "both agreed and incompatible",
    ),
    "a controller who is no party": (MARAC, "index: [northvale_police]", "index: [dwp]", "is no party"),
    "a release nobody supplies": (MARAC, "sources: [police, refuge]", "sources: [police, mash]", "supplies nothing"),
    "break-glass over no rule": ("agreements/early-help.yaml", "widens: [EH4]", "widens: [EH9]", "widens no permit"),
    "a rule nothing opens": ("agreements/early-help.yaml", "widens: [EH4]", "widens: [EH1]", "no relationship opens"),
    "a count without its number": ("agreements/early-help.yaml", "holds {count} entries", "holds entries", "in words"),
    "joint controllers in secret": (
        "agreements/linkage-index.yaml", "  article_26_summary: https://northvale.example/privacy/joint-index\n", "",
        "Article 26",
    ),
    "a referral to nobody": (
        "agreements/school-safeguarding.yaml", "to: northvale_council/mash_manager", "to: northvale_council/oracle",
        "no such role",
    ),
    "a source of no agency": ("sources.yaml", "owner: dwp", "owner: dsp", "no such agency"),
    "a source twice": ("sources.yaml", "{id: pds,", "{id: health,", "used twice"),
    "a basis that is not registered": ("gateways.yaml", "id: 6(1)(b)", "id: 6(1)(x)", "basis is registered"),
}  # fmt: skip


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(REGISTER, tmp_path / "register")


def refused(folder, signed):
    with pytest.raises(AgreementFileError) as caught:
        load_register(folder, signed, NOW)
    return caught.value


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_document_is_refused_with_its_file_and_line(copy, signed, fault):
    name, found, put, words = FAULTS[fault]
    text = (copy / name).read_text(encoding="utf-8")
    assert found in text
    (copy / name).write_text(text.replace(found, put), encoding="utf-8")

    if fault == "an alias":
        load_register(copy, signed, NOW)  # an anchor alone changes nothing that is signed
        (copy / name).write_text(text.replace("title: ", "title: &t ", 1).replace("disposal: ", "disposal: *t #"))
        words = "aliases are not allowed"
    error = refused(copy, signed)

    assert words in error.problem
    assert error.remedy
    assert error.line > 0
    # A basis that vanishes from the law is found in the first agreement resting on it.
    assert name in {error.file, "gateways.yaml"}


def test_the_line_named_is_the_line_of_the_fault(copy, signed):
    path = copy / MARAC
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.strip() == "- id: MA2")
    lines[at + 1] = "    effect: allow"
    path.write_text("\n".join(lines), encoding="utf-8")

    error = refused(copy, signed)

    assert at <= error.line <= at + 2
    assert error.clause.startswith("rules/MA2")


def test_a_document_changed_by_one_word_is_refused_for_its_signature(copy, signed):
    path = copy / MARAC
    path.write_text(path.read_text(encoding="utf-8").replace("min_band: strong", "min_band: review"), encoding="utf-8")

    assert "not the text that was signed" in refused(copy, signed).problem


def test_a_stray_file_is_refused(copy, signed):
    (copy / "agreements" / "notes.txt").write_text("x", encoding="utf-8")

    assert "does not belong" in refused(copy, signed).problem


def test_a_missing_list_is_refused(copy, signed):
    (copy / "purposes.yaml").unlink()

    assert refused(copy, signed).file == "purposes.yaml"


def test_an_on_key_is_a_string():
    assert parse_yaml("x.yaml", "on: off\nyes: no\n").content == {"on": "off", "yes": "no"}


def changed_json(path, change):
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def own_signed(tmp_path, signed):
    return shutil.copytree(signed, tmp_path / "signed")


SIGNATURE = "signatures/ISA-NV-2026-017@1.sig.json"


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        (SIGNATURE, lambda c: c["signatures"][0].update(name="Somebody Else"), "does not verify"),
        (SIGNATURE, lambda c: c["signatures"][0].update(signature="AAAA"), "does not verify"),
        (SIGNATURE, lambda c: c["signatures"].pop(), "not signed by every party"),
        (SIGNATURE, lambda c: c["signatures"].append(c["signatures"][0]), "or twice"),
        (SIGNATURE, lambda c: c.update(predecessor="0" * 64), "another predecessor"),
        ("keys.json", lambda c: c["keys"].pop("haven_refuge"), "does not verify"),
        ("lifecycle.json", lambda c: c["events"][0].update(by=["One person", "One person"]), "two different people"),
        ("lifecycle.json", lambda c: c["events"][0].update(document="ISA-NV-1999-001@1"), "not in the register"),
        ("lifecycle.json", lambda c: c["events"][0].update(at="2031-01-01T00:00:00Z"), "not happened yet"),
        ("lifecycle.json", lambda c: c["events"][0].update(at="2026-03-01T00:00:00Z"), "before every party had signed"),
    ],
)
def test_a_doubtful_signature_or_event_is_refused(own_signed, file, change, words):
    changed_json(own_signed / file, change)

    assert words in refused(REGISTER, own_signed).problem


def test_an_unsigned_draft_releases_nothing(own_signed):
    (own_signed / SIGNATURE).unlink()
    changed_json(
        own_signed / "lifecycle.json",
        lambda c: c.update(events=[event for event in c["events"] if "2026-017" not in event["document"]]),
    )

    documents = load_register(REGISTER, own_signed, NOW)

    drafts = [one for one in documents.agreements if not one.active]
    assert [one.document.id for one in drafts] == ["ISA-NV-2026-017"]


def test_an_instant_without_a_time_zone_is_refused(signed):
    with pytest.raises(AgreementFileError):
        load_register(REGISTER, signed, NOW.replace(tzinfo=None))


def test_the_same_documents_give_the_same_version_at_any_instant(signed):
    from agreements.register import compile_register  # noqa: PLC0415 - used here alone

    first = compile_register(load_register(REGISTER, signed, NOW)).version
    second = compile_register(load_register(REGISTER, signed, NOW + timedelta(days=1))).version

    assert first == second
