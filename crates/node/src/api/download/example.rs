//! A small twin for the tests of files: what three countries mined, sold and found, two sites, a notice.

use std::collections::BTreeMap;

use didymium_statement::payload::{
    Basis, Capacity, Confidence, Notice, Owner, Process, PublishedBasis, Site, SiteStatus, Source, Statistic,
    Wording,
};
use didymium_statement::{Digest, Draft, Kind, KindVersion, StatementSigner, Visibility};
use didymium_twin::{Cut, RULES_VERSION, Twin, TwinBuilder};
use didymium_vocabulary::Vocabulary;
use zeroize::Zeroizing;

use super::{Table, csv};

/// Rows of a table by the names of their columns, as CSV tells them.
pub(super) fn rows(table: &Table<'_>) -> Vec<BTreeMap<String, String>> {
    let bytes = csv::write(table).unwrap();
    let mut reader = ::csv::Reader::from_reader(bytes.as_slice());
    reader.deserialize().collect::<Result<_, _>>().unwrap()
}

/// The cells of some columns, row by row.
pub(super) fn cells<const N: usize>(
    rows: &[BTreeMap<String, String>],
    columns: [&str; N],
) -> Vec<[String; N]> {
    rows.iter()
        .map(|row| columns.map(|name| row[name].clone()))
        .collect()
}

fn source(key: &str, series: &str) -> Source {
    Source {
        source: key.into(),
        series: series.into(),
        edition: "1".into(),
        title: format!("Edition {key}"),
        publisher: "Publisher".into(),
        url: String::new(),
        licence: "CC0-1.0".into(),
        attribution: format!("Says {series}"),
        published: "2025-01-31".parse().unwrap(),
        published_basis: PublishedBasis::Exact,
        retrieved: "2026-11-22".parse().unwrap(),
    }
}

fn mined(area: &str, period: &str, value: &str) -> [String; 15] {
    let key = ["production", "rare_earths", "mine", "ore", "REO", "contained"];
    row(key, area, "", ["", period, value, "t"])
}

fn row(key: [&str; 6], area: &str, partner: &str, [subject, period, value, unit]: [&str; 4]) -> [String; 15] {
    let [measure, commodity, stage, form, substance, mass_basis] = key;
    [
        measure, commodity, stage, form, substance, mass_basis, area, partner, subject, period, value, "",
        unit, "reported", "",
    ]
    .map(str::to_owned)
}

fn statistics() -> Vec<(Kind, Vec<u8>)> {
    let price = ["price", "neodymium", "separation", "separated_oxide", "", ""];
    let part = |element| ["element_share", element, "", "", "", ""];
    let traded = ["trade", "rare_earths", "magnet", "magnet", "", ""];
    let tables = [
        (
            source("usgs-mcs-2025", "usgs-mcs"),
            vec![
                mined("WLD", "2022", "300000"),
                mined("CHN", "2022", "210000"),
                mined("WLD", "2023", "376000"),
                mined("CHN", "2023", "255000"),
                mined("USA", "2023", "41600"),
                mined("AUS", "2023", "16000"),
            ],
        ),
        (
            source("prices-2025", "prices"),
            vec![
                row(price, "CHN", "", ["oxide", "2023", "78.5", "usd_per_kg"]),
                row(price, "CHN", "", ["oxide", "2024", "56.1", "usd_per_kg"]),
            ],
        ),
        (
            source("deposits-2025", "deposits"),
            vec![
                row(
                    part("lanthanum"),
                    "CHN",
                    "",
                    ["Bayan Obo", "2023", "23.2", "percent"],
                ),
                row(part("cerium"), "CHN", "", ["Bayan Obo", "2023", "50", "percent"]),
                row(
                    part("cerium"),
                    "AUS",
                    "",
                    ["Mount Weld", "2023", "47.6", "percent"],
                ),
            ],
        ),
        (
            source("trade-2025", "trade"),
            vec![
                row(traded, "CHN", "JPN", ["850511", "2023", "500000", "usd"]),
                row(traded, "CHN", "USA", ["850511", "2023", "300000", "usd"]),
                row(traded, "USA", "JPN", ["850511", "2023", "200000", "usd"]),
            ],
        ),
    ];
    let said = tables.map(|(source, rows)| {
        let bytes = Statistic::from_rows(source, "table", &rows).to_bytes().unwrap();
        (Kind::Statistic, bytes)
    });
    said.into()
}

