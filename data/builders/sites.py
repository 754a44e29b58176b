"""Sites: rare earths, battery minerals, Canada; and the ODbL points that stay in a table of their own."""
import re

from .common import FACTS, NRCAN, ODBL, RECALLED, RETRIEVED, clip, number, read, refuse, slug
from .citations import public_citation
from .owners import operator_and_owners
from .site_facts import publication_of, with_capacities
from .site_tables import (BATTERY_CAPACITY_LEFT_OUT, BATTERY_LEFT_OUT, BATTERY_NAMES, BATTERY_PROCESSES, BATTERY_SAME,
                          CANADA_PROCESSING, REE_CAPACITY_LEFT_OUT, REE_LEFT_OUT, REE_PROCESSES, REE_SAME, TOWN_POINTS,
                          USGS_POINTS)

STATUS = {"operating": "operating", "construction": "construction", "development": "development",
          "planned": "planned", "suspended": "suspended", "closed": "closed",
          "care_maintenance": "care_and_maintenance", "commissioning": "construction", "pilot": "operating",
          "ramping": "operating", "stalled": "suspended", "project": "development", "": "unknown"}
SAME_WORD = {"operating", "construction", "development", "planned", "suspended", "closed", "care_maintenance", ""}
OSM_BASIS = "Wikipedia/OSM"
# A clause of a note that gives coordinates: they may be OSM-derived, and a note is no place for a point.
COORDINATES = re.compile(r"[^;]*-?\d+\.\d+,\s*-?\d+\.\d+[^;]*")
SITE_LEVEL = {"HistoryOfAtlas pipeline": "USGS/Mindat", "Stimson": "Stimson Center", "USMIN": "USGS USMIN"}


def text_of(parts):
    return clip("; ".join(p for p in parts if p))


def town(value):
    return number(f"{float(value):.1f}")


# --- rare earths ---------------------------------------------------------------------------------------------------

def ree_point(r):
    """Latitude, longitude, precision, source: town level unless the point's own source allows more; never OSM."""
    if r["site_id"] in USGS_POINTS:
        lat, lon = USGS_POINTS[r["site_id"]]
        return dict(lat=lat, lon=lon, point_precision="site", point_source="USGS")
    if OSM_BASIS in r["coord_basis"]:
        if r["site_id"] not in TOWN_POINTS:
            return {}
        lat, lon = TOWN_POINTS[r["site_id"]]
        return dict(lat=number(lat), lon=number(lon), point_precision="town", point_source="general knowledge (town)")
    for mark, name in SITE_LEVEL.items():
        if mark in r["coord_basis"]:
            return dict(lat=number(r["lat"]), lon=number(r["lon"]),
                        point_precision="site" if r["coord_precision"] == "site" else "district", point_source=name)
    if "reelight" not in r["coord_basis"] and r["coord_basis"] != "general knowledge":
        refuse("facilities_ree", r, "unknown coord_basis")
    return dict(lat=town(r["lat"]), lon=town(r["lon"]),
                point_precision="district" if r["coord_precision"] in ("district", "township") else "town",
                point_source="general knowledge" if r["coord_basis"] == "general knowledge" else "secondary list")


# unit of the source (its beginning) -> substance; an empty substance is a mass as weighed
REE_UNITS = [("t/yr contained REO", "REO"), ("t/yr REO", "REO"), ("t/yr LREE", "LREO"), ("t/yr NdPr oxide", "NdPr_oxide"),
             ("t/yr oxides", "REO"), ("t/yr NdFeB", ""), ("t/yr SmCo", ""), ("t/yr metal", ""), ("t/yr monazite concentrate", ""), ("t/yr", "")]


# units of what a plant takes in: a capacity is what it makes, and the two never add
REE_FEED_UNITS = ("t/yr magnets processed", "t/yr input")


