"""By which way the figures of a source came here: MANIFEST.csv of the facts and, where it points to them, the rows.

Most figures were not taken from the publisher's own files, and some licences are only said by whoever carried the
figures. Both are told in `attribution`, which is shown with the figures.
"""
import re

from .common import Refused, read

COLUMNS = "file rows bytes licence ship_ok provenance".split()

# Collected table -> the editions its rows are of.
TABLES = {
    "mine_production_usgs.csv": ("usgs-mcs-2025", "usgs-mcs-2026"),
    "reserves_usgs_2024.csv": ("usgs-mcs-2025",),
    "us_import_sources_usgs.csv": ("usgs-mcs-2026",),
    "us_salient_statistics_usgs.csv": ("usgs-mcs-2026",),
    "mine_refined_production_bgs.csv": ("bgs-wms-2024",),
    "iea_supply_by_country.csv": ("iea-cmde-2025",),
    "iea_demand_scenarios.csv": ("iea-cmde-2025",),
    "trade_bilateral_baci.csv": ("cepii-baci-202601",),
    "prices_monthly_imf.csv": ("imf-pcps-2023",),
    "wgi_estimates_1996_2022.csv": ("wb-wgi-2023",),
    "recycling_substitution_eu_crm2023.csv": ("eu-crm-2023", "nassar-2015"),
    "facilities_canada_nrcan.csv": ("nrcan-cmi-2026",),
    "facilities_li_co_ni_graphite.csv": ("battery-sites-atlas",),
}
# The manifest says only "same" of these: read as the way of the table of the same publisher, and told as noted so.
SAME = {name: "mine_production_usgs.csv" for name in (
    "reserves_usgs_2024.csv", "us_import_sources_usgs.csv", "us_salient_statistics_usgs.csv")}

# Where the manifest points to the rows: table, column, beginning of the cell -> edition.
ROWS = [
    ("prices_annual_ree_oxides.csv", "source", {
        "Lynas published": "lynas-prices-2009", "USGS MCS 2016": "usgs-mcs-2016", "USGS MCS 2019": "usgs-mcs-2019",
        "USGS MCS 2021": "usgs-mcs-2021", "USGS MCS 2025": "usgs-mcs-2025", "USGS MCS 2026": "usgs-mcs-2026"}),
    ("ree_composition.csv", "basis", {"source:Lynas": "lynas-distribution-2009"}),
    ("facilities_ree.csv", "coord_basis", {
        "source:larswalters/": "ree-sites-atlas", "source:ZakiChair/": "ree-sites-history-of-atlas",
        "source:Stimson Center via": "stimson-namhao"}),
]
# Editions that are the list itself: nobody stands between its publisher and the collected tables.
LISTS = {"battery-sites-atlas", "ree-sites-atlas", "ree-sites-history-of-atlas"}
# Editions without a way to tell: recalled, or a list or code whose address was not kept, which their attribution says.
UNTOLD = {"usgs-mybk-recalled", "ree-sites-recalled", "ree-sites-list", "usgs-usmin"}

# Who said a licence that nobody read at the publisher: words of the manifest -> words of the attribution.
SAID = [("believed", "licence as believed by the compilers of the collected tables, not confirmed"),
        ("as stated by source repo", "licence as stated by that repository"),
        ("no licence in repo", "the list states no licence")]

# Names, in what the facts quote for an event, of those who carried the report here.
CARRIERS = {"calvincj": "calvincj", "Varcolacus": "Varcolacus", "qennis": "qennis", "sitelaag-ree": "larswalters",
            "docslib": "docslib.org", "vdocument.in": "vdocument.in"}

REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[\w.-]*\w")
COMMIT = re.compile(r"@([0-9a-f]{7,40})\b")


class Routes:
    def __init__(self, facts):
        rows = read(facts / "MANIFEST.csv")
        if list(rows[0]) != COLUMNS:
            raise Refused(f"MANIFEST.csv: columns {list(rows[0])}; a day of retrieval among them would have to be used")
        self.manifest = {row["file"]: row for row in rows}
        # Owner -> the repository's whole name: the manifest and the rows often give the owner alone.
        self.names = {}
        for row in rows:
            found = REPOSITORY.match(row["provenance"])
            if found:
                self.names.setdefault(found[0].split("/")[0], found[0])
        self.ways, self.unnoted, self.said = {}, set(), {}
        for table, editions in TABLES.items():
            for edition in editions:
                for way in self.of_table(table):
                    self.add(edition, way)
                for words, told in SAID:
                    if words in self.manifest[table]["licence"]:
                        self.said[edition] = told
        for table, column, beginnings in ROWS:
            self.of_rows(read(facts / table), table, column, beginnings)

    def add(self, edition, way):
        ways = self.ways.setdefault(edition, [])
        if way not in ways:
            ways.append(way)

    def of_table(self, table):
        provenance = self.manifest[SAME.get(table, table)]["provenance"]
        if (self.manifest[table]["provenance"] == "same") != (table in SAME):
            raise Refused(f"MANIFEST.csv: {table}: provenance {self.manifest[table]['provenance']!r} has no rule")
        return [self.repository(part, f"MANIFEST.csv: {table}") for part in provenance.split("; ")]

    def repository(self, text, where):
        """`… via owner/name path@commit` -> `owner/name (commit …)`."""
        text = text.split(" via ")[-1]
        name = REPOSITORY.match(text) or re.match(r"[A-Za-z0-9-]+", text)
        name = name and (name[0] if "/" in name[0] else self.names.get(name[0]))
        if not name:
            raise Refused(f"{where}: no collection in {text!r}")
        commit = COMMIT.search(text)
        return f"{name} (commit {commit[1] if commit else 'not noted'})"

    def of_rows(self, rows, table, column, beginnings):
        for text in sorted({row[column] for row in rows}):
            edition = next((e for words, e in beginnings.items() if text.startswith(words)), None)
            if edition is None:
                continue  # recalled, or of an edition that has its way from elsewhere
            quoted = re.search(r"quoted at ([\w.-]*\w)", text)
            page = re.search(r"; (docslib\.org/doc/\d+)$", text)
            if quoted or page:
                self.add(edition, (quoted or page)[1])
            elif table == "prices_annual_ree_oxides.csv" and ";" in text:
                self.add(edition, "for prices, " + self.repository(text.split("; ")[-1], table))
            elif table == "prices_annual_ree_oxides.csv":
                self.unnoted.add(edition)
            else:
                self.add(edition, self.repository(text.removeprefix("source:"), table))

    def told(self, edition):
        """What `attribution` says of the way and of who stated the licence; begins with `; ` or is empty."""
        if edition in UNTOLD:
            return ""
        if not self.ways.get(edition):
            raise Refused(f"routes: {edition} has no way")
        ways = " and ".join(self.ways[edition]).replace(" and for prices, ", " and, for prices, ")
        if edition in LISTS:
            parts = [f"read in {ways}"]
        else:
            parts = [f"figures taken by way of {ways}, not from the publisher's own files"]
        if any(edition in TABLES[table] for table in SAME):
            parts.append("beside mine production the way is noted only as the same")
        if edition in self.unnoted:
            parts.append("of the prices no way is noted")
        if edition in self.said:
            parts.append(self.said[edition])
        return "".join("; " + part for part in parts)

    def carried(self, basis):
        """The way of a single fact, from the cell that the facts quote for it; begins with `, `."""
        ways = [self.names.get(who, who) for words, who in CARRIERS.items() if words in basis]
        return f", by way of {' and '.join(ways)}" if ways else ", as cited in a collection of public tables"
