"""Times geopolrisk-py, and compares with the panel of `cargo bench -p didymium-twin --bench risk`.

    python3 tools/bench/supply_risk.py OURS

OURS: what the benchmark printed. geopolrisk-py is run as its users run it: imported, then asked for one raw material, year
and importer at a time. It brings its own tables (World Mining Data, BACI, WGI), so the two do not compute the same cells:
what is compared is the time of a cell, and of having the first one. It writes its files into a home of its own, which is
left where HOME points to. It is under the GPL: it is run here and nothing of it is copied.
"""

import re
import sys
import time

CELLS = [("Graphite", 2022, "USA"), ("Cobalt", 2022, "Germany"), ("Nickel", 2021, "Japan")]
# One call for several cells, so that what a call costs once is shared: materials, years, importers.
BATCH = (["Nickel", "Cobalt"], [2021, 2022], ["USA", "Germany", "Japan", "France", "Canada"])


def main(ours):
    text = open(ours).read()
    found = re.search(r"GeoPolRisk, net import reliance and membership.*: ([0-9.]+) ms, ([0-9]+) cells", text)
    if not found:
        sys.exit(f"{ours}: not what the benchmark prints")
    panel, cells = float(found[1]) / 1e3, int(found[2])
    built = float(re.search(r"built in ([0-9.]+) s", text)[1])
    start = time.perf_counter()
    from geopolrisk.assessment import main as package

    imported = time.perf_counter() - start
    times = []
    for material, year, country in CELLS:
        start = time.perf_counter()
        package.gprs_calc([year], [country], [material])
        times.append(time.perf_counter() - start)
        print(f"geopolrisk-py: {material}, {year}, {country}: {times[-1]:.2f} s")
    call = sorted(times)[len(times) // 2]
    materials, years, countries = BATCH
    start = time.perf_counter()
    package.gprs_calc(years, countries, materials)
    batch = time.perf_counter() - start
    count = len(materials) * len(years) * len(countries)
    print(f"geopolrisk-py: import {imported:.1f} s, then {call:.2f} s a call (the middle of {len(times)})")
    print(f"geopolrisk-py: {count} cells in one call: {batch:.1f} s, {batch / count:.2f} s a cell")
    print(f"ours: {panel * 1e3:.1f} ms for {cells} cells, from a twin in memory: {panel / cells * 1e6:.2f} µs a cell")
    print(f"ours: tables read, signed, and the twin built: {built:.2f} s")
    print(f"ratio: one call for one cell takes {call / panel:,.0f} times as long as our whole panel")
    print(f"ratio: a cell of the batch takes {batch / count / (panel / cells):,.0f} times as long as a cell of ours")
    first, whole = imported + times[0], built + panel
    print(f"ratio: from nothing, import and one cell take {first / whole:,.0f} times as long as our twin and whole panel")


if __name__ == "__main__":
    main(sys.argv[1])