def ree_capacity(r):
    """Capacity cells and what the note must say about them."""
    if not r["capacity"]:
        return {}, "", "general_knowledge" if r["coord_basis"] == "general knowledge" else "reported"
    said = f"{number(r['capacity'])} {r['capacity_unit']}"
    general = r["capacity_basis"].startswith("general knowledge")
    basis = "general_knowledge" if general else "reported"
    if r["site_id"] in REE_CAPACITY_LEFT_OUT:
        return {}, f"published {said}: {REE_CAPACITY_LEFT_OUT[r['site_id']]}, so not entered as capacity", basis
    if r["capacity_unit"].startswith(REE_FEED_UNITS):
        return {}, f"published {said}: what it takes in, not what it makes, so not entered as capacity", basis
    substance = next((s for u, s in REE_UNITS if r["capacity_unit"].startswith(u)), None)
    if substance is None:
        refuse("facilities_ree", r, "unknown capacity unit")
    cells = dict(capacity=number(r["capacity"]), capacity_unit="t", substance=substance,
                 mass_basis="contained" if substance else "wet")
    cite = re.sub(r"larswalters\S* v2/design sitelaag-ree\([^)]*\)", "company statements",
                  r["capacity_basis"].removeprefix("source:"))
    cite = cite.replace("reelight site list(secondary, low confidence)", "secondary list, low confidence")
    return cells, f"capacity: {said}" + ("" if general else f" ({public_citation(cite)})"), basis


def ree_form(stage, products):
    p = products.lower()
    if stage == "mine":
        if "carbonate" in p and "mixed" in p:
            return "mixed_compound"
        return "concentrate" if "concentrate" in p or "monazite" in p else ""
    if stage == "recycling":
        if "mixed" in p or "oxalate" in p:
            return "mixed_compound"
        if "feed" in p:
            return "scrap"
        if "oxide" in p:
            return "separated_oxide"
        return "magnet" if "magnet" in p and "powder" not in p else "alloy"
    return {"separation": "separated_oxide", "magnet": "magnet", "mixed_compound": "mixed_compound"}[stage]


def ree_processes(r):
    """(stage, form) of a row: one, or two where metal and alloy are both made, or a mine separates what it digs."""
    if r["site_id"] in REE_PROCESSES:
        return REE_PROCESSES[r["site_id"]]
    if r["stage"] == "mine" and "oxide (integrated)" in r["products"].lower():
        # The published capacity, of separated oxide, is that of the first: the separation.
        return [("separation", "separated_oxide"), ("mine", "")]
    if r["stage"] == "metal_alloy":
        p = r["products"].lower()
        return [(s, s) for s in ("metal", "alloy") if s in p]
    return [("compound" if r["stage"] == "mixed_compound" else r["stage"], ree_form(r["stage"], r["products"]))]


def ree_key(site_id):
    return re.sub(r"^ree-(mine|sep|met|mag|rec|mix)-", "", site_id)


def sites_rare_earths(facts):
    listed = {r["site_id"]: r for r in read(facts / "facilities_ree.csv")}
    groups = {}
    for site_id, r in listed.items():
        if site_id in REE_LEFT_OUT or r["stage"] in ("port", "border") or "NRCan" in r["coord_basis"]:
            continue
        if r["status"] not in STATUS:
            refuse("facilities_ree", r, "unknown status")
        groups.setdefault(REE_SAME.get(site_id, site_id), []).append(r)
    rows = []
    for first_id, members in groups.items():
        first = listed[first_id]
        if first not in members:
            refuse("facilities_ree", first, "a site merged into one that is left out")
        members.sort(key=lambda r: r is not first)
        key = ree_key(first_id)
        owned, told = operator_and_owners(key, first["owner_operator"])
        source, licence = ree_source(key, first["coord_basis"])
        descriptive = {
            "site": key, "name": first["name"], "country": first["iso3"], "place": first["place"],
            **owned, "status": STATUS[first["status"]], **ree_point(first),
            "source": source, "licence": licence, "retrieved": RETRIEVED}
        begins = len(rows)
        for r in members:
            rows.extend(ree_rows(r, descriptive, r is not first))
        rows[begins]["note"] = text_of([rows[begins]["note"], told])
    return with_capacities(rows)


# Where the description of a site without a publication of its own is from: mark in the facts -> source.
REE_LISTS = {"sitelaag-ree": "ree-sites-atlas", "HistoryOfAtlas pipeline": "ree-sites-history-of-atlas",
             "Stimson": "stimson-namhao", "USMIN": "usgs-usmin", "reelight": "ree-sites-list"}


