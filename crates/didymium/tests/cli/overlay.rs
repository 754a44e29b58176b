//! A member's own overlay at a terminal: what its vault opens, and that nobody else is shown any of it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking; its helpers too"
)]

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::common::{Answer, Desk, HEADER, ROW, SITE, SITE_HEADER, Serving, free_port, http, run};

/// So long that no hash, key or time holds its digits by chance.
const SECRET: &str = "47110.8151234567891";
const YEAR: &str = "2023";

/// A return of a site, as its operator would fill it in.
fn payload(site: &str, value: &str) -> String {
    let row = |measure: &str, value: &str| {
        json!([
            measure,
            "rare_earths",
            "mine",
            "ore",
            "REO",
            "contained",
            "CAN",
            format!("site:{site}"),
            YEAR,
            value,
            "t",
            "reported"
        ])
    };
    json!({
        "source": {
            "source": "operator-2026-10", "series": "operator", "edition": "2026-10", "title": "Return of the pit",
            "publisher": "Operator", "url": "", "licence": "not to be shown", "attribution": "",
            "published": "2026-10-31", "published_basis": "exact", "retrieved": "2026-10-31"
        },
        "table": "return",
        "columns": ["measure", "commodity", "stage", "form", "substance", "mass_basis", "area", "subject", "period", "value", "unit", "basis"],
        "rows": [row("production", value), row("losses", "17.25")]
    })
    .to_string()
}

struct Owner {
    desk: Desk,
    node: String,
    vault: String,
}

impl Owner {
    /// A node with a public figure of a nation, one of another, and a pit there.
    fn new() -> Self {
        let desk = Desk::new();
        // A port of its own, so that what is sealed finds the node where it runs.
        let node = desk.path("own").display().to_string();
        let listen = format!("127.0.0.1:{}", free_port());
        run(&["init", "--dir", &node, "--member", "CAN", "--listen", &listen]).ends(0);
        let own = ROW.replace("CHN", "CAN").replace("255000", "900");
        desk.import(&node, "a.csv", &format!("{HEADER}{ROW}{own}"))
            .ends(0);
        let pit = SITE.replace("mountain-pass,Mountain Pass,USA,California", "pit,Pit,CAN,Quebec");
        desk.import_as(&node, "site", "s.csv", &format!("{SITE_HEADER}{pit}"))
            .ends(0);
        let vault = desk.path("vault").display().to_string();
        run(&["sealed", "init", "--vault", &vault]).ends(0);
        Self { desk, node, vault }
    }

    fn seal(&self, kind: &str, payload: &str) -> String {
        let file = self.desk.file("payload.json", payload);
        let what = [
            "sealed",
            "file",
            "--json",
            "--vault",
            &self.vault,
            "--dir",
            &self.node,
            "--kind",
            kind,
        ];
        let about = ["--subject", "https://can.example/returns/2026-10", &file];
        let filed = run(&[what.as_slice(), &about].concat()).ends(0);
        filed.json()["statement"].as_str().unwrap().to_owned()
    }

    /// The bytes of the club's answer, without the name of the cut: the logs grow by what is sealed.
    fn club(&self, question: &[&str]) -> String {
        let question = [question, &["--json"]].concat();
        let cut = self.ask(&["digest", "--json"], &[]).ends(0).json()["cut"]["id"].clone();
        self.ask(&question, &[])
            .out
            .replace(cut.as_str().unwrap(), "the cut")
    }

    fn ask(&self, question: &[&str], more: &[&str]) -> Answer {
        run(&[&["twin"], question, &["--dir", &self.node], more].concat())
    }

    /// The answer as everybody gets it, and as the vault's holder does.
    fn both(&self, question: &[&str]) -> (Value, Value) {
        let question = [question, &["--json"]].concat();
        let club = self.ask(&question, &[]).ends(0).json();
        (
            club,
            self.ask(&question, &["--vault", &self.vault]).ends(0).json(),
        )
    }
}

