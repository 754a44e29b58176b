//! The public facts of `data/` as a twin: each table said by one member, one statement a source.

use std::collections::BTreeMap;
use std::path::PathBuf;

use didymium_statement::payload::{PublishedBasis, Source, Statistic};
use didymium_statement::{Digest, Draft, Kind, KindVersion, StatementSigner, Visibility};
use didymium_twin::{Cut, RULES_VERSION, Twin, TwinBuilder};
use didymium_vocabulary::Vocabulary;
use zeroize::Zeroizing;

fn data(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../data")
        .join(file)
}

fn sources() -> BTreeMap<String, Source> {
    let mut reader = csv::Reader::from_path(data("sources.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|column| column == name).unwrap();
    reader
        .records()
        .map(|row| {
            let row = row.unwrap();
            let cell = |name: &str| row.get(place(name)).unwrap().to_owned();
            let source = Source {
                source: cell("source"),
                series: cell("series"),
                edition: cell("edition"),
                title: cell("title"),
                publisher: cell("publisher"),
                url: cell("url"),
                licence: cell("licence"),
                attribution: cell("attribution"),
                published: cell("published").parse().unwrap(),
                published_basis: match cell("published_basis").as_str() {
                    "exact" => PublishedBasis::Exact,
                    other => serde_json::from_value(other.into()).unwrap(),
                },
                retrieved: cell("retrieved").parse().unwrap(),
            };
            (source.source.clone(), source)
        })
        .collect()
}

/// The twin of every table of statistics.
pub fn public_twin() -> Twin {
    let sources = sources();
    let vocabulary = Vocabulary::embedded();
    let mut builder = TwinBuilder::new(vocabulary);
    let signer = StatementSigner::from_seed(&Zeroizing::new([7; 32]));
    let mut tables = csv::Reader::from_path(data("tables.csv")).unwrap();
    let mut index = 0;
    for table in tables.records() {
        let table = table.unwrap();
        if &table[1] != "statistic" {
            continue;
        }
        let mut rows: BTreeMap<String, Vec<[String; 15]>> = BTreeMap::new();
        let mut reader = csv::Reader::from_path(data(&table[0])).unwrap();
        for row in reader.records() {
            let row = row.unwrap();
            // Trade in money and governance say nothing of masses, and take time to read.
            if matches!(&row[0], "trade" | "indicator" | "price") {
                continue;
            }
            let cells: [String; 15] = std::array::from_fn(|at| row[at].to_owned());
            rows.entry(row[15].to_owned()).or_default().push(cells);
        }
        for (source, rows) in rows {
            let payload = Statistic::from_rows(sources[&source].clone(), "table", &rows)
                .to_bytes()
                .unwrap();
            let draft = Draft {
                issuer: "did:web:usa.example".into(),
                subject: "https://example/subject".into(),
                kind: KindVersion::v1(Kind::Statistic),
                valid: None,
                visibility: Visibility::Public,
                payload,
            };
            let (statement, blob) = draft.sign(&signer).unwrap();
            builder.add("USA", index, 0, &statement, blob.as_deref());
            index += 1;
        }
    }
    builder.finish(Cut {
        charter: Digest::of(b"charter"),
        sizes: BTreeMap::from([("USA".into(), index)]),
        vocabulary: Digest::from_bytes(vocabulary.digest()),
        rules: RULES_VERSION,
    })
}
