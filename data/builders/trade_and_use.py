"""Trade, imports and exports, consumption, stocks, prices."""
from .common import (COMPANY, ETALAB, IMF, OTHER_MINERALS, USGS, Refused, mass, number, read, refuse, statistic)

BACI_SOURCE = "cepii-baci-202601"
BACI_LEAST_USD = 100_000
# hs -> commodity, stage, form; the same as the vocabulary's hs_codes.csv, which --check compares.
BACI_CODES = {
    "850511": ("rare_earths", "magnet", "magnet"), "250490": ("graphite_natural", "mine", "concentrate"),
    "282200": ("cobalt", "intermediate", "intermediate_hydroxide"), "283691": ("lithium", "chemical", "carbonate"),
    "750210": ("nickel", "refining", "class1"), "811292": ("gallium", "refining", "refined"),
}
BACI_NOTES = {
    "850511": "all permanent magnets of metal, wider than NdFeB",
    "811292": "gallium, germanium, indium, niobium, vanadium and others together",
    "250490": "graphite other than powder and flake: the minor code",
}


def trade_baci(facts):
    rows = []
    for r in read(facts / "trade_bilateral_baci.csv"):
        if r["hs6"] not in BACI_CODES or r["qty_t"]:
            refuse("trade_bilateral_baci", r, "unknown code, or a quantity where there was none before")
        if float(r["value_usd"]) < BACI_LEAST_USD:
            continue
        commodity, stage, form = BACI_CODES[r["hs6"]]
        rows.append(statistic(
            BACI_SOURCE, ETALAB, measure="trade", commodity=commodity, stage=stage, form=form,
            area=r["exporter_iso3"], partner=r["importer_iso3"], subject=r["hs6"], period=r["year"],
            value=number(r["value_usd"]), unit="usd", basis="derived", note=BACI_NOTES.get(r["hs6"], "")))
    return sorted(rows, key=lambda r: (r["subject"], r["period"], r["area"], r["partner"]))


# Two tables, because one would be larger than a file of the repository may be.
def trade_baci_2002_2011(facts):
    return [row for row in trade_baci(facts) if row["period"] <= "2011"]


def trade_baci_2012_2022(facts):
    return [row for row in trade_baci(facts) if row["period"] > "2011"]


OUR_CHAPTERS = {
    "rare_earths", "rare_earths_heavy", "scandium", "yttrium", "lithium", "cobalt", "nickel", "graphite", "gallium",
    "germanium",
}
OTHER_CHAPTERS = {"antimony", "tungsten", "manganese"}
# material of the USGS table -> commodity, stage, form
IMPORT_MATERIALS = {
    "Metal, oxide, and salts": ("cobalt", "refining", "refined"),
    "Metal": ("gallium", "refining", "metal"),
    "Germanium metal": ("germanium", "refining", "metal"),
    "Germanium dioxide (Ge content)": ("germanium", "refining", "oxide"),
    "Combined total": ("germanium", "refining", "refined"),
    "Primary nickel": ("nickel", "refining", "refined"),
    "Nickel-containing scrap, including nickel content of stainless-steel scrap": ("nickel", "recycling", "scrap"),
    "Rare-earth compounds and metals": ("rare_earths", "separation", "compounds_and_metals"),
}
IMPORT_ALL = {"Graphite (Natural)": ("graphite_natural", "mine", "concentrate"), "Lithium": ("lithium", "", ""),
              "Scandium": ("scandium", "", ""), "Yttrium": ("yttrium", "", "")}
HEAVY = {"Terbium", "Holmium", "Erbium", "Ytterbium", "Lutetium"}


