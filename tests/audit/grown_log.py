"""A log that a test grows and signs as it likes, also in two ways at once."""

from audit.checkpoint import Checkpoint, sign_checkpoint
from audit.keys import COSIGNATURE_V1, SignerKey
from audit.merkle import leaf_hash
from audit.tlog_proof import make_proof
from audit.tree import Frontier, consistency_proof, inclusion_proof, root_at

LOG = SignerKey("northvale.example/audit", bytes(range(32)))
OTHER = SignerKey("elsewhere.example/audit", bytes(range(1, 33)))
POLICE = SignerKey("police.example/witness", bytes(range(2, 34)), COSIGNATURE_V1)
HEALTH = SignerKey("health.example/witness", bytes(range(3, 35)), COSIGNATURE_V1)


class GrownLog:
    """A log over these leaves: checkpoints and proofs of every size that it has had."""

    def __init__(self, leaves, signer=LOG):
        self.leaves, self.signer = list(leaves), signer
        self._nodes, frontier = {}, Frontier()
        for data in self.leaves:
            self._nodes |= {(node.level, node.index): node.hash for node in frontier.append(leaf_hash(data))}

    def _at(self, level, index):
        return self._nodes[level, index]

    def root(self, size):
        return root_at(size, self._at)

    def checkpoint(self, size):
        return Checkpoint(self.signer.name, size, self.root(size))

    def note(self, size):
        return sign_checkpoint(self.checkpoint(size), [self.signer])

    def proof(self, old, size):
        return tuple(consistency_proof(old, size, self._at)) if 0 < old <= size else ()

    def receipt(self, index, size, note=None):
        return make_proof(index, inclusion_proof(index, size, self._at), note or self.note(size), self.leaves[index])


def leaves(count, word="leaf"):
    return [f"{word} {number}".encode() for number in range(count)]


def forked(count, at):
    """The same log until `at`, and another from there."""
    return GrownLog([*leaves(at), *leaves(count - at, "other")])
