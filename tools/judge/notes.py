"""Signed notes, checkpoints and cosignatures (C2SP)."""

import base64
import binascii
import hashlib
import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

try:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

    MLDSA44PublicKey.from_public_bytes(bytes(1312))
except Exception:  # older than ML-DSA, or built without it: its cosignatures are passed over
    MLDSA44PublicKey = None

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
        good = (self.type in (1, 4) and len(self.key) == 32) or (self.type == 6 and len(self.key) == 1312)
        need(good, f"vkey of {name}: it is neither Ed25519 nor ML-DSA-44")


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
        """Which keys signed, each with the time of a cosignature; a known key's wrong signature spoils the note."""
        signed = {}
        for name, id, signature in self.signatures:
            for key in keys:
                if (key.name, key.id) != (name, id):
                    continue
                if key.type == 1:
                    ed25519(key.key, self.text.encode(), signature, f"note: {name}")
                    signed[name, id] = None
                elif key.type == 6:
                    signed[name, id] = self.verify_ml_dsa(key, signature)
                else:
                    need(len(signature) == 72, f"cosignature: {name}: 8 bytes of time and 64 of signature")
                    time = struct.unpack(">Q", signature[:8])[0]
                    need(0 < time < 1 << 63, f"cosignature: {name}: it states no time")
                    message = f"cosignature/v1\ntime {time}\n{self.text}".encode()
                    ed25519(key.key, message, signature[8:], f"cosignature: {name}")
                    signed[name, id] = time
        return signed

    def verify_ml_dsa(self, key, signature):
        """The time of an ML-DSA-44 cosignature, which names its cosigner and the tree, and quotes no text."""
        what = f"cosignature: {key.name}"
        need(len(signature) == 2428, f"{what}: 8 bytes of time and 2420 of signature")
        need(0 < int.from_bytes(signature[:8], "big") < 1 << 63, f"{what}: it states no time")
        origin, size, root = self.text.split("\n")[:3]
        need(0 < len(origin.encode()) < 256, f"{what}: the origin has 1 to 255 bytes")
        message = b"subtree/v1\n\0" + b"".join(
            (
                bytes([len(key.name.encode())]) + key.name.encode(),
                signature[:8],
                bytes([len(origin.encode())]) + origin.encode(),
                struct.pack(">QQ", 0, int(size)),
                from_base64(root, f"{what}: root"),
            )
        )
        try:
            MLDSA44PublicKey.from_public_bytes(key.key).verify(signature[8:], message)
        except InvalidSignature:
            raise Wrong(f"{what}: the ML-DSA-44 signature is wrong") from None
        return int.from_bytes(signature[:8], "big")


class Checkpoint:
    """A head that its log has signed, judged by the charter of its time: where in its log each key counts."""

    def __init__(self, data, chain, origin=None):
        self.note = Note(data)
        lines = self.note.text.split("\n")
        need(len(lines) >= 4, "checkpoint: it has no origin, size and root")
        self.origin, size, root = lines[:3]
        need(size == "0" or (size.isascii() and size.isdigit() and size[0] != "0"), "checkpoint: the size")
        self.size, self.root = int(size), from_base64(root, "checkpoint: root")
        need(len(self.root) == 32, "checkpoint: the root has 32 bytes")
        need(origin in (None, self.origin), "checkpoint: it is of another log")
        self.member = chain.by_origin(self.origin)
        code = self.member["member"]
        # A member's witness may have a second key: either speaks for it, and both together are one voice.
        purposes = ("witness", "witness_ml_dsa") if MLDSA44PublicKey else ("witness",)
        cosigners = [key for purpose in (*purposes, "mirror") for key in chain.ever(purpose)]
        signed = self.note.verify([Key(key) for key in [*chain.ever("log", code), *cosigners]])

        def signs(term):
            key = Key(term.key)
            return (key.name, key.id) in signed and term.holds_size(self.size)

        named = [Key(key) for key in chain.ever("log", code)]
        need(any((key.name, key.id) in signed for key in named), "checkpoint: its log has not signed it")
        counting = [term for term in chain.terms(code, "log", code) if signs(term)]
        need(counting, f"checkpoint: it is signed with a key that does not count at size {self.size}")
        # Whoever stole a key can sign any head: under a revoked one only what the charter names, or a quorum, shows anything.
        revoked = all(chain.last_good_of(code, "log", term.key) for term in counting)
        self.doubted = revoked and not chain.names_head(code, self.size, self.root)
        # By the version of its time; where two meet at its size, by that under which more is shown, else the newer.
        grades = []
        for version in chain.versions_at(code, self.size):
            # Associates neither vote nor witness, and no log is its own witness.
            witnesses = [one["member"] for one in version.voters if one["member"] != code]
            terms = {one: [t for purpose in purposes for t in chain.terms(one, purpose, code)] for one in witnesses}
            cosigned = [one for one in witnesses if any(signs(term) for term in terms[one])]
            # n other members that witness, f = floor((n − 1) / 3) of them faulty: k = n − f must have cosigned.
            n = len(witnesses)
            needed = n - (n - 1) // 3 if n >= 4 else None
            grades.append((needed is not None and len(cosigned) >= needed, len(cosigned), n, needed))
        need(grades, f"checkpoint: no version of the charter holds at size {self.size}")
        # What this library cannot verify is said where it could have counted.
        self.passed_over = not MLDSA44PublicKey and bool(chain.ever("witness_ml_dsa"))
        self.witnessed, self.cosigned, self.witnesses, self.needed = max(grades[::-1], key=lambda grade: grade[:2])

    def check_doubt(self, what):
        shown = self.witnessed or not self.doubted
        need(shown, f"{what}: its key was revoked, and no version of the charter names the head of size {self.size}")

    def said(self):
        count = f"{self.cosigned} of {self.witnesses} witnesses have cosigned it"
        if self.passed_over:
            count += " (ML-DSA-44 cosignatures are passed over: this library has no ML-DSA)"
        if self.needed is None:
            return f"{count}; the club is too small for a quorum"
        return f"{count}, {self.needed} needed: {'witnessed' if self.witnessed else 'logged'}"
