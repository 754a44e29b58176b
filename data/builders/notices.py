"""Events: who did what when; the words in both languages stand in notice_texts.csv."""
from .citations import basis_and_citation
from .common import ELEMENTS, FACTS, RECALLED, RETRIEVED, read, refuse, reviewed, slug

ACTORS = {"China": "CHN", "DR Congo": "COD", "Indonesia": "IDN", "WTO": "", "MP Materials": "USA", "Molycorp": "USA",
          "Myanmar": "MMR", "Japan": "JPN", "USA": "USA", "EU": "", "Burundi": "BDI", "Russia": "RUS", "LME": "GBR",
          "KIO/KIA": "MMR"}
EVENT_MINERALS = {
    "rare_earths": ["rare_earths"], "rare_earths_heavy": ["hree"], "cobalt": ["cobalt"], "nickel": ["nickel"],
    "gallium": ["gallium"], "germanium": ["germanium"], "graphite": ["graphite_natural", "graphite_synthetic"],
    "graphite_anode": ["graphite"], "li_batteries": ["lithium"],
    **{e: [e] for e in ELEMENTS.values()},
}
# Not in the vocabulary: such a mineral is left out, and an event of none but these is left out.
EVENT_OTHERS = {"copper", "palladium", "antimony", "tungsten", "molybdenum", "tellurium", "bismuth", "indium"}
AFFECTED = {"world": "WLD", "China": "CHN"}
# A doubt about a day stands in the text of the notice.
CONFIDENCE = {"high": "high", "medium": "medium", "date medium": "medium", "day approximate": "medium",
              "date approximate": "medium", "end date approximate": "medium"}
WORDS = "title_en title_fr description_en description_fr".split()
TITLE_LENGTH = 110
# What the event stopped or changed, where that is one part of the chain: (date, first actor) -> stages.
EVENT_STAGES = {
    ("2014-01-12", "Indonesia"): "mine", ("2017-02-01", "Indonesia"): "mine", ("2020-01-01", "Indonesia"): "mine",
    ("2015-10-01", "Molycorp"): "mine;separation", ("2018-01-15", "MP Materials"): "mine",
    ("2021-02-01", "Myanmar"): "mine", ("2021-04-12", "Burundi"): "concentration",
    ("2021-05-28", "DR Congo"): "concentration", ("2023-07-03", "China"): "refining",
    ("2023-08-01", "China"): "refining", ("2023-12-21", "China"): "separation;metal;magnet",
    ("2024-10-19", "Myanmar"): "mine", ("2024-11-12", "KIO/KIA"): "mine",
    ("2025-02-22", "DR Congo"): "intermediate", ("2025-04-04", "China"): "separation;metal;alloy;magnet",
    ("2025-04-17", "MP Materials"): "concentration", ("2025-07-10", "USA"): "separation;magnet",
    ("2025-09-20", "DR Congo"): "intermediate", ("2026-01-21", "DR Congo"): "intermediate",
}


def commodities_of(r):
    found = []
    for mineral in r["minerals"].split(";"):
        if mineral not in EVENT_MINERALS and mineral not in EVENT_OTHERS:
            refuse("events", r, f"unknown mineral {mineral}")
        found.extend(c for c in EVENT_MINERALS.get(mineral, []) if c not in found)
    return found


def events_kept(facts):
    """The events that touch a commodity of the vocabulary."""
    return [r for r in read(facts / "events.csv") if commodities_of(r)]


def notices(facts):
    rows, keys, texts = [], set(), reviewed("notice_texts.csv", "notice")
    for r in events_kept(facts):
        commodities = commodities_of(r)
        unknown = [a for a in r["actor"].split(";") if a not in ACTORS]
        if unknown or r["confidence"] not in CONFIDENCE:
            refuse("events", r, f"unknown actor or confidence {unknown}")
        actors = [ACTORS[a] for a in r["actor"].split(";") if ACTORS[a]]
        affected = [AFFECTED.get(a.strip(), a.strip()) for a in r["affected"].split(";")]
        basis, citation = basis_and_citation(r["basis"])
        key = "-".join([r["date"], slug(actors[0] if actors else r["actor"]), slug(r["type"])])
        if key in keys:
            key += "-" + slug(commodities[0])
        keys.add(key)
        if key not in texts:
            refuse("notice_texts.csv", r, f"no text for {key}")
        text = texts.pop(key)
        if text["said"] != r["description"]:
            refuse("notice_texts.csv", r, f"the event of {key} says something else than when its text was written")
        for column in WORDS:
            if not text[column] or column.startswith("title") and len(text[column]) > TITLE_LENGTH:
                refuse("notice_texts.csv", text, f"{column} is empty or longer than {TITLE_LENGTH} characters")
        rows.append({
            "notice": key, "date": r["date"], "end_date": r["end_date"], "type": r["type"], "actors": ";".join(actors),
            "commodities": ";".join(commodities), "stages": EVENT_STAGES.get((r["date"], r["actor"].split(";")[0]), ""),
            "affected": ";".join(affected), **{column: text[column] for column in WORDS},
            "confidence": CONFIDENCE[r["confidence"]], "basis": basis, "source": "ev-" + key,
            "licence": FACTS if citation else RECALLED, "retrieved": RETRIEVED})
    if texts:
        refuse("notice_texts.csv", None, f"texts for no event: {sorted(texts)}")
    return rows


def cited(facts):
    """Key of each notice's source -> what the facts quote for it; empty where it was recalled."""
    return {row["source"]: basis_and_citation(r["basis"])[1] for r, row in zip(events_kept(facts), notices(facts))}


def bases(facts):
    """Key of each notice's source -> the whole cell of the facts, with the names of those who carried the report."""
    return {row["source"]: r["basis"] for r, row in zip(events_kept(facts), notices(facts))}
