"""The charter: a chain of versions (COSE_Sign over JSON), each signed by enough of the one before and of its own."""

import base64
import binascii
import hashlib
import json

from cbor import Cbor, Tag, Wrong, cbor_bytes, cbor_head, cbor_text, need
from notes import Key, ed25519

CONTENT_TYPE = "application/vnd.didymium.charter+json; version=1"
PURPOSES = ("statement", "log", "witness", "mirror", "transport", "tls", "witness_ml_dsa")
# A member need not have these.
OPTIONAL = PURPOSES[4:]
# Keys that sign in or about their member's own log; keys that are between nodes and sign nothing that is kept.
OWN_LOG, BETWEEN_NODES = ("statement", "log"), ("transport", "tls")
EMPTY_ROOT = hashlib.sha256(b"").hexdigest()
# DER of SubjectPublicKeyInfo before the 32 bytes of an Ed25519 key (RFC 8410).
SPKI_ED25519 = bytes.fromhex("302a300506032b6570032100")


def sig_structure(context, *parts):
    """Sig_structure of RFC 9052."""
    return cbor_head(4, 1 + len(parts)) + cbor_text(context) + b"".join(cbor_bytes(part) for part in parts)


def statement_key_id(key):
    return hashlib.sha256(key).digest()[:16]


def keys_of(member, purpose):
    """The keys of that purpose as they are written: any number for statements, at most one for the others."""
    keys = member["keys"].get(purpose)
    if purpose == "statement":
        return keys
    need(keys is not None or purpose in OPTIONAL, f"charter: {member['member']} has no {purpose} key")
    return [] if keys is None else [keys]


def material(purpose, key):
    """What makes two keys the same, however each is written: of a TLS key the charter has only the pin."""
    try:
        if purpose == "tls":
            return key.lower()
        if purpose in ("statement", "transport"):
            public = bytes.fromhex(key)
        else:
            public = base64.b64decode(key.split("+", 2)[2], validate=True)[1:]
    except (IndexError, ValueError, binascii.Error):
        raise Wrong(f"charter: `{key}` is no {purpose} key") from None
    return hashlib.sha256(SPKI_ED25519 + public).hexdigest() if len(public) == 32 else public.hex()


def has_key(member, purpose, key):
    return member is not None and material(purpose, key) in {material(purpose, own) for own in keys_of(member, purpose)}


def origin_of(member):
    return member["keys"]["log"].split("+")[0]


def votes(member):
    return member["role"] == "member"


def strict_json(data):
    def once(pairs):
        need(len({name for name, _ in pairs}) == len(pairs), "charter: a field twice")
        return dict(pairs)

    return json.loads(data, object_pairs_hook=once)


def fields(value, must, may=()):
    need(isinstance(value, dict) and set(must) <= set(value) <= {*must, *may}, f"charter: the fields of {must[0]} …")


def check_head(head):
    fields(head, ("member", "size", "root"))
    size, root = head["size"], head["root"]
    need(type(size) is int and size >= 0, "charter: the size of a log")
    need(len(root) == 64 and bytes.fromhex(root).hex() == root, "charter: the root of a log")
    need(size > 0 or root == EMPTY_ROOT, "charter: an empty log has the root of the empty tree")


