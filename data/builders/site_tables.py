"""What had to be decided site by site: merges, what is left out and why, processes, translated names, town points."""

# Rows that are one place with several processes -> the row that describes the site.
REE_SAME = {
    "ree-sep-mp": "ree-mine-mountain-pass", "ree-rec-mp": "ree-mine-mountain-pass",
    "ree-sep-eneabba": "ree-mine-eneabba", "ree-sep-reep": "ree-mine-oscom",
    "ree-rec-solvay": "ree-sep-la-rochelle", "ree-rec-caremag": "ree-sep-caremag",
    "ree-mag-takefu": "ree-sep-takefu", "ree-rec-noveon": "ree-mag-noveon",
}
REE_LEFT_OUT = {"ree-mag-niron"}  # iron nitride: holds no rare earth
# Published figures that are not the nameplate of the site.
REE_CAPACITY_LEFT_OUT = {
    "ree-mine-bayan-obo": "the company's mining quota of 2024",
    "ree-mine-chipwi": "production of the whole country",
    "ree-mine-mountain-pass": "production of 2025",
    "ree-mine-mount-weld": "production of Australia in 2025",
    "ree-mag-jlmag": "company-wide, Baotou included",
    "ree-mag-yunsheng": "company-wide, Baotou included",
    "ree-sep-la-rochelle": "a market estimate for 2030",
    "ree-sep-eneabba": "statements of the company say 23,000 t",
}
# site -> processes, where products and stage of the source do not say it by themselves
REE_PROCESSES = {
    "ree-sep-solikamsk": [("compound", "mixed_compound")],
    "ree-sep-reep": [("compound", "mixed_compound")],
    "ree-sep-lulea": [("compound", "mixed_compound")],
    "ree-met-gkn": [("magnet", "magnet")],
    "ree-met-eec": [("magnet", "magnet")],
    "ree-met-korat": [("metal", "metal"), ("alloy", "alloy")],
    "ree-met-kmp": [("metal", "metal"), ("alloy", "alloy")],
    "ree-rec-tyseley": [("recycling", "alloy")],
    "ree-rec-pforzheim": [("recycling", "alloy")],
    "ree-rec-hypromag-usa": [("recycling", "magnet")],
    "ree-mag-magreesource": [("recycling", "alloy")],
}
# Sites whose sourced point is OSM-derived: the nearest town or district, to a tenth of a degree, known without it.
TOWN_POINTS = {
    "ree-mine-bayan-obo": ("41.8", "110.0"), "ree-mine-maoniuping": ("28.5", "102.2"),
    "ree-mine-chipwi": ("25.9", "98.1"), "ree-mine-dongpao": ("22.4", "103.5"),
    "ree-mine-mountain-pass": ("35.5", "-115.5"), "ree-mine-kvanefjeld": ("60.9", "-46.0"),
    "ree-mine-norra-karr": ("58.0", "14.5"),
    "ree-mine-steenkampskraal": ("-31.0", "18.3"), "ree-sep-huamei": ("40.7", "109.8"),
    "ree-sep-ganzhou-newmat": ("25.8", "114.9"), "ree-sep-huajing": ("25.8", "114.9"),
    "ree-sep-shenghe-leshan": ("29.6", "103.8"), "ree-sep-kuantan": ("3.8", "103.3"),
    "ree-mix-kalgoorlie": ("-30.7", "121.5"), "ree-sep-white-mesa": ("37.6", "-109.5"),
    "ree-sep-la-rochelle": ("46.2", "-1.2"), "ree-sep-silmet": ("59.4", "27.8"),
    "ree-sep-takefu": ("35.9", "136.2"), "ree-mag-mp-independence": ("32.8", "-97.3"),
    "ree-mag-vac": ("50.1", "8.9"), "ree-mag-jlmag": ("25.8", "114.9"), "ree-mag-yunsheng": ("29.9", "121.5"),
    "ree-mag-yunsheng-baotou": ("40.7", "109.8"), "ree-mag-ninggang": ("29.9", "121.5"),
    "ree-mag-weifeng": ("40.7", "109.8"), "ree-mag-kumagaya": ("36.1", "139.4"),
}

# Sites whose note gives a USGS point beside the OSM one.
USGS_POINTS = {"ree-mine-mount-weld": ("-28.8667", "122.5333")}

