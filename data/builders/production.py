"""Production and reserves: USGS, BGS, IEA."""
from decimal import Decimal
from itertools import combinations

from .common import (BGS, CC_BY, OTHER_MINERALS, SUBSTANCE, USGS, mass, number, read, refuse, statistic)

USGS_SOURCES = {"USGS MCS 2025": "usgs-mcs-2025", "USGS MCS 2026": "usgs-mcs-2026"}
USGS_UNITS = {"metric tons": "t", "kilograms": "kg"}
# USGS chapter -> commodity, stage, form of its world table.
USGS_WORLD = {
    "rare_earths": ("rare_earths", "mine", "ore"), "lithium": ("lithium", "mine", "ore"),
    "cobalt": ("cobalt", "mine", "ore"), "nickel": ("nickel", "mine", "ore"),
    "graphite": ("graphite_natural", "mine", "concentrate"), "gallium": ("gallium", "primary", "crude"),
}
WORLD_STATISTICS = ("Mine production", "Primary production")
# Where a country's figure is withheld (W): told on the world's row and on those of the members that have one.
WITHHELD = {"lithium": "the production of the United States is withheld by the source and is in no row and no total"}
TOLD_ON = {"WLD", "CAN", "DEU", "FRA", "GBR", "ITA", "JPN"}


def production_usgs(facts):
    rows = []
    for r in read(facts / "mine_production_usgs.csv"):
        if r["mineral"] in OTHER_MINERALS:
            continue
        if r["mineral"] not in USGS_WORLD or not r["statistic"].startswith(WORLD_STATISTICS):
            refuse("mine_production_usgs", r, "unknown mineral or statistic")
        commodity, stage, form = USGS_WORLD[r["mineral"]]
        total = r["iso3"] == "WLD"
        rows.append(statistic(
            USGS_SOURCES[r["source"]], USGS, measure="production", commodity=commodity, stage=stage, form=form,
            **mass(SUBSTANCE[commodity]), area=r["iso3"], period=r["year"], value=number(r["quantity"]),
            qualifier="rounded" if total else "", unit=USGS_UNITS[r["unit"]],
            basis="estimated" if r["flag"] == "estimated" or "estimated" in r["statistic"] else "reported",
            note="; ".join(part for part in (
                "world total rounded by the source" if total else "",
                "countries the source does not list one by one" if r["iso3"] == "OTH" else "",
                WITHHELD.get(commodity, "") if r["iso3"] in TOLD_ON else "") if part)))
        if r["flag"] not in ("", "estimated"):
            refuse("mine_production_usgs", r, "unknown flag")
    return rows


def reserves_usgs(facts):
    rows = []
    for r in read(facts / "reserves_usgs_2024.csv"):
        if r["mineral"] in OTHER_MINERALS:
            continue
        if r["mineral"] not in USGS_WORLD or r["qualifier"] not in ("", "at least"):
            refuse("reserves_usgs_2024", r, "unknown mineral or qualifier")
        commodity = USGS_WORLD[r["mineral"]][0]
        rounded = "rounded" if r["iso3"] == "WLD" else ""
        rows.append(statistic(
            USGS_SOURCES[r["source"]], USGS, measure="reserves", commodity=commodity, stage="mine", form="ore",
            **mass(SUBSTANCE[commodity]), area=r["iso3"], period=r["edition_year"], value=number(r["reserves"]),
            qualifier="at_least" if r["qualifier"] else rounded, unit=USGS_UNITS[r["unit"]], basis="estimated",
            note=r["notes"]))
    return rows


BGS_SOURCE = "bgs-wms-2024"
BGS_FIRST_YEAR = 1994
BGS_AREAS = {"1A0": "XKX"}
# (mineral, sub-commodity) -> commodity, stage, form. One form a mineral; the rest is BGS_LEFT_OUT.
BGS_FORMS = {
    ("rare_earths", "rare earth oxides"): ("rare_earths", "mine", "ore"),
    ("cobalt", "cobalt, mine"): ("cobalt", "mine", "ore"),
    ("cobalt", "cobalt, refined"): ("cobalt", "refining", "refined"),
    ("nickel", "nickel, mine"): ("nickel", "mine", "ore"),
    ("nickel", "nickel, smelter/refinery"): ("nickel", "refining", "refined"),
    ("graphite", "graphite"): ("graphite_natural", "mine", "concentrate"),
    ("gallium", "gallium, primary"): ("gallium", "primary", "crude"),
    ("germanium", "germanium metal"): ("germanium", "refining", "refined"),
}
BGS_LEFT_OUT = {
    ("rare_earths", f) for f in ("Bastnaesite", "Loparite", "Monazite", "Xenotime", "rare earth minerals")
} | {("nickel", "Sulfate")}
LITHIUM_CONTENT = {
    "Lithium minerals (Carbonate -Li content)", "Lithium minerals (Chloride -Li content)",
    "Lithium minerals (Li content)", "Spodumene (Li content)", "Lepidolite (Li content)",
}
LITHIUM_GROSS = {
    "Amblygonite", "Carbonate", "Chloride", "Lepidolite", "Petalite", "Spodumene", "lithium minerals",
    "Lithium minerals (hydroxide)",
}
LITHIUM_FIRST_YEAR = 2012
# Where a country reports hydroxide, `Lithium minerals (Li content)` is that hydroxide's lithium. It was made from the
# carbonate (Chile) or the spodumene (Australia) that stands in the table already, so it would count twice.
HYDROXIDE_COUNTRIES = {"AUS", "CHL", "FRA"}
# Chile 2012-13: the printed lithium is smaller by a factor of 5.3 than the printed tonnes of carbonate allow (the
# factor was applied twice). It is computed from the tonnes: 2 Li in Li2CO3, Li in LiCl.
CHILE_WRONG_YEARS = {"2012", "2013"}
LI_IN_CARBONATE, LI_IN_CHLORIDE = Decimal("0.18785"), Decimal("0.16372")


