import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from audit.encoding import from_base64, to_base64
from audit.errors import AuditError, CheckpointError, NoteError
from audit.keys import COSIGNATURE_V1, SignerKey, VerifierKey
from audit.merkle import EMPTY_ROOT, leaf_hash
from audit.notes import add_signatures, cosign, open_note, parse_note, parse_signature_lines, sign_note

LOG = SignerKey("northvale.example/audit", bytes(range(32)))
OTHER = SignerKey("northvale.example/audit", bytes(range(1, 33)))
WITNESS = SignerKey("police.example/witness", bytes(range(2, 34)), COSIGNATURE_V1)
HEAD = Checkpoint("northvale.example/audit", 7, leaf_hash(b"seven"))


def test_what_a_log_signs_its_verifier_opens():
    note = sign_checkpoint(HEAD, [LOG])

    assert open_checkpoint(note, LOG.verifier().encode()).checkpoint == HEAD
    assert open_checkpoint(note.encode(), LOG.verifier()).witnesses == ()


def test_keys_survive_their_text_form_and_hide_their_seed():
    assert SignerKey.parse(LOG.encode()) == LOG
    assert VerifierKey.parse(WITNESS.verifier().encode()) == WITNESS.verifier()
    assert "seed" not in repr(LOG)
    assert LOG.encode().startswith("PRIVATE+KEY+northvale.example/audit+")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000",
        LOG.verifier().encode().replace("+", "-"),
        LOG.verifier().encode()[:-1],
        LOG.verifier().encode() + "\n",
        LOG.verifier().encode().replace("northvale", "southvale"),
        LOG.verifier().encode().replace(LOG.verifier().id.hex(), LOG.verifier().id.hex().upper()),
        "two words" + LOG.verifier().encode(),
        LOG.verifier().encode().replace("northvale", "\udcff"),
    ],
)
def test_a_malformed_verifier_key_is_refused(text):
    with pytest.raises(NoteError):
        VerifierKey.parse(text)


def test_a_signer_key_of_another_public_key_is_refused():
    with pytest.raises(NoteError):
        SignerKey.parse(LOG.encode().replace(LOG.verifier().id.hex(), OTHER.verifier().id.hex()))
    with pytest.raises(NoteError):
        SignerKey.parse(LOG.verifier().encode())
    with pytest.raises(NoteError):
        SignerKey("name.example", b"short")


def test_a_key_of_the_same_name_is_not_the_same_key():
    note = sign_note("text\n", [LOG])

    with pytest.raises(NoteError):
        open_note(note, [OTHER.verifier()])


def test_one_bad_signature_of_a_known_key_spoils_the_note_even_beside_a_good_one():
    good = parse_note(sign_note("text\n", [LOG]))
    bad = parse_note(sign_note("another\n", [LOG]))
    note = add_signatures(good.encode(), bad.signatures)

    assert len(parse_note(note).signatures) == 2
    with pytest.raises(NoteError):
        open_note(note, [LOG.verifier()])


def test_cosignatures_of_known_witnesses_are_counted_with_their_time_and_unknown_ones_ignored():
    stranger = SignerKey("stranger.example", bytes(32), COSIGNATURE_V1)
    note = sign_checkpoint(HEAD, [LOG])
    lines = [cosign(note, WITNESS, 1_700_000_000), cosign(note, stranger, 1)]
    note = add_signatures(note, parse_signature_lines("".join(one.line() for one in lines)))

    opened = open_checkpoint(note, LOG.verifier(), [WITNESS.verifier()])

    assert [(one.key.name, one.at) for one in opened.witnesses] == [("police.example/witness", 1_700_000_000)]
    assert len(open_note(note, [LOG.verifier()]).unverified) == 2


def test_one_key_under_two_names_is_one_witness_and_the_logs_own_key_is_none():
    twin = SignerKey("school.example/witness", WITNESS.seed, COSIGNATURE_V1)
    itself = SignerKey("log.example/witness", LOG.seed, COSIGNATURE_V1)
    note = sign_checkpoint(HEAD, [LOG])
    note = add_signatures(note, [cosign(note, one, 5) for one in (WITNESS, twin, itself)])

    opened = open_checkpoint(note, LOG.verifier(), [one.verifier() for one in (WITNESS, twin, itself)])

    assert len(opened.witnesses) == 1