def us_import_sources(facts):
    rows = []
    for r in read(facts / "us_import_sources_usgs.csv"):
        if r["chapter"] in OTHER_CHAPTERS:
            continue
        if r["material"] in IMPORT_MATERIALS:
            what = IMPORT_MATERIALS[r["material"]]
        elif r["material"] == "All" and r["commodity"] in IMPORT_ALL:
            what = IMPORT_ALL[r["commodity"]]
        elif r["commodity"] in HEAVY and r["material"] == f"{r['commodity']} compounds and metals":
            what = (r["commodity"].lower(), "separation", "compounds_and_metals")
        else:
            refuse("us_import_sources_usgs", r, "unknown material")
        if r["period"] != "2021-2024":
            refuse("us_import_sources_usgs", r, "unknown period")
        rows.append(statistic(
            "usgs-mcs-2026", USGS, measure="import_share", commodity=what[0], stage=what[1], form=what[2], area="USA",
            subject=r["iso3"], period="2024", value=number(r["share_percent"]), unit="percent",
            note=f"share of United States imports of {r['commodity'].lower()} ({r['material'].lower()}) that came from "
                 "the country in `subject`, average of 2021-24"))
    return rows


T, KG, PCT = "metric tons", "kilograms", "percent"
# (commodity, detail) -> measure, commodity, stage, form, substance, subject
SALIENT = {
    ("Cobalt", "Production: Secondary"): ("production", "cobalt", "recycling", "scrap", "Co", ""),
    ("Cobalt", "Imports for consumption"): ("imports", "cobalt", "refining", "refined", "Co", ""),
    ("Cobalt", "Exports"): ("exports", "cobalt", "refining", "refined", "Co", ""),
    ("Cobalt", "Consumption (includes secondary): Estimated"):
        ("consumption", "cobalt", "refining", "refined", "Co", "estimated, secondary included"),
    ("Cobalt", "Consumption (includes secondary): Apparent"):
        ("consumption", "cobalt", "refining", "refined", "Co", "apparent, secondary included"),
    ("Cobalt", "Stocks, yearend: Industry"): ("stocks", "cobalt", "refining", "refined", "Co", "industry"),
    ("Cobalt", "Stocks, yearend: LME, U.S. warehouse"): ("stocks", "cobalt", "refining", "metal", "Co", "LME"),
    ("Gallium", "Imports for consumption: Metal"): ("imports", "gallium", "refining", "metal", "Ga", ""),
    ("Gallium", "Imports for consumption: Gallium arsenide wafers (gross weight)"):
        ("imports", "gallium", "component", "component", "", "gallium arsenide wafers"),
    ("Gallium", "Consumption, reported"): ("consumption", "gallium", "refining", "refined", "Ga", "reported"),
    ("Gallium", "Stocks, consumer, yearend"): ("stocks", "gallium", "refining", "refined", "Ga", "consumer"),
    ("Germanium", "Imports for consumption: Germanium metal"): ("imports", "germanium", "refining", "metal", "Ge", ""),
    ("Germanium", "Imports for consumption: Germanium dioxide"):
        ("imports", "germanium", "refining", "oxide", "Ge", ""),
    ("Germanium", "Imports for consumption: Germanium tetrachloride"):
        ("imports", "germanium", "refining", "chloride", "Ge", ""),
    ("Germanium", "Exports: Germanium metal"): ("exports", "germanium", "refining", "metal", "Ge", ""),
    ("Germanium", "Exports: Germanium dioxide"): ("exports", "germanium", "refining", "oxide", "Ge", ""),
    ("Germanium", "Exports: Germanium tetrachloride"): ("exports", "germanium", "refining", "chloride", "Ge", ""),
    ("Germanium", "Consumption, estimated"): ("consumption", "germanium", "refining", "refined", "Ge", "estimated"),
    ("Graphite (Natural)", "Imports for consumption"): ("imports", "graphite_natural", "mine", "concentrate", "", ""),
    ("Graphite (Natural)", "Exports"): ("exports", "graphite_natural", "mine", "concentrate", "", ""),
    ("Graphite (Natural)", "Consumption, apparent"):
        ("consumption", "graphite_natural", "mine", "concentrate", "", "apparent"),
    ("Lithium", "Imports for consumption"): ("imports", "lithium", "chemical", "chemicals", "Li", ""),
    ("Lithium", "Exports"): ("exports", "lithium", "chemical", "chemicals", "Li", ""),
    ("Lithium", "Consumption, apparent"): ("consumption", "lithium", "chemical", "chemicals", "Li", "apparent"),
    ("Nickel", "Imports: Ores and concentrates"): ("imports", "nickel", "mine", "concentrate", "Ni", ""),
    ("Nickel", "Imports: Primary"): ("imports", "nickel", "refining", "refined", "Ni", ""),
    ("Nickel", "Imports: Secondary"): ("imports", "nickel", "recycling", "scrap", "Ni", ""),
    ("Nickel", "Exports: Ores and concentrates"): ("exports", "nickel", "mine", "concentrate", "Ni", ""),
    ("Nickel", "Exports: Primary"): ("exports", "nickel", "refining", "refined", "Ni", ""),
    ("Nickel", "Exports: Secondary"): ("exports", "nickel", "recycling", "scrap", "Ni", ""),
    ("Nickel", "Consumption: Reported, primary"):
        ("consumption", "nickel", "refining", "refined", "Ni", "reported, primary"),
    ("Nickel", "Consumption: Reported, secondary, purchased scrap"):
        ("consumption", "nickel", "recycling", "scrap", "Ni", "reported, purchased scrap"),
    ("Nickel", "Consumption: Apparent, primary"):
        ("consumption", "nickel", "refining", "refined", "Ni", "apparent, primary"),
    ("Nickel", "Consumption: Apparent, total"):
        ("consumption", "nickel", "", "", "Ni", "apparent, total with scrap"),
    ("Nickel", "Stocks, yearend: Consumer"): ("stocks", "nickel", "refining", "refined", "Ni", "consumer"),
    ("Nickel", "Stocks, yearend: LME U.S. warehouses"): ("stocks", "nickel", "refining", "class1", "Ni", "LME"),
    ("Rare Earths", "Imports: Compounds"): ("imports", "rare_earths", "separation", "separated_oxide", "REO", ""),
    ("Rare Earths", "Imports: Metals: Ferrocerium, alloys"): ("imports", "rare_earths", "alloy", "alloy", "REO", ""),
    ("Rare Earths", "Imports: Metals: Rare-earth metals and alloys"):
        ("imports", "rare_earths", "metal", "metal", "REO", ""),
    ("Rare Earths", "Exports: Ores and compounds"):
        ("exports", "rare_earths", "concentration", "concentrate", "REO", "ores and compounds"),
    ("Rare Earths", "Exports: Metals: Ferrocerium, alloys"): ("exports", "rare_earths", "alloy", "alloy", "REO", ""),
    ("Rare Earths", "Exports: Metals: Rare-earth metals and alloys"):
        ("exports", "rare_earths", "metal", "metal", "REO", ""),
    ("Rare Earths", "Consumption, apparent, compounds and metals"):
        ("consumption", "rare_earths", "separation", "compounds_and_metals", "REO", "apparent"),
    ("Rare Earths (Heavy)", "Imports, compounds and metals"):
        ("imports", "hree", "separation", "compounds_and_metals", "REO", ""),
    ("Scandium", "Imports, scandium oxide"): ("imports", "scandium", "separation", "separated_oxide", "Sc2O3", ""),
    ("Yttrium", "Imports for consumption, yttrium, alloys, compounds, and metal"):
        ("imports", "yttrium", "separation", "compounds_and_metals", "Y2O3", ""),
    ("Yttrium", "Exports, compounds"): ("exports", "yttrium", "separation", "separated_oxide", "Y2O3", ""),
    ("Yttrium", "Consumption, apparent"): ("consumption", "yttrium", "separation", "compounds_and_metals", "Y2O3",
                                           "apparent"),
}
RELIANCE = {
    "Cobalt": ("cobalt", ""), "Gallium": ("gallium", ""), "Germanium": ("germanium", ""),
    "Graphite (Natural)": ("graphite_natural", ""), "Lithium": ("lithium", ""), "Nickel": ("nickel", ""),
    "Rare Earths (Heavy)": ("hree", ""), "Scandium": ("scandium", ""), "Yttrium": ("yttrium", ""),
}
# (commodity, detail) -> commodity, stage, form, grade. Rare-earth prices are in prices_ree_annual.csv.
SALIENT_PRICES = {
    ("Cobalt", "U.S. spot, cathode"): ("cobalt", "refining", "metal", "US spot, cathode"),
    ("Cobalt", "London Metal Exchange (LME), cash"): ("cobalt", "refining", "metal", "LME cash"),
    ("Gallium", "Price, average unit value of imports, dollars per kilogram"):
        ("gallium", "refining", "metal", "unit value of US imports"),
    ("Germanium", "Germanium metal"): ("germanium", "refining", "metal", "metal 99.999 %, Europe"),
    ("Germanium", "Germanium dioxide"): ("germanium", "refining", "oxide", "dioxide 99.999 %, Europe"),
    ("Graphite (Natural)", "Flake"): ("graphite_natural", "mine", "concentrate", "flake, unit value of US imports"),
    ("Graphite (Natural)", "Lump and chip (Sri Lanka)"):
        ("graphite_natural", "mine", "concentrate", "lump and chip, unit value of US imports"),
    ("Graphite (Natural)", "Amorphous"):
        ("graphite_natural", "mine", "concentrate", "amorphous, unit value of US imports"),
    ("Lithium", "Price, annual average-real, battery-grade lithium carbonate, dollars per metric ton"):
        ("lithium", "chemical", "carbonate", "battery-grade carbonate"),
    ("Nickel", "Dollars per metric ton"): ("nickel", "refining", "class1", "LME cash"),
    ("Scandium", "Scandium oxide, powder, 99.99% purity, 5- to 100-kilogram lot size"):
        ("scandium", "separation", "separated_oxide", "oxide 99.99 %, 5-100 kg lots, China"),
    ("Scandium", "Scandium metal, ingot, 99.999% purity, 1- to 10-kilogram lot size"):
        ("scandium", "metal", "metal", "metal 99.999 %, 1-10 kg lots, China"),
    ("Scandium", "Scandium-aluminum alloy, ingot,scandium 2%, 1- to 30-kilogram lot size"):
        ("scandium", "alloy", "alloy", "Al-Sc alloy with 2 % Sc, China"),
}
PRICE_UNITS = {"dollars per kilogram": "usd_per_kg", "dollars per metric ton": "usd_per_t",
               "dollars per pound": "usd_per_lb"}
