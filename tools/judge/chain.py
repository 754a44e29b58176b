"""The chain of versions of a charter: how each follows the one before, and which key counts where in which log."""

from cbor import Cbor, Wrong, need
from charter import BETWEEN_NODES, OWN_LOG, Version, all_keys, has_key, keys_of, material, origin_of, votes


class Term:
    """A stretch of a log in which a key counts."""

    def __init__(self, purpose, key, start):
        self.key, self.material, self.start, self.end = key, material(purpose, key), start, None

    def end_at(self, size):
        self.end = size if self.end is None else min(self.end, size)

    def holds_entry(self, index):
        return self.start <= index and (self.end is None or index < self.end)

    def holds_size(self, size):
        """Both ends count: an idle log may sign the size at which its key changes with either key."""
        return self.start <= size and (self.end is None or size <= self.end)


class Chain:
    """All versions, oldest first, each judged against those before. What was ever said is kept: names, keys, heads."""

    def __init__(self, data):
        self.versions, self.everybody, self.heads, self.keys = [], {}, {}, {}
        item = Cbor.read(data)
        for one in item if isinstance(item, list) else [data]:
            need(isinstance(one, bytes), "charter: the chain is an array of signed versions")
            version = Version(one)
            self.check(version)
            self.add(version)
        need(self.versions, "charter: the chain is empty")
        self.newest = self.versions[-1]

    def said(self):
        first, count = self.versions[0], len(self.versions)
        later = f", and {count - 1} versions that follow, each signed by enough" if count > 1 else ""
        return f"charter {first.id}, signed by its {len(first.members)} members{later}"

    def with_longer(self, other):
        """The longer of two chains, of which one begins with the other."""
        for ours, theirs in zip(self.versions, other.versions):
            need(ours.id == theirs.id, f"{ours.what}: it is another one than was brought: {theirs.id}, {ours.id}")
        return max(self, other, key=lambda chain: len(chain.versions))

    # ------------------------------------------------------------ how a version follows

    def check(self, version):
        before = self.versions[-1] if self.versions else None
        if before is None:
            need(version.number == 1, "charter: the chain does not begin with the first version")
            # Every founder signs: each is new, and must consent.
            version.check_votes(None)
            return
        need(version.number == before.number + 1, f"{version.what}: it follows version {before.number}")
        need(version.previous == before.id, f"{version.what}: it does not follow the version before")
        need(version.club == before.club, f"{version.what}: the club's name")
        for member in version.members:
            self.check_names(version, member)
            self.check_new_keys(version, before, member)
        self.check_cut(version, before)
        self.check_ends(version, before)
        version.check_votes(before)

    def check_names(self, version, member):
        """A member keeps its names for ever, and nobody takes those of another, even of one that left."""
        names = (member["did"], member["domain"], origin_of(member))
        for code, other in self.everybody.items():
            others = (other["did"], other["domain"], origin_of(other))
            if code == member["member"]:
                need(names == others, f"{version.what}: {code} has another DID, domain or origin")
            else:
                need(not set(names) & set(others), f"{version.what}: {member['member']} takes a name of {code}")

    def check_new_keys(self, version, before, member):
        for purpose, key in all_keys(member):
            known = self.keys.get(material(purpose, key))
            if known is not None:
                own = known[:2] == (member["member"], purpose)
                need(own, f"{version.what}: a key that was another's, or for other use")
                comes = not has_key(before.member(member["member"]), purpose, key)
                need(not (comes and known[2]), f"{version.what}: a key that has ended comes back")

    def check_cut(self, version, before):
        due = {member["member"] for member in before.members}
        returning = {member["member"] for member in version.members} & set(self.everybody)
        whole = due <= set(version.cut) <= due | returning
        need(whole, f"{version.what}: the cut names each log of the version before")
        need(returning <= set(version.cut), f"{version.what}: the cut lacks the log of a member that returns")
        for code, head in version.cut.items():
            known = self.heads.get(code)
            if known is not None:
                need(head["size"] >= known["size"], f"{version.what}: the log of {code} shrinks")
                same = head["size"] > known["size"] or head["root"] == known["root"]
                need(same, f"{version.what}: the log of {code} has two roots at one size")

    def check_ends(self, version, before):
        for was in before.members:
            code, now = was["member"], version.member(was["member"])
            for purpose, key in all_keys(was) if now else []:
                ended = self.keys[material(purpose, key)][2] or any(
                    version.ends(which, code, purpose, key) for which in (version.retired, version.revoked)
                )
                stays = has_key(now, purpose, key)
                need(stays or ended, f"{version.what}: a {purpose} key of {code} goes without a word")
        for one in version.retired:
            code, purpose, key, until = one["member"], one["purpose"], one["key"], one.get("until")
            what = f"{version.what}: the retired {purpose} key of {code}"
            need(has_key(before.member(code), purpose, key), f"{what} was not its key before")
            now = version.member(code)
            need(now is not None and not has_key(now, purpose, key), f"{what} is still listed, or its member leaves")
            need(not version.ends(version.revoked, code, purpose, key), f"{what} is revoked as well")
            if until is not None:
                need(type(until) is int and purpose in OWN_LOG, f"{what} names no size of its own")
                need(until >= version.cut[code]["size"], f"{what} ends below the cut")
        for one in version.revoked:
            self.check_revocation(version, one)

    def check_revocation(self, version, one):
        code, purpose, key = one["member"], one["purpose"], one["key"]
        what = f"{version.what}: the revoked {purpose} key of {code}"
        need(self.keys.get(material(purpose, key), ())[:2] == (code, purpose), f"{what} was never its key")
        stays = purpose in ("log", "witness", "mirror") or not has_key(version.member(code), purpose, key)
        need(version.member(code) is None or stays, f"{what} is still listed")
        named = [head["member"] for head in one["last_good"]]
        need(len(set(named)) == len(named), f"{what} names a log twice")
        need(purpose not in OWN_LOG or named == [code], f"{what} names the last good head of its member's log alone")
        need(purpose not in BETWEEN_NODES or not named, f"{what} signs nothing in a log")
        for head in one["last_good"]:
            known = version.cut.get(head["member"]) or self.heads.get(head["member"])
            need(known is not None and head["size"] <= known["size"], f"{what} has a last good head beyond the cut")
            need(head["size"] < known["size"] or head["root"] == known["root"], f"{what} contradicts the cut")

    def add(self, version):
        self.versions.append(version)
        for member in version.members:
            self.everybody[member["member"]] = member
            for purpose, key in all_keys(member):
                self.keys.setdefault(material(purpose, key), (member["member"], purpose, False))
        self.heads.update(version.cut)
        for one in [*version.retired, *version.revoked]:
            name = material(one["purpose"], one["key"])
            self.keys[name] = (*self.keys[name][:2], True)

    # ------------------------------------------------------------ what counts where

    def by_origin(self, origin):
        for member in self.everybody.values():
            if origin_of(member) == origin:
                return member
        raise Wrong(f"checkpoint: `{origin}` is the log of no member, nor of a former one")

    def member_ever(self, code):
        need(code in self.everybody, f"charter: {code} is no member, and never was")
        return self.everybody[code]

    def ever(self, purpose, code=None):
        """Every key of that purpose that a member, or anybody, ever had, as it was written first."""
        written = {}
        for version in self.versions:
            for member in version.members:
                for key in keys_of(member, purpose) if code in (None, member["member"]) else []:
                    written.setdefault(material(purpose, key), key)
        return list(written.values())

    def terms(self, code, purpose, log_of):
        """Where on the log of `log_of` each key of that purpose counts that the member ever had."""
        found, place, last_good = [], 0, {}
        for version in self.versions:
            place = version.cut.get(log_of, {"size": place})["size"]
            holder = version.member(code)
            counts = holder is not None and (purpose in OWN_LOG or votes(holder))
            listed = {material(purpose, key): key for key in keys_of(holder, purpose)} if counts else {}
            for term in found:
                if holder is None:
                    # A key that was retired with some way to go ends with its member.
                    term.end_at(place)
                elif term.end is None and term.material not in listed:
                    until = (version.ends(version.retired, code, purpose, term.key) or {}).get("until")
                    term.end_at(place if until is None else until)
            going_on = {term.material for term in found if term.end is None}
            found.extend(Term(purpose, key, place) for name, key in listed.items() if name not in going_on)
            for one in version.revoked:
                if (one["member"], one["purpose"]) == (code, purpose):
                    name = material(purpose, one["key"])
                    sizes = [head["size"] for head in one["last_good"] if head["member"] == log_of]
                    # Without a last good head on this log nothing of the key counts here.
                    last_good[name] = min([last_good.get(name, float("inf")), *(sizes or [-1])])
        for term in found:
            if term.material in last_good:
                term.end_at(last_good[term.material])
        return [term for term in found if term.end is None or term.start <= term.end]

    def versions_at(self, code, size):
        """The versions in whose stretch of a member's log that size lies: two where they meet."""
        found, place = [], 0
        for number, version in enumerate(self.versions):
            place = version.cut.get(code, {"size": place})["size"]
            later = [one.cut[code]["size"] for one in self.versions[number + 1 : number + 2] if code in one.cut]
            if version.member(code) and place <= size and all(size <= until for until in later):
                found.append(version)
        return found

    def last_good_of(self, code, purpose, key):
        """The smallest last good state of a member's own log that revocations of that key name; none if it was not revoked."""
        heads = [
            head
            for version in self.versions
            for one in [version.ends(version.revoked, code, purpose, key)]
            if one is not None
            for head in one["last_good"]
            if head["member"] == code
        ]
        return min(heads, key=lambda head: head["size"], default=None)

    def names_head(self, code, size, root):
        """Whether a version names that state of a member's log: in its cut, or as the last good one of a key it revokes."""
        good = [head for version in self.versions for one in version.revoked for head in one["last_good"]]
        named = [*self.anchors(code), *(head for head in good if head["member"] == code)]
        return any((head["size"], head["root"]) == (size, root.hex()) for head in named)

    def anchors(self, code):
        """The states of a member's log that versions name."""
        return [version.cut[code] for version in self.versions if code in version.cut]
