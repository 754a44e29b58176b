#!/usr/bin/env python3
"""An independent judge of Didymium's logs.

Written against the specifications and not against Didymium's code, with another language's libraries (`hashlib`,
`cryptography`): C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles and tlog-proof, RFC 6962 and RFC 9162,
RFC 9052 (COSE_Sign, COSE_Sign1), RFC 9679 (key thumbprints) and RFC 9942 (COSE receipts). Its CBOR reader takes numbers
written shortest and lengths that are stated, nothing else.

    judge.py folder DIR  [--charter FILE]            a log as static files: checkpoint, tile/…, tile/entries/…
    judge.py url URL [--member CODE] [--charter FILE] [--save DIR] [--receipts N]
                                                     the HTTP face of a node; with --member its copy of another's log
    judge.py consistency OLD NEW DIR [--charter FILE]
                                                     two checkpoints, and the folder of the larger one's tiles
    judge.py proof FILE --charter FILE               a tlog-proof file

Prints a line for each thing it found right and ends with 0; at the first thing that is wrong it says what, and ends
with 4. 2: the command line is wrong. 3: it cannot run (the package `cryptography` is not here).
"""

import argparse
import base64
import binascii
import hashlib
import json
import os
import struct
import sys
import urllib.error
import urllib.request

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    print("judge: the Python package `cryptography` is not here (`make deps` fetches it)", file=sys.stderr)
    sys.exit(3)

ANSWER_BYTES_MAX = 32 * 1024 * 1024
ANSWER_SECONDS_MAX = 30
EMPTY_ROOT = hashlib.sha256(b"").digest()


class Wrong(Exception):
    """What is judged breaks a rule."""


def need(holds, rule):
    if not holds:
        raise Wrong(rule)


# ---------------------------------------------------------------- CBOR (RFC 8949, section 4.2: deterministic)


class Tag:
    def __init__(self, number, value):
        self.number, self.value = number, value


class Cbor:
    """Reads one item strictly: shortest lengths, no indefinite ones, no key twice, nothing after the end."""

    def __init__(self, data):
        self.data, self.at = data, 0

    @classmethod
    def read(cls, data):
        reader = cls(data)
        value = reader.item(0)
        need(reader.at == len(data), "CBOR: bytes follow the end")
        return value

    def take(self, count):
        need(self.at + count <= len(self.data), "CBOR: it ends too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def item(self, depth):
        need(depth < 16, "CBOR: too deep")
        first = self.take(1)[0]
        major, info = first >> 5, first & 31
        if major == 7:
            need(info in (20, 21, 22), f"CBOR: simple value or float {info}")
            return {20: False, 21: True, 22: None}[info]
        if info < 24:
            number = info
        else:
            need(info <= 27, "CBOR: an indefinite or reserved length")
            size = 1 << (info - 24)
            number = int.from_bytes(self.take(size), "big")
            least = 24 if size == 1 else 1 << (4 * size)
            need(number >= least, "CBOR: a number that is not written shortest")
        if major == 0:
            return number
        if major == 1:
            return -1 - number
        if major in (2, 3):
            text = self.take(number)
            return bytes(text) if major == 2 else self.utf8(text)
        if major == 6:
            return Tag(number, self.item(depth + 1))
        need(number <= len(self.data), "CBOR: a count beyond the bytes")
        if major == 4:
            return [self.item(depth + 1) for _ in range(number)]
        pairs = {}
        for _ in range(number):
            key = self.item(depth + 1)
            need(isinstance(key, (int, str)) and key not in pairs, "CBOR: a key twice, or of another type")
            pairs[key] = self.item(depth + 1)
        return pairs

    @staticmethod
    def utf8(text):
        try:
            return text.decode("utf-8")
        except UnicodeDecodeError:
            raise Wrong("CBOR: text that is not UTF-8") from None


def cbor_head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * size):
            return bytes([major << 5 | info]) + number.to_bytes(size, "big")
    raise Wrong("CBOR: a number beyond 64 bits")


