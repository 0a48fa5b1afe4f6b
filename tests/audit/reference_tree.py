"""The tree of RFC 9162 section 2.1, word for word and slow: a second opinion for the fast one."""

from hashlib import sha256


def split(count):
    width = 1
    while width * 2 < count:
        width *= 2
    return width


def root(leaves):
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    return sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def path(index, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), root(leaves[k:])]
    return [*path(index - k, leaves[k:]), root(leaves[:k])]


def consistency(first, leaves):
    return subproof(first, leaves, whole=True)


def subproof(first, leaves, *, whole):
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if first <= k:
        return [*subproof(first, leaves[:k], whole=whole), root(leaves[k:])]
    return [*subproof(first - k, leaves[k:], whole=False), root(leaves[:k])]
