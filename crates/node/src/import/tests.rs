//! The importer through its public face, on a real store.

use didymium_statement::payload::{Site, StatisticTable};
use didymium_statement::{Charter, Digest, Member, MemberKeys, PayloadRef, Role};
use didymium_store::{SqliteStore, StoreOptions};
use zeroize::Zeroizing;

use super::*;

const SOURCES: &str = "source,series,edition,title,publisher,url,licence,attribution,published,published_basis,retrieved\n\
    usgs-mcs-2025,usgs-mcs,2025,Mineral Commodity Summaries 2025,USGS,,US-PD,,2025-01-31,exact,2025-06-01\n\
    bgs-wmp-2024,bgs-wmp,2024,World Mineral Production,BGS,,OGL-UK-3.0,BGS © UKRI,2024-03-01,assumed,2025-06-02\n";

const STATISTIC: &str = "measure,commodity,stage,form,substance,mass_basis,area,partner,subject,period,value,qualifier,unit,basis,note,source,licence,retrieved\n";
const CHINA: &str = "production,rare_earths,mine,ore,REO,contained,CHN,,,2023,255000,,t,reported,,usgs-mcs-2025,US-PD,2025-06-01\n";

struct Bench {
    _dir: tempfile::TempDir,
    store: SqliteStore,
    signer: StatementSigner,
    registered: Registered,
    sources: Sources,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path(), StoreOptions::default()).unwrap();
        Self {
            _dir: dir,
            store,
            signer: StatementSigner::from_seed(&Zeroizing::new([7; 32])),
            registered: Registered::default(),
            sources: Sources::read("sources.csv", SOURCES.as_bytes()).unwrap(),
        }
    }

    fn read_as(&self, member: &str, kind: TableKind, csv: &str, supersede: Option<&str>) -> ImportResult<Prepared> {
        let domain = format!("{}.club.example", member.to_lowercase());
        let did = format!("did:web:{domain}");
        let import = Import {
            author: Author { member, did: &did, domain: &domain, signer: &self.signer },
            vocabulary: Vocabulary::embedded(),
            sources: &self.sources,
            registered: &self.registered,
            store: &self.store,
            supersede,
        };
        import.read(kind, "t", "t.csv", csv.as_bytes(), &mut ())
    }

    fn read(&self, kind: TableKind, csv: &str) -> ImportResult<Prepared> {
        self.read_as("USA", kind, csv, None)
    }

    fn problems(&self, kind: TableKind, csv: &str) -> Vec<Problem> {
        match self.read(kind, csv) {
            Err(ImportError::Refused(refusal)) => refusal.problems,
            other => panic!("not refused: {other:?}"),
        }
    }
}

fn table_of(bench: &Bench, statement: &Statement) -> (usize, String) {
    let bytes = match &statement.payload {
        PayloadRef::Inline(bytes) => bytes.clone(),
        PayloadRef::Blob(digest) => bench.store.blob(digest.as_bytes()).unwrap().unwrap(),
    };
    let table = StatisticTable::parse(&bytes).unwrap();
    (table.len(), table.source.source)
}

#[test]
fn a_bad_row_is_refused_with_line_column_value_and_reason() {
    let bench = Bench::new();
    let row = |change: fn(&str) -> String| format!("{STATISTIC}{}{}", change(CHINA), CHINA.replace("CHN", "USA"));
    for (csv, column, value, reason) in [
        (row(|r| r.replace(",t,", ",usd,")), Some("unit"), "usd", "is not a unit of mass"),
        (row(|r| r.replace("CHN", "XXX")), Some("area"), "XXX", "unknown"),
        (row(|r| r.replace("255000", "-1")), Some("value"), "-1", "is negative"),
        (row(|r| r.replace("255000", "255,000")), None, "", "the row has 19 cells"),
        (row(|r| r.replace("255000", "")), Some("value"), "", ""),
        (row(|r| r.replace("2023", "2023-13")), Some("period"), "2023-13", ""),
        (row(|r| r.replace("usgs-mcs-2025", "usgs-mcs-1899")), Some("source"), "usgs-mcs-1899", "is not in sources.csv"),
        (row(|r| r.replace("US-PD", "CC-BY-4.0")), Some("licence"), "CC-BY-4.0", "is not the licence of"),
        (row(|r| r.replace("2025-06-01", "2025-06-02")), Some("retrieved"), "2025-06-02", "is not the day of retrieval"),
        (row(|r| r.replace("reported,,", "reported,\"odd\"note,")), Some("note"), "odd", "has text after its closing quote"),
    ] {
        let problems = bench.problems(TableKind::Statistic, &csv);
        assert_eq!(problems.len(), 1, "{problems:?}");
        let found = &problems[0];
        assert_eq!((found.line, found.column.as_deref(), found.value.as_str()), (2, column, value), "{found}");
        assert!(found.reason.contains(reason), "{found}");
    }
}