def ree_source(key, coord_basis):
    """Source and licence of a site: its own publication, else the list that has it, else recalled."""
    if publication_of(key):
        return f"site-{key}", FACTS
    if coord_basis == "general knowledge":
        return "ree-sites-recalled", RECALLED
    return next(source for mark, source in REE_LISTS.items() if mark in coord_basis), FACTS


def ree_rows(r, descriptive, joined):
    capacity, said, basis = ree_capacity(r)
    processes = ree_processes(r)
    word = "" if r["status"] in SAME_WORD else f"status of the source: {r['status']}"
    notes = public_citation(COORDINATES.sub("", r["notes"])).replace("per same source, ", "").strip("; ")
    who = f"{r['name']}, {r['owner_operator']}" if joined else ""
    rows = []
    for i, (stage, form) in enumerate(processes):
        mine = (i == 0) if "alloy" not in r["capacity_unit"] else stage == "alloy"
        rows.append({
            **descriptive, "commodity": "rare_earths", "stage": stage, "form": form, **(capacity if mine else {}),
            "process_status": STATUS[r["status"]], "start": r["start_year"], "basis": basis,
            "note": text_of([who, r["products"], word, said if mine else "", notes])})
    return rows


def osm_points(facts):
    """Points taken from OpenStreetMap or Wikipedia, for those who accept the ODbL; not loaded by the demo club."""
    rows = []
    for r in read(facts / "facilities_ree.csv"):
        if OSM_BASIS not in r["coord_basis"] or r["stage"] in ("port", "border"):
            continue
        rows.append({
            "site": ree_key(REE_SAME.get(r["site_id"], r["site_id"])), "lat": r["lat"], "lon": r["lon"],
            "precision": r["coord_precision"], "source": "OpenStreetMap or Wikipedia, checked on satellite pictures",
            "licence": ODBL, "attribution": "© OpenStreetMap contributors; points taken by way of "
            "larswalters/grondstoffen-atlas (commit not noted)", "retrieved": RETRIEVED})
    return list({row["site"]: row for row in reversed(rows)}.values())[::-1]


# --- battery minerals ----------------------------------------------------------------------------------------------

BATTERY_TYPES = {"mine", "refinery", "recycler"}
BATTERY_IGNORED = {"market", "port", "exchange"}
BATTERY_DEFAULT = {
    ("lithium", "mine"): ("lithium", "mine", ""), ("lithium", "refinery"): ("lithium", "chemical", "chemicals"),
    ("cobalt", "mine"): ("cobalt", "mine", ""), ("cobalt", "refinery"): ("cobalt", "refining", "refined"),
    ("nickel", "mine"): ("nickel", "mine", ""), ("nickel", "refinery"): ("nickel", "refining", "refined"),
    ("graphite", "mine"): ("graphite_natural", "mine", "concentrate"),
}
BATTERY_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?) kt (LCE|Co|Ni)/yr|about (\d+(?:,\d+)?) kt/yr")


def battery_point(r):
    """The source's own town-level points, rounded; points with more than three decimals may come from OSM."""
    if any(len(v.partition(".")[2]) > 3 for v in (r["lat"], r["lon"])):
        return {}
    return dict(lat=town(r["lat"]), lon=town(r["lon"]), point_precision="town",
                point_source="secondary list, rounded to 0.1 degree")


def battery_capacity(r):
    match = BATTERY_NUMBER.search(r["capacity_text"])
    if not match or r["site_id"] in BATTERY_CAPACITY_LEFT_OUT:
        return {}
    value, substance = match[1] or match[3], match[2] or ""
    return dict(capacity=number(value.replace(",", ".")), capacity_unit="kt", substance=substance,
                mass_basis="contained" if substance else "wet")


