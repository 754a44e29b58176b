"""`sources.csv`: every edition a row refers to, and `tables.csv`: what the demo club loads."""
from . import context, rare_earths
from .citations import published_by
from .common import BGS, CC_BY, COMPANY, ETALAB, FACTS, IMF, NRCAN, RECALLED, RETRIEVED, USGS, Refused
from .routes import Routes
from .site_facts import publication_of

_USGS = "U.S. Geological Survey"
_MCS = "https://www.usgs.gov/centers/national-minerals-information-center/mineral-commodity-summaries"
_ATLAS = "https://github.com/larswalters/grondstoffen-atlas"

# source: series, edition, title, publisher, url, licence, attribution (the way is added by routes.py), published,
# published_basis
EDITIONS = {
    "usgs-mcs-2016": ("usgs-mcs", "2016", "Mineral Commodity Summaries 2016", _USGS, _MCS, USGS,
                      "U.S. Geological Survey, Mineral Commodity Summaries 2016", "2016-01-28", "assumed"),
    "usgs-mcs-2019": ("usgs-mcs", "2019", "Mineral Commodity Summaries 2019", _USGS, _MCS, USGS,
                      "U.S. Geological Survey, Mineral Commodity Summaries 2019", "2019-02-28", "assumed"),
    "usgs-mcs-2021": ("usgs-mcs", "2021", "Mineral Commodity Summaries 2021", _USGS, _MCS, USGS,
                      "U.S. Geological Survey, Mineral Commodity Summaries 2021", "2021-01-29", "assumed"),
    "usgs-mcs-2025": ("usgs-mcs", "2025", "Mineral Commodity Summaries 2025", _USGS, _MCS, USGS,
                      "U.S. Geological Survey, Mineral Commodity Summaries 2025", "2025-01-31", "exact"),
    "usgs-mcs-2026": ("usgs-mcs", "2026", "Mineral Commodity Summaries 2026, with its data release", _USGS, _MCS, USGS,
                      "U.S. Geological Survey, Mineral Commodity Summaries 2026", "2026-02-06", "assumed"),
    "usgs-mybk-recalled": ("usgs-mybk", "recalled", "Rare-earth contents of major and potential source minerals: "
                           "recalled figures, after a table of the Minerals Yearbook that was not fetched",
                           "Didymium contributors, after U.S. Geological Survey",
                           "https://www.usgs.gov/centers/national-minerals-information-center/minerals-yearbook",
                           RECALLED, "Recalled from memory and to be verified; the U.S. Geological Survey has not "
                           "published these figures in this form", "2011-01-01", "assumed"),
    "bgs-wms-2024": ("bgs-wms", "2024", "World Mineral Statistics to 2022", "British Geological Survey",
                     "https://www.bgs.ac.uk/mineralsuk/statistics/world-mineral-statistics/", BGS,
                     "Contains British Geological Survey materials © UKRI; Open Government Licence v3.0", "2024-03-01",
                     "assumed"),
    "iea-cmde-2025": ("iea-cmde", "2025", "Critical Minerals Data Explorer", "International Energy Agency",
                      "https://www.iea.org/data-and-statistics/data-tools/critical-minerals-data-explorer", CC_BY,
                      "IEA (2025), Critical Minerals Data Explorer, CC BY 4.0; reshaped", "2025-05-21", "assumed"),
    "cepii-baci-202601": ("cepii-baci", "202601", "BACI: International Trade Database at the Product-Level, V202601",
                          "CEPII", "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37", ETALAB,
                          "CEPII, BACI V202601, Licence Ouverte Etalab 2.0; top partners only", "2026-01-31",
                          "assumed"),
    "imf-pcps-2023": ("imf-pcps", "2023", "Primary Commodity Price System, to December 2022",
                      "International Monetary Fund", "https://www.imf.org/en/Research/commodity-prices", IMF,
                      "International Monetary Fund, Primary Commodity Prices", "2023-01-31", "assumed"),
    "lynas-prices-2009": ("lynas-prices", "2009", "Average annual prices of rare-earth oxides, FOB China",
                          "Lynas Corporation", "https://www.raremetalblog.com/", COMPANY,
                          "Lynas Corporation, published average prices",
                          "2010-01-31", "assumed"),
    "lynas-distribution-2009": ("lynas-distribution", "2009", "Rare-earth distribution of the Mount Weld deposit",
                                "Lynas Corporation", "https://www.raremetalblog.com/", COMPANY,
                                "Lynas Corporation, published distribution",
                                "2010-01-31", "assumed"),
    "wb-wgi-2023": ("wb-wgi", "2023", "Worldwide Governance Indicators, 2023 update", "World Bank",
                    "https://www.worldbank.org/en/publication/worldwide-governance-indicators", CC_BY,
                    "World Bank, Worldwide Governance Indicators, 2023 update, CC BY 4.0", "2023-09-29", "assumed"),
    "eu-crm-2023": ("eu-crm", "2023", "Study on the Critical Raw Materials for the EU 2023", "European Commission",
                    "https://single-market-economy.ec.europa.eu/sectors/raw-materials/areas-specific-interest/"
                    "critical-raw-materials_en", CC_BY,
                    "© European Union, Study on the Critical Raw Materials for the EU 2023, CC BY 4.0", "2023-03-16",
                    "assumed"),
    "nassar-2015": ("nassar-2015", "2015", "By-product metals are technologically essential but have problematic "
                    "supply (single figures)", "N. T. Nassar, T. E. Graedel, E. M. Harper, Science Advances",
                    "https://doi.org/10.1126/sciadv.1400180", FACTS,
                    "Figures after Nassar, Graedel and Harper (2015)", "2015-04-03", "exact"),
    "nrcan-cmi-2026": ("nrcan-cmi", "2026", "Critical minerals advanced projects, mines and processing facilities in "
                       "Canada", "Natural Resources Canada",
                       "https://open.canada.ca/data/en/dataset/22b2db8a-dc12-47f2-9737-99d3da921751", NRCAN,
                       "Contains information licensed under the Open Government Licence – Canada (Natural Resources "
                       "Canada)", "2026-02-27", "assumed"),
    "ree-sites-atlas": ("ree-sites", "atlas", "Rare-earth sites known only from a secondary list, grondstoffen-atlas",
                        "L. Walters, grondstoffen-atlas", _ATLAS, FACTS,
                        "Single facts after grondstoffen-atlas, a secondary list that names no publication for these "
                        "sites; no point is from it", "2026-09-26", "assumed"),
    "ree-sites-history-of-atlas": ("ree-sites", "history-of-atlas", "Rare-earth sites with points of the U.S. "
                                   "Geological Survey and Mindat, from the list of HistoryOfAtlas", "HistoryOfAtlas",
                                   "https://github.com/ZakiChair/HistoryOfAtlas", FACTS,
                                   "Single facts after HistoryOfAtlas, a secondary list; points: U.S. Geological "
                                   "Survey, Mindat", "2026-01-01", "assumed"),
    "ree-sites-list": ("ree-sites", "list", "Rare-earth sites known only from a secondary list of low confidence, "
                       "reelight", "reelight", "", FACTS,
                       "Single facts after a secondary list of low confidence whose address was not kept",
                       "2026-01-01", "assumed"),
    "ree-sites-recalled": ("ree-sites", "recalled", "Rare-earth sites recalled from general knowledge, no publication "
                           "fetched", "Didymium contributors", "", RECALLED,
                           "Recalled from general knowledge and to be verified; where a capacity has a source, the "
                           "note of the row names it", RETRIEVED, "assumed"),
    "stimson-namhao": ("stimson", "2025", "Leaching sites of rare earths in Laos, seen from satellites",
                       "Stimson Center", "https://www.stimson.org/", FACTS,
                       "Stimson Center", "2025-12-31", "assumed"),
    "usgs-usmin": ("usgs-usmin", "2024", "USMIN Mineral Deposit Database", _USGS,
                   "https://www.usgs.gov/centers/gggsc/science/usmin-mineral-deposit-database", FACTS,
                   "U.S. Geological Survey, USMIN, point as found in public code", "2024-01-01", "assumed"),
    "battery-sites-atlas": ("battery-sites", "2026", "Lithium, cobalt, nickel and graphite sites known only from a "
                            "secondary list, grondstoffen-atlas", "L. Walters, grondstoffen-atlas", _ATLAS, FACTS,
                            "Single facts after grondstoffen-atlas, a secondary list that says it rests on USGS, IEA "
                            "and producers' reports but names none for a site; what is from elsewhere is told in the "
                            "note",
                            "2026-09-26", "assumed"),
}


