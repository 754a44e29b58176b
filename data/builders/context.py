"""Quotas, element shares, country indicators, recycling, and events."""
import re

from .common import (CC_BY, ELEMENTS, FACTS, RETRIEVED, USGS, clip, number, read, refuse, slug, statistic)

QUOTA_STAGES = {"mining": ("mine", "ore", ""), "separation": ("separation", "separated_oxide", ""),
                "export": ("separation", "compounds_and_metals", "export")}


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


def quotas_china(facts):
    rows = []
    for r in read(facts / "china_quotas.csv"):
        if r["kind"] not in QUOTA_STAGES:
            refuse("china_quotas", r, "unknown kind")
        if not r["tonnes_reo"]:
            continue
        stage, form, subject = QUOTA_STAGES[r["kind"]]
        basis, citation = basis_and_citation(r["basis"])
        if r["notes"].startswith("derived"):
            basis = "derived"
        note = "; ".join(p for p in (r["notes"], f"source: {citation}" if citation else "") if p)
        rows.append(statistic(
            f"cn-quotas-{r['year']}", FACTS, measure="quota", commodity="rare_earths", stage=stage, form=form,
            substance="REO", mass_basis="contained", area="CHN", subject=subject, period=r["year"],
            value=number(r["tonnes_reo"]), unit="t", basis=basis, note=note))
    return rows


def element_share_ree(facts):
    rows = []
    for r in read(facts / "ree_composition.csv"):
        if r["element"] not in ELEMENTS:
            refuse("ree_composition", r, "unknown element")
        recalled = r["basis"].startswith("general knowledge")
        if not recalled and "Lynas" not in r["basis"]:
            refuse("ree_composition", r, "unknown source")
        share = float(r["percent_of_TREO"])
        if not 0 <= share <= 100:
            refuse("ree_composition", r, "not a percentage")
        rows.append(statistic(
            "usgs-mybk-recalled" if recalled else "lynas-distribution-2009",
            USGS if recalled else "Public figures of a company", measure="element_share",
            commodity=ELEMENTS[r["element"]], area=r["iso3"], subject=r["deposit"].replace(" (Lynas distribution)", ""),
            period="2009", value=number(r["percent_of_TREO"]), unit="percent",
            basis="general_knowledge" if recalled else "reported",
            note=f"mineral: {r['mineral_type']}; as published, not normalised to 100; the period is nominal"
                 + ("; recalled from a USGS Minerals Yearbook table, to be verified" if recalled else "")))
    return rows


WGI = {"va": "voice and accountability", "pv": "political stability", "ge": "government effectiveness",
       "rq": "regulatory quality", "rl": "rule of law", "cc": "control of corruption"}
WGI_FIRST_YEAR = 2010


def indicators_wgi(facts):
    rows = []
    for r in read(facts / "wgi_estimates_1996_2022.csv"):
        if int(r["year"]) < WGI_FIRST_YEAR:
            continue
        for key, note in WGI.items():
            if r[key]:
                rows.append(indicator(r, f"wgi_{key}", r[key], "reported", note))
        if r["mean6"]:
            count = sum(1 for key in WGI if r[key])
            rows.append(indicator(r, "wgi_mean", r["mean6"], "derived", f"mean of {count} of the six estimates"))
    return rows


def indicator(r, subject, value, basis, note):
    return statistic("wb-wgi-2023", CC_BY, measure="indicator", area=r["iso3"], subject=subject, period=r["year"],
                     value=number(value), unit="index", basis=basis, note=note)


# material of the EU table -> commodity, note
EU_MATERIALS = {
    "magnets": ("rare_earths", "permanent magnets"), "lithium": ("lithium", ""), "cobalt": ("cobalt", ""),
    "nickel": ("nickel", ""), "graphite": ("graphite_natural", ""), "gallium": ("gallium", ""),
    "germanium": ("germanium", ""),
}


def recycling_eu(facts):
    rows, seen = [], set()
    for r in read(facts / "recycling_substitution_eu_crm2023.csv"):
        if r["material"] not in EU_MATERIALS:
            continue
        seen.add(r["material"])
        commodity, note = EU_MATERIALS[r["material"]]
        rows.append(statistic(
            "eu-crm-2023", CC_BY, measure="recycling_rate", commodity=commodity, area="EU", period="2023",
            value=number(r["eol_rir_percent"]), unit="percent", note=note))
        if r["material"] != "magnets":
            rows.append(statistic(
                "nassar-2015", FACTS, measure="by_product_share", commodity=commodity, area="WLD", period="2008",
                value=number(r["companionality_percent"]), unit="percent", basis="estimated",
                note="share of world primary production that is a by-product"
                     + (f" of {r['host_metals'].replace('; ', ', ')}" if r["host_metals"] else "")))
    if seen != set(EU_MATERIALS):
        refuse("recycling_substitution_eu_crm2023", None, f"missing {set(EU_MATERIALS) - seen}")
    return rows


