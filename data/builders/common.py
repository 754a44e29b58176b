"""What every builder shares: reading, refusing, columns, licences, commodity names of the sources."""
import csv
import re
from decimal import Decimal, InvalidOperation
from pathlib import Path

# The day on which this project took the figures from the collection of public tables, not from the publishers: the
# manifest of the collection gives no day of its own (routes.py stops if it ever does).
RETRIEVED = "2026-11-22"

STATISTIC = (
    "measure commodity stage form substance mass_basis area partner subject period value qualifier unit basis note"
    " source licence retrieved"
).split()
SITE = (
    "site name country place lat lon point_precision point_source operator owners owners_basis status commodity stage form capacity"
    " capacity_unit substance mass_basis capacity_period process_status start basis note source licence retrieved"
).split()
NOTICE = (
    "notice date end_date type actors commodities stages affected title_en title_fr description_en description_fr"
    " confidence basis source licence retrieved"
).split()
SOURCE = "source series edition title publisher url licence attribution published published_basis retrieved".split()
COLUMNS = {"statistic": STATISTIC, "site": SITE, "notice": NOTICE, "source": SOURCE}

# Licences, by SPDX id where there is one.
USGS = "Public domain (US Government work)"
BGS = "OGL-UK-3.0"
CC_BY = "CC-BY-4.0"
ETALAB = "etalab-2.0"
NRCAN = "OGL-Canada-2.0"
IMF = "IMF data terms (attribution)"
FACTS = "Single facts (no licence needed)"
COMPANY = "Public figures of a company"
RECALLED = "None claimed (recalled figures, to be verified)"
ODBL = "ODbL-1.0"

# The families of the vocabulary and what their contained mass counts; graphite is weighed as it is.
SUBSTANCE = {
    "rare_earths": "REO", "lithium": "Li", "cobalt": "Co", "nickel": "Ni", "gallium": "Ga", "germanium": "Ge",
    "graphite_natural": "", "graphite_synthetic": "", "graphite": "",
}
# Minerals of the sources that are not (yet) in the vocabulary: left out on purpose.
OTHER_MINERALS = {"antimony", "manganese", "tungsten", "copper"}
ELEMENTS = {
    "La": "lanthanum", "Ce": "cerium", "Pr": "praseodymium", "Nd": "neodymium", "Sm": "samarium", "Eu": "europium",
    "Gd": "gadolinium", "Tb": "terbium", "Dy": "dysprosium", "Ho": "holmium", "Er": "erbium", "Tm": "thulium",
    "Yb": "ytterbium", "Lu": "lutetium", "Y": "yttrium", "Sc": "scandium",
}


class Refused(Exception):
    """Something in the facts that no rule covers. The message says where and what."""


def refuse(where, row, why):
    raise Refused(f"{where}: {why}: {dict(row) if row is not None else ''}")


def read(path):
    with open(path, newline="", encoding="utf-8-sig") as f:
        return list(csv.DictReader(f))


def reviewed(name, key):
    """A table of this folder that people read and mend: its rows by key; a key given twice is refused."""
    rows = read(Path(__file__).resolve().parent / name)
    by_key = {row[key]: row for row in rows}
    if len(by_key) != len(rows):
        raise Refused(f"{name}: a {key} given twice")
    return by_key


def write(path, columns, rows):
    path = Path(path)
    path.parent.mkdir(exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(columns)
        for row in rows:
            extra = set(row) - set(columns)
            if extra:
                raise Refused(f"{path.name}: unknown columns {sorted(extra)}")
            out.writerow([row.get(c, "") for c in columns])


def number(text, where="value"):
    """A decimal string as the contract wants it: no exponent, no separators, no useless zeros."""
    try:
        d = Decimal(str(text).strip())
    except InvalidOperation:
        raise Refused(f"{where}: not a number: {text!r}") from None
    if not d.is_finite():
        raise Refused(f"{where}: not finite: {text!r}")
    s = format(d, "f")
    return s.rstrip("0").rstrip(".") if "." in s else s


def slug(text):
    """A key: lower-case letters, digits and hyphens."""
    text = text.lower().translate(str.maketrans("àâäéèêëîïôöùûüçå", "aaaeeeeiioouuuca"))
    return re.sub(r"[^a-z0-9]+", "-", text.replace("’", "").replace("'", "")).strip("-")


def clip(text, limit=500):
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def statistic(source, licence, **cells):
    """One observation; a mass without a substance is a mass as weighed."""
    row = {"source": source, "licence": licence, "retrieved": RETRIEVED, "basis": "reported", **cells}
    row["note"] = clip(row.get("note", ""))
    return row


def mass(substance):
    return {"substance": substance, "mass_basis": "contained" if substance else "wet"}
