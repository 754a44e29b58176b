"""The Merkle tree of RFC 6962 and RFC 9162: roots and proofs by the recursive definition, verifying by the algorithms."""

import hashlib

from cbor import need

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def split_point(size):
    return 1 << ((size - 1).bit_length() - 1)


class Tree:
    """Merkle tree hash by the recursive definition, remembering subtrees."""

    def __init__(self, leaves):
        self.leaves, self.known = leaves, {}

    def root(self, start, end):
        size = end - start
        if size == 0:
            return EMPTY_ROOT
        if size == 1:
            return self.leaves[start]
        if (start, end) not in self.known:
            middle = start + split_point(size)
            self.known[start, end] = node_hash(self.root(start, middle), self.root(middle, end))
        return self.known[start, end]

    def path(self, index, start, end):
        """PATH(m, D[n]): siblings, that of the leaf first."""
        if end - start <= 1:
            return []
        middle = start + split_point(end - start)
        if index < middle:
            return self.path(index, start, middle) + [self.root(middle, end)]
        return self.path(index, middle, end) + [self.root(start, middle)]

    def proof(self, old, start, end, whole=True):
        """SUBPROOF(m, D[n], b)."""
        if old == end - start:
            return [] if whole else [self.root(start, end)]
        middle = split_point(end - start)
        if old <= middle:
            return self.proof(old, start, start + middle, whole) + [self.root(start + middle, end)]
        return self.proof(old - middle, start + middle, end, False) + [self.root(start, start + middle)]


def root_of_inclusion(leaf, index, size, path):
    """RFC 9162, section 2.1.3.2."""
    need(0 <= index < size, "inclusion: the index is beyond the size")
    fn, sn, root = index, size - 1, leaf
    for sibling in path:
        need(len(sibling) == 32 and sn > 0, "inclusion: the path is too long")
        if fn & 1 or fn == sn:
            root = node_hash(sibling, root)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            root = node_hash(root, sibling)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "inclusion: the path is too short")
    return root


def check_consistency(old, old_root, new, new_root, path):
    """RFC 9162, section 2.1.4.2."""
    need(0 < old <= new, "consistency: the sizes are reversed")
    if old == new:
        need(not path and old_root == new_root, "consistency: one size, two roots")
        return
    path = ([old_root] if old & (old - 1) == 0 else []) + path
    need(path, "consistency: there is no path")
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for sibling in path[1:]:
        need(sn > 0, "consistency: the path is too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(sibling, fr), node_hash(sibling, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, sibling)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0 and fr == old_root and sr == new_root, "consistency: the path does not lead to both roots")