ACTORS = {"China": "CHN", "DR Congo": "COD", "Indonesia": "IDN", "WTO": "", "MP Materials": "USA", "Molycorp": "USA",
          "Myanmar": "MMR", "Japan": "JPN", "USA": "USA", "EU": "", "Burundi": "BDI", "Russia": "RUS", "LME": "GBR",
          "KIO/KIA": "MMR"}
EVENT_MINERALS = {
    "rare_earths": ["rare_earths"], "rare_earths_heavy": ["hree"], "cobalt": ["cobalt"], "nickel": ["nickel"],
    "gallium": ["gallium"], "germanium": ["germanium"], "graphite": ["graphite_natural", "graphite_synthetic"],
    "graphite_anode": ["graphite"], "li_batteries": ["lithium"],
    **{e: [e] for e in ELEMENTS.values()},
}
# Not in the vocabulary: such a mineral is left out, and an event of none but these is left out.
EVENT_OTHERS = {"copper", "palladium", "antimony", "tungsten", "molybdenum", "tellurium", "bismuth", "indium"}
AFFECTED = {"world": "WLD", "China": "CHN"}
CONFIDENCE = {"high": ("high", ""), "medium": ("medium", ""), "date medium": ("medium", "Date uncertain."),
              "day approximate": ("medium", "Day approximate."), "date approximate": ("medium", "Date approximate."),
              "end date approximate": ("medium", "End date approximate.")}
# What the event stopped or changed, where that is one part of the chain: (date, first actor) -> stages.
EVENT_STAGES = {
    ("2014-01-12", "Indonesia"): "mine", ("2017-02-01", "Indonesia"): "mine", ("2020-01-01", "Indonesia"): "mine",
    ("2015-10-01", "Molycorp"): "mine;separation", ("2018-01-15", "MP Materials"): "mine",
    ("2021-02-01", "Myanmar"): "mine", ("2021-04-12", "Burundi"): "concentration",
    ("2021-05-28", "DR Congo"): "concentration", ("2023-07-03", "China"): "refining",
    ("2023-08-01", "China"): "refining", ("2023-12-21", "China"): "separation;metal;magnet",
    ("2024-10-19", "Myanmar"): "mine", ("2024-11-12", "KIO/KIA"): "mine",
    ("2025-02-22", "DR Congo"): "intermediate", ("2025-04-04", "China"): "separation;metal;alloy;magnet",
    ("2025-04-17", "MP Materials"): "concentration", ("2025-07-10", "USA"): "separation;magnet",
    ("2025-09-20", "DR Congo"): "intermediate", ("2026-01-21", "DR Congo"): "intermediate",
}


def commodities_of(r):
    found = []
    for mineral in r["minerals"].split(";"):
        if mineral not in EVENT_MINERALS and mineral not in EVENT_OTHERS:
            refuse("events", r, f"unknown mineral {mineral}")
        found.extend(c for c in EVENT_MINERALS.get(mineral, []) if c not in found)
    return found


def headline(text):
    """The first clause of a description."""
    for mark in (";", " ("):
        text = text.split(mark)[0]
    return clip(text, 100)


def notices(facts):
    rows, keys = [], set()
    for r in read(facts / "events.csv"):
        commodities = commodities_of(r)
        if not commodities:
            continue
        unknown = [a for a in r["actor"].split(";") if a not in ACTORS]
        if unknown or r["confidence"] not in CONFIDENCE:
            refuse("events", r, f"unknown actor or confidence {unknown}")
        actors = [ACTORS[a] for a in r["actor"].split(";") if ACTORS[a]]
        affected = [AFFECTED.get(a.strip(), a.strip()) for a in r["affected"].split(";")]
        confidence, doubt = CONFIDENCE[r["confidence"]]
        basis, citation = basis_and_citation(r["basis"])
        key = "-".join([r["date"], slug(actors[0] if actors else r["actor"]), slug(r["type"])])
        if key in keys:
            key += "-" + slug(commodities[0])
        keys.add(key)
        told = [r["description"].rstrip(".") + ".", doubt, f"By {r['actor'].replace(';', ', ')}.",
                f"Source: {citation}." if citation else ""]
        rows.append({
            "notice": key, "date": r["date"], "end_date": r["end_date"], "type": r["type"], "actors": ";".join(actors),
            "commodities": ";".join(commodities), "stages": EVENT_STAGES.get((r["date"], r["actor"].split(";")[0]), ""),
            "affected": ";".join(affected), "title": headline(r["description"]),
            "description": clip(" ".join(t for t in told if t)), "confidence": confidence, "basis": basis,
            "source": "ev-" + key, "licence": FACTS, "retrieved": RETRIEVED})
    return rows
