//! Sites and notices, and what was registered before.

use didymium_statement::payload::{Basis, Site};
use didymium_statement::{Charter, Digest, Member, MemberKeys, Role};

use super::*;

const MINE: &str = "mountain-pass,Mountain Pass,USA,California,35.48,-115.53,town,own,MP,MP Materials:100,,operating,rare_earths,mine,ore,45000,t,REO,contained,2024,operating,1952,reported,,usgs-mcs-2025,US-PD,2025-06-01\n";

#[test]
fn rows_of_one_site_become_one_statement() {
    let bench = Bench::new();
    let separation = MINE.replace(
        ",mine,ore,45000,t,REO,contained,2024,",
        ",separation,separated_oxide,,,,,,",
    );
    let prepared = bench
        .read(TableKind::Site, &format!("{SITE}{MINE}{separation}"))
        .unwrap();
    assert_eq!((prepared.statements.len(), prepared.rows), (1, 2));
    let PayloadRef::Inline(bytes) = &prepared.statements[0].payload else {
        panic!("a blob")
    };
    let site = Site::parse(bytes, Vocabulary::embedded()).unwrap();
    assert_eq!(
        (site.processes.len(), site.owners[0].name.as_str()),
        (2, "MP Materials")
    );
    assert_eq!(
        prepared.statements[0].subject,
        "https://usa.club.example/sites/mountain-pass"
    );
}

#[test]
fn owners_rest_on_what_the_row_rests_on_or_on_something_else() {
    let bench = Bench::new();
    let site = |row: &str| {
        let prepared = bench.read(TableKind::Site, &format!("{SITE}{row}")).unwrap();
        let PayloadRef::Inline(bytes) = &prepared.statements[0].payload else {
            panic!("a blob")
        };
        Site::parse(bytes, Vocabulary::embedded()).unwrap()
    };
    assert_eq!(site(MINE).owners[0].basis, Basis::Reported);
    let recalled = site(&MINE.replace(":100,,", ":100,general_knowledge,"));
    assert_eq!(recalled.owners[0].basis, Basis::GeneralKnowledge);
    assert_eq!(recalled.processes[0].basis, Basis::Reported);
}