#[test]
fn the_header_is_checked_and_every_fault_of_it_named() {
    let bench = Bench::new();
    let csv = format!("{}colour,measure\n", STATISTIC.trim_end().replace("unit,", ""));
    let csv = csv.replace("retrievedcolour", "retrieved,colour");
    let faults: Vec<_> =
        bench.problems(TableKind::Statistic, &csv).iter().map(|p| (p.line, p.column.clone().unwrap(), p.reason.clone())).collect();
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults[0].1 == "colour" && faults[0].2.starts_with("is no column"));
    assert!(faults[1].1 == "measure" && faults[1].2.starts_with("stands twice"));
    assert!(faults[2].1 == "unit" && faults[2].2.starts_with("is missing"));
    assert!(bench.problems(TableKind::Statistic, "")[0].reason.starts_with("the file is empty"));
}

#[test]
fn columns_may_stand_in_any_order_and_a_mark_may_begin_the_file() {
    let bench = Bench::new();
    let turn = |line: &str| line.trim_end().split(',').rev().collect::<Vec<_>>().join(",") + "\r\n";
    let turned = format!("\u{feff}{}{}", turn(STATISTIC), turn(CHINA));
    let straight = bench.read(TableKind::Statistic, &format!("{STATISTIC}{CHINA}")).unwrap();
    let turned = bench.read(TableKind::Statistic, &turned).unwrap();
    assert_eq!(straight.statements[0].id(), turned.statements[0].id());
    assert_eq!(straight.statements[0].subject, "https://usa.club.example/tables/t/usgs-mcs-2025/0");
    let valid = straight.statements[0].valid.unwrap();
    assert_eq!((valid.first.to_string(), valid.last.to_string()), ("2023-01-01".into(), "2023-12-31".into()));
}

#[test]
fn a_key_given_twice_is_refused_and_names_the_first_line() {
    let bench = Bench::new();
    let csv = format!("{STATISTIC}{CHINA}{}{}", CHINA.replace("2023", "2022"), CHINA.replace("255000", "1"));
    let problems = bench.problems(TableKind::Statistic, &csv);
    assert_eq!((problems.len(), problems[0].line), (1, 4));
    assert!(problems[0].reason.contains("key of line 2"), "{}", problems[0]);
}

