import json
from base64 import b64decode

import pytest

from audit.errors import ProofError
from audit.merkle import EMPTY_ROOT, leaf_hash, root_of, verify_consistency, verify_inclusion
from audit.subtree import verify_subtree_consistency, verify_subtree_inclusion
from audit.tree import Frontier


def cases(vectors, kind):
    for file in sorted((vectors / "transparency-dev-merkle" / kind).rglob("*.json")):
        case = json.loads(file.read_text())
        for name in ("root", "root1", "root2", "leafHash"):
            if name in case:
                case[name] = b64decode(case[name] or "")
        case["proof"] = [b64decode(one) for one in case["proof"] or []]
        yield str(file), case


def wrong_verdicts(vectors, kind, verify):
    wrong, seen = [], 0
    for file, case in cases(vectors, kind):
        seen += 1
        try:
            verify(case)
            refused = False
        except ProofError:
            refused = True
        if refused is not case["wantErr"]:
            wrong.append((file, case["desc"]))
    return wrong, seen


@pytest.mark.parametrize(
    ("kind", "at_least", "verify"),
    [
        (
            "inclusion",
            45,
            lambda c: verify_inclusion(c["leafHash"], c["leafIdx"], c["treeSize"], c["proof"], c["root"]),
        ),
        ("consistency", 48, lambda c: verify_consistency(c["size1"], c["size2"], c["root1"], c["root2"], c["proof"])),
        (
            "subtreeinclusion",
            96,
            lambda c: verify_subtree_inclusion(
                c["leafHash"], c["leafIdx"], (c["start"], c["end"]), c["proof"], c["root"]
            ),
        ),
        (
            "subtreeconsistency",
            63,
            lambda c: verify_subtree_consistency((c["start"], c["end"]), c["size"], c["root1"], c["root2"], c["proof"]),
        ),
    ],
)
def test_every_merkle_vector_gets_the_verdict_it_states(vectors, kind, at_least, verify):
    wrong, seen = wrong_verdicts(vectors, kind, verify)

    assert wrong == []
    assert seen >= at_least


def test_the_reference_tree_of_eight_leaves_has_the_published_roots(vectors):
    tree = json.loads((vectors / "rfc6962-reference-8-leaves" / "tree8.json").read_text())
    hashes = [leaf_hash(bytes.fromhex(data)) for data in tree["leaf_inputs_hex"]]
    published = [bytes.fromhex(one) for one in tree["root_hex_by_size"]]

    frontier, grown = Frontier(), [EMPTY_ROOT]
    for one in hashes:
        frontier.append(one)
        grown.append(frontier.root())

    assert grown == published
    assert [root_of(hashes[:size]) for size in range(9)] == published