const QUESTIONS: [&[&str]; 5] = [
    &["chain", "rare_earths", "--period", YEAR],
    &["chain", "rare_earths", "--period", YEAR, "--place", "CAN/pit"],
    &["contradictions", "rare_earths"],
    &[
        "balance",
        "rare_earths",
        "--stage",
        "mine",
        "--subject",
        "site:pit",
        "--period",
        YEAR,
    ],
    &[
        "shares",
        "rare_earths",
        "--stage",
        "mine",
        "--subject",
        "site:pit",
        "--period",
        YEAR,
    ],
];

#[test]
fn an_overlay_says_what_it_is_in_words_and_in_json() {
    let owner = Owner::new();
    let id = owner.seal("statistic", &payload("pit", SECRET));
    let (club, own) = owner.both(&["digest"]);
    assert!(club.get("overlay").is_none());
    let told = &own["overlay"];
    assert!(
        told["private"]
            .as_str()
            .unwrap()
            .contains("private to who holds the vault")
    );
    assert_eq!(told["opened"], 1);
    assert_eq!(
        (&told["club_digest"], &told["digest"]),
        (&club["digest"], &own["digest"])
    );
    assert_ne!(own["digest"], club["digest"]);
    let place = &told["statements"][0];
    assert_eq!(
        (&place["statement"], &place["visibility"]),
        (&json!(id), &json!("sealed"))
    );
    assert_eq!(
        own["observations"].as_u64().unwrap(),
        club["observations"].as_u64().unwrap() + 2
    );

    let words = owner.ask(&["digest"], &["--vault", &owner.vault]).ends(0).out;
    for said in [
        "OVERLAY",
        "private",
        "laid over the club's: 1",
        club["digest"].as_str().unwrap(),
    ] {
        assert!(words.contains(said), "{said}: {words}");
    }
    let pit = owner.ask(
        &["chain", "rare_earths", "--period", YEAR, "--place", "CAN"],
        &["--vault", &owner.vault],
    );
    assert!(pit.ends(0).out.starts_with("OVERLAY"));
}

#[test]
fn only_what_the_club_may_read_counts_without_the_vault() {
    let owner = Owner::new();
    let told = || QUESTIONS.map(|question| owner.club(question));
    let (before, digest) = (told(), owner.ask(&["digest", "--json"], &[]).json());
    owner.seal("statistic", &payload("pit", SECRET));
    let after = told();
    assert_eq!(before, after);
    assert!(!after.concat().contains("47110") && !after.concat().contains("operator"));
    // With the vault every one of them answers something else; beside it nothing changes.
    for question in QUESTIONS {
        let question = [question, &["--json"]].concat();
        let own = owner.ask(&question, &["--vault", &owner.vault]).ends(0);
        assert_eq!(own.json()["overlay"]["opened"], 1, "{question:?}");
    }
    let (club, own) = owner.both(&["chain", "rare_earths", "--period", YEAR, "--place", "CAN"]);
    assert_ne!(club["stages"], own["stages"]);
    let (_, found) = owner.both(&["contradictions", "rare_earths"]);
    assert!(found["voices"].to_string().contains("operator"), "{found}");
    assert_eq!(before, told());
    // The vault is gone: the same club.
    std::fs::remove_dir_all(&owner.vault).unwrap();
    assert_eq!(before, told());
    let now = owner.ask(&["digest", "--json"], &[]).json();
    for unchanged in ["digest", "observations", "sites", "state"] {
        assert_eq!(digest[unchanged], now[unchanged], "{unchanged}");
    }
}