SAME_PRICE_TWICE = {("Nickel", "Dollars per pound")}
PRICED_ELSEWHERE = {"rare_earths", "rare_earths_heavy", "yttrium"}
LEFT_OUT_STATISTICS = {"Employment", "Shipment"}
# withheld, not available, none, net exporter, less than half a unit
UNPUBLISHED = {"W", "NA", "—", "E", "s", ""}


def us_salient(facts):
    rows = []
    for r in read(facts / "us_salient_statistics_usgs.csv"):
        if r["chapter"] in OTHER_CHAPTERS or r["statistic"] in LEFT_OUT_STATISTICS:
            continue
        if r["chapter"] not in OUR_CHAPTERS:
            refuse("us_salient_statistics_usgs", r, "unknown chapter")
        cells = salient_cells(r)
        if cells is None or not r["value"]:
            if not r["value"] and r["value_as_published"] not in UNPUBLISHED and "–" not in r["value_as_published"]:
                refuse("us_salient_statistics_usgs", r, "no value, and no known reason why")
            continue
        rows.append(statistic(
            "usgs-mcs-2026", USGS, area="USA", period=r["year"], value=number(r["value"]),
            qualifier="at_least" if r["value_as_published"].startswith(">") else "",
            basis="estimated" if r["flag"] == "estimated" else "reported",
            note=r["notes"].replace("Estimated. -- ", "").replace(" -- ", " "), **cells))
    return rows