def bgs_note(flag):
    """BGS footnotes -> (basis, note). `Estimates.` is the basis; the others are told."""
    parts = [p.strip() for p in flag.split("|") if p.strip()]
    basis = "estimated" if "Estimates." in parts else "reported"
    return basis, " ".join(p for p in parts if p != "Estimates.")


def production_bgs(facts):
    rows, lithium = [], {}
    for r in read(facts / "mine_refined_production_bgs.csv"):
        key = (r["mineral"], r["form_basis"])
        if r["mineral"] in OTHER_MINERALS or int(r["year"]) < BGS_FIRST_YEAR or key in BGS_LEFT_OUT:
            continue
        if r["mineral"] == "lithium":
            if r["form_basis"] not in LITHIUM_CONTENT | LITHIUM_GROSS:
                refuse("mine_refined_production_bgs", r, "unknown lithium form")
            lithium.setdefault((r["iso3"], r["year"]), {})[r["form_basis"]] = r
            continue
        if key not in BGS_FORMS or not r["unit"].startswith("tonnes") or not r["iso3"]:
            refuse("mine_refined_production_bgs", r, "unknown form, unit or country")
        commodity, stage, form = BGS_FORMS[key]
        basis, note = bgs_note(r["flag"])
        rows.append(bgs_row(commodity, stage, form, r["iso3"], r["year"], number(r["quantity"]), basis, note))
    for (iso3, year), forms in sorted(lithium.items()):
        if int(year) >= LITHIUM_FIRST_YEAR:
            rows.extend(bgs_lithium(iso3, year, forms))
    return sorted(rows, key=lambda r: (r["commodity"], r["stage"], r["area"], r["period"]))


def bgs_row(commodity, stage, form, iso3, year, value, basis, note):
    return statistic(BGS_SOURCE, BGS, measure="production", commodity=commodity, stage=stage, form=form,
                     **mass(SUBSTANCE[commodity]), area=BGS_AREAS.get(iso3, iso3), period=year, value=value, unit="t",
                     basis=basis, note=note)


def bgs_lithium(iso3, year, forms):
    """Lithium of one country and year: the sum of its forms' lithium content, none of them counted twice."""
    if iso3 == "CHL" and year in CHILE_WRONG_YEARS:
        value = (Decimal(forms["Carbonate"]["quantity"]) * LI_IN_CARBONATE
                 + Decimal(forms["Chloride"]["quantity"]) * LI_IN_CHLORIDE).quantize(Decimal(1))
        return [bgs_row("lithium", "mine", "ore", iso3, year, number(value), "derived",
                        "computed from the published tonnes of carbonate and chloride: the published lithium content "
                        "of this year is too small by a factor of 5.3")]
    used = {f: r for f, r in forms.items() if f in LITHIUM_CONTENT}
    if iso3 in HYDROXIDE_COUNTRIES:
        used.pop("Lithium minerals (Li content)", None)
    if not used:
        return []
    bases, notes = zip(*(bgs_note(r["flag"]) for r in used.values()))
    counted = [f for f, r in used.items() if Decimal(r["quantity"])]
    basis = "derived" if len(counted) > 1 else "estimated" if "estimated" in bases else "reported"
    note = "sum of " + " + ".join(sorted(counted)) + ". " if len(counted) > 1 else ""
    value = sum(Decimal(r["quantity"]) for r in used.values())
    return [bgs_row("lithium", "mine", "ore", iso3, year, number(value), basis,
                    note + " ".join(sorted({n for n in notes if n})))]


