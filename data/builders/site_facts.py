"""What is known of single sites beside the lists, in tables that people review: owners, capacities, publications."""
from pathlib import Path

from .common import Refused, number, read, reviewed

HERE = Path(__file__).resolve().parent
CAPACITY = "capacity_unit substance mass_basis capacity_period basis".split()
TABLES = ("owners.csv", "capacities.csv", "site_sources.csv")


def with_capacities(rows):
    """Enters the capacities of capacities.csv into the processes of these rows, which have none yet."""
    sites = {row["site"] for row in rows}
    for entry in read(HERE / "capacities.csv"):
        if entry["site"] not in sites:
            continue
        process = tuple(entry[c] for c in ("site", "commodity", "stage", "form"))
        row = next((r for r in rows if tuple(r[c] for c in ("site", "commodity", "stage", "form")) == process), None)
        if row is None or row.get("capacity"):
            raise Refused(f"capacities.csv: no process {process} that has no capacity yet")
        row.update({c: entry[c] for c in CAPACITY}, capacity=number(entry["capacity"]))
        row["note"] = "; ".join(part for part in (row["note"], entry["known_from"]) if part)
    return rows


def publication_of(site):
    """The entry of site_sources.csv, or None."""
    return reviewed("site_sources.csv", "site").get(site)


def refuse_strangers(sites):
    """Every entry of the reviewed tables is about a site that was built."""
    for table in TABLES:
        strangers = {entry["site"] for entry in read(HERE / table)} - sites
        if strangers:
            raise Refused(f"{table}: entries for no site: {sorted(strangers)}")