def salient_cells(r):
    """The cells that say what a row of the salient statistics is; None where it is left out on purpose."""
    if r["statistic"] == "Price":
        detail = r["detail"].split(": ", 1)[-1]
        if r["chapter"] in PRICED_ELSEWHERE or (r["commodity"], detail) in SAME_PRICE_TWICE:
            return None
        if (r["commodity"], detail) not in SALIENT_PRICES or r["unit"] not in PRICE_UNITS:
            refuse("us_salient_statistics_usgs", r, "unknown price")
        commodity, stage, form, grade = SALIENT_PRICES[r["commodity"], detail]
        return dict(measure="price", commodity=commodity, stage=stage, form=form, subject=grade,
                    unit=PRICE_UNITS[r["unit"]])
    if r["statistic"] == "Net import reliance":
        if r["commodity"] == "Rare Earths":
            part = r["detail"].rsplit(": ", 1)[-1].lower()
            return dict(measure="import_reliance", commodity="rare_earths", subject=part, unit="percent")
        if r["commodity"] not in RELIANCE:
            refuse("us_salient_statistics_usgs", r, "unknown commodity")
        return dict(measure="import_reliance", commodity=RELIANCE[r["commodity"]][0], unit="percent")
    if (r["commodity"], r["detail"]) not in SALIENT:
        if r["statistic"] == "Production" or r["detail"] == "Exports" and r["commodity"] == "Gallium":
            return None
        refuse("us_salient_statistics_usgs", r, "unknown statistic")
    measure, commodity, stage, form, substance, subject = SALIENT[r["commodity"], r["detail"]]
    if r["unit"] not in (T, KG):
        refuse("us_salient_statistics_usgs", r, "unknown unit")
    return dict(measure=measure, commodity=commodity, stage=stage, form=form, subject=subject, **mass(substance),
                unit="t" if r["unit"] == T else "kg")