IEA_SOURCE = "iea-cmde-2025"
IEA_BY_NAME = {"Democratic Republic of Congo": "COD"}
IEA_FORMS = {
    ("cobalt", "mining"): ("cobalt", "mine", "ore", "Co"),
    ("cobalt", "refining"): ("cobalt", "refining", "refined", "Co"),
    ("lithium", "mining"): ("lithium", "mine", "ore", "Li"),
    ("lithium", "refining"): ("lithium", "chemical", "chemicals", "Li"),
    ("nickel", "mining"): ("nickel", "mine", "ore", "Ni"),
    ("nickel", "refining"): ("nickel", "refining", "refined", "Ni"),
    ("graphite", "mining"): ("graphite_natural", "mine", "concentrate", ""),
    ("graphite", "refining"): ("graphite", "anode", "anode_material", ""),
    ("magnet_rare_earths", "mining"): ("magnet_rare_earths", "mine", "ore", "REE"),
    ("magnet_rare_earths", "refining"): ("magnet_rare_earths", "separation", "separated_oxide", "REE"),
}
IEA_NOTES = {
    "magnet_rare_earths": "Nd, Pr, Dy and Tb together; taken as mass of the elements, the source's copy does not say",
    "graphite": "battery-grade graphite, natural and synthetic: more than the natural graphite mined",
}
IEA_ACTUAL, IEA_PROJECTED = {"2024"}, {"2030", "2035", "2040"}


def iea_double_counts(supply):
    """(mineral, stage, year) -> the country that the remainder counts although it is listed by itself.

    Where a country outside the source's first ones was added by hand, its figure stays in `ROW` too: the sum of the
    rows is larger than the world by exactly that country.
    """
    groups, found = {}, {}
    for r in supply:
        groups.setdefault((r["mineral"], r["stage"], r["year"]), {})[r["iso3"] or r["country"]] = Decimal(r["kt"])
    for key, values in groups.items():
        countries = {k: v for k, v in values.items() if k not in ("WLD", "ROW")}
        excess = sum(countries.values()) + values["ROW"] - values["WLD"]
        if abs(excess) < Decimal("0.01"):
            continue
        twice = [k for k, v in countries.items() if abs(v - excess) < Decimal("0.01")]
        twice = twice or [" and ".join(pair) for pair in combinations(sorted(countries), 2)
                          if abs(sum(countries[k] for k in pair) - excess) < Decimal("0.01")]
        if len(twice) != 1:
            refuse("iea_supply_by_country", None, f"{key}: the rows exceed the world by {excess}, by no one country")
        found[key] = (twice[0], excess)
    return found


def refining_iea(facts):
    rows = []
    supply = read(facts / "iea_supply_by_country.csv")
    double = iea_double_counts([r for r in supply if r["mineral"] not in OTHER_MINERALS])
    for r in supply:
        if r["mineral"] in OTHER_MINERALS:
            continue
        area = r["iso3"] or IEA_BY_NAME.get(r["country"])
        form = IEA_FORMS.get((r["mineral"], r["stage"]))
        if not area or not form or r["year"] not in IEA_ACTUAL | IEA_PROJECTED:
            refuse("iea_supply_by_country", r, "unknown area, stage or year")
        commodity, stage, form, substance = form
        note = IEA_NOTES.get(commodity, "")
        if r["year"] in IEA_PROJECTED:
            note = f"base case. {note}".strip()
        value = Decimal(r["kt"])
        key = (r["mineral"], r["stage"], r["year"])
        if area == "ROW" and key in double:
            value -= double[key][1]
            note = f"without {double[key][0]}, which the source counts here a second time. {note}".strip()
        rows.append(statistic(
            IEA_SOURCE, CC_BY, measure="production", commodity=commodity, stage=stage, form=form, **mass(substance),
            area=area, period=r["year"], value=number(value), unit="kt",
            basis="projected" if r["year"] in IEA_PROJECTED else "estimated", note=note))
    return rows


# mineral of the demand table -> commodity, substance
IEA_DEMAND = {
    "cobalt": ("cobalt", "Co"), "lithium": ("lithium", "Li"), "nickel": ("nickel", "Ni"),
    "graphite": ("graphite", ""), "neodymium": ("neodymium", "Nd"), "praseodymium": ("praseodymium", "Pr"),
    "dysprosium": ("dysprosium", "Dy"), "terbium": ("terbium", "Tb"), "yttrium": ("yttrium", "Y"),
    "lanthanum": ("lanthanum", "La"),
    "magnet_rare_earths": ("magnet_rare_earths", "REE"),
}
IEA_SCENARIOS = {"base": "2024", "STEPS": "stated policies", "APS": "announced pledges", "NZE": "net zero"}


def demand_iea(facts):
    rows = []
    for r in read(facts / "iea_demand_scenarios.csv"):
        if r["mineral"] in OTHER_MINERALS:
            continue
        if r["mineral"] not in IEA_DEMAND or r["scenario"] not in IEA_SCENARIOS:
            refuse("iea_demand_scenarios", r, "unknown mineral or scenario")
        commodity, substance = IEA_DEMAND[r["mineral"]]
        now = r["scenario"] == "base"
        sector = r["sector"].replace("_", " ").lower()
        rows.append(statistic(
            IEA_SOURCE, CC_BY, measure="demand", commodity=commodity, stage="end_use", **mass(substance), area="WLD",
            subject=sector if now else f"{sector}, {r['scenario']}", period=r["year"], value=number(r["kt"]), unit="kt",
            basis="estimated" if now else "projected",
            note="" if now else f"scenario: {IEA_SCENARIOS[r['scenario']]}"))
    return rows