#[test]
fn twenty_problems_are_told_and_no_more() {
    let bench = Bench::new();
    let rows: String = (0..30).map(|n| CHINA.replace("255000", &format!("x{n}"))).collect();
    match bench.read(TableKind::Statistic, &format!("{STATISTIC}{rows}")) {
        Err(ImportError::Refused(refusal)) => {
            assert_eq!(refusal.problems.len(), PROBLEMS_MAX);
            assert_eq!(refusal.problems[19].line, 21);
            assert!(refusal.more);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn rows_are_gathered_by_source_and_cut_the_same_way_each_time() {
    let bench = Bench::new();
    let mut csv = STATISTIC.to_owned();
    for n in 0..45_000_u32 {
        let row = CHINA.replace(",CHN,,,", &format!(",CHN,,subject {n},"));
        csv += &if n % 3 == 0 { row.replace("usgs-mcs-2025,US-PD,2025-06-01", "bgs-wmp-2024,OGL-UK-3.0,2025-06-02") } else { row };
    }
    let once = bench.read(TableKind::Statistic, &csv).unwrap();
    let again = bench.read(TableKind::Statistic, &csv).unwrap();
    let ids = |prepared: &Prepared| prepared.statements.iter().map(Statement::id).collect::<Vec<_>>();
    assert_eq!((once.rows, ids(&once)), (45_000, ids(&again)));
    let parts: Vec<_> = once.statements.iter().map(|statement| table_of(&bench, statement)).collect();
    let usgs = || "usgs-mcs-2025".to_owned();
    assert_eq!(parts, [(20_000, usgs()), (15_000, "bgs-wmp-2024".to_owned()), (10_000, usgs())]);
}

#[test]
fn a_refused_file_leaves_no_blob() {
    let bench = Bench::new();
    let mut csv = STATISTIC.to_owned();
    for n in 0..CHUNK_ROWS_MAX + 1 {
        csv += &CHINA.replace(",CHN,,,", &format!(",CHN,,subject {n},"));
    }
    let first = bench.read(TableKind::Statistic, &csv).unwrap();
    let PayloadRef::Blob(digest) = first.statements[0].payload else { panic!("not a blob") };
    assert!(bench.store.blob(digest.as_bytes()).unwrap().is_some());
    csv += "broken\n";
    let problems = bench.problems(TableKind::Statistic, &csv);
    assert_eq!(problems[0].line, CHUNK_ROWS_MAX as u64 + 3);
    assert!(bench.store.blob(digest.as_bytes()).unwrap().is_none());
}

const SITE: &str = "site,name,country,place,lat,lon,point_precision,point_source,operator,owners,status,commodity,stage,form,capacity,capacity_unit,substance,mass_basis,capacity_period,process_status,start,basis,note,source,licence,retrieved\n";
const MINE: &str = "mountain-pass,Mountain Pass,USA,California,35.48,-115.53,town,own,MP,MP Materials:100,operating,rare_earths,mine,ore,45000,t,REO,contained,2024,operating,1952,reported,,usgs-mcs-2025,US-PD,2025-06-01\n";

#[test]
fn rows_of_one_site_become_one_statement() {
    let bench = Bench::new();
    let separation = MINE.replace(",mine,ore,45000,t,REO,contained,2024,", ",separation,separated_oxide,,,,,,");
    let prepared = bench.read(TableKind::Site, &format!("{SITE}{MINE}{separation}")).unwrap();
    assert_eq!((prepared.statements.len(), prepared.rows), (1, 2));
    let PayloadRef::Inline(bytes) = &prepared.statements[0].payload else { panic!("a blob") };
    let site = Site::parse(bytes, Vocabulary::embedded()).unwrap();
    assert_eq!((site.processes.len(), site.owners[0].name.as_str()), (2, "MP Materials"));
    assert_eq!(prepared.statements[0].subject, "https://usa.club.example/sites/mountain-pass");
}

#[test]
fn what_is_wrong_with_a_site_is_told_in_its_row() {
    let bench = Bench::new();
    let other = MINE.replace("mountain-pass", "other");
    for (csv, line, column, reason) in [
        (format!("{SITE}{MINE}{MINE}"), 3, "stage", "is a duplicate"),
        (format!("{SITE}{MINE}{other}{MINE}"), 4, "site", "begins on line 2"),
        (format!("{SITE}{MINE}{}", MINE.replace("California", "Nevada").replace(",mine,ore", ",separation,separated_oxide")), 3, "place", "differs from line 2"),
        (format!("{SITE}{}", MINE.replace(",45000,", ",-45000,")), 2, "capacity", "is negative"),
        (format!("{SITE}{}", MINE.replace(",45000,", ",,")), 2, "capacity_unit", "must be empty where `capacity` is"),
        (format!("{SITE}{}", MINE.replace(":100", ":101")), 2, "owners", "between 0 and 100"),
        (format!("{SITE}{}", MINE.replace(":100", ":most")), 2, "owners", "is no share"),
        (format!("{SITE}{}", MINE.replace(",35.48,", ",95.48,")), 2, "lat", "between -90 and 90"),
        (format!("{SITE}{}", MINE.replace(",USA,", ",UXA,")), 2, "country", "unknown"),
    ] {
        let problems = bench.problems(TableKind::Site, &csv);
        assert_eq!((problems[0].line, problems[0].column.as_deref()), (line, Some(column)), "{}", problems[0]);
        assert!(problems[0].reason.contains(reason), "{}", problems[0]);
    }
}

#[test]
fn what_was_registered_before_is_unchanged_refused_or_superseded() {
    let mut bench = Bench::new();
    let first = bench.read(TableKind::Site, &format!("{SITE}{MINE}")).unwrap();
    bench.registered.add("USA", &first.statements);
    let again = bench.read(TableKind::Site, &format!("{SITE}{MINE}")).unwrap();
    assert_eq!((again.statements.len(), again.unchanged), (0, 1));

    let changed = format!("{SITE}{}", MINE.replace(",45000,", ",46000,"));
    let problems = bench.problems(TableKind::Site, &changed);
    assert!(problems[0].reason.contains(&first.statements[0].id().to_string()), "{}", problems[0]);
    assert!(problems[0].reason.contains("--supersede"), "{}", problems[0]);
    let foreign = bench.read_as("CAN", TableKind::Site, &changed, Some("mine now")).unwrap_err().to_string();
    assert!(foreign.contains("was registered by USA"), "{foreign}");

    let replaced = bench.read_as("USA", TableKind::Site, &changed, Some("new nameplate")).unwrap();
    let kinds: Vec<_> = replaced.statements.iter().map(|statement| statement.kind.kind.to_string()).collect();
    assert_eq!(kinds, ["site", "supersede"]);
    bench.registered.add("USA", &replaced.statements);
    let settled = bench.read(TableKind::Site, &changed).unwrap();
    assert_eq!((settled.statements.len(), settled.unchanged), (0, 1));
    let back = bench.problems(TableKind::Site, &format!("{SITE}{MINE}"));
    assert!(back[0].reason.contains("other content"), "{}", back[0]);
}

#[test]
fn a_shorter_edition_of_a_table_retracts_the_rest_when_asked() {
    let mut bench = Bench::new();
    let rows: String = (0..CHUNK_ROWS_MAX + 5).map(|n| CHINA.replace(",CHN,,,", &format!(",CHN,,subject {n},"))).collect();
    let long = bench.read(TableKind::Statistic, &format!("{STATISTIC}{rows}")).unwrap();
    bench.registered.add("USA", &long.statements);
    let short = format!("{STATISTIC}{CHINA}");
    assert!(bench.problems(TableKind::Statistic, &short)[0].reason.contains("is a duplicate"));
    let shorter = bench.read_as("USA", TableKind::Statistic, &short, Some("new edition")).unwrap();
    let kinds: Vec<_> = shorter.statements.iter().map(|statement| statement.kind.kind.to_string()).collect();
    assert_eq!(kinds, ["statistic", "supersede", "retract"]);
}

#[test]
fn notices_are_read_with_their_lists() {
    let bench = Bench::new();
    let header = "notice,date,end_date,type,actors,commodities,stages,affected,title,description,confidence,basis,source,licence,retrieved\n";
    let row = "cn-2025,2025-04-04,,export_control,CHN,rare_earths; dysprosium,metal,WLD,Controls,Seven elements,high,reported,usgs-mcs-2025,US-PD,2025-06-01\n";
    let kind = Vocabulary::embedded().notice_types()[0].notice_type.clone();
    let row = row.replace("export_control", &kind);
    let prepared = bench.read(TableKind::Notice, &format!("{header}{row}")).unwrap();
    assert_eq!(prepared.statements[0].subject, "https://usa.club.example/notices/cn-2025");
    let twice = bench.problems(TableKind::Notice, &format!("{header}{row}{row}"));
    assert_eq!((twice[0].line, twice[0].column.as_deref()), (3, Some("notice")));
    let unknown = bench.problems(TableKind::Notice, &format!("{header}{}", row.replace("; dysprosium", ";")));
    assert_eq!(unknown[0].column.as_deref(), Some("commodities"));
}

#[test]
fn every_table_of_the_repository_passes() {
    let bench = Bench { sources: Sources::read("sources.csv", DataSource::Embedded.open("sources.csv").unwrap().0).unwrap(), ..Bench::new() };
    let (tables, _) = DataSource::Embedded.open("tables.csv").unwrap();
    let manifest = Manifest::read("tables.csv", tables, Vocabulary::embedded()).unwrap();
    assert!(manifest.tables.len() > 10);
    for table in &manifest.tables {
        let (input, bytes) = DataSource::Embedded.open(&table.file).unwrap();
        let domain = "all.club.example";
        let import = Import {
            author: Author { member: &table.issuer, did: "did:web:all.club.example", domain, signer: &bench.signer },
            vocabulary: Vocabulary::embedded(),
            sources: &bench.sources,
            registered: &bench.registered,
            store: &bench.store,
            supersede: None,
        };
        let name = table.file.trim_end_matches(".csv");
        let prepared = import.read(table.kind, name, &table.file, input, &mut ()).unwrap_or_else(|error| panic!("{error}"));
        assert!(prepared.rows > 5 && bytes > Some(500), "{}", table.file);
    }
    assert!(DataSource::Embedded.open("no.csv").is_err());
}

#[test]
fn what_the_logs_hold_is_found_by_a_scan() {
    let bench = Bench::new();
    let first = bench.read(TableKind::Site, &format!("{SITE}{MINE}")).unwrap();
    let keys = |name: &str| MemberKeys { statement: vec![], log: format!("{name}/log+0+x"), witness: String::new(), mirror: String::new() };
    let member = Member {
        member: "USA".into(),
        did: "did:web:usa.club.example".into(),
        domain: "usa.club.example".into(),
        address: "http://127.0.0.1:1".into(),
        role: Role::Member,
        keys: keys("usa.club.example"),
    };
    let entries = first.statements.iter().map(|statement| didymium_store::NewEntry {
        statement: *statement.id().as_bytes(),
        bytes: statement.bytes(),
        blob: None,
    });
    let batch = didymium_store::Batch {
        origin: member.origin(),
        expected_size: 0,
        entries: entries.collect(),
        tiles: Vec::new(),
        root: [0; 32],
        checkpoint: b"",
        recorded_ms: 0,
    };
    bench.store.commit(&batch).unwrap();
    let charter =
        Charter { version: 1, club: "c".into(), members: vec![member], vocabulary: Digest::of(b""), rules: String::new() };
    let bench = Bench { registered: Registered::scan(&bench.store, &charter).unwrap(), ..bench };
    let again = bench.read(TableKind::Site, &format!("{SITE}{MINE}")).unwrap();
    assert_eq!((again.statements.len(), again.unchanged), (0, 1));
}
