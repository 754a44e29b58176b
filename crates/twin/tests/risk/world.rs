//! A small invented world: refined nickel of four countries, its trade, prices, demand and governance.

use std::collections::BTreeMap;

use didymium_statement::payload::{PublishedBasis, Source, Statistic};
use didymium_statement::{Digest, Draft, Kind, KindVersion, StatementSigner, Visibility};
use didymium_twin::{Cut, RULES_VERSION, SeriesId, Twin, TwinBuilder};
use didymium_vocabulary::{Period, Vocabulary};
use zeroize::Zeroizing;

/// A figure of the world: the columns of an observation that matter here.
#[derive(Debug, Clone)]
pub struct Row {
    pub measure: &'static str,
    pub area: &'static str,
    pub partner: &'static str,
    pub subject: &'static str,
    pub year: &'static str,
    pub value: f64,
    pub basis: &'static str,
    /// Whether what is produced is mined, not refined.
    pub mined: bool,
}

fn row(measure: &'static str, area: &'static str, value: f64, basis: &'static str) -> Row {
    Row {
        measure,
        area,
        partner: "",
        subject: "",
        year: "2020",
        value,
        basis,
        mined: false,
    }
}

pub fn flow(area: &'static str, partner: &'static str, value: f64) -> Row {
    Row {
        partner,
        subject: "750210",
        ..row("trade", area, value, "derived")
    }
}

pub fn score(area: &'static str, subject: &'static str, value: f64) -> Row {
    Row {
        subject,
        ..row("indicator", area, value, "reported")
    }
}

pub fn produced(area: &'static str, tonnes: f64) -> Row {
    row("production", area, tonnes, "estimated")
}

/// Imports, exports and consumption of the USA, tonnes of nickel.
pub fn used(imports: f64, exports: f64, consumption: f64) -> [Row; 3] {
    [
        ("imports", imports),
        ("exports", exports),
        ("consumption", consumption),
    ]
    .map(|(measure, tonnes)| row(measure, "USA", tonnes, "reported"))
}

/// The world of 2020. CAN and USA are the club; CAN produces, USA does not.
pub fn rows() -> Vec<Row> {
    let mut rows = vec![
        produced("CHN", 800.0),
        produced("IDN", 500.0),
        produced("RUS", 150.0),
        produced("CAN", 120.0),
        Row {
            subject: "LME cash",
            ..row("price", "WLD", 14_000.0, "reported")
        },
        Row {
            subject: "total",
            ..row("demand", "WLD", 1_500.0, "estimated")
        },
        flow("CAN", "USA", 900_000.0),
        flow("RUS", "USA", 700_000.0),
        flow("CHN", "USA", 200_000.0),
        flow("RUS", "CAN", 400_000.0),
        flow("CAN", "CHN", 300_000.0),
        flow("USA", "CHN", 150_000.0),
    ];
    for (area, mean, stability) in [
        ("CHN", -0.3, -0.4),
        ("IDN", -0.1, -0.5),
        ("RUS", -0.8, -0.7),
        ("CAN", 1.5, 1.0),
        ("USA", 1.1, 0.1),
    ] {
        rows.push(score(area, "wgi_mean", mean));
        rows.push(score(area, "wgi_pv", stability));
    }
    rows
}

fn cells(row: &Row) -> [String; 15] {
    let [commodity, stage, form, substance, basis, unit] = match row.measure {
        "production" if row.mined => ["nickel", "mine", "ore", "Ni", "contained", "t"],
        "production" => ["nickel", "refining", "refined", "Ni", "contained", "t"],
        "price" => ["nickel", "refining", "class1", "", "", "usd_per_t"],
        "demand" => ["nickel", "end_use", "", "Ni", "contained", "t"],
        "trade" => ["nickel", "refining", "class1", "", "", "usd"],
        "imports" | "exports" | "consumption" => ["nickel", "refining", "refined", "Ni", "contained", "t"],
        _ => ["", "", "", "", "", "index"],
    };
    [
        row.measure,
        commodity,
        stage,
        form,
        substance,
        basis,
        row.area,
        row.partner,
        row.subject,
        row.year,
        &format!("{:.9}", row.value),
        "",
        unit,
        row.basis,
        "",
    ]
    .map(str::to_owned)
}

/// The twin of these figures.
pub fn twin(rows: &[Row]) -> Twin {
    let source = Source {
        source: "world-2021".into(),
        series: "world".into(),
        edition: "2021".into(),
        title: "World".into(),
        publisher: "Publisher".into(),
        url: String::new(),
        licence: "CC0-1.0".into(),
        attribution: String::new(),
        published: "2021-06-01".parse().unwrap(),
        published_basis: PublishedBasis::Exact,
        retrieved: "2026-11-22".parse().unwrap(),
    };
    let rows: Vec<_> = rows.iter().map(cells).collect();
    let draft = Draft {
        issuer: "did:web:can.example".into(),
        subject: "https://example/subject".into(),
        kind: KindVersion::v1(Kind::Statistic),
        valid: None,
        visibility: Visibility::Public,
        payload: Statistic::from_rows(source, "table", &rows).to_bytes().unwrap(),
    };
    let (statement, blob) = draft
        .sign(&StatementSigner::from_seed(&Zeroizing::new([1; 32])))
        .unwrap();
    let mut builder = TwinBuilder::new(Vocabulary::embedded());
    builder.add("CAN", 0, 0, &statement, blob.as_deref());
    builder.finish(Cut {
        charter: Digest::of(b"charter"),
        sizes: BTreeMap::from([("CAN".into(), 1), ("USA".into(), 0)]),
        vocabulary: Digest::from_bytes(Vocabulary::embedded().digest()),
        rules: RULES_VERSION,
    })
}

pub fn series(twin: &Twin, measure: &str) -> SeriesId {
    twin.find_series([Some(measure), None, None, None, None, None, None])
        .unwrap()
}

pub fn year(text: &str) -> Period {
    text.parse().unwrap()
}
