//! The twin of the repository's own figures: the tables of `data/`, each said by the member that `tables.csv` names.

use std::collections::BTreeMap;
use std::path::Path;

use didymium_statement::payload::{PublishedBasis, Source, Statistic};
use didymium_statement::{Digest, Draft, Kind, KindVersion, StatementSigner, Visibility};
use didymium_twin::{Cut, RULES_VERSION, Twin, TwinBuilder};
use didymium_vocabulary::Vocabulary;
use zeroize::Zeroizing;

pub type Outcome<T> = Result<T, Box<dyn std::error::Error>>;
type Row = BTreeMap<String, String>;

const COLUMNS: [&str; 15] = [
    "measure",
    "commodity",
    "stage",
    "form",
    "substance",
    "mass_basis",
    "area",
    "partner",
    "subject",
    "period",
    "value",
    "qualifier",
    "unit",
    "basis",
    "note",
];

fn rows(file: &str) -> Outcome<Vec<Row>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../data")
        .join(file);
    let mut reader = csv::Reader::from_path(path)?;
    Ok(reader.deserialize().collect::<Result<_, _>>()?)
}

fn source(row: &Row) -> Outcome<Source> {
    let text = |name: &str| row.get(name).cloned().unwrap_or_default();
    let published_basis = match text("published_basis").as_str() {
        "exact" => PublishedBasis::Exact,
        _ => PublishedBasis::Assumed,
    };
    Ok(Source {
        source: text("source"),
        series: text("series"),
        edition: text("edition"),
        title: text("title"),
        publisher: text("publisher"),
        url: text("url"),
        licence: text("licence"),
        attribution: text("attribution"),
        published: text("published").parse()?,
        published_basis,
        retrieved: text("retrieved").parse()?,
    })
}

/// Every statistic of `data/` in one twin.
pub fn twin() -> Outcome<Twin> {
    let sources: BTreeMap<String, Row> = rows("sources.csv")?
        .into_iter()
        .map(|row| (row["source"].clone(), row))
        .collect();
    let mut builder = TwinBuilder::new(Vocabulary::embedded());
    let mut sizes: BTreeMap<String, u64> = ["CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA"]
        .map(|member| (member.to_owned(), 0))
        .into();
    for table in rows("tables.csv")?
        .iter()
        .filter(|table| table["kind"] == "statistic")
    {
        let mut by_source: BTreeMap<String, Vec<[String; 15]>> = BTreeMap::new();
        for mut row in rows(&table["file"])? {
            let said = by_source.entry(row["source"].clone()).or_default();
            said.push(COLUMNS.map(|name| row.remove(name).unwrap_or_default()));
        }
        let member = table["issuer"].as_str();
        for (key, said) in by_source {
            let row = sources.get(&key).ok_or_else(|| format!("no source {key}"))?;
            let draft = Draft {
                issuer: format!("did:web:{}.example", member.to_lowercase()),
                subject: "https://example/subject".into(),
                kind: KindVersion::v1(Kind::Statistic),
                valid: None,
                visibility: Visibility::Public,
                payload: Statistic::from_rows(source(row)?, "table", &said).to_bytes()?,
            };
            let (statement, blob) = draft.sign(&StatementSigner::from_seed(&Zeroizing::new([7; 32])))?;
            let index = sizes.entry(member.to_owned()).or_default();
            builder.add(member, *index, 0, &statement, blob.as_deref());
            *index += 1;
        }
    }
    Ok(builder.finish(Cut {
        charter: Digest::of(b"charter"),
        sizes,
        vocabulary: Digest::from_bytes(Vocabulary::embedded().digest()),
        rules: RULES_VERSION,
    }))
}
