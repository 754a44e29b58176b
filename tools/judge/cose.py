"""The charter (COSE_Sign), statements (COSE_Sign1) and receipts (RFC 9942)."""

import hashlib
import json

from cbor import Cbor, Tag, Wrong, cbor_bytes, cbor_head, cbor_text, need
from notes import ed25519
from tree import leaf_hash, root_of_inclusion


def sig_structure(context, *parts):
    return cbor_head(4, 1 + len(parts)) + cbor_text(context) + b"".join(cbor_bytes(part) for part in parts)


class Charter:
    """COSE_Sign with a signature of every member over one JSON payload."""

    def __init__(self, data):
        tag = Cbor.read(data)
        need(isinstance(tag, Tag) and tag.number == 98, "charter: it is no COSE_Sign")
        protected, _, payload, signatures = tag.value
        self.id = hashlib.sha256(payload).hexdigest()
        self.members = json.loads(payload)["members"]
        for member in self.members:
            keys = {statement_key_id(key): key for key in statement_keys(member)}
            signed = False
            for own, _, signature in signatures:
                key = keys.get(Cbor.read(own).get(4))
                if key is not None:
                    message = sig_structure("Signature", protected, own, b"", payload)
                    ed25519(key, message, signature, f"charter: {member['member']}")
                    signed = True
            need(signed, f"charter: {member['member']} has not signed it")

    def by_origin(self, origin):
        for member in self.members:
            if member["keys"]["log"].split("+")[0] == origin:
                return member
        raise Wrong(f"checkpoint: `{origin}` is the log of no member")

    def origin_of(self, code):
        for member in self.members:
            if member["member"] == code:
                return member["keys"]["log"].split("+")[0]
        raise Wrong(f"charter: there is no member {code}")


def statement_keys(member):
    return [bytes.fromhex(key) for key in member["keys"]["statement"]]


def statement_key_id(key):
    return hashlib.sha256(key).digest()[:16]


def check_statement(entry, member, what):
    """COSE_Sign1 by a statement key of the member; answers its protected header."""
    tag = Cbor.read(entry)
    need(isinstance(tag, Tag) and tag.number == 18 and len(tag.value) == 4, f"{what}: it is no COSE_Sign1")
    protected, unprotected, payload, signature = tag.value
    header = Cbor.read(protected)
    need(unprotected == {}, f"{what}: its unprotected header is not empty")
    need(header.get(1) == -8, f"{what}: its algorithm is not EdDSA")
    need(header.get(15, {}).get(1) == member["did"], f"{what}: its issuer is not the member")
    keys = {statement_key_id(key): key for key in statement_keys(member)}
    need(header.get(4) in keys, f"{what}: its key is none of the member's")
    ed25519(keys[header[4]], sig_structure("Signature1", protected, b"", payload), signature, what)
    return header


def key_thumbprint(key):
    """RFC 9679: SHA-256 of the required parameters of the COSE key, deterministic."""
    return hashlib.sha256(b"\xa3\x01\x01\x20\x06\x21" + cbor_bytes(key)).digest()


def check_receipt(data, entry, index, key, checkpoint, what):
    """RFC 9942: inclusion of the entry under a root that the log's key has signed."""
    tag = Cbor.read(data)
    need(isinstance(tag, Tag) and tag.number == 18, f"{what}: it is no COSE_Sign1")
    protected, unprotected, payload, signature = tag.value
    header = Cbor.read(protected)
    need(header.get(1) in (-8, -19), f"{what}: its algorithm is not Ed25519")
    need(header.get(395) == 1, f"{what}: the data structure is not RFC9162_SHA256")
    need(header.get(4) == key_thumbprint(key), f"{what}: it names another key")
    need(header.get(15, {}).get(1) == checkpoint.origin, f"{what}: its issuer is not the log")
    need(payload is None, f"{what}: its payload is not detached")
    proofs = unprotected.get(396, {}).get(-1, [])
    need(len(proofs) == 1, f"{what}: there must be one proof of inclusion")
    size, place, path = Cbor.read(proofs[0])
    need(place == index, f"{what}: it states another index")
    need(header.get("didymium-tree-size", size) == size, f"{what}: the size signed is not the size stated")
    need(size <= checkpoint.size, f"{what}: its tree is larger than the log")
    root = root_of_inclusion(leaf_hash(entry), place, size, path)
    ed25519(key, sig_structure("Signature1", protected, b"", root), signature, what)