/// Waits for the twin that knows of a statement which it cannot read; answers its digest.
fn knows_of_it(url: &str) -> Value {
    let mut last = Value::Null;
    for _ in 0..600 {
        last = serde_json::from_slice(&http(url, "GET", "/api/v1/twin/digest", b"").1).unwrap();
        if last["uninterpreted"] == 1 {
            return last["digest"].clone();
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("{last}")
}

#[test]
fn a_running_node_holds_none_of_it_in_any_answer() {
    let owner = Owner::new();
    let asked = [
        "/api/v1/twin/digest",
        "/api/v1/overview?commodity=rare_earths",
        "/api/v1/reconciled?commodity=rare_earths&period=2023",
        "/api/v1/reconciled?commodity=rare_earths&period=2023&place=CAN",
        "/api/v1/reconciled?commodity=rare_earths&format=csv",
        "/api/v1/reconciled?commodity=rare_earths&format=parquet",
        "/api/v1/contradictions?commodity=rare_earths",
        "/api/v1/observations",
        "/api/v1/observations?format=csv",
        "/api/v1/observations?format=parquet",
        "/api/v1/observations?subject=site:pit&format=csv",
        "/api/v1/balance?measure=production&commodity=rare_earths&stage=mine",
        "/api/v1/series?measure=production&commodity=rare_earths&stage=mine&format=csv",
        "/api/v1/vintages?measure=production&commodity=rare_earths&stage=mine&area=CAN",
        "/api/v1/sites",
        "/api/v1/statements?member=CAN",
    ];
    let serving = Serving::start(&owner.node);
    let answers = |url: &str| asked.map(|path| http(url, "GET", path, b""));
    let id = owner.seal("statistic", &payload("pit", SECRET));
    knows_of_it(&serving.url);
    let before = answers(&serving.url);
    for (path, (status, body)) in asked.iter().zip(&before) {
        assert!(*status == 200 || path.contains("subject"), "{path}: {status}");
        for secret in [
            b"47110".as_slice(),
            b"operator-2026-10",
            b"Return of the pit",
            b"not to be shown",
        ] {
            let shown = body.windows(secret.len()).any(|window| window == secret);
            assert!(!shown, "{path}: {}", String::from_utf8_lossy(body));
        }
    }
    let statement = http(&serving.url, "GET", &format!("/api/v1/statements/{id}"), b"");
    assert!(!String::from_utf8_lossy(&statement.1).contains("47110"));
    let refused = run(&["twin", "digest", "--url", &serving.url, "--vault", &owner.vault]).ends(2);
    assert!(
        refused.err.contains("--vault") && refused.err.contains("--dir"),
        "{}",
        refused.err
    );
    assert!(refused.out.is_empty());
    serving.stop();
    // The overlay is asked in between.
    let (club, own) = owner.both(&["digest"]);
    assert_eq!(own["overlay"]["opened"], 1);
    let serving = Serving::start(&owner.node);
    assert_eq!(knows_of_it(&serving.url), club["digest"]);
    for ((path, before), after) in asked.iter().zip(&before).zip(answers(&serving.url)) {
        assert!(*before == after, "{path}");
    }
    serving.stop();
}

#[test]
fn figures_of_an_overlay_go_to_files_that_only_their_owner_reads() {
    let owner = Owner::new();
    owner.seal("statistic", &payload("pit", SECRET));
    let file = owner.desk.path("figures.csv");
    let path = file.display().to_string();
    let written = |question: &[&str], more: &[&str]| {
        let said = owner.ask(question, &[&["--csv", &path], more].concat()).ends(0);
        (std::fs::read_to_string(&file).unwrap(), said.err)
    };
    let all = ["observations", "rare_earths"];
    let (club, said) = written(&all, &[]);
    assert!(!club.contains("47110") && !said.contains("OVERLAY"));
    assert!(!club.contains("private"), "{club}");
    // It was readable by all, and is not any more.
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (own, said) = written(&all, &["--vault", &owner.vault]);
    assert!(own.contains(SECRET) && own.contains("site:pit"), "{own}");
    let unmarked = own
        .lines()
        .skip(1)
        .find(|line| !line.contains("private to who holds the vault"));
    assert!(
        own.lines().next().unwrap().ends_with(",private") && unmarked.is_none(),
        "{own}"
    );
    assert!(said.contains("OVERLAY") && said.contains("private"), "{said}");
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let (series, _) = written(
        &[
            "series",
            "rare_earths",
            "--stage",
            "mine",
            "--subject",
            "site:pit",
        ],
        &["--vault", &owner.vault],
    );
    assert!(series.contains(SECRET), "{series}");
    let (chain, _) = written(&["chain", "rare_earths"], &["--vault", &owner.vault]);
    assert!(chain.contains("pit"), "{chain}");
    owner
        .ask(&all, &["--csv", "no/such/folder/x.csv", "--vault", &owner.vault])
        .ends(2);
}

#[test]
fn what_does_not_count_in_an_overlay_is_told_with_statement_and_site() {
    let owner = Owner::new();
    let unknown = owner.seal("statistic", &payload("nowhere", "10"));
    let closed = owner.seal("return", "{\"anything\":1}");
    let erased = owner.seal("statistic", &payload("pit", "20"));
    run(&["sealed", "erase", "--yes", "--vault", &owner.vault, &erased]).ends(0);
    let elsewhere = owner.desk.init("elsewhere");
    let file = owner.desk.file("payload.json", &payload("pit", "30"));
    let filed = run(&[
        "sealed",
        "file",
        "--json",
        "--vault",
        &owner.vault,
        "--dir",
        &elsewhere,
        "--kind",
        "statistic",
        "--subject",
        "https://can.example/x",
        &file,
    ]);
    let unlogged = filed.ends(0).json()["statement"].as_str().unwrap().to_owned();
    let (_, own) = owner.both(&["digest"]);
    let told = &own["overlay"];
    assert_eq!(told["opened"], 1);
    let why = |id: &str| {
        let found = told["not_opened"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["statement"] == id);
        found.unwrap()["reason"].as_str().unwrap().to_owned()
    };
    assert!(why(&erased).contains("was erased on"));
    assert!(why(&unlogged).contains("logs of this folder"));
    assert!(why(&closed).contains("`return v1`"));
    let remark = &told["remarks"][0];
    assert_eq!(
        (&remark["statement"], &remark["site"], &remark["counts"]),
        (&json!(unknown), &json!("nowhere"), &json!(true))
    );
    let words = owner.ask(&["digest"], &["--vault", &owner.vault]).ends(0).out;
    for id in [&unknown, &closed, &erased, &unlogged] {
        assert!(words.contains(id.as_str()), "{words}");
    }
    // Where there is no answer, the reason stands in what is said of the overlay.
    let nothing = ["chain", "rare_earths", "--period", YEAR, "--place", "CAN/nowhere"];
    let why = owner.ask(&nothing, &["--vault", &owner.vault]).ends(4).err;
    assert!(
        why.contains("OVERLAY") && why.contains("`nowhere`, which nobody registered"),
        "{why}"
    );
    owner.ask(&["digest"], &["--vault", &owner.node]).ends(2);
    owner.ask(&["digest"], &["--letter", "x.letter"]).ends(2);
    for value in ["NaN", "-1", "1e400"] {
        let bad = owner.desk.file("payload.json", &payload("pit", value));
        let what = [
            "sealed",
            "file",
            "--vault",
            &owner.vault,
            "--dir",
            &owner.node,
            "--kind",
            "statistic",
        ];
        let refused = run(&[what.as_slice(), &["--subject", "https://can.example/x", &bad]].concat()).ends(3);
        assert!(refused.err.contains("row 1"), "{}", refused.err);
    }
}

#[test]
fn a_letter_lays_what_was_granted_over_the_readers_folder() {
    let owner = Owner::new();
    let id = owner.seal("statistic", &payload("pit", SECRET));
    let reader = owner.desk.path("reader").display().to_string();
    let key = run(&["sealed", "init", "--json", "--vault", &reader])
        .ends(0)
        .json();
    let letter = owner.desk.path("pit.letter").display().to_string();
    run(&[
        "sealed",
        "grant",
        "--vault",
        &owner.vault,
        "--dir",
        &owner.node,
        "--to",
        key["key"].as_str().unwrap(),
        "--recipient",
        "Ministry",
        "--purpose",
        "balance",
        "--out",
        &letter,
        &id,
    ])
    .ends(0);
    let with = |more: &[&str]| {
        let more = [&["--vault", &reader], more].concat();
        owner.ask(&["digest", "--json"], &more).ends(0).json()["overlay"]["opened"].clone()
    };
    assert_eq!(with(&[]), 0);
    assert_eq!(with(&["--letter", &letter]), 1);
}
