"""The self-check: the tables in data/ against the contract and the vocabulary tables."""
import re
from decimal import Decimal, InvalidOperation

from .common import COLUMNS, FACTS, RECALLED, read
from .notices import TITLE_LENGTH, WORDS
from .owners import names

BASES = {"reported", "estimated", "projected", "derived", "general_knowledge"}
STATUSES = {"operating", "construction", "development", "planned", "suspended", "closed", "care_and_maintenance",
            "unknown"}
PRECISIONS = {"site", "town", "district", "region"}
PERIOD = re.compile(r"\d{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
URL = re.compile(r"https?://[!-~]+")
NAME_BYTES = 300
DECIMAL = re.compile(r"-?\d+(\.\d+)?")
STATISTIC_KEY = ("measure commodity stage form substance mass_basis area partner subject period source").split()
DESCRIPTIVE = "name country place lat lon point_precision point_source operator owners owners_basis status".split()
MEMBERS = {"CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA"}


class Vocabulary:
    def __init__(self, folder):
        t = {p.stem: read(p) for p in sorted(folder.glob("*.csv"))}
        self.tables = t
        keys = {name: {row[next(iter(row))] for row in rows} for name, rows in t.items()}
        self.commodities, self.stages, self.forms = keys["commodities"], keys["stages"], keys["forms"]
        self.substances, self.countries = keys["substances"], keys["countries"]
        self.areas = self.countries | keys["areas"]
        self.notice_types = keys["notice_types"]
        self.measures = {r["measure"]: r for r in t["measures"]}
        self.units = {r["unit"]: r for r in t["units"]}
        self.hs = {r["hs"]: r for r in t["hs_codes"]}
        self.chain = {(r["family"], r["stage"]): {r["form"], *r["other_forms"].split(";")} - {""} for r in t["chain"]}

    def forms_at(self, family, stage):
        """The forms that belong to a stage: the family's own, or, where its chain lacks the stage, any other's."""
        others = [forms for (_, known), forms in self.chain.items() if known == stage]
        return self.chain.get((family, stage)) or set().union(*others)


class Check:
    def __init__(self, data, vocabulary):
        self.data, self.v, self.failures = data, Vocabulary(vocabulary), []
        self.sources = {r["source"]: r for r in read(data / "sources.csv")}
        self.sites, self.notices = set(), set()

    def fail(self, where, why):
        self.failures.append(f"{where}: {why}")

    def known(self, where, what, value, keys, empty=True):
        if value not in keys and not (empty and value == ""):
            self.fail(where, f"{what} {value!r} is not in the vocabulary")

    def number(self, where, what, value):
        if not DECIMAL.fullmatch(value) or len(re.sub(r"\D", "", value).lstrip("0")) > 28:
            self.fail(where, f"{what} {value!r} is not a decimal of at most 28 digits")
            return None
        try:
            return Decimal(value)
        except InvalidOperation:
            self.fail(where, f"{what} {value!r} is not a number")
            return None

    def common(self, where, row):
        self.known(where, "basis", row["basis"], BASES, empty=False)
        if row["source"] not in self.sources:
            self.fail(where, f"source {row['source']!r} is not in sources.csv")
        else:
            for column in ("licence", "retrieved"):
                if row[column] != self.sources[row["source"]][column]:
                    self.fail(where, f"{column} differs from sources.csv")
        if len(row.get("note", "")) > 500:
            self.fail(where, "note longer than 500 characters")

    def mass(self, where, unit, substance, mass_basis, commodity):
        if unit not in self.v.units:
            return self.fail(where, f"unit {unit!r} is not in the vocabulary")
        if self.v.units[unit]["dimension"] != "mass":
            if substance or mass_basis:
                self.fail(where, "a substance or mass basis without a mass")
        elif mass_basis not in ("wet", "dry", "contained"):
            self.fail(where, f"a mass without a basis: {mass_basis!r}")
        elif (mass_basis == "contained") != bool(substance):
            self.fail(where, f"basis {mass_basis!r} with substance {substance!r}")
        elif substance:
            self.known(where, "substance", substance, self.v.substances)
            family = self.family(next(r["commodity"] for r in self.v.tables["substances"]
                                      if r["substance"] == substance))
            if self.family(commodity) != family:
                self.fail(where, f"{commodity} counted in {substance}")

    def stage_and_form(self, where, commodity, stage, form):
        self.known(where, "stage", stage, self.v.stages)
        self.known(where, "form", form, self.v.forms)
        fitting = self.v.forms_at(self.family(commodity), stage)
        if stage and form and form not in fitting:
            self.fail(where, f"form {form!r} at stage {stage!r} of {commodity}, where {sorted(fitting)} belong")

    def family(self, commodity):
        return next((r["family"] for r in self.v.tables["commodities"] if r["commodity"] == commodity), None)

    def statistic(self, name, rows):
        seen = {}
        for line, r in enumerate(rows, 2):
            where = f"{name}:{line}"
            self.common(where, r)
            measure = self.v.measures.get(r["measure"])
            if measure is None:
                self.fail(where, f"measure {r['measure']!r} is not in the vocabulary")
                continue
            self.known(where, "commodity", r["commodity"], self.v.commodities, measure["needs_commodity"] == "no")
            if measure["needs_stage"] == "yes" and not (r["stage"] and r["form"]):
                self.fail(where, "no stage or no form where the measure needs them")
            self.stage_and_form(where, r["commodity"], r["stage"], r["form"])
            self.known(where, "area", r["area"], self.v.areas, empty=False)
            self.known(where, "partner", r["partner"], self.v.areas)
            self.mass(where, r["unit"], r["substance"], r["mass_basis"], r["commodity"])
            if r["unit"] in self.v.units and self.v.units[r["unit"]]["dimension"] != measure["dimension"]:
                self.fail(where, f"unit {r['unit']} for measure {r['measure']}")
            if r["partner"] and r["measure"] != "trade":
                self.fail(where, "a partner where there is no trade")
            if r["qualifier"] not in ("", "at_least", "rounded"):
                self.fail(where, f"qualifier {r['qualifier']!r}")
            if not PERIOD.fullmatch(r["period"]):
                self.fail(where, f"period {r['period']!r}")
            value = self.number(where, "value", r["value"])
            if value is not None and value < 0 and measure["non_negative"] == "yes":
                self.fail(where, "a negative value")
            if r["measure"] == "trade":
                hs = self.v.hs.get(r["subject"])
                if hs is None or tuple(hs[c] for c in ("commodity", "stage", "form")) != (
                        r["commodity"], r["stage"], r["form"]):
                    self.fail(where, f"HS code {r['subject']} is not so in hs_codes.csv")
            key = tuple(r[c] for c in STATISTIC_KEY)
            if key in seen:
                self.fail(where, f"same key as line {seen[key]}")
            seen[key] = line

    def site(self, name, rows):
        described, processes, last = {}, set(), None
        for line, r in enumerate(rows, 2):
            where = f"{name}:{line}"
            self.common(where, r)
            if not KEY.fullmatch(r["site"]):
                self.fail(where, f"site key {r['site']!r}")
            if r["site"] in self.sites or (r["site"] in described and r["site"] != last):
                self.fail(where, f"site {r['site']} given twice")
            if described.setdefault(r["site"], [r[c] for c in DESCRIPTIVE]) != [r[c] for c in DESCRIPTIVE]:
                self.fail(where, "descriptive columns differ within the site")
            last = r["site"]
            process = (r["site"], r["commodity"], r["stage"], r["form"])
            if process in processes:
                self.fail(where, f"process given twice: {process}")
            processes.add(process)
            self.known(where, "country", r["country"], self.v.countries, empty=False)
            self.known(where, "commodity", r["commodity"], self.v.commodities, empty=False)
            if not r["stage"]:
                self.fail(where, "a process without a stage")
            self.stage_and_form(where, r["commodity"], r["stage"], r["form"])
            self.known(where, "status", r["status"], STATUSES, empty=False)
            self.known(where, "process_status", r["process_status"], STATUSES)
            self.point(where, r)
            self.owners(where, r["owners"])
            if r["owners_basis"] and (r["owners_basis"] not in BASES or not r["owners"]):
                self.fail(where, f"owners_basis {r['owners_basis']!r}")
            if r["start"] and not PERIOD.fullmatch(r["start"]):
                self.fail(where, f"start {r['start']!r}")
            if r["capacity"]:
                value = self.number(where, "capacity", r["capacity"])
                if value is not None and value < 0:
                    self.fail(where, "a negative capacity")
                self.mass(where, r["capacity_unit"], r["substance"], r["mass_basis"], r["commodity"])
            elif r["capacity_unit"] or r["substance"] or r["mass_basis"]:
                self.fail(where, "a unit without a capacity")
        self.sites |= set(described)

    def owners(self, where, cell):
        """`Name:51; Name:49`: every owner has a name, shares are percents and no more than 100 together."""
        total = Decimal(0)
        for name, share in names(cell):
            if not name or len(name.encode()) > NAME_BYTES:
                self.fail(where, f"an owner without a name, or with too long a one: {cell!r}")
            if share:
                value = self.number(where, "share", share)
                total += value if value is not None and value >= 0 else Decimal(101)
        if total > 100:
            self.fail(where, f"shares of more than 100 percent, or below zero: {cell!r}")

    def point(self, where, r):
        filled = [bool(r[c]) for c in ("lat", "lon", "point_precision", "point_source")]
        if any(filled) and not all(filled):
            self.fail(where, "a point that is not complete")
        if all(filled):
            lat, lon = self.number(where, "lat", r["lat"]), self.number(where, "lon", r["lon"])
            if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
                self.fail(where, "a point that is not on Earth")
            self.known(where, "point_precision", r["point_precision"], PRECISIONS, empty=False)
            if "osm" in r["point_source"].lower() or "openstreetmap" in r["point_source"].lower():
                self.fail(where, "an OpenStreetMap point outside osm/")

    def notice(self, name, rows):
        for line, r in enumerate(rows, 2):
            where = f"{name}:{line}"
            self.common(where, r)
            if r["notice"] in self.notices or not KEY.fullmatch(r["notice"]):
                self.fail(where, f"notice key {r['notice']!r} given twice or malformed")
            self.notices.add(r["notice"])
            for column in ("date", "end_date"):
                if not DAY.fullmatch(r[column]) and not (column == "end_date" and not r[column]):
                    self.fail(where, f"{column} {r[column]!r}")
            self.known(where, "type", r["type"], self.v.notice_types, empty=False)
            for column in WORDS:
                if not r[column] or r[column] != r[column].strip() or not r[column][0].isupper():
                    self.fail(where, f"{column} {r[column]!r} is empty or does not begin as a sentence")
            for column in WORDS[:2]:
                if len(r[column]) > TITLE_LENGTH:
                    self.fail(where, f"{column} is longer than {TITLE_LENGTH} characters")
            for column in WORDS[2:]:
                if not r[column].endswith("."):
                    self.fail(where, f"{column} is no complete sentence")
            self.known(where, "confidence", r["confidence"], {"high", "medium", "low"}, empty=False)
            for column, keys in (("actors", self.v.countries), ("commodities", self.v.commodities),
                                 ("stages", self.v.stages), ("affected", self.v.areas)):
                for value in r[column].split(";"):
                    self.known(where, column, value, keys)

    def table(self, name, kind):
        rows = read(self.data / name)
        missing = set(COLUMNS[kind]) ^ set(rows[0]) if rows else set()
        if missing or not rows:
            self.fail(name, f"no rows, or columns that are not the contract's: {sorted(missing)}")
            return 0
        getattr(self, kind)(name, rows)
        return len(rows)

    def sources_table(self):
        rows = read(self.data / "sources.csv")
        if len({r["source"] for r in rows}) != len(rows):
            self.fail("sources.csv", "a source given twice")
        for r in rows:
            if r["published_basis"] not in ("exact", "assumed") or not DAY.fullmatch(r["published"]):
                self.fail(f"sources.csv:{r['source']}", "published or published_basis")
            if r["published"] > r["retrieved"]:
                self.fail(f"sources.csv:{r['source']}", "published after it was retrieved")
            if r["url"] and not URL.fullmatch(r["url"]):
                self.fail(f"sources.csv:{r['source']}", f"url {r['url']!r}")
            if any(len(r[c].encode()) > NAME_BYTES for c in ("title", "publisher", "licence", "attribution")):
                self.fail(f"sources.csv:{r['source']}", f"a cell of more than {NAME_BYTES} bytes")
            if not all(r[c] for c in ("series", "edition", "title", "publisher", "licence", "attribution")):
                self.fail(f"sources.csv:{r['source']}", "an empty cell")
            if r["licence"] not in (FACTS, RECALLED) and "by way of" not in r["attribution"]:
                self.fail(f"sources.csv:{r['source']}", "the attribution does not tell by which way the figures came")

    def known_figures(self):
        """Two figures that everybody knows: a wrong column or unit shows here first."""
        figures = {r["area"]: r["value"] for r in read(self.data / "production_usgs.csv")
                   if (r["commodity"], r["period"], r["source"]) == ("rare_earths", "2023", "usgs-mcs-2025")}
        if (figures.get("WLD"), figures.get("CHN")) != ("376000", "255000"):
            self.fail("production_usgs.csv", "world or China rare earths of 2023 are not 376000 and 255000")


def run(data, vocabulary):
    """Checks every table of tables.csv; returns the failures, and prints the counts."""
    check = Check(data, vocabulary)
    check.sources_table()
    manifest = read(data / "tables.csv")
    for r in manifest:
        print(f"{r['file']:32} {r['kind']:10} {r['issuer']} {check.table(r['file'], r['kind']):6} rows")
    if {r["issuer"] for r in manifest} != MEMBERS:
        check.fail("tables.csv", f"issuers are not the seven members: {sorted({r['issuer'] for r in manifest})}")
    unlisted = {p.name for p in data.glob("*.csv")} - {r["file"] for r in manifest} - {"tables.csv", "sources.csv"}
    if unlisted:
        check.fail("tables.csv", f"does not list {sorted(unlisted)}")
    check.known_figures()
    return check.failures