def source_row(key, series, edition, title, publisher, url, licence, attribution, published, published_basis):
    return dict(source=key, series=series, edition=edition, title=title, publisher=publisher, url=url, licence=licence,
                attribution=attribution, published=published, published_basis=published_basis, retrieved=RETRIEVED)


def quota_row(key, year, citation, routes):
    if not citation:
        return source_row(key, "china-quotas", f"{year} recalled", f"China's rare-earth quotas for {year}: recalled "
                          "figures, no publication fetched", "Didymium contributors", "", RECALLED,
                          "Recalled from general knowledge and to be verified", f"{year}-12-31", "assumed")
    by = published_by(citation)
    collected = "; ".join(part for part in citation.split("; ") if part not in context.looked_up())
    return source_row(key, "china-quotas", year, f"China's rare-earth quotas for {year}: {joined(by, 'title')}",
                      joined(by), by[0]["url"], FACTS, f"Single facts after {joined(by)}, which reports the quotas of "
                      f"the ministries of China{routes.carried(collected) if collected else ''}", f"{year}-12-31",
                      "assumed")


def event_row(key, row, citation, routes, basis):
    """`published` is the day of the event, which is known without the report that is named here."""
    if not citation:
        return source_row(key, "events", row["date"], row["title_en"], "Didymium contributors", "", RECALLED,
                          "Recalled from general knowledge and to be verified; no publication fetched", row["date"],
                          "assumed")
    by = published_by(citation)
    return source_row(key, "events", row["date"], "; ".join(p["title"] for p in by), joined(by),
                      next((p["url"] for p in by if p["url"]), ""), FACTS,
                      f"Single facts after {joined(by)}{routes.carried(basis)}",
                      row["date"], "assumed")


