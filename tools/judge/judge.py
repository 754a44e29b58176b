#!/usr/bin/env python3
"""An independent judge of Didymium's logs.

Written against the specifications and not against Didymium's code, with another language's libraries (`hashlib`,
`cryptography`): C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles and tlog-proof, RFC 6962 and RFC 9162,
RFC 9052 (COSE_Sign, COSE_Sign1), RFC 9679 (key thumbprints) and RFC 9942 (COSE receipts). Its CBOR reader takes numbers
written shortest and lengths that are stated, nothing else. The rules of the charter are those of SECURITY.md ("Keys"),
docs/audit.md and docs/decisions.md: every version is judged against the one before, and every head, cosignature,
receipt and entry by the version of its place in the log.

    judge.py folder DIR  [--charter FILE]            a log as static files: checkpoint, tile/…, tile/entries/…
    judge.py url URL [--member CODE] [--charter FILE] [--save DIR] [--receipts N]
                                                     the HTTP face of a node; with --member its copy of another's log
    judge.py consistency OLD NEW DIR [--charter FILE]
                                                     two checkpoints, and the folder of the larger one's tiles
    judge.py proof FILE --charter FILE               a tlog-proof file
    judge.py charter FILE                            a charter's first version, or the chain of all

FILE of --charter is a first version that you trust, or a chain; what follows it comes from the node (`/charter/chain`) or
the folder (`charter.chain`) and is judged from it on. Without it the first version is that of the place.

Prints a line for each thing it found right and ends with 0; at the first thing that is wrong it says what, and ends
with 4. 2: the command line is wrong. 3: it cannot run (the package `cryptography` is not here).
"""

import argparse
import hashlib
import os
import struct
import sys
import urllib.error
import urllib.request

try:
    import cryptography  # noqa: F401
except ImportError:
    print("judge: the Python package `cryptography` is not here (`make deps` fetches it)", file=sys.stderr)
    sys.exit(3)

from cbor import Cbor, Wrong, need
from chain import Chain
from charter import Version, origin_of
from cose import Statements, check_receipt, current_log_keys
from notes import Checkpoint, from_base64
from tree import Tree, check_consistency, leaf_hash, root_of_inclusion