def sites_battery(facts):
    listed = {r["site_id"]: r for r in read(facts / "facilities_li_co_ni_graphite.csv")}
    groups = {}
    for site_id, r in listed.items():
        if r["type"] in BATTERY_IGNORED or site_id in BATTERY_LEFT_OUT:
            continue
        if r["type"] not in BATTERY_TYPES or r["status"] not in STATUS:
            refuse("facilities_li_co_ni_graphite", r, "unknown type or status")
        groups.setdefault(BATTERY_SAME.get(site_id, site_id), []).append(r)
    rows = []
    for first_id, members in groups.items():
        first = listed[first_id]
        members.sort(key=lambda r: r is not first)
        owned, told = operator_and_owners(first_id, first["operator"])
        descriptive = {
            "site": first_id, "name": BATTERY_NAMES.get(first_id, first["name"]), "country": first["iso3"],
            **owned, "status": STATUS[first["status"]], **battery_point(first)}
        for r in members:
            what = BATTERY_PROCESSES.get(r["site_id"]) or BATTERY_DEFAULT.get((r["mineral"], r["type"]))
            if what is None:
                refuse("facilities_li_co_ni_graphite", r, "no process known for it")
            capacity = battery_capacity(r)
            rows.append({
                **descriptive, "commodity": what[0], "stage": what[1], "form": what[2], **capacity,
                "process_status": STATUS[r["status"]], "basis": "estimated" if capacity else "reported",
                "note": text_of(["round figure of the source, output or nameplate" if capacity else "",
                                 "status of the source: project" if r["status"] == "project" else "",
                                 told if r is first else ""]),
                "source": "battery-sites-atlas", "licence": FACTS, "retrieved": RETRIEVED})
    return with_capacities(rows)


# --- Canada --------------------------------------------------------------------------------------------------------

CANADA_MINERALS = [("rare earth", "rare_earths", ""), ("lithium", "lithium", ""), ("nickel", "nickel", ""),
                   ("cobalt", "cobalt", ""), ("graphite", "graphite_natural", "concentrate"),
                   ("scandium", "scandium", "")]
CANADA_KINDS = {"Producing Mine", "Advanced Project", "Processing Facility", "Advanced Processing Project"}
CANADA_OTHERS = {"Niobium", "Titanium", "Tungsten", "Copper", "Zinc", "Other"}


def canada_status(r):
    if r["status"] == "On hold / suspended":
        return "suspended"
    if r["status"] != "Active":
        refuse("facilities_canada_nrcan", r, "unknown status")
    if r["development_stage"] == "Demonstration plant":
        return "operating"
    return "operating" if r["stage"] in ("Producing Mine", "Processing Facility") else "development"


def sites_canada_nrcan(facts):
    rows, keys = [], set()
    for r in read(facts / "facilities_canada_nrcan.csv"):
        if r["stage"] not in CANADA_KINDS:
            refuse("facilities_canada_nrcan", r, "unknown stage")
        object_id = re.search(r"OBJECTID: (\d+)", r["source"])[1]
        if "Process" in r["stage"]:
            processes = CANADA_PROCESSING.get(object_id)
            if processes is None and r["primary_mineral"] not in CANADA_OTHERS:
                refuse("facilities_canada_nrcan", r, f"no process known for OBJECTID {object_id}")
        else:
            minerals = r["minerals"].lower()
            processes = [(c, "mine", form) for word, c, form in CANADA_MINERALS if word in minerals]
        if not processes:
            continue
        key = "ca-" + slug(r["name"])
        if key in keys:
            key += "-" + slug(r["operator"].split()[0])
        if key in keys:
            refuse("facilities_canada_nrcan", r, f"key {key} twice")
        keys.add(key)
        status = canada_status(r)
        owned, told = operator_and_owners(key, r["operator"])
        for i, (commodity, stage, form) in enumerate(processes):
            rows.append({
                "site": key, "name": r["name"], "country": "CAN", "place": r["province"], "lat": number(r["lat"]),
                "lon": number(r["lon"]), "point_precision": "site", "point_source": "Natural Resources Canada",
                **owned, "status": status, "commodity": commodity, "stage": stage,
                "form": form, "process_status": status, "basis": "reported",
                "note": text_of([r["minerals"], f"{r['development_stage']}, {r['status'].lower()}",
                                 f"inventory object {object_id}", "" if i else told]),
                "source": "nrcan-cmi-2026", "licence": NRCAN, "retrieved": RETRIEVED})
    return with_capacities(rows)