def site_row(key, row):
    """One site's own publication; what it does not say is from the list or recalled, which its attribution tells."""
    entry = publication_of(row["site"])
    after = entry["publisher"] + ("" if entry["opened"] == "yes" else " (as a secondary list quotes it, not opened)")
    return source_row(key, "ree-sites", row["site"], f"{entry['title']} ({row['name']})", entry["publisher"],
                      entry["url"], FACTS, f"Single facts: {entry['what']} after {after}; the rest of the description "
                      "after secondary lists or recalled, to be verified", entry["published"],
                      entry["published_basis"])


def joined(publications, what="publisher"):
    return ", ".join(dict.fromkeys(p[what] for p in publications))


def sources(facts, tables, quoted, bases):
    """The editions that the built tables use; refuses one that is used and not known.

    `quoted` has what the facts quote for the sources of events and quotas; `bases` the same of events, in full.
    """
    routes = Routes(facts)
    used = {}
    for rows in tables:
        for row in rows:
            used.setdefault(row["source"], row)
    out = []
    for key in sorted(used):
        row = used[key]
        if key in EDITIONS:
            out.append(source_row(key, *EDITIONS[key]))
            out[-1]["attribution"] += routes.told(key)
        elif key in rare_earths.EDITIONS:
            out.append(source_row(key, *rare_earths.EDITIONS[key]))
        elif key.startswith("cn-quotas-"):
            out.append(quota_row(key, row["period"], quoted.get(key, ""), routes))
        elif key.startswith("ev-"):
            out.append(event_row(key, row, quoted[key], routes, bases[key]))
        elif key.startswith("site-"):
            out.append(site_row(key, row))
        else:
            raise Refused(f"sources: {key} is used and not described")
        if out[-1]["licence"] != row["licence"]:
            raise Refused(f"sources: {key} has licence {out[-1]['licence']!r}, its rows {row['licence']!r}")
    return out
