"""Who operates a site and who owns it: what the facts say in one cell, split by owners.csv.

A text that is one plain name needs no entry there: it is both operator and owner, without a share. Whatever names more
than one, or says more than a name, must have one; so must an owner that is only the site's own company.
"""
import re
from decimal import Decimal

from .common import Refused, reviewed

# Marks of a text that is not one plain name. `Co., Ltd.` is one; a comma elsewhere separates names.
NOT_PLAIN = re.compile(r"[/+;(]|,(?! Ltd)|\b(and|e\.a\.|div|diverse|others|operators|affiliate|area|Government)\b")
SHARES = {
    "": "owners", "published": "owners' shares", "derived": "owners' shares, computed",
    "recalled": "owners' shares: recalled, to be verified",
}


# What the shares rest on, in the words of column `owners_basis`; empty where the row's own basis holds.
BASIS = {"": "", "published": "reported", "derived": "derived", "recalled": "general_knowledge"}


def names(cell):
    """Owners in the contract's syntax, `Name:51; Name:49`, as (name, share or empty)."""
    return [tuple(p.strip() for p in (part.rpartition(":")[::2] if ":" in part else (part, "")))
            for part in cell.split(";") if part.strip()]


def operator_and_owners(site, said):
    """The columns operator, owners, owners_basis; and the clause of the note that says what the owners rest on."""
    entry = reviewed("owners.csv", "site").get(site)
    if entry is None:
        if NOT_PLAIN.search(said):
            raise Refused(f"owners.csv: {site} needs an entry for {said!r}")
        return {"operator": said, "owners": said, "owners_basis": ""}, ""
    if entry["said"] != said:
        raise Refused(f"owners.csv: {site} says {said!r}, the entry was made for {entry['said']!r}")
    shares = [Decimal(share) for _, share in names(entry["owners"]) if share]
    if bool(shares) != bool(entry["shares"]) or entry["shares"] not in SHARES or sum(shares) > 100:
        raise Refused(f"owners.csv: {site} has shares {entry['owners']!r} on basis {entry['shares']!r}")
    if entry["shares"] == "recalled":
        told = "; ".join(part for part in (SHARES["recalled"], entry["known_from"]) if part)
    else:
        told = f"{SHARES[entry['shares']]}: {entry['known_from']}" if entry["known_from"] else ""
    columns = {"operator": entry["operator"], "owners": entry["owners"], "owners_basis": BASIS[entry["shares"]]}
    return columns, told
