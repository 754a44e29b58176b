"""Rare earths 2014-2024 beyond the collected tables: `rare_earths.csv`, each figure with where it was found.

The reviewed table holds what people looked up one by one; nothing of it is in the folder of collected tables. An
edition of the Mineral Commodity Summaries of which no whole table was found is two sources: `…-quoted` has the figures
that somebody's text quotes from it, `…-recalled` those that nobody fetched. Neither is of a series that rule R1
prefers, so that no such figure is chosen where a published one stands beside it.
"""
from decimal import Decimal
from pathlib import Path

from .common import FACTS, RECALLED, USGS, Refused, number, read, statistic

REVIEWED = Path(__file__).resolve().parent / "rare_earths.csv"
BASES = {"reported": "reported", "estimated": "estimated", "derived": "derived", "recalled": "general_knowledge"}
MASSES = {"REO": {"substance": "REO", "mass_basis": "contained"}, "wet": {"substance": "", "mass_basis": "wet"}}
# What a world total of two significant digits may hide, in tonnes.
ROUNDING = Decimal(5000)

_USGS = "U.S. Geological Survey"
_NMIC = "https://www.usgs.gov/centers/national-minerals-information-center/"
_MCS = _NMIC + "mineral-commodity-summaries"
_STAGE = "therealjameswilson/critical-minerals-records-stage-v3 (commit a67e3d4)"
_CUSTOMS = "General Administration of Customs of China"
_MCS_DAYS = {"2017": "2017-01-31", "2018": "2018-01-31", "2019": "2019-02-28", "2020": "2020-01-31",
             "2021": "2021-01-29", "2022": "2022-01-31", "2023": "2023-01-31"}


def _carried(what, way):
    return f"U.S. Geological Survey, {what}; figures taken by way of {way}, not from the publisher's own files"


def _customs(year, publisher, url, day, said=_CUSTOMS):
    return ("china-customs", year, f"China's trade in rare earths in {year}: {publisher}", publisher, url, FACTS,
            f"Single facts after {publisher}, which reports figures of the {said}", day, "exact")


# As EDITIONS of sources.py, with the way in the attribution: series, edition, title, publisher, url, licence,
# attribution, published, published_basis.
EDITIONS = {
    "usgs-mcs-2024": ("usgs-mcs", "2024", "Mineral Commodity Summaries 2024, data release", _USGS, _MCS, USGS, _carried(
        "Mineral Commodity Summaries 2024", "onome23/Rare-earth-metals-analysis (commit 36f21f3)"), "2024-01-31",
        "assumed"),
    "usgs-mybk-2022": ("usgs-mybk", "2022", "Minerals Yearbook 2022, Rare Earths, advance tables", _USGS,
                       "https://www.usgs.gov/media/files/rare-earths-2022-tables-only-release", USGS, _carried(
                           "Minerals Yearbook 2022, advance data release", _STAGE), "2025-03-19", "exact"),
    "usgs-ds140-2020": ("usgs-ds140", "2020", "Rare earths statistics 1900-2020, Data Series 140", _USGS,
                        "https://www.usgs.gov/media/files/rare-earths-historical-statistics-data-series-140", USGS,
                        _carried("Data Series 140", _STAGE), "2024-06-04", "assumed"),
    "cn-customs-2014": _customs("2014", "Reuters, in Business Recorder",
                                "http://www.brecorder.com/top-stories/0/1236662/", "2015-10-13"),
    "cn-customs-2018": _customs(
        "2018", "Caixin Global",
        "https://www.caixinglobal.com/2019-03-16/china-became-net-importer-of-rare-earths-in-2018-101393333.html",
        "2019-03-16", "Association of China Rare Earth Industry"),
    "cn-customs-2019": _customs("2019", "Tradiva",
                                "https://tradiva.com/china-rare-earth-exports-recover-as-lunar-new-year-nears.html",
                                "2020-01-14"),
    "cn-customs-2020": _customs("2020", "Global Times", "https://www.globaltimes.cn/page/202101/1212796.shtml",
                                "2021-01-14"),
    "cn-customs-2021": _customs("2021", "Shanghai Metals Market", "https://news.metal.com/newscontent/101774023/"
                                "Import-and-export-statistics-of-rare-earth-products-in-2021", "2022-03-11",
                                "customs of China"),
    "cn-customs-2022": _customs("2022", "Channel NewsAsia", "https://www.channelnewsasia.com/business/"
                                "china-dec-rare-earth-exports-4307-tonnes-customs-3203456", "2023-01-13"),
    "cn-customs-2023": _customs("2023", "Rare Earths (rareearths.com)", "https://rareearths.com/2024/01/12/"
                                "chinas-exports-of-rare-earths-rise-year-on-year/", "2024-01-12"),
    "adamas-exports-2018": ("adamas-exports", "2018", "China's total rare earth exports increased 4 % in 2018",
                            "Adamas Intelligence", "https://www.adamasintel.com/china-rare-earth-exports-2018/", FACTS,
                            "Single fact after Adamas Intelligence, which computed it from Chinese customs",
                            "2019-01-14", "exact"),
    "nrcan-ree-facts-2024": ("nrcan-ree-facts", "2024", "Rare earth elements facts", "Natural Resources Canada",
                             "https://natural-resources.canada.ca/our-natural-resources/minerals-mining/"
                             "mining-data-statistics-and-analysis/minerals-metals-facts/rare-earth-elements-facts/"
                             "20522", FACTS, "Single facts after Natural Resources Canada, Rare earth elements facts",
                             "2024-06-30", "assumed"),
}
# The day of two reports is told by neither: the day of the figures they report stands for it.
for _key in ("cn-customs-2014", "cn-customs-2019"):
    EDITIONS[_key] = EDITIONS[_key][:-1] + ("assumed",)