class Version:
    """One version as it is written; what follows from the version before is judged by the chain."""

    def __init__(self, data):
        tag = Cbor.read(data)
        need(isinstance(tag, Tag) and tag.number == 98 and len(tag.value) == 4, "charter: it is no COSE_Sign")
        self.data = data
        self.protected, unprotected, self.payload, self.signatures = tag.value
        need(Cbor.read(self.protected) == {3: CONTENT_TYPE} and unprotected == {}, "charter: its headers")
        self.id = hashlib.sha256(self.payload).hexdigest()
        said = strict_json(self.payload)
        must = ("version", "club", "members", "vocabulary", "rules", "schemas")
        fields(said, must, ("threshold", "succession"))
        self.number, self.club, self.members = said["version"], said["club"], said["members"]
        need(type(self.number) is int and self.number >= 1, "charter: the number of the version")
        self.what = f"charter version {self.number}"
        self.voters = [member for member in self.members if votes(member)]
        self.threshold = said.get("threshold", -(-2 * len(self.voters) // 3))
        succession = said.get("succession")
        need((succession is None) == (self.number == 1), f"{self.what}: only the first follows none")
        self.previous, self.cut, self.retired, self.revoked = None, {}, [], []
        if succession is not None:
            fields(succession, ("previous", "cut"), ("retired", "revoked"))
            self.previous = succession["previous"]
            for head in succession["cut"]:
                check_head(head)
                need(head["member"] not in self.cut, f"{self.what}: a log twice in the cut")
                self.cut[head["member"]] = head
            self.retired, self.revoked = succession.get("retired", []), succession.get("revoked", [])
        self.check_members()

    def check_second_witness_key(self, member):
        for second in [Key(key) for key in keys_of(member, "witness_ml_dsa")]:
            same = second.name == member["keys"]["witness"].split("+")[0]
            need(second.type == 6 and same, f"{self.what}: the second witness key of {member['member']}")

    def check_members(self):
        # More than half, so that any two sets that reach it share one; and not more than there are.
        need(len(self.voters) / 2 < self.threshold <= len(self.voters), f"{self.what}: the threshold")
        seen, keys = set(), set()
        for member in self.members:
            fields(member, ("member", "did", "domain", "address", "role", "keys"))
            fields(member["keys"], PURPOSES[:4], OPTIONAL)
            self.check_second_witness_key(member)
            need(member["role"] in ("member", "associate"), f"{self.what}: a role that is none")
            for what in (member["member"], member["did"], ("domain", member["domain"]), ("origin", origin_of(member))):
                need(what not in seen, f"{self.what}: {what} twice")
                seen.add(what)
            for purpose, key in all_keys(member):
                need(material(purpose, key) not in keys, f"{self.what}: one key twice, whatever for")
                keys.add(material(purpose, key))
        for one in self.retired:
            fields(one, ("member", "purpose", "key"), ("until",))
            need(one["purpose"] in PURPOSES, f"{self.what}: the purpose of a key")
        for one in self.revoked:
            fields(one, ("member", "purpose", "key", "last_good", "reason"))
            need(one["purpose"] in PURPOSES and one["reason"].strip(), f"{self.what}: a revocation without a reason")
            for head in one["last_good"]:
                check_head(head)

    def member(self, code):
        return next((member for member in self.members if member["member"] == code), None)

    def ends(self, which, member, purpose, key):
        """The retirement or revocation of that key that this version brings."""
        for one in which:
            named = (one["member"], one["purpose"], material(one["purpose"], one["key"]))
            if named == (member, purpose, material(purpose, key)):
                return one
        return None

    def usable(self, member):
        """Statement keys of a member (of this version or the one before) that this version does not revoke, by id."""
        code = member["member"]
        keys = [key for key in keys_of(member, "statement") if not self.ends(self.revoked, code, "statement", key)]
        return {statement_key_id(bytes.fromhex(key)): bytes.fromhex(key) for key in keys}

    def voting(self, before, member):
        """Keys with which a member of the version before votes on this one: those that it does not revoke; all of them where
        the members that are left could not reach the threshold (SECURITY.md)."""
        if sum(bool(self.usable(voter)) for voter in before.voters) >= before.threshold:
            return self.usable(member)
        return {statement_key_id(bytes.fromhex(key)): bytes.fromhex(key) for key in keys_of(member, "statement")}

    def signers(self, before):
        """Ids of the keys that signed: each is a member's of this version or the one before, and verifies."""
        known = {}
        for member in before.members if before else []:
            known.update(self.voting(before, member))
        for member in self.members:
            known.update(self.usable(member))
        signed = set()
        for own, unprotected, signature in self.signatures:
            header = Cbor.read(own)
            need(set(header) == {1, 4} and header[1] == -8 and unprotected == {}, f"{self.what}: a signature's headers")
            need(header[4] in known, f"{self.what}: a signature of a key that is nobody's")
            message = sig_structure("Signature", self.protected, own, b"", self.payload)
            ed25519(known[header[4]], message, signature, self.what)
            signed.add(header[4])
        return signed

    def check_votes(self, before):
        """Enough have signed, and everybody who must sign for itself."""
        signed = self.signers(before)

        def has_signed(version, member):
            keys = self.voting(before, member) if version is before else self.usable(member)
            return not signed.isdisjoint(keys)

        for version in (before, self) if before else (self,):
            count = sum(has_signed(version, member) for member in version.voters)
            rule = f"{count} members of version {version.number} have signed it, {version.threshold} must"
            need(count >= version.threshold, f"{self.what}: {rule}")
        for member in self.members:
            was = before.member(member["member"]) if before else None
            if was is None or self.must_consent(was, member):
                # Who has lost every key speaks with the new one; who has none at all is spoken for by the others.
                own = (self.usable(was) if was else {}) or self.usable(member)
                need(not own or not signed.isdisjoint(own), f"{self.what}: {member['member']} has not signed it")
            for key in keys_of(member, "statement") if before else []:
                proved = has_key(was, "statement", key) or statement_key_id(bytes.fromhex(key)) in signed
                need(proved, f"{self.what}: a new statement key of {member['member']} has not signed it")

    def must_consent(self, was, member):
        comes = any(not has_key(was, purpose, key) for purpose, key in all_keys(member))
        goes = any(
            not has_key(member, purpose, key) and not self.ends(self.revoked, was["member"], purpose, key)
            for purpose, key in all_keys(was)
        )
        return comes or goes or member["address"] != was["address"] or (votes(member) and not votes(was))


def all_keys(member):
    return [(purpose, key) for purpose in PURPOSES for key in keys_of(member, purpose)]
