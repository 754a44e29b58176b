"""Signed notes, checkpoints and cosignatures (C2SP)."""

import base64
import binascii
import hashlib
import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cbor import Wrong, need


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
