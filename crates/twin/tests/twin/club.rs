//! A small club for the twin's tests: two members with keys of known seeds, and builders of what they say.

use std::collections::BTreeMap;

use didymium_statement::payload::{PublishedBasis, Source, Statistic};
use didymium_statement::{Digest, Draft, Kind, KindVersion, Statement, StatementSigner, Visibility};
use didymium_twin::{Cut, RULES_VERSION, SeriesId, Twin, TwinBuilder};
use didymium_vocabulary::{Decimal, Period, Vocabulary};
use zeroize::Zeroizing;

/// A statement with its blob, as a member says it.
#[derive(Clone)]
pub struct Said {
    pub member: &'static str,
    pub statement: Statement,
    pub blob: Option<Vec<u8>>,
}

pub fn vocabulary() -> &'static Vocabulary {
    Vocabulary::embedded()
}

pub fn source(key: &str, series: &str, published: &str) -> Source {
    Source {
        source: key.into(),
        series: series.into(),
        edition: "1".into(),
        title: format!("Edition {key}"),
        publisher: "Publisher".into(),
        url: String::new(),
        licence: "CC0-1.0".into(),
        attribution: String::new(),
        published: published.parse().unwrap(),
        published_basis: PublishedBasis::Exact,
        retrieved: "2026-11-22".parse().unwrap(),
    }
}

/// World mine production of rare earths, in tonnes of oxide.
pub fn mined(area: &str, period: &str, value: &str) -> [String; 15] {
    [
        "production",
        "rare_earths",
        "mine",
        "ore",
        "REO",
        "contained",
        area,
        "",
        "",
        period,
        value,
        "",
        "t",
        "reported",
        "",
    ]
    .map(str::to_owned)
}

/// Mine production of rare earths in 2023, as it was published in 2025.
pub fn usgs_2025() -> Vec<[String; 15]> {
    vec![
        mined("WLD", "2023", "376000"),
        mined("CHN", "2023", "255000"),
        mined("USA", "2023", "41600"),
        mined("MMR", "2023", "43000"),
        mined("OTH", "2023", "1440"),
    ]
}

pub fn sign(member: &'static str, seed: u8, kind: Kind, payload: Vec<u8>) -> Said {
    let draft = Draft {
        issuer: format!("did:web:{}.example", member.to_lowercase()),
        subject: "https://example/subject".into(),
        kind: KindVersion::v1(kind),
        valid: None,
        visibility: Visibility::Public,
        payload,
    };
    let (statement, blob) = draft
        .sign(&StatementSigner::from_seed(&Zeroizing::new([seed; 32])))
        .unwrap();
    Said {
        member,
        statement,
        blob,
    }
}

pub fn table(member: &'static str, seed: u8, source: &Source, rows: &[[String; 15]]) -> Said {
    let payload = Statistic::from_rows(source.clone(), "table", rows)
        .to_bytes()
        .unwrap();
    sign(member, seed, Kind::Statistic, payload)
}

/// The twin of what was said, in that order.
pub fn twin(said: &[Said]) -> Twin {
    twin_after(said, &[])
}

/// The cut of the logs of CAN and USA that hold what was said.
pub fn cut_of(said: &[Said]) -> Cut {
    let mut sizes: BTreeMap<String, u64> = BTreeMap::from([("CAN".into(), 0), ("USA".into(), 0)]);
    for one in said {
        *sizes.entry(one.member.to_owned()).or_default() += 1;
    }
    Cut {
        charter: Digest::of(b"charter"),
        sizes,
        vocabulary: Digest::from_bytes(vocabulary().digest()),
        rules: RULES_VERSION,
    }
}

/// The same, the statements recorded at these times.
pub fn twin_recorded(said: &[Said], recorded_ms: &[i64]) -> Twin {
    built(said, recorded_ms, &[])
}

/// The same, where twins were taken of the first so many statements before the others came.
pub fn twin_after(said: &[Said], taken_after: &[usize]) -> Twin {
    built(said, &[], taken_after)
}

fn built(said: &[Said], recorded_ms: &[i64], taken_after: &[usize]) -> Twin {
    let cut = cut_of(said);
    let mut builder = TwinBuilder::new(vocabulary());
    let mut next: BTreeMap<&str, u64> = BTreeMap::new();
    for (count, one) in said.iter().enumerate() {
        if taken_after.contains(&count) {
            drop(builder.twin_at(cut.clone()));
        }
        let index = next.entry(one.member).or_default();
        let recorded = recorded_ms.get(count).copied().unwrap_or(0);
        builder.add(one.member, *index, recorded, &one.statement, one.blob.as_deref());
        *index += 1;
    }
    builder.finish(cut)
}

/// Mine production of rare earths.
const MINED: [Option<&str>; 7] = [
    Some("production"),
    Some("rare_earths"),
    Some("mine"),
    None,
    None,
    None,
    None,
];

/// The series of [`mined`].
pub fn series(twin: &Twin) -> SeriesId {
    twin.find_series(MINED).unwrap()
}

pub fn period(text: &str) -> Period {
    text.parse().unwrap()
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}
