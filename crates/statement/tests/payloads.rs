//! Payloads through their public face: what is refused, with the field, the value and what would be right.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

use didymium_statement::payload::{
    Basis, Capacity, Confidence, Notice, OBSERVATION_COLUMNS, Observation, Owner, Point, PointPrecision,
    Process, PublishedBasis, Site, SiteStatus, Source, Statistic, StatisticTable, Wording,
};
use didymium_vocabulary::Vocabulary;
use proptest::prelude::*;

/// The field that is told about, and how a good payload is spoilt in it.
type Spoiled<P> = (&'static str, fn(&mut P));

fn vocabulary() -> &'static Vocabulary {
    Vocabulary::embedded()
}

const GOOD: [&str; 15] = [
    "production",
    "rare_earths",
    "mine",
    "ore",
    "REO",
    "contained",
    "CHN",
    "",
    "",
    "2023",
    "255000",
    "",
    "t",
    "reported",
    "fiscal year",
];

#[test]
fn a_good_row_is_read() {
    let read = Observation::parse(&GOOD, vocabulary()).unwrap();
    assert_eq!(
        (read.area, read.value.to_string().as_str(), read.basis),
        ("CHN", "255000", Basis::Reported)
    );
}

#[test]
fn a_flow_names_both_ends_and_none_is_a_sum() {
    let flow = |area: &'static str, partner: &'static str| {
        let mut cells = GOOD;
        let mut set = |column: &str, value| {
            let place = OBSERVATION_COLUMNS
                .iter()
                .position(|name| *name == column)
                .unwrap();
            cells[place] = value;
        };
        for (column, value) in [
            ("measure", "trade"),
            ("stage", "magnet"),
            ("form", "magnet"),
            ("substance", ""),
            ("mass_basis", ""),
            ("unit", "usd"),
            ("area", area),
            ("partner", partner),
        ] {
            set(column, value);
        }
        Observation::parse(&cells, Vocabulary::embedded()).map(drop)
    };
    flow("CHN", "JPN").unwrap();
    flow("CHN", "OTH").unwrap();
    for (area, partner, told) in [
        ("CHN", "", "partner"),
        ("CHN", "WLD", "sum over countries"),
        ("CHN", "EU", "sum over countries"),
        ("WLD", "CHN", "area"),
    ] {
        let refused = flow(area, partner).unwrap_err().to_string();
        assert!(refused.contains(told), "{area} to {partner}: {refused}");
    }
}

#[test]
fn a_bad_cell_is_refused_with_its_column_its_value_and_why() {
    let long = "x".repeat(501);
    let cases: [(&str, &str, &[&str]); 24] = [
        ("measure", "produktion", &["measure", "produktion", "production"]),
        ("commodity", "", &["commodity", "must not be empty"]),
        ("commodity", "unobtainium", &["commodity", "unobtainium"]),
        ("stage", "mining", &["stage", "mining"]),
        ("form", "", &["form", "must not be empty"]),
        (
            "form",
            "magnet",
            &[
                "form",
                "magnet",
                "does not belong to stage `mine`",
                "`ore`, `concentrate`",
            ],
        ),
        ("substance", "", &["substance", "contained"]),
        ("mass_basis", "", &["mass_basis", "wet, dry or contained"]),
        ("mass_basis", "damp", &["mass_basis", "damp"]),
        ("mass_basis", "wet", &["substance", "must be empty"]),
        ("area", "XYZ", &["area", "XYZ"]),
        ("partner", "JPN", &["partner", "only flows"]),
        ("substance", "Ni", &["substance", "Ni", "rare_earths"]),
        ("stage", "anode", &["stage", "anode", "chain of `rare_earths`"]),
        ("partner", "Japan", &["partner", "Japan"]),
        ("period", "2023-13", &["period", "month 13"]),
        ("value", "-1", &["value", "-1", "negative"]),
        ("value", "1,000", &["value", "1,000"]),
        ("value", "1e5", &["value", "1e5"]),
        (
            "value",
            "1000000000000001",
            &["value", "above 1000000000000000 t"],
        ),
        ("qualifier", "about", &["qualifier", "at_least"]),
        ("unit", "usd", &["unit", "usd", "mass"]),
        ("basis", "guess", &["basis", "guess", "reported"]),
        ("note", &long, &["note", "501 bytes"]),
    ];
    for (column, value, told) in cases {
        let mut cells = GOOD;
        cells[OBSERVATION_COLUMNS
            .iter()
            .position(|name| *name == column)
            .unwrap()] = value;
        let refused = Observation::parse(&cells, vocabulary()).unwrap_err().to_string();
        for word in told {
            assert!(refused.contains(word), "{column}=`{value}`: {refused}");
        }
    }
}