def test_a_witness_alone_does_not_make_a_checkpoint():
    note = sign_checkpoint(HEAD, [OTHER])
    note = add_signatures(note, [cosign(note, WITNESS, 1)])

    with pytest.raises(CheckpointError):
        open_checkpoint(note, LOG.verifier(), [WITNESS.verifier()])


def test_a_checkpoint_of_another_log_is_refused_even_under_the_right_key():
    note = sign_checkpoint(Checkpoint("elsewhere.example", 0, EMPTY_ROOT), [LOG])

    with pytest.raises(CheckpointError):
        open_checkpoint(note, LOG.verifier())


def test_a_log_key_signs_without_a_time_and_a_witness_key_with_one():
    with pytest.raises(NoteError):
        LOG.sign("text\n", 1)
    with pytest.raises(NoteError):
        WITNESS.sign("text\n")
    with pytest.raises(NoteError):
        WITNESS.sign("text\n", 2**63)


BODY = HEAD.encode()
ROOT = to_base64(HEAD.root)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        BODY[:-1],
        BODY.replace("\n7\n", "\n07\n"),
        BODY.replace("\n7\n", "\n+7\n"),
        BODY.replace("\n7\n", "\n-7\n"),
        BODY.replace("\n7\n", "\n7 \n"),
        BODY.replace("\n7\n", "\n\u0667\n"),
        BODY.replace("\n7\n", "\n18446744073709551616\n"),
        BODY.replace("\n7\n", "\n0\n"),
        BODY.replace(ROOT, ROOT[:-1]),
        BODY.replace(ROOT, ROOT.replace("=", "")),
        BODY.replace(ROOT, to_base64(HEAD.root[:-1])),
        BODY.replace(ROOT, to_base64(HEAD.root + b"x")),
        BODY.replace(HEAD.origin, ""),
        BODY.replace("northvale", "north\tvale"),
        BODY + "\n",
        BODY.replace("\n7\n", "\n"),
        BODY.replace("northvale", "\udc80"),
        None,
        7,
    ],
)
def test_a_malformed_checkpoint_is_refused(text):
    with pytest.raises(CheckpointError):
        parse_checkpoint(text)


def test_extension_lines_are_kept_and_signed():
    head = Checkpoint("northvale.example/audit", 7, HEAD.root, ("extra",))

    assert parse_checkpoint(head.encode()) == head


@pytest.mark.parametrize(
    "note",
    [
        "text\n",
        "text\n\n",
        "text\n\n\u2014 name AAAAAAA=",
        "text\n\n\u2014 name AAAAAA==\n",
        "text\n\n\u2014 name AAAAAAB=\n",
        "text\n\n\u2014 name AAAA_AA=\n",
        "text\n\n\u2014  AAAAAAA=\n",
        "text\n\n\u2014 a+b AAAAAAA=\n",
        "text\n\n- name AAAAAAA=\n",
        "text\n\n\u2014 name\n",
        "te\rxt\n\n\u2014 name AAAAAAA=\n",
        "te\ud800xt\n\n\u2014 name AAAAAAA=\n",
        b"te\xffxt\n\n\xe2\x80\x94 name AAAAAAA=\n",
        "text\n\n" + "".join(f"\u2014 name{number} AAAAAAA=\n" for number in range(101)),
        "x" * 1_000_001 + "\n\n\u2014 name AAAAAAA=\n",
        None,
        5,
        [],
    ],
)
def test_a_malformed_note_is_refused(note):
    with pytest.raises(NoteError):
        parse_note(note)


@pytest.mark.parametrize(("text", "signers"), [("no newline", [LOG]), ("tab\t\n", [LOG]), ("text\n", [])])
def test_nothing_malformed_is_signed(text, signers):
    with pytest.raises(NoteError):
        sign_note(text, signers)


@given(st.data())
def test_a_signed_checkpoint_with_any_bit_flipped_does_not_open_as_itself(data):
    note = sign_checkpoint(HEAD, [LOG]).encode()
    place = data.draw(st.integers(0, len(note) * 8 - 1))
    changed = bytearray(note)
    changed[place // 8] ^= 1 << place % 8

    with pytest.raises(AuditError):
        open_checkpoint(bytes(changed), LOG.verifier())


@given(st.binary(max_size=40), st.text(max_size=12))
def test_base64_has_one_spelling_for_each_value(data, text):
    assert from_base64(to_base64(data)) == data
    try:
        read = from_base64(text)
    except ValueError:
        return
    assert to_base64(read) == text
