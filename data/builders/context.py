"""Quotas, element shares, country indicators and recycling."""
from pathlib import Path

from .citations import basis_and_citation
from .common import CC_BY, COMPANY, ELEMENTS, FACTS, RECALLED, Refused, number, read, refuse, statistic

QUOTA_STAGES = {"mining": ("mine", "ore", ""), "separation": ("separation", "separated_oxide", ""),
                "export": ("separation", "compounds_and_metals", "export")}


# Reports of quotas that were looked up for figures which the collected table has as recalled, and recalled figures that
# it lacks (no report).
QUOTA_REPORTS = Path(__file__).resolve().parent / "quota_reports.csv"


def quota_facts(facts):
    """The collected quotas with what `quota_reports.csv` adds, by year; a report of another figure is refused."""
    rows = read(facts / "china_quotas.csv")
    by_key = {(r["year"], r["kind"]): r for r in rows}
    for report in read(QUOTA_REPORTS):
        basis = f"source:{report['said']}" if report["said"] else "general knowledge"
        fact = by_key.get((report["year"], report["kind"]))
        if fact is None or not fact["tonnes_reo"]:
            rows = [r for r in rows if r is not fact]
            rows.append(dict(year=report["year"], kind=report["kind"], tonnes_reo=report["tonnes_reo"], basis=basis,
                             notes=""))
        elif number(fact["tonnes_reo"]) != number(report["tonnes_reo"]) or not fact["basis"].startswith("general"):
            raise Refused(f"quota_reports.csv: {report} where the facts have {fact}")
        else:
            fact["basis"] = basis
    return sorted(rows, key=lambda r: int(r["year"]))


def quotas_china(facts):
    rows = []
    for r in quota_facts(facts):
        if r["kind"] not in QUOTA_STAGES:
            refuse("china_quotas", r, "unknown kind")
        if not r["tonnes_reo"]:
            continue
        stage, form, subject = QUOTA_STAGES[r["kind"]]
        basis, citation = basis_and_citation(r["basis"])
        if r["notes"].startswith("derived"):
            basis = "derived"
        note = "; ".join(p for p in (r["notes"], f"source: {citation}" if citation else "") if p)
        # What nobody fetched is an edition of its own: it has another licence line and no report to name.
        key = f"cn-quotas-{r['year']}"
        source, licence = (key, FACTS) if citation else (f"{key}-recalled", RECALLED)
        rows.append(statistic(
            source, licence, measure="quota", commodity="rare_earths", stage=stage, form=form,
            substance="REO", mass_basis="contained", area="CHN", subject=subject, period=r["year"],
            value=number(r["tonnes_reo"]), unit="t", basis=basis, note=note))
    return rows


def quotas_cited(facts):
    """Key of each year's source -> what is quoted for it, one report after another."""
    quoted = {}
    for r in quota_facts(facts):
        _, citation = basis_and_citation(r["basis"])
        if citation:
            quoted.setdefault(f"cn-quotas-{r['year']}", {})[citation] = None
    return {key: "; ".join(citations) for key, citations in quoted.items()}


def looked_up():
    """The reports of quotas that stand in `quota_reports.csv` and not in the collected tables."""
    return {report["said"] for report in read(QUOTA_REPORTS)} - {""}


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
            RECALLED if recalled else COMPANY, measure="element_share",
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