# Not sites (a country's scrap, a cell factory), or in the Canadian inventory already.
BATTERY_LEFT_OUT = {
    "ni-rec-eu", "ni-rec-china", "ni-rec-us", "gr-rec-eu", "gr-rec-china", "gr-rec-us", "gr-fab-desoto",
    "co-ref-sherritt", "ni-sudbury", "ni-voiseys", "ni-ref-sudbury", "gr-ref-quebec", "li-ref-becancour",
}
BATTERY_SAME = {
    "co-norilsk": "ni-norilsk", "co-murrin": "ni-murrin", "co-ambatovy": "ni-ambatovy", "co-moa": "ni-moa",
    "co-weda": "ni-weda-bay", "co-obi": "ni-obi", "co-morowali": "ni-ref-imip",
    "co-ref-nikkelverk": "ni-ref-nikkelverk", "co-ref-sumitomo": "ni-ref-sumitomo",
    "co-ref-jinchuan": "ni-ref-jinchuan",
}
# Figures of a country or a region, or far above what the site can make.
BATTERY_CAPACITY_LEFT_OUT = {
    "ni-philippines", "gr-madagascar", "gr-china-flake", "ni-weda-bay", "li-qinghai", "li-yichun-mine", "li-bikita",
}
BATTERY_NAMES = {
    "co-asm": "Kolwezi artisanal mining", "gr-nc-us": "Needle coke, United States (Lake Charles, Seadrift)",
    "gr-nc-china": "Needle coke, China (Liaoning, Shandong)", "gr-ref-shandong": "Spherical graphite, Shandong (Qingdao)",
    "gr-ref-innermongolia": "Synthetic anode, Inner Mongolia", "gr-ref-japan": "Synthetic anode, Japan",
    "gr-ref-vidalia": "Vidalia", "gr-ref-novonix": "Chattanooga", "gr-ref-sweden": "Luleå (Vittangi)",
    "gr-srilanka": "Bogala and Kahatagaha", "li-qinghai": "Qinghai brines", "li-yichun-mine": "Yichun lepidolite",
    "li-ref-qinghai": "Qinghai conversion", "li-ref-jiangxi": "Jiangxi conversion (Yichun, Ganzhou)",
    "li-ref-sichuan": "Sichuan conversion (Suining, Yibin)", "ni-morowali-mines": "Morowali district",
    "ni-ref-china-sulphate": "Nickel sulfate, Zhejiang", "ni-ref-jinchuan": "Jinchang (Jinchuan)",
    "ni-ref-nikkelverk": "Kristiansand (Nikkelverk)", "ni-ref-sumitomo": "Niihama",
    "ni-terrafame": "Terrafame (Sotkamo)", "ni-ref-korea": "Gwangyang, nickel sulfate",
    "co-ref-kokkola": "Kokkola, cobalt refinery", "li-ref-kokkola": "Kokkola, lithium refinery",
}
BATTERY_PROCESSES = {
    "gr-nc-us": ("graphite_synthetic", "coke", "needle_coke"),
    "gr-nc-china": ("graphite_synthetic", "coke", "needle_coke"),
    "gr-ref-shandong": ("graphite_natural", "spheroidisation", "spherical_graphite"),
    "gr-ref-innermongolia": ("graphite_synthetic", "graphitisation", "synthetic_graphite"),
    "gr-ref-japan": ("graphite_synthetic", "anode", "anode_material"),
    "gr-ref-korea": ("graphite", "anode", "anode_material"),
    "gr-ref-vidalia": ("graphite_natural", "anode", "anode_material"),
    "gr-ref-novonix": ("graphite_synthetic", "anode", "anode_material"),
    "gr-ref-sweden": ("graphite_natural", "anode", "anode_material"),
    "ni-doniambo": ("nickel", "intermediate", "npi"), "ni-ref-imip": ("nickel", "intermediate", "npi"),
    "co-morowali": ("cobalt", "intermediate", "intermediate_hydroxide"),
    "ni-ref-qmb": ("nickel", "intermediate", "mhp"), "ni-ref-iwip": ("nickel", "intermediate", "npi"),
    "ni-ref-obi": ("nickel", "intermediate", "mhp"), "ni-ref-pomalaa": ("nickel", "intermediate", "mhp"),
    "ni-ref-china-sulphate": ("nickel", "refining", "sulfate"), "ni-ref-jinchuan": ("nickel", "refining", "class1"),
    "ni-ref-nikkelverk": ("nickel", "refining", "class1"), "ni-ref-kola": ("nickel", "refining", "class1"),
    "ni-ref-sumitomo": ("nickel", "refining", "class1"), "ni-ref-harjavalta": ("nickel", "refining", "sulfate"),
    "ni-terrafame": ("nickel", "refining", "sulfate"), "ni-ref-korea": ("nickel", "refining", "sulfate"),
    "ni-coralbay": ("nickel", "intermediate", "mhp"), "co-ref-umicore": ("cobalt", "refining", "refined"),
}

# Canadian processing plants by inventory object: processes. An empty list: none of our families.
CANADA_PROCESSING = {
    "96": [("graphite_natural", "anode", "anode_material")],
    "89": [("graphite_natural", "anode", "anode_material")],
    "148": [("cobalt", "refining", "sulfate"), ("nickel", "recycling", "mhp"), ("lithium", "recycling", "scrap")],
    "84": [("nickel", "refining", "sulfate")],
    "222": [("cobalt", "refining", "refined")],
    "93": [("gallium", "primary", "crude")],
    "221": [("rare_earths", "concentration", "concentrate")],
    "153": [("lithium", "chemical", "hydroxide")], "97": [("lithium", "chemical", "carbonate")],
    "101": [("lithium", "chemical", "chemicals")], "152": [("lithium", "chemical", "hydroxide")],
    "223": [("lithium", "chemical", "hydroxide")], "151": [("lithium", "chemical", "chemicals")],
    "269": [("lithium", "chemical", "chemicals")], "99": [("lithium", "chemical", "hydroxide")],
    "154": [("lithium", "chemical", "hydroxide")],
    "12": [("nickel", "refining", "class1"), ("cobalt", "refining", "metal")],
    "141": [("gallium", "recycling", "metal")],
    "149": [("nickel", "refining", "refined")],
    "150": [("nickel", "component", "alloy")],
    "142": [("cobalt", "refining", "metal")],
    "103": [("rare_earths", "recycling", "separated_oxide")],
    "147": [("rare_earths", "separation", "separated_oxide")],
    "211": [("rare_earths", "separation", "separated_oxide"), ("rare_earths", "metal", "metal")],
    "88": [("rare_earths", "separation", "separated_oxide")],
    "83": [("scandium", "separation", "separated_oxide")],
    "100": [("scandium", "separation", "separated_oxide")],
    "144": [("nickel", "intermediate", "matte")],
    "219": [("nickel", "refining", "class1"), ("cobalt", "refining", "metal")],
    "266": [("germanium", "primary", "crude")],
}
