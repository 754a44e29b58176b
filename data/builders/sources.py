"""`sources.csv`: every edition a row refers to, and `tables.csv`: what the demo club loads."""
from .common import BGS, CC_BY, ETALAB, FACTS, IMF, NRCAN, RETRIEVED, USGS, Refused

_USGS = "U.S. Geological Survey"
_MCS = "https://www.usgs.gov/centers/national-minerals-information-center/mineral-commodity-summaries"
COMPANY = "Public figures of a company"

# source: series, edition, title, publisher, url, licence, attribution, published, published_basis
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
    "usgs-mybk-recalled": ("usgs-mybk", "recalled", "Minerals Yearbook, Rare Earths: rare-earth contents of major and "
                           "potential source minerals (recalled, not fetched)", _USGS,
                           "https://www.usgs.gov/centers/national-minerals-information-center/minerals-yearbook", USGS,
                           "After U.S. Geological Survey, Minerals Yearbook; recalled from memory, to be verified",
                           "2011-01-01", "assumed"),
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
                          "Lynas Corporation", "", COMPANY, "Lynas Corporation, published average prices",
                          "2010-01-31", "assumed"),
    "lynas-distribution-2009": ("lynas-distribution", "2009", "Rare-earth distribution of the Mount Weld deposit",
                                "Lynas Corporation", "", COMPANY, "Lynas Corporation, published distribution",
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
    "nrcan-cmi-2026": ("nrcan-cmi", "2026", "Critical Minerals Inventory: advanced projects, mines and processing "
                       "facilities", "Natural Resources Canada", "https://open.canada.ca/", NRCAN,
                       "Contains information licensed under the Open Government Licence – Canada (Natural Resources "
                       "Canada)", "2026-01-01", "assumed"),
    "ree-sites-2026": ("ree-sites", "2026", "Rare-earth sites of the world, single facts", "Didymium contributors", "",
                       FACTS, "Compiled from company and public statements; points: USGS, Mindat, Stimson Center",
                       "2026-11-22", "assumed"),
    "battery-sites-2026": ("battery-sites", "2026", "Lithium, cobalt, nickel and graphite sites of the world, single "
                           "facts", "Didymium contributors", "", FACTS,
                           "Compiled from a secondary list (grondstoffen-atlas) of public facts", "2026-11-22",
                           "assumed"),
}


def source_row(key, series, edition, title, publisher, url, licence, attribution, published, published_basis):
    return dict(source=key, series=series, edition=edition, title=title, publisher=publisher, url=url, licence=licence,
                attribution=attribution, published=published, published_basis=published_basis, retrieved=RETRIEVED)


def sources(tables):
    """The editions that the built tables use, quotas and events included; refuses one that is used and not known."""
    used = {}
    for _, rows in tables:
        for row in rows:
            used.setdefault(row["source"], row)
    out = []
    for key in sorted(used):
        row = used[key]
        if key in EDITIONS:
            out.append(source_row(key, *EDITIONS[key]))
        elif key.startswith("cn-quotas-"):
            year = row["period"]
            out.append(source_row(
                key, "china-quotas", year, f"China's rare-earth quotas for {year}",
                "Ministries of the People's Republic of China, as reported by the press", "", FACTS,
                "Single facts; the report quoted stands in the note of each row", f"{year}-12-31", "assumed"))
        elif key.startswith("ev-"):
            out.append(source_row(
                key, "events", row["date"], row["title"], "Press and official notices, as quoted in the description", "",
                FACTS, "Single facts; the report quoted stands in the description", row["date"], "assumed"))
        else:
            raise Refused(f"sources: {key} is used and not described")
        if out[-1]["licence"] != row["licence"]:
            raise Refused(f"sources: {key} has licence {out[-1]['licence']!r}, its rows {row['licence']!r}")
    return out