ANSWER_BYTES_MAX = 32 * 1024 * 1024
ANSWER_SECONDS_MAX = 30


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
    def __init__(self, source, chain, save=None):
        self.source, self.chain, self.save = source, chain, save
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
        self.checkpoint = Checkpoint(self.fetch("checkpoint"), self.chain, origin)
        self.checkpoint.check_doubt("checkpoint")
        checkpoint, size = self.checkpoint, self.checkpoint.size
        right(f"checkpoint of {checkpoint.origin}, size {size}: {checkpoint.said()}")
        self.read_entries()
        self.tree = Tree([leaf_hash(entry) for entry in self.entries])
        need(self.tree.root(0, size) == checkpoint.root, "entries: they do not lead to the signed root")
        right(f"{size} entries lead to the signed root")
        right(f"{self.check_tiles()} tiles are those of the entries")
        self.check_anchors()
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
        member, seen, self.ended = self.checkpoint.member, set(), set()
        statements = Statements(self.chain, member)
        for index, entry in enumerate(self.entries):
            what = f"entry {index}"
            if not statements.check(entry, index, what):
                self.ended.add(index)
            name = hashlib.sha256(entry).digest()
            need(name not in seen, f"{what}: the statement stands twice")
            seen.add(name)
        right(f"{len(self.entries)} entries are statements that {member['member']} signed, none stands twice")
        if self.ended:
            right(f"{len(self.ended)} entries stand beyond the end of their key and count nowhere")

    def check_anchors(self):
        """The log leads to every state of it that the charter names, as far as it reaches."""
        anchors = self.chain.anchors(self.checkpoint.member["member"])
        reached = [head for head in anchors if head["size"] <= self.checkpoint.size]
        for head in reached:
            led = self.tree.root(0, head["size"]).hex() == head["root"]
            need(led, f"entries: they do not lead to the state at size {head['size']} that the charter names")
        if reached:
            right(f"the log leads to {len(reached)} states that the charter names")

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
        current, ever = current_log_keys(self.chain, self.checkpoint.member["member"])
        need(current in keys, "scitt-keys: the log's key is not among them")
        need(set(keys) <= set(ever), "scitt-keys: a key that the log never had")
        size = len(self.entries)
        if size < 2:
            # RFC 9942 asks for at least one hash in a path: a log that holds its genesis alone gives no receipt yet.
            return
        step = max(1, size // count)
        places = sorted({*range(0, size, step), size - 1} - self.ended)
        for index in places:
            entry = self.entries[index]
            name = hashlib.sha256(entry).hexdigest()
            receipt = node.root(f"/entries/{name}")
            need(receipt is not None, f"receipt of entry {index}: it is not there")
            newest = Checkpoint(node.get("checkpoint"), self.chain, self.checkpoint.origin)
            check_receipt(receipt, entry, index, self.chain, newest, self.tree, f"receipt of entry {index}")
            self.keep(f"receipts/{name}.cose", receipt)
            proof = node.root(f"/entries/{name}/proof")
            need(proof is not None, f"tlog-proof of entry {index}: it is not there")
            check_tlog_proof(proof, self.chain, entry)
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
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                data = file.read()
            id, _, kind = name.partition(".")
            need(id in places, f"{name}: the log has no such statement")
            index = places[id]
            if kind == "cose":
                check_receipt(data, self.entries[index], index, self.chain, self.checkpoint, self.tree, name)
            else:
                check_tlog_proof(data, self.chain, self.entries[index])
        if names:
            right(f"{len(names)} kept receipts and proofs hold")


def check_tlog_proof(data, chain, entry=None):
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
    checkpoint = Checkpoint(note.encode(), chain)
    checkpoint.check_doubt("tlog-proof")
    need(entry is None or extra is None or extra == entry, "tlog-proof: it carries another statement")
    entry = entry if entry is not None else extra
    need(entry is not None, "tlog-proof: it carries no statement")
    counts = Statements(chain, checkpoint.member).check(entry, index, "tlog-proof: statement")
    need(counts, f"tlog-proof: the statement's key does not count at index {index}")
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
    charter = kinds.add_parser("charter")
    charter.add_argument("file")
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


def chain_of(first, later, brought):
    """The chain of versions of a place, from the version on that is trusted: what was brought, else the place's first."""
    need(brought or first or later, "charter: it is not there")
    chain = Chain(later or first or brought)
    for trusted in (first, brought):
        if trusted:
            chain = chain.with_longer(Chain(trusted))
    right(chain.said())
    return chain


def judge(asked):
    if asked.kind == "charter":
        right(Chain(read(asked.file)).said())
        return
    brought = read(asked.charter) if asked.charter else None
    if asked.kind == "url":
        node = Http(asked.url, f"/mirror/{asked.member}" if asked.member else "/log")
        in_force = node.root("/charter")
        data = node.root("/charter/chain")
        need(in_force is not None and data is not None, "charter: /charter or /charter/chain is not there")
        chain = chain_of(None, data, brought)
        ids = [version.id for version in chain.versions]
        need(Version(in_force).id in ids, "charter: the version in force is not in the chain")
        one = Judge(node, chain, asked.save)
        one.keep("charter.cose", chain.versions[0].data)
        one.keep("charter.chain", data)
        one.log(origin_of(chain.member_ever(asked.member)) if asked.member else None)
        if not asked.member and asked.receipts:
            one.receipts(node, asked.receipts)
        return
    if asked.kind == "proof":
        index, checkpoint = check_tlog_proof(read(asked.file), chain_of(None, None, brought))
        right(f"entry {index} of {checkpoint.origin}, size {checkpoint.size}: {checkpoint.said()}")
        return
    folder = Folder(asked.dir)
    chain = chain_of(folder.get("charter.cose"), folder.get("charter.chain"), brought)
    one = Judge(folder, chain)
    if asked.kind == "folder":
        one.log()
        one.kept_receipts(os.path.join(asked.dir, "receipts"))
    else:
        old, new = (Checkpoint(read(path), chain) for path in (asked.old, asked.new))
        need(old.origin == new.origin, "consistency: two logs")
        one.checkpoint = new
        one.read_entries()
        one.tree = Tree([leaf_hash(entry) for entry in one.entries])
        need(one.tree.root(0, new.size) == new.root, "entries: they do not lead to the signed root")
        one.check_anchors()
        check_consistency(old.size, old.root, new.size, new.root, one.tree.proof(old.size, 0, new.size))
        right(f"size {new.size} extends size {old.size}")


if __name__ == "__main__":
    main()
