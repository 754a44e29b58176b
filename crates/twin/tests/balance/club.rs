//! A small club that reports masses, for tests of balances.

use std::collections::BTreeMap;

use didymium_statement::payload::{
    Basis, Capacity, Process, PublishedBasis, Site, SiteStatus, Source, Statistic,
};
use didymium_statement::{Digest, Draft, Kind, KindVersion, Statement, StatementSigner, Visibility};
use didymium_twin::balance::{Balance, Line, Options, Reason, Slot, Spot};
use didymium_twin::{Cut, RULES_VERSION, Twin, TwinBuilder};
use didymium_vocabulary::Vocabulary;
use zeroize::Zeroizing;

/// A statement with its blob.
pub struct Said {
    pub statement: Statement,
    pub blob: Option<Vec<u8>>,
}

/// The publication of a survey.
pub fn survey(series: &str, published: &str) -> Source {
    Source {
        source: format!("{series}-{published}"),
        series: series.into(),
        edition: published.into(),
        title: format!("Survey {series}"),
        publisher: series.into(),
        url: String::new(),
        licence: "CC0-1.0".into(),
        attribution: String::new(),
        published: published.parse().unwrap(),
        published_basis: PublishedBasis::Exact,
        retrieved: "2026-11-22".parse().unwrap(),
    }
}

/// A row: measure, stage, form, area, partner, subject, period, tonnes of cobalt contained.
pub type Row<'r> = (
    &'r str,
    &'r str,
    &'r str,
    &'r str,
    &'r str,
    &'r str,
    &'r str,
    &'r str,
);

/// A row of the cobalt chain.
pub fn cobalt((measure, stage, form, area, partner, subject, period, value): Row<'_>) -> [String; 15] {
    let unit = if measure == "recovery" { "percent" } else { "t" };
    let mass = if measure == "recovery" {
        ("", "")
    } else {
        ("Co", "contained")
    };
    [
        measure, "cobalt", stage, form, mass.0, mass.1, area, partner, subject, period, value, "", unit,
        "reported", "",
    ]
    .map(str::to_owned)
}

fn said(kind: Kind, payload: Vec<u8>) -> Said {
    let draft = Draft {
        issuer: "did:web:can.example".into(),
        subject: "https://example/subject".into(),
        kind: KindVersion::v1(kind),
        valid: None,
        visibility: Visibility::Club,
        payload,
    };
    let signer = StatementSigner::from_seed(&Zeroizing::new([9; 32]));
    let (statement, blob) = draft.sign(&signer).unwrap();
    Said { statement, blob }
}

/// A table of rows.
pub fn table(source: &Source, rows: &[[String; 15]]) -> Said {
    let payload = Statistic::from_rows(source.clone(), "table", rows)
        .to_bytes()
        .unwrap();
    said(Kind::Statistic, payload)
}

/// A site with processes of the cobalt chain, each a stage, with a capacity in tonnes a year.
pub fn site(key: &str, country: &str, stages: &[(&str, Option<&str>)]) -> Said {
    let processes: Vec<_> = stages
        .iter()
        .map(|(stage, capacity)| (*stage, "", *capacity))
        .collect();
    site_of_forms(key, country, &processes)
}

/// The same, with the form that each process makes.
pub fn site_of_forms(key: &str, country: &str, processes: &[(&str, &str, Option<&str>)]) -> Said {
    site_of(key, country, "cobalt", processes)
}

/// The site `works` in Canada that mines cobalt, with a capacity as it is told: value, basis, substance, period.
pub fn works_of_capacity((value, basis, substance, period): (&str, &str, &str, Option<&str>)) -> Said {
    let capacity = Capacity {
        value: value.parse().unwrap(),
        unit: "t".into(),
        mass_basis: basis.into(),
        substance: substance.into(),
        period: period.map(|period| period.parse().unwrap()),
    };
    let process = Process {
        commodity: "cobalt".into(),
        stage: "mine".into(),
        form: String::new(),
        capacity: Some(capacity),
        status: SiteStatus::Operating,
        start: None,
        basis: Basis::Reported,
        note: String::new(),
    };
    registered("works", "CAN", vec![process])
}

/// A site of another chain.
pub fn site_of(key: &str, country: &str, commodity: &str, processes: &[(&str, &str, Option<&str>)]) -> Said {
    let process = |(stage, form, capacity): &(&str, &str, Option<&str>)| Process {
        commodity: commodity.into(),
        stage: (*stage).into(),
        form: (*form).into(),
        capacity: capacity.map(|value| Capacity {
            value: value.parse().unwrap(),
            unit: "t".into(),
            mass_basis: "contained".into(),
            substance: "Co".into(),
            period: Some("2023".parse().unwrap()),
        }),
        status: SiteStatus::Operating,
        start: None,
        basis: Basis::Reported,
        note: String::new(),
    };
    registered(key, country, processes.iter().map(process).collect())
}

fn registered(key: &str, country: &str, processes: Vec<Process>) -> Said {
    let site = Site {
        site: key.into(),
        name: key.into(),
        country: country.into(),
        place: String::new(),
        point: None,
        operator: String::new(),
        owners: Vec::new(),
        status: SiteStatus::Operating,
        processes,
        source: survey("register", "2023-01-01"),
    };
    said(Kind::Site, serde_json::to_vec(&site).unwrap())
}

/// What a country mined.
pub fn mined(area: &str, period: &str, value: &str) -> [String; 15] {
    cobalt(("production", "mine", "ore", area, "", "", period, value))
}

/// A row of the site `works` in Canada of 2023: measure, stage, form, tonnes.
pub fn at_works((measure, stage, form, value): (&str, &str, &str, &str)) -> [String; 15] {
    cobalt((measure, stage, form, "CAN", "", "site:works", "2023", value))
}

/// What the site `works` in Canada mined.
pub fn works_mined(period: &str, value: &str) -> [String; 15] {
    cobalt((
        "production",
        "mine",
        "ore",
        "CAN",
        "",
        "site:works",
        period,
        value,
    ))
}

/// A place `works` in Canada.
pub fn works() -> Spot {
    Spot::Site {
        country: "CAN".into(),
        site: "works".into(),
    }
}

/// The balance of cobalt from what was said.
pub fn balance(said: &[Said]) -> Balance {
    Balance::of(&twin(said), "cobalt", &Options::default()).unwrap()
}

/// The estimate of a line of the whole in 2023, tonnes.
pub fn estimate(balance: &Balance, stage: &str, spot: &Spot, line: Line) -> f64 {
    let stage = balance.stage(stage).unwrap();
    let told = balance.line(0, stage, spot, Slot::of_year(2023), line);
    told.unwrap().value.unwrap()
}

/// Why figures are not used, or named.
pub fn reasons(balance: &Balance) -> Vec<&Reason> {
    balance.findings.iter().map(|finding| &finding.reason).collect()
}

/// The twin of what was said, in that order.
pub fn twin<'s>(said: impl IntoIterator<Item = &'s Said>) -> Twin {
    let mut builder = TwinBuilder::new(Vocabulary::embedded());
    let mut index = 0;
    for one in said {
        builder.add("CAN", index, 0, &one.statement, one.blob.as_deref());
        index += 1;
    }
    builder.finish(Cut {
        charter: Digest::of(b"charter"),
        sizes: BTreeMap::from([("CAN".into(), index)]),
        vocabulary: Digest::from_bytes(Vocabulary::embedded().digest()),
        rules: RULES_VERSION,
    })
}
