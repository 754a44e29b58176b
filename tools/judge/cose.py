"""Statements (COSE_Sign1) and receipts (RFC 9942)."""

import hashlib
import json

from cbor import Cbor, Tag, cbor_bytes, need
from charter import keys_of, origin_of, sig_structure, statement_key_id
from notes import Key, ed25519
from tree import leaf_hash, root_of_inclusion


class Statements:
    """The rule of a member's statements: whose they are, and which key counts at which place."""

    def __init__(self, chain, member):
        self.chain, self.member = chain, member
        code = member["member"]
        keys = [bytes.fromhex(key) for key in chain.ever("statement", code)]
        self.keys = {statement_key_id(key): key for key in keys}
        self.terms = chain.terms(code, "statement", code)

    def check(self, entry, index, what):
        """A COSE_Sign1 by a statement key that the member has or had; whether that key counts at that place.

        An entry beyond the end of its key is no fault of the log: it stays in the tree, and counts nowhere."""
        tag = Cbor.read(entry)
        need(isinstance(tag, Tag) and tag.number == 18 and len(tag.value) == 4, f"{what}: it is no COSE_Sign1")
        protected, unprotected, payload, signature = tag.value
        header = Cbor.read(protected)
        need(unprotected == {}, f"{what}: its unprotected header is not empty")
        need(header.get(1) == -8, f"{what}: its algorithm is not EdDSA")
        need(header.get(15, {}).get(1) == self.member["did"], f"{what}: its issuer is not the member")
        kid = header.get(4)
        need(kid in self.keys, f"{what}: its key is none of the member's")
        ed25519(self.keys[kid], sig_structure("Signature1", protected, b"", payload), signature, what)
        kind = header.get(3) or header.get(259, "")
        need(("didymium.genesis+json" in kind) == (index == 0), f"{what}: the first entry, and no other, is a genesis")
        if index == 0:
            self.check_genesis(json.loads(payload), what)
        return any(
            statement_key_id(bytes.fromhex(term.key)) == kid and term.holds_entry(index) for term in self.terms
        )

    def check_genesis(self, said, what):
        own = (self.member["member"], origin_of(self.member))
        need((said["member"], said["origin"]) == own, f"{what}: the genesis is that of another log")
        ids = {version.id for version in self.chain.versions}
        need(said["charter"] in ids, f"{what}: the genesis names another charter")


def key_thumbprint(key):
    """RFC 9679: SHA-256 of the required parameters of the COSE key, deterministic."""
    return hashlib.sha256(b"\xa3\x01\x01\x20\x06\x21" + cbor_bytes(key)).digest()


def check_receipt(data, entry, index, chain, checkpoint, tree, what):
    """RFC 9942: inclusion of the entry under a root that the log has signed, with a key that counts at that size. The root
    is that of the log, as far as its tree is here: a thief of the key signs others."""
    tag = Cbor.read(data)
    need(isinstance(tag, Tag) and tag.number == 18, f"{what}: it is no COSE_Sign1")
    protected, unprotected, payload, signature = tag.value
    header = Cbor.read(protected)
    need(header.get(1) in (-8, -19), f"{what}: its algorithm is not Ed25519")
    need(header.get(395) == 1, f"{what}: the data structure is not RFC9162_SHA256")
    need(header.get(15, {}).get(1) == checkpoint.origin, f"{what}: its issuer is not the log")
    need(payload is None, f"{what}: its payload is not detached")
    proofs = unprotected.get(396, {}).get(-1, [])
    need(len(proofs) == 1, f"{what}: there must be one proof of inclusion")
    size, place, path = Cbor.read(proofs[0])
    need(place == index, f"{what}: it states another index")
    need(header.get("didymium-tree-size") == size, f"{what}: the size signed is not the size stated")
    need(size <= checkpoint.size, f"{what}: its tree is larger than the log")
    code = checkpoint.member["member"]
    named = [t for t in chain.terms(code, "log", code) if key_thumbprint(Key(t.key).key) == header.get(4)]
    need(named, f"{what}: it names a key that is none of the log's")
    need(any(term.holds_size(size) for term in named), f"{what}: its key does not count at size {size}")
    root = root_of_inclusion(leaf_hash(entry), place, size, path)
    ed25519(Key(named[0].key).key, sig_structure("Signature1", protected, b"", root), signature, what)
    if size <= len(tree.leaves):
        need(tree.root(0, size) == root, f"{what}: its root is not that of the log at size {size}")


def current_log_keys(chain, code):
    """The log's keys: that of the newest version that names the member, and all that it ever had."""
    return Key(keys_of(chain.member_ever(code), "log")[0]).key, [Key(key).key for key in chain.ever("log", code)]