fn process(stage: &str, form: &str, tonnes: Option<i64>) -> Process {
    Process {
        commodity: "rare_earths".into(),
        stage: stage.into(),
        form: form.into(),
        capacity: tonnes.map(|tonnes| Capacity {
            value: tonnes.into(),
            unit: "t".into(),
            mass_basis: "contained".into(),
            substance: "REO".into(),
            period: None,
        }),
        status: SiteStatus::Suspended,
        start: None,
        basis: Basis::Reported,
        note: String::new(),
    }
}

fn sites() -> Vec<(Kind, Vec<u8>)> {
    let owner = |name: &str, share: Option<i64>| Owner {
        name: name.into(),
        share: share.map(Into::into),
        basis: Basis::Estimated,
    };
    let site = |key: &str, name: &str, owners, processes| Site {
        site: key.into(),
        name: name.into(),
        country: "USA".into(),
        place: "California".into(),
        point: None,
        operator: String::new(),
        owners,
        status: SiteStatus::Suspended,
        processes,
        source: source("sites-2026", "sites"),
    };
    let pit = site(
        "pit",
        "Pit",
        vec![owner("North", Some(60)), owner("South", None)],
        vec![
            process("mine", "ore", Some(45_000)),
            process("concentration", "concentrate", None),
        ],
    );
    let works = process("separation", "separated_oxide", None);
    let claim = site("claim", "Claim", Vec::new(), vec![works]);
    let told = [pit, claim].map(|site| (Kind::Site, serde_json::to_vec(&site).unwrap()));
    told.into()
}

fn notice() -> (Kind, Vec<u8>) {
    let wording = |en: &str, fr: &str| Wording {
        en: en.into(),
        fr: fr.into(),
    };
    let notice = Notice {
        notice: "licences".into(),
        date: "2023-04-01".parse().unwrap(),
        end_date: None,
        notice_type: "export_control".into(),
        actors: vec!["CHN".into()],
        commodities: vec!["rare_earths".into()],
        stages: vec!["mine".into(), "separation".into()],
        affected: vec!["USA".into(), "JPN".into()],
        title: wording("Licences", "Licences"),
        description: wording("Export needs a licence.", "Il faut une licence pour exporter."),
        confidence: Confidence::High,
        basis: Basis::Reported,
        source: source("gazette-2023", "gazette"),
    };
    (Kind::Notice, serde_json::to_vec(&notice).unwrap())
}

/// The twin.
pub(in crate::api) fn twin() -> Twin {
    of(statistics()
        .into_iter()
        .chain(sites())
        .chain([notice()])
        .collect())
}

/// The same where it is told too what each of the two sites mined in a year; one of them has no mine.
pub(super) fn twin_of_sites() -> Twin {
    let at = |site: &str, value: &str| {
        let mut row = mined("USA", "2023", value);
        row[8] = format!("site:{site}");
        row
    };
    let rows = [at("pit", "41000"), at("claim", "500")];
    let source = source("returns-2025", "returns");
    let told = Statistic::from_rows(source, "table", &rows).to_bytes().unwrap();
    let said = statistics().into_iter().chain(sites());
    of(said.chain([(Kind::Statistic, told)]).collect())
}

fn of(said: Vec<(Kind, Vec<u8>)>) -> Twin {
    let signer = StatementSigner::from_seed(&Zeroizing::new([1; 32]));
    let mut builder = TwinBuilder::new(Vocabulary::embedded());
    let mut size = 0;
    for (kind, payload) in said {
        let why = payload.clone();
        let draft = Draft {
            issuer: "did:web:can.example".into(),
            subject: "https://can.example/subject".into(),
            kind: KindVersion::v1(kind),
            valid: None,
            visibility: Visibility::Public,
            payload,
        };
        let (statement, blob) = draft.sign(&signer).unwrap();
        let refused = TwinBuilder::why_uninterpreted(Vocabulary::embedded(), &statement, blob.as_deref());
        assert_eq!(refused, None, "{}", String::from_utf8_lossy(&why));
        builder.add("CAN", size, 0, &statement, blob.as_deref());
        size += 1;
    }
    builder.finish(Cut {
        charter: Digest::of(b"charter"),
        sizes: BTreeMap::from([("CAN".into(), size)]),
        vocabulary: Digest::from_bytes(Vocabulary::embedded().digest()),
        rules: RULES_VERSION,
    })
}