for _year, _day in _MCS_DAYS.items():
    _edition = f"Mineral Commodity Summaries {_year}"
    EDITIONS[f"usgs-mcs-{_year}-quoted"] = (
        "usgs-mcs-quoted", f"{_year} quoted", f"{_edition}, Rare Earths: single figures as others quote them",
        f"{_USGS}, as quoted by others", _MCS, FACTS, f"Single facts of {_edition} as the texts named in "
        "data/builders/rare_earths.csv quote them; the edition itself was not opened", _day, "assumed")
    EDITIONS[f"usgs-mcs-{_year}-recalled"] = (
        "usgs-mcs-recalled", f"{_year} recalled", f"{_edition}, Rare Earths: recalled figures, no publication fetched",
        f"Didymium contributors, after {_USGS}", "", RECALLED, "Recalled from general knowledge and to be verified",
        _day, "assumed")


def licence(source):
    return EDITIONS[source][5] if source in EDITIONS else USGS


def rows_of(belongs):
    rows = []
    for r in checked(read(REVIEWED)):
        if not belongs(r["source"]):
            continue
        total = r["area"] == "WLD"
        told = "recalled, to be verified" if r["flag"] == "recalled" else ""
        if r["source"].endswith("-quoted"):
            told = f"as quoted at {r['found']}"
        elif r["source"] not in EDITIONS:
            # The edition's other figures came another way, which its attribution tells.
            told = f"read in {r['found']}"
        note = "; ".join(part for part in (
            "world total rounded by the source" if total and r["flag"] != "derived" else "",
            "countries the source does not list one by one" if r["area"] == "OTH" else "", r["note"], told) if part)
        rows.append(statistic(
            r["source"], licence(r["source"]), measure=r["measure"], commodity="rare_earths", stage=r["stage"],
            form=r["form"], **MASSES[r["mass"]], area=r["area"], subject=r["subject"], period=r["period"],
            value=number(r["value"]), qualifier="rounded" if total else "", unit="t", basis=BASES[r["flag"]],
            note=note))
    return rows


def checked(rows):
    """Refuses a figure without a place, and a whole world table whose countries do not add up to its rounded total."""
    tables = {}
    for r in rows:
        if bool(r["found"]) == (r["flag"] == "recalled"):
            raise Refused(f"rare_earths.csv: found, and recalled, or neither: {dict(r)}")
        if r["source"].endswith("-recalled") != (r["flag"] == "recalled"):
            raise Refused(f"rare_earths.csv: the source and the flag differ: {dict(r)}")
        if (r["measure"], r["stage"]) == ("production", "mine"):
            edition = r["source"].removesuffix("-quoted").removesuffix("-recalled")
            table = tables.setdefault((edition, r["period"]), {})
            if r["area"] in table:
                raise Refused(f"rare_earths.csv: {edition} gives {r['area']} {r['period']} twice")
            table[r["area"]] = Decimal(r["value"])
    for (edition, period), table in tables.items():
        world = table.pop("WLD")
        if len(table) > 1 and abs(sum(table.values()) - world) > ROUNDING:
            raise Refused(f"rare_earths.csv: {edition} {period}: {sum(table.values())} of countries, world {world}")
    return rows


def rare_earths_usgs(_facts):
    return rows_of(lambda source: source.startswith("usgs-") and not source.endswith(("-quoted", "-recalled")))


def rare_earths_usgs_quoted(_facts):
    return rows_of(lambda source: source.startswith("usgs-") and source.endswith(("-quoted", "-recalled")))


def rare_earths_china(_facts):
    return rows_of(lambda source: not source.startswith("usgs-"))
