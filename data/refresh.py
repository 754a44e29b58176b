#!/usr/bin/env python3
"""Builds the fact tables of this folder from a folder of collected public tables, or checks them.

    python3 data/refresh.py FACTS_FOLDER     write every table, sources.csv, tables.csv and osm/site_points.csv
    python3 data/refresh.py --check          check the tables against the contract and the vocabulary

Standard library only. The same facts give the same bytes. A row, flag, unit or name that no rule covers stops the run
with its place and cause (exit 1): nothing is dropped silently; what is left out on purpose is named in the builders.
"""
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # leave no cache beside the tables

from builders import check, context, notices, production, rare_earths, site_facts, sites, sources, trade_and_use
from builders.common import COLUMNS, Refused, write

HERE = Path(__file__).resolve().parent
VOCABULARY = HERE.parent / "crates" / "vocabulary" / "tables"

# file, kind, issuer, builder, title in English and French
TABLES = [
    ("production_usgs.csv", "statistic", "USA", production.production_usgs,
     "World mine production, USGS, two editions", "Production minière mondiale, USGS, deux éditions"),
    ("rare_earths_usgs.csv", "statistic", "USA", rare_earths.rare_earths_usgs,
     "Rare earths 2015-2024, USGS: earlier editions, Minerals Yearbook and historical series",
     "Terres rares 2015-2024, USGS : éditions antérieures, Minerals Yearbook et série historique"),
    ("rare_earths_usgs_quoted.csv", "statistic", "USA", rare_earths.rare_earths_usgs_quoted,
     "World mine production of rare earths, USGS editions 2017-2023, as quoted by others or recalled",
     "Production minière mondiale de terres rares, éditions USGS 2017-2023, citées par d’autres ou de mémoire"),
    ("rare_earths_china.csv", "statistic", "JPN", rare_earths.rare_earths_china,
     "China's exports and imports of rare earths 2014-2023, refined production 2022",
     "Exportations et importations chinoises de terres rares 2014-2023, production raffinée 2022"),
    ("reserves_usgs.csv", "statistic", "USA", production.reserves_usgs,
     "World reserves, USGS", "Réserves mondiales, USGS"),
    ("production_bgs.csv", "statistic", "GBR", production.production_bgs,
     "World mine and refined production since 1994, BGS",
     "Production minière et raffinée mondiale depuis 1994, BGS"),
    ("refining_iea.csv", "statistic", "FRA", production.refining_iea,
     "Mining and refining by country, 2024 and base case to 2040, IEA",
     "Extraction et raffinage par pays, 2024 et scénario de base jusqu’en 2040, AIE"),
    ("demand_iea.csv", "statistic", "FRA", production.demand_iea,
     "World demand by use, 2024 and three scenarios to 2050, IEA",
     "Demande mondiale par usage, 2024 et trois scénarios jusqu’en 2050, AIE"),
    ("trade_baci_2002_2011.csv", "statistic", "FRA", trade_and_use.trade_baci_2002_2011,
     "Trade between countries 2002-2011, main partners, BACI",
     "Commerce entre pays 2002-2011, principaux partenaires, BACI"),
    ("trade_baci_2012_2022.csv", "statistic", "FRA", trade_and_use.trade_baci_2012_2022,
     "Trade between countries 2012-2022, main partners, BACI",
     "Commerce entre pays 2012-2022, principaux partenaires, BACI"),
    ("us_import_sources.csv", "statistic", "USA", trade_and_use.us_import_sources,
     "Origin of United States imports, USGS", "Origine des importations des États-Unis, USGS"),
    ("us_salient.csv", "statistic", "USA", trade_and_use.us_salient,
     "United States imports, exports, consumption, stocks and prices, USGS",
     "Importations, exportations, consommation, stocks et prix aux États-Unis, USGS"),
    ("prices_ree_annual.csv", "statistic", "JPN", trade_and_use.prices_ree_annual,
     "Prices of rare-earth oxides, annual", "Prix des oxydes de terres rares, annuels"),
    ("prices_imf_monthly.csv", "statistic", "JPN", trade_and_use.prices_imf_monthly,
     "Prices of cobalt, lithium and nickel, monthly, IMF", "Prix du cobalt, du lithium et du nickel, mensuels, FMI"),
    ("quotas_china.csv", "statistic", "DEU", context.quotas_china,
     "China's rare-earth quotas", "Quotas chinois de terres rares"),
    ("element_share_ree.csv", "statistic", "ITA", context.element_share_ree,
     "Rare-earth composition of deposits", "Composition en terres rares des gisements"),
    ("indicators_wgi.csv", "statistic", "ITA", context.indicators_wgi,
     "Worldwide Governance Indicators since 2010", "Indicateurs mondiaux de gouvernance depuis 2010"),
    ("recycling_eu.csv", "statistic", "ITA", context.recycling_eu,
     "Recycling and by-product shares", "Recyclage et parts de sous-produit"),
    ("notices.csv", "notice", "DEU", notices.notices,
     "Export controls and other events since 2005", "Contrôles à l’exportation et autres événements depuis 2005"),
    ("sites_rare_earths.csv", "site", "JPN", sites.sites_rare_earths,
     "Rare-earth sites of the world", "Sites de terres rares dans le monde"),
    ("sites_battery.csv", "site", "DEU", sites.sites_battery,
     "Lithium, cobalt, nickel and graphite sites of the world",
     "Sites de lithium, cobalt, nickel et graphite dans le monde"),
    ("sites_canada_nrcan.csv", "site", "CAN", sites.sites_canada_nrcan,
     "Mines, projects and plants of Canada", "Mines, projets et usines du Canada"),
]
MANIFEST = "file kind issuer title_en title_fr".split()
POINTS = "site lat lon precision source licence attribution retrieved".split()


def refresh(facts):
    """Builds all tables in memory, then writes them: a refusal leaves the folder as it was."""
    built = [(name, kind, build(facts)) for name, kind, _, build, _, _ in TABLES]
    site_facts.refuse_strangers({row["site"] for _, kind, rows in built if kind == "site" for row in rows})
    quoted = {**notices.cited(facts), **context.quotas_cited(facts)}
    editions = sources.sources(facts, [rows for _, _, rows in built], quoted, notices.bases(facts))
    points = sites.osm_points(facts)
    for name, kind, rows in built:
        write(HERE / name, COLUMNS[kind], rows)
        print(f"{name:32} {len(rows):6} rows")
    write(HERE / "sources.csv", COLUMNS["source"], editions)
    write(HERE / "tables.csv", MANIFEST, [dict(zip(MANIFEST, (t[0], t[1], t[2], t[4], t[5]))) for t in TABLES])
    write(HERE / "osm" / "site_points.csv", POINTS, points)
    print(f"{'sources.csv':32} {len(editions):6} rows\n{'osm/site_points.csv':32} {len(points):6} rows")


def main(arguments):
    if arguments == ["--check"]:
        failures = check.run(HERE, VOCABULARY)
        for failure in failures[:50]:
            print(failure, file=sys.stderr)
        print(f"{len(failures)} failures" if failures else "all tables are in order")
        return 1 if failures else 0
    if len(arguments) == 1 and Path(arguments[0]).is_dir():
        try:
            refresh(Path(arguments[0]))
        except (Refused, KeyError, ValueError) as refused:
            print(f"refused: {refused!r}", file=sys.stderr)
            return 1
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
