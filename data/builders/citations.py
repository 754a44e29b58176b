"""What the facts quote: a citation without the names of the files that carried it here, and who published it."""
import re

from .common import Refused, refuse, reviewed


def basis_and_citation(text):
    """`general knowledge` and `source: …` of the facts -> (basis, citation)."""
    if text.startswith("general knowledge"):
        return "general_knowledge", ""
    if text.startswith("source:"):
        return "reported", public_citation(text.removeprefix("source:"))
    refuse("basis", None, f"neither a source nor general knowledge: {text!r}")


def public_citation(text):
    """A citation without the names of the files that carried it here."""
    for inner, public in (("sitelaag-ree", "company statements"), ("GTA via calvincj/Critical-Minerals-Tracker",
                          "Global Trade Alert"), ("GTA via calvincj", "Global Trade Alert"),
                          ("IEA policies via calvincj", "IEA policies database"),
                          ("Varcolacus data.json", "press"), ("; qennis README (Aug 1 2023)", ""),
                          ("; qennis README (Dec 1 2023)", "")):
        text = text.replace(inner, public)
    text = re.sub(r" \((docslib \d+|vdocument\.in)\)", "", text)
    return text.strip()


def published_by(citation):
    """The publications of a citation, `;` between them, as rows of citations.csv; refuses one that is not there.

    A remark that follows in brackets is told in the text of the notice or quota, not here.
    """
    known = reviewed("citations.csv", "said")
    found = []
    for part in citation.split("; "):
        row = known.get(part) or known.get(re.sub(r" \(.*\)$", "", part))
        if row is None:
            raise Refused(f"citations.csv: {part!r} is quoted and not described")
        found.append(row)
    return found