fn source() -> Source {
    Source {
        source: "s-2025".into(),
        series: "s".into(),
        edition: "2025".into(),
        title: "Title".into(),
        publisher: "Publisher".into(),
        url: String::new(),
        licence: "CC0-1.0".into(),
        attribution: String::new(),
        published: "2025-01-31".parse().unwrap(),
        published_basis: PublishedBasis::Assumed,
        retrieved: "2026-11-22".parse().unwrap(),
    }
}

#[test]
fn a_table_says_which_row_is_wrong() {
    let mut rows = vec![GOOD.map(str::to_owned); 3];
    rows[2][6] = "NOWHERE".into();
    let bytes = Statistic::from_rows(source(), "t", &rows).to_bytes().unwrap();
    let table = StatisticTable::parse(&bytes).unwrap();
    let layout = table.layout();
    assert!(table.observation(0, &layout, vocabulary()).is_ok());
    let refused = table
        .observation(2, &layout, vocabulary())
        .unwrap_err()
        .to_string();
    assert!(refused.contains("row 3"), "{refused}");
}

#[test]
fn tables_of_a_wrong_shape_are_refused() {
    let good = Statistic::from_rows(source(), "t", &[GOOD.map(str::to_owned)]);
    let broken: [fn(&mut Statistic); 5] = [
        |t| t.columns[0] = "colour".into(),
        |t| t.columns[1] = t.columns[0].clone(),
        |t| drop(t.rows[0].pop()),
        |t| t.source.retrieved = "2024-01-01".parse().unwrap(),
        |t| t.table = String::new(),
    ];
    for (n, spoil) in broken.into_iter().enumerate() {
        let mut table = good.clone();
        spoil(&mut table);
        assert!(
            StatisticTable::parse(&table.to_bytes().unwrap()).is_err(),
            "case {n}"
        );
    }
    assert!(StatisticTable::parse(br#"{"source":{},"table":"t","columns":[],"rows":[[1]]}"#).is_err());
}

fn site() -> Site {
    Site {
        site: "exercise-mine".into(),
        name: "Exercise mine".into(),
        country: "CAN".into(),
        place: "Yellowknife".into(),
        point: Some(Point {
            lat: "62.4".parse().unwrap(),
            lon: "-114.4".parse().unwrap(),
            precision: PointPrecision::Town,
            source: "exercise".into(),
        }),
        operator: "Exercise Ltd".into(),
        owners: vec![
            Owner {
                name: "A".into(),
                share: Some("51".parse().unwrap()),
                basis: Basis::Reported,
            },
            Owner {
                name: "B".into(),
                share: Some("49".parse().unwrap()),
                basis: Basis::Reported,
            },
        ],
        status: SiteStatus::Operating,
        processes: vec![Process {
            commodity: "rare_earths".into(),
            stage: "mine".into(),
            form: "ore".into(),
            capacity: Some(Capacity {
                value: "1000".parse().unwrap(),
                unit: "t".into(),
                mass_basis: "contained".into(),
                substance: "REO".into(),
                period: None,
            }),
            status: SiteStatus::Operating,
            start: Some("2021".parse().unwrap()),
            basis: Basis::Reported,
            note: String::new(),
        }],
        source: source(),
    }
}

#[test]
fn sites_are_checked_field_by_field() {
    let bytes = |site: &Site| serde_json::to_vec(site).unwrap();
    assert_eq!(Site::parse(&bytes(&site()), vocabulary()).unwrap(), site());
    let broken: [Spoiled<Site>; 12] = [
        ("site", |s| s.site = "Exercise Mine".into()),
        ("country", |s| s.country = "CA".into()),
        ("country", |s| s.country = "WLD".into()),
        ("lat", |s| s.point.as_mut().unwrap().lat = "90.5".parse().unwrap()),
        ("lon", |s| s.point.as_mut().unwrap().lon = "-181".parse().unwrap()),
        ("owners", |s| s.owners[0].share = Some("52".parse().unwrap())),
        ("owners", |s| s.owners[0].share = Some("-1".parse().unwrap())),
        ("processes", |s| s.processes.clear()),
        ("processes", |s| s.processes.push(s.processes[0].clone())),
        ("capacity", |s| {
            s.processes[0].capacity.as_mut().unwrap().value = "-5".parse().unwrap();
        }),
        ("capacity_unit", |s| {
            s.processes[0].capacity.as_mut().unwrap().unit = "usd".into();
        }),
        ("name", |s| s.name = "a\u{7}b".into()),
    ];
    for (field, spoil) in broken {
        let mut site = site();
        spoil(&mut site);
        let refused = Site::parse(&bytes(&site), vocabulary()).unwrap_err().to_string();
        assert!(refused.contains(field), "{field}: {refused}");
    }
    assert!(Site::parse(br#"{"site":"x","extra":1}"#, vocabulary()).is_err());
}

#[test]
fn notices_are_checked_field_by_field() {
    let good = Notice {
        notice: "exercise".into(),
        date: "2025-04-04".parse().unwrap(),
        end_date: None,
        notice_type: "export_control".into(),
        actors: vec!["CHN".into()],
        commodities: vec!["dysprosium".into()],
        stages: vec!["separation".into()],
        affected: vec!["WLD".into()],
        title: Wording {
            en: "Licences for seven rare earths".into(),
            fr: "Licences pour sept terres rares".into(),
        },
        description: Wording::default(),
        confidence: Confidence::High,
        basis: Basis::Reported,
        source: source(),
    };
    let bytes = |notice: &Notice| serde_json::to_vec(notice).unwrap();
    assert_eq!(Notice::parse(&bytes(&good), vocabulary()).unwrap(), good);
    let broken: [Spoiled<Notice>; 8] = [
        ("type", |n| n.notice_type = "rumour".into()),
        ("actors", |n| n.actors = vec!["China".into()]),
        ("commodities", |n| n.commodities = vec!["dy".into()]),
        ("end_date", |n| n.end_date = Some("2025-04-03".parse().unwrap())),
        ("title_en", |n| n.title = Wording::default()),
        ("title_fr", |n| n.title.fr = "x".repeat(301)),
        ("description_fr", |n| n.description.fr = "a\u{7}".into()),
        ("affected", |n| n.affected = vec!["WLD".into(); 65]),
    ];
    for (field, spoil) in broken {
        let mut notice = good.clone();
        spoil(&mut notice);
        let refused = Notice::parse(&bytes(&notice), vocabulary())
            .unwrap_err()
            .to_string();
        assert!(refused.contains(field), "{field}: {refused}");
    }
}

proptest! {
    #[test]
    fn hostile_cells_never_panic(cells in prop::array::uniform15(".{0,12}")) {
        let _ = Observation::parse(&cells.each_ref().map(String::as_str), vocabulary());
    }

    #[test]
    fn hostile_json_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = StatisticTable::parse(&bytes);
        let _ = Site::parse(&bytes, vocabulary());
        let _ = Notice::parse(&bytes, vocabulary());
    }
}