def cbor_bytes(data):
    return cbor_head(2, len(data)) + data


def cbor_text(text):
    data = text.encode()
    return cbor_head(3, len(data)) + data


# ---------------------------------------------------------------- Ed25519


def ed25519(key, message, signature, what):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise Wrong(f"{what}: the Ed25519 signature is wrong") from None


def from_base64(text, what):
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Wrong(f"{what}: it is not base64") from None
    need(base64.b64encode(data).decode() == text, f"{what}: it is not canonical base64")
    return data


# ---------------------------------------------------------------- the tree (RFC 6962, section 2.1)


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


# ---------------------------------------------------------------- notes, checkpoints, cosignatures (C2SP)


class Key:
    """A vkey: `name+hex8(id)+base64(type ‖ key)`."""

    def __init__(self, vkey):
        name, digits, typed = vkey.split("+", 2)
        typed = from_base64(typed, "vkey")
        self.name, self.type, self.key = name, typed[0], typed[1:]
        self.id = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
        need(self.id.hex() == digits, f"vkey of {name}: its id is not that of its key")
        need(self.type in (1, 4) and len(self.key) == 32, f"vkey of {name}: it is not Ed25519")


class Note:
    def __init__(self, data):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Wrong("note: it is not UTF-8") from None
        need(not any(c < " " and c != "\n" for c in text), "note: a control character")
        need("\n\n" in text and text.endswith("\n"), "note: no blank line, or no newline at the end")
        body, lines = text[: text.rindex("\n\n") + 1], text[text.rindex("\n\n") + 2 : -1]
        self.text, self.signatures = body, []
        for line in lines.split("\n"):
            need(line.startswith("— ") and line.count(" ") == 2, "note: a malformed signature line")
            _, name, data = line.split(" ")
            data = from_base64(data, "note: signature")
            need(len(data) > 4 and name and "+" not in name, "note: a malformed signature line")
            self.signatures.append((name, data[:4], data[4:]))
        places = [(name, id) for name, id, _ in self.signatures]
        need(len(set(places)) == len(places), "note: two signatures of one key")

    def verify(self, keys):
        """Who signed, each with the time of a cosignature; a known key's wrong signature spoils the note."""
        signed = {}
        for name, id, signature in self.signatures:
            for key in keys:
                if (key.name, key.id) != (name, id):
                    continue
                if key.type == 1:
                    ed25519(key.key, self.text.encode(), signature, f"note: {name}")
                    signed[name] = None
                else:
                    need(len(signature) == 72, f"cosignature: {name}: 8 bytes of time and 64 of signature")
                    time = struct.unpack(">Q", signature[:8])[0]
                    need(0 < time < 1 << 63, f"cosignature: {name}: it states no time")
                    message = f"cosignature/v1\ntime {time}\n{self.text}".encode()
                    ed25519(key.key, message, signature[8:], f"cosignature: {name}")
                    signed[name] = time
        return signed


class Checkpoint:
    def __init__(self, data, charter, origin=None):
        self.note = Note(data)
        lines = self.note.text.split("\n")
        need(len(lines) >= 4, "checkpoint: it has no origin, size and root")
        self.origin, size, root = lines[:3]
        need(size == "0" or (size.isascii() and size.isdigit() and size[0] != "0"), "checkpoint: the size")
        self.size, self.root = int(size), from_base64(root, "checkpoint: root")
        need(len(self.root) == 32, "checkpoint: the root has 32 bytes")
        need(origin in (None, self.origin), "checkpoint: it is of another log")
        self.member = charter.by_origin(self.origin)
        log = Key(self.member["keys"]["log"])
        others = [m for m in charter.members if m is not self.member]
        witnesses = {m["member"]: Key(m["keys"]["witness"]) for m in others}
        signed = self.note.verify([log, *witnesses.values()])
        need(log.name in signed, "checkpoint: its log has not signed it")
        self.cosigned = {code: signed[key.name] for code, key in witnesses.items() if key.name in signed}
        # n members other than the origin, f = floor((n − 1) / 3) of them faulty, n − f must have cosigned.
        n = len(others)
        self.needed = n - (n - 1) // 3 if n >= 4 else None

    def said(self):
        if self.needed is None:
            return f"{len(self.cosigned)} cosignatures; the club is too small for a quorum"
        grade = "witnessed" if len(self.cosigned) >= self.needed else "logged"
        return f"{len(self.cosigned)} cosignatures, {self.needed} needed: {grade}"