#[test]
fn what_is_wrong_with_a_site_is_told_in_its_row() {
    let bench = Bench::new();
    let changed = |from: &str, to: &str| MINE.replace(from, to);
    let elsewhere = changed("California", "Nevada").replace(",mine,ore", ",separation,separated_oxide");
    let ore_of_magnets = "does not belong to stage `magnet` of `rare_earths`: what belongs there is `magnet`";
    for (rows, line, column, reason) in [
        (format!("{MINE}{MINE}"), 3, "stage", "is a duplicate"),
        (
            format!("{MINE}{}{MINE}", changed("mountain-pass", "other")),
            4,
            "site",
            "begins on line 2",
        ),
        (format!("{MINE}{elsewhere}"), 3, "place", "differs from line 2"),
        (changed(",45000,", ",-45000,"), 2, "capacity", "is negative"),
        (
            changed(",45000,", ",,"),
            2,
            "capacity_unit",
            "must be empty where `capacity` is",
        ),
        (changed(":100", ":101"), 2, "owners", "between 0 and 100"),
        (changed(":100", ":most"), 2, "owners", "is no share"),
        (
            changed(":100,,", ":100,hearsay,"),
            2,
            "owners_basis",
            "is no basis",
        ),
        (
            changed("MP Materials:100,,", ",reported,"),
            2,
            "owners_basis",
            "must be empty where `owners` is",
        ),
        (changed(",35.48,", ",95.48,"), 2, "lat", "between -90 and 90"),
        (changed(",USA,", ",UXA,"), 2, "country", "unknown"),
        (changed(",mine,ore,", ",magnet,ore,"), 2, "form", ore_of_magnets),
        (
            changed(",mine,ore,", ",anode,,"),
            2,
            "stage",
            "is not a stage of the chain of `rare_earths`",
        ),
        (
            changed(",REO,", ",Ni,"),
            2,
            "substance",
            "is not a substance of `rare_earths`",
        ),
    ] {
        let problems = bench.problems(TableKind::Site, &format!("{SITE}{rows}"));
        assert_eq!(
            (problems[0].line, problems[0].column.as_deref()),
            (line, Some(column)),
            "{}",
            problems[0]
        );
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
    assert!(
        problems[0].reason.contains(&first.statements[0].id().to_string()),
        "{}",
        problems[0]
    );
    assert!(problems[0].reason.contains("--supersede"), "{}", problems[0]);
    let foreign = bench
        .read_as("CAN", TableKind::Site, &changed, Some("mine now"))
        .unwrap_err()
        .to_string();
    assert!(foreign.contains("was registered by USA"), "{foreign}");

    let replaced = bench
        .read_as("USA", TableKind::Site, &changed, Some("new nameplate"))
        .unwrap();
    let kinds: Vec<_> = replaced
        .statements
        .iter()
        .map(|statement| statement.kind.kind.to_string())
        .collect();
    assert_eq!(kinds, ["site", "supersede"]);
    bench.registered.add("USA", &replaced.statements);
    let settled = bench.read(TableKind::Site, &changed).unwrap();
    assert_eq!((settled.statements.len(), settled.unchanged), (0, 1));
    let back = bench.problems(TableKind::Site, &format!("{SITE}{MINE}"));
    assert!(back[0].reason.contains("other content"), "{}", back[0]);
}

#[test]
fn notices_are_read_with_their_lists() {
    let bench = Bench::new();
    let row = "cn-2025,2025-04-04,,export_control,CHN,rare_earths; dysprosium,metal,WLD,Controls,Contrôles,Seven elements,Sept éléments,high,reported,usgs-mcs-2025,US-PD,2025-06-01\n";
    let kind = Vocabulary::embedded().notice_types()[0].notice_type.clone();
    let row = row.replace("export_control", &kind);
    let prepared = bench.read(TableKind::Notice, &format!("{NOTICE}{row}")).unwrap();
    assert_eq!(
        prepared.statements[0].subject,
        "https://usa.club.example/notices/cn-2025"
    );
    let twice = bench.problems(TableKind::Notice, &format!("{NOTICE}{row}{row}"));
    assert_eq!((twice[0].line, twice[0].column.as_deref()), (3, Some("notice")));
    let unknown = bench.problems(
        TableKind::Notice,
        &format!("{NOTICE}{}", row.replace("; dysprosium", ";")),
    );
    assert_eq!(unknown[0].column.as_deref(), Some("commodities"));
}

#[test]
fn what_the_logs_hold_is_found_by_a_scan() {
    let bench = Bench::new();
    let first = bench.read(TableKind::Site, &format!("{SITE}{MINE}")).unwrap();
    let keys = |name: &str| MemberKeys {
        statement: vec![],
        log: format!("{name}/log+0+x"),
        witness: String::new(),
        mirror: String::new(),
        witness_ml_dsa: None,
        transport: None,
        tls: None,
    };
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
        expected_root: None,
        entries: entries.collect(),
        tiles: Vec::new(),
        root: [0; 32],
        checkpoint: None,
        recorded_ms: 0,
    };
    bench.store.commit(&batch).unwrap();
    let charter = Charter {
        version: 1,
        club: "c".into(),
        members: vec![member],
        vocabulary: Digest::of(b""),
        rules: String::new(),
        schemas: Digest::of(b""),
    };
    let bench = Bench {
        registered: Registered::scan(&bench.store, &charter).unwrap(),
        ..bench
    };
    let again = bench.read(TableKind::Site, &format!("{SITE}{MINE}")).unwrap();
    assert_eq!((again.statements.len(), again.unchanged), (0, 1));
}