PRICE_EDITIONS = {
    "Lynas published": ("lynas-prices-2009", COMPANY), "USGS MCS 2016": ("usgs-mcs-2016", USGS),
    "USGS MCS 2019": ("usgs-mcs-2019", USGS), "USGS MCS 2021": ("usgs-mcs-2021", USGS),
    "USGS MCS 2025": ("usgs-mcs-2025", USGS), "USGS MCS 2026": ("usgs-mcs-2026", USGS),
}
PRICE_PRODUCTS = {"mischmetal": ("rare_earths", "metal", "metal", "mischmetal, 65 % Ce, 35 % La"),
                  "ndpr_oxide": ("ndpr", "separation", "separated_oxide", "oxide"),
                  "y2o3": ("yttrium", "separation", "separated_oxide", "oxide"),
                  "yttrium_metal": ("yttrium", "metal", "metal", "metal")}


def prices_ree_annual(facts):
    rows = []
    for r in read(facts / "prices_annual_ree_oxides.csv"):
        source, licence = next((v for k, v in PRICE_EDITIONS.items() if r["source"].startswith(k)), (None, None))
        what = PRICE_PRODUCTS.get(r["product"])
        if what is None and r["product"].endswith("_oxide"):
            what = (r["product"].removesuffix("_oxide"), "separation", "separated_oxide", "oxide")
        if source is None or what is None or r["unit"] != "USD/kg":
            refuse("prices_annual_ree_oxides", r, "unknown source, product or unit")
        year_end = r["basis"].startswith("year-end midpoint")
        rows.append(statistic(
            source, licence, measure="price", commodity=what[0], stage=what[1], form=what[2], area="CHN",
            subject=what[3] + (", year-end" if year_end else ""), period=r["year"], value=number(r["price"]),
            unit="usd_per_kg", basis="derived" if year_end else "reported", note=f"{r['basis']}, free on board China"))
    return rows


IMF_SERIES = {"cobalt": ("cobalt", "refining", "metal", "IMF cobalt"),
              "lithium_metal": ("lithium", "metal", "metal", "IMF lithium metal 99 %, China"),
              "nickel": ("nickel", "refining", "class1", "IMF nickel, LME")}


def prices_imf_monthly(facts):
    rows = []
    for r in read(facts / "prices_monthly_imf.csv"):
        if r["commodity"] in OTHER_MINERALS:
            continue
        if r["commodity"] not in IMF_SERIES or r["unit"] != "USD/t":
            refuse("prices_monthly_imf", r, "unknown series or unit")
        commodity, stage, form, grade = IMF_SERIES[r["commodity"]]
        rows.append(statistic("imf-pcps-2023", IMF, measure="price", commodity=commodity, stage=stage, form=form,
                              area="WLD", subject=grade, period=r["month"], value=number(r["price"]),
                              unit="usd_per_t", note="average of the month"))
    if not rows:
        raise Refused("prices_monthly_imf: no rows of ours")
    return rows