# ---------------------------------------------------------------- COSE


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


# ---------------------------------------------------------------- where a log is read


class Folder:
    def __init__(self, path):
        self.path = path

    def get(self, name):
        try:
            with open(os.path.join(self.path, name), "rb") as file:
                return file.read(ANSWER_BYTES_MAX)
        except (FileNotFoundError, NotADirectoryError):
            return None


class Http:
    def __init__(self, base, face):
        self.base, self.face = base.rstrip("/"), face
        # No proxy: what is judged is what the node itself answers.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def root(self, path):
        try:
            with self.opener.open(f"{self.base}{path}", timeout=ANSWER_SECONDS_MAX) as answer:
                data = answer.read(ANSWER_BYTES_MAX + 1)
        except urllib.error.HTTPError as error:
            need(error.code == 404, f"{path}: status {error.code}")
            return None
        except (OSError, urllib.error.URLError) as error:
            raise Wrong(f"{path}: {error}") from None
        need(len(data) <= ANSWER_BYTES_MAX, f"{path}: the answer is too large")
        return data

    def get(self, name):
        return self.root(f"{self.face}/{name}")


def tile_path(level, index, width):
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < 256 else "")


# ---------------------------------------------------------------- the judgement of a log


class Judge:
    def __init__(self, source, charter, save=None):
        self.source, self.charter, self.save = source, charter, save
        self.entries = []

    def fetch(self, name):
        data = self.source.get(name)
        need(data is not None, f"{name}: it is not there")
        if self.save:
            path = os.path.join(self.save, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
        return data

    def log(self, origin=None):
        self.checkpoint = Checkpoint(self.fetch("checkpoint"), self.charter, origin)
        checkpoint, size = self.checkpoint, self.checkpoint.size
        right(f"checkpoint of {checkpoint.origin}, size {size}: {checkpoint.said()}")
        self.read_entries()
        self.tree = Tree([leaf_hash(entry) for entry in self.entries])
        need(self.tree.root(0, size) == checkpoint.root, "entries: they do not lead to the signed root")
        right(f"{size} entries lead to the signed root")
        right(f"{self.check_tiles()} tiles are those of the entries")
        self.check_statements()
        self.check_proofs()

    def read_entries(self):
        size = self.checkpoint.size
        for index in range((size + 255) // 256):
            width = min(256, size - index * 256)
            name = tile_path("entries", index, width)
            data, at = self.fetch(name), 0
            for _ in range(width):
                need(at + 2 <= len(data), f"{name}: it ends too early")
                length = struct.unpack_from(">H", data, at)[0]
                need(at + 2 + length <= len(data), f"{name}: it ends too early")
                self.entries.append(data[at + 2 : at + 2 + length])
                at += 2 + length
            need(at == len(data), f"{name}: bytes follow the entries")

    def check_tiles(self):
        """Hash i of tile n of level l is the root of the leaves [(n·256+i)·256^l, (n·256+i+1)·256^l)."""
        size, count = self.checkpoint.size, 0
        for level in range(8):
            span = 256**level
            hashes = size // span
            for index in range((hashes + 255) // 256):
                width = min(256, hashes - index * 256)
                name = tile_path(level, index, width)
                data = self.fetch(name)
                need(len(data) == 32 * width, f"{name}: it has {len(data)} bytes")
                for i in range(width):
                    start = (index * 256 + i) * span
                    expected = self.tree.root(start, start + span)
                    need(data[32 * i : 32 * i + 32] == expected, f"{name}: hash {i} is not that of the entries")
                count += 1
        return count

    def check_statements(self):
        member, seen = self.checkpoint.member, set()
        for index, entry in enumerate(self.entries):
            what = f"entry {index}"
            header = check_statement(entry, member, what)
            if index == 0:
                kind = header.get(3) or header.get(259, "")
                need("didymium.genesis+json" in kind, "entry 0: it is no genesis")
            name = hashlib.sha256(entry).digest()
            need(name not in seen, f"{what}: the statement stands twice")
            seen.add(name)
        right(f"{len(self.entries)} entries are statements that {member['member']} signed, none stands twice")

    def check_proofs(self):
        """Proofs by the recursive definition lead where the verifying algorithms say, at a few places."""
        size, root = self.checkpoint.size, self.checkpoint.root
        places = sorted({0, 1, size // 3, size // 2, size - 1} & set(range(size)))
        for index in places:
            path = self.tree.path(index, 0, size)
            need(root_of_inclusion(self.tree.leaves[index], index, size, path) == root, f"inclusion of entry {index}")
        for old in places[1:]:
            proof = self.tree.proof(old, 0, size)
            check_consistency(old, self.tree.root(0, old), size, root, proof)
        right(f"{len(places)} inclusion and {len(places[1:])} consistency proofs hold")

    def receipts(self, node, count):
        """COSE receipts and tlog-proofs of a node's own log, by the keys of `/.well-known/scitt-keys`."""
        data = node.root("/.well-known/scitt-keys")
        need(data is not None, "scitt-keys: they are not there")
        key_set = Cbor.read(data)
        keys = [item[-2] for item in key_set if item.get(1) == 1 and item.get(-1) == 6]
        need(Key(self.checkpoint.member["keys"]["log"]).key in keys, "scitt-keys: the log's key is not among them")
        key = Key(self.checkpoint.member["keys"]["log"]).key
        size = len(self.entries)
        step = max(1, size // count)
        places = sorted({*range(0, size, step), size - 1})
        for index in places:
            entry = self.entries[index]
            name = hashlib.sha256(entry).hexdigest()
            receipt = node.root(f"/entries/{name}")
            need(receipt is not None, f"receipt of entry {index}: it is not there")
            newest = Checkpoint(node.get("checkpoint"), self.charter, self.checkpoint.origin)
            check_receipt(receipt, entry, index, key, newest, f"receipt of entry {index}")
            self.keep(f"receipts/{name}.cose", receipt)
            proof = node.root(f"/entries/{name}/proof")
            need(proof is not None, f"tlog-proof of entry {index}: it is not there")
            check_tlog_proof(proof, self.charter, entry)
            self.keep(f"receipts/{name}.tlog-proof", proof)
        right(f"{len(places)} COSE receipts and tlog-proofs hold")

    def keep(self, name, data):
        if self.save:
            path = os.path.join(self.save, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)

    def kept_receipts(self, folder):
        """Receipts that were saved beside a log."""
        places = {hashlib.sha256(entry).hexdigest(): i for i, entry in enumerate(self.entries)}
        key = Key(self.checkpoint.member["keys"]["log"]).key
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                data = file.read()
            id, _, kind = name.partition(".")
            need(id in places, f"{name}: the log has no such statement")
            index = places[id]
            if kind == "cose":
                check_receipt(data, self.entries[index], index, key, self.checkpoint, name)
            else:
                check_tlog_proof(data, self.charter, self.entries[index])
        if names:
            right(f"{len(names)} kept receipts and proofs hold")


def check_tlog_proof(data, charter, entry=None):
    """C2SP tlog-proof: the entry is `extra`, or given."""
    head, _, note = data.decode("utf-8").partition("\n\n")
    lines = head.split("\n")
    need(lines.pop(0) == "c2sp.org/tlog-proof@v1", "tlog-proof: its first line")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = from_base64(lines.pop(0)[6:], "tlog-proof: extra")
    need(lines and lines[0].startswith("index ") and lines[0][6:].isdigit(), "tlog-proof: the index")
    index = int(lines.pop(0)[6:])
    path = [from_base64(line, "tlog-proof: a hash") for line in lines]
    checkpoint = Checkpoint(note.encode(), charter)
    need(entry is None or extra is None or extra == entry, "tlog-proof: it carries another statement")
    entry = entry if entry is not None else extra
    need(entry is not None, "tlog-proof: it carries no statement")
    check_statement(entry, checkpoint.member, "tlog-proof: statement")
    root = root_of_inclusion(leaf_hash(entry), index, checkpoint.size, path)
    need(root == checkpoint.root, "tlog-proof: the path does not lead to the signed root")
    return index, checkpoint


def right(what):
    print(f"right: {what}")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser(description="An independent judge of Didymium's logs.")
    kinds = parser.add_subparsers(dest="kind", required=True)
    folder = kinds.add_parser("folder")
    folder.add_argument("dir")
    url = kinds.add_parser("url")
    url.add_argument("url")
    url.add_argument("--member")
    url.add_argument("--save")
    url.add_argument("--receipts", type=int, default=5)
    consistency = kinds.add_parser("consistency")
    consistency.add_argument("old")
    consistency.add_argument("new")
    consistency.add_argument("dir")
    proof = kinds.add_parser("proof")
    proof.add_argument("file")
    for one in (folder, url, consistency, proof):
        one.add_argument("--charter")
    asked = parser.parse_args()
    sys.setrecursionlimit(10_000)
    try:
        judge(asked)
    except Wrong as wrong:
        print(f"wrong: {wrong}")
        sys.exit(4)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, struct.error) as error:
        # A structure that is not what the format says.
        print(f"wrong: it cannot be read: {error!r}")
        sys.exit(4)
    print("right: everything")


def judge(asked):
    if asked.kind == "url":
        face = f"/mirror/{asked.member}" if asked.member else "/log"
        node = Http(asked.url, face)
        data = read(asked.charter) if asked.charter else node.root("/charter")
        need(data is not None, "charter: it is not there")
        charter = Charter(data)
        right(f"charter {charter.id}, signed by its {len(charter.members)} members")
        one = Judge(node, charter, asked.save)
        one.keep("charter.cose", data)
        one.log(charter.origin_of(asked.member) if asked.member else None)
        if not asked.member and asked.receipts:
            one.receipts(node, asked.receipts)
        return
    charter = Charter(read(asked.charter or os.path.join(asked.dir, "charter.cose")))
    right(f"charter {charter.id}, signed by its {len(charter.members)} members")
    if asked.kind == "folder":
        one = Judge(Folder(asked.dir), charter)
        one.log()
        one.kept_receipts(os.path.join(asked.dir, "receipts"))
    elif asked.kind == "proof":
        index, checkpoint = check_tlog_proof(read(asked.file), charter)
        right(f"entry {index} of {checkpoint.origin}, size {checkpoint.size}: {checkpoint.said()}")
    else:
        old, new = (Checkpoint(read(path), charter) for path in (asked.old, asked.new))
        need(old.origin == new.origin, "consistency: two logs")
        one = Judge(Folder(asked.dir), charter)
        one.checkpoint = new
        one.read_entries()
        tree = Tree([leaf_hash(entry) for entry in one.entries])
        need(tree.root(0, new.size) == new.root, "entries: they do not lead to the signed root")
        check_consistency(old.size, old.root, new.size, new.root, tree.proof(old.size, 0, new.size))
        right(f"size {new.size} extends size {old.size}")


if __name__ == "__main__":
    main()
