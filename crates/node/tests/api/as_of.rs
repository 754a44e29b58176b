//! Earlier states: what had been recorded by a moment, what had been published by a day.

use std::sync::{Arc, LazyLock};

use axum::http::{StatusCode, header};
use didymium_node::clock::{ManualClock, rfc3339};
use didymium_node::import::TableKind;
use didymium_node::rebuild_twin;
use serde_json::Value;

use crate::MINED;
use crate::exercise::{Answered, Exercise};

/// When the club was founded, and when each of its tables was recorded: 2026-11-20 to 23, at noon.
const FOUNDED: i64 = 1_795_176_000_000;
const DAY: i64 = 86_400_000;

/// A club of one with two editions of one publication, the second of them corrected later.
struct Dated {
    exercise: Exercise,
    /// The twin's state after each table.
    states: Vec<Value>,
}

fn rows(edition: &str, figures: &[(&str, &str, &str)]) -> String {
    let mut text = "measure,commodity,stage,form,substance,mass_basis,area,partner,subject,period,value,qualifier,unit,basis,note,source,licence,retrieved\n".to_owned();
    for (area, period, value) in figures {
        text.push_str(&format!(
            "production,rare_earths,mine,ore,REO,contained,{area},,,{period},{value},,t,reported,=after the exercise,{edition},Public domain (US Government work),2026-11-22\n"
        ));
    }
    text
}

static DATED: LazyLock<Dated> = LazyLock::new(|| {
    let clock = Arc::new(ManualClock::at(FOUNDED));
    let mut exercise = Exercise::found(clock.clone());
    let first = rows(
        "usgs-mcs-2025",
        &[
            ("CHN", "2023", "255000"),
            ("CHN", "2024", "270000"),
            ("AUS", "2024", "13000"),
        ],
    );
    let second = rows(
        "usgs-mcs-2026",
        &[
            ("CHN", "2023", "256000"),
            ("CHN", "2024", "271000"),
            ("AUS", "2024", "2900"),
        ],
    );
    let corrected = second.replace(",2900,", ",29000,");
    let mut states = Vec::new();
    let tables = [
        ("first", first, None),
        ("second", second, None),
        ("second", corrected, Some("a zero was lost")),
    ];
    for (days, (table, text, supersede)) in (1..).zip(tables) {
        clock.set(FOUNDED + days * DAY);
        exercise.load(
            TableKind::Statistic,
            (table, "exercise.csv"),
            text.as_bytes(),
            supersede,
        );
        rebuild_twin(&exercise.state).unwrap();
        states.push(exercise.ask("/api/v1/twin/digest", &[]).json());
    }
    Dated { exercise, states }
});

/// What is answered of those days, whatever it is.
pub fn answer(path: &str, headers: &[(header::HeaderName, &str)]) -> Answered {
    DATED.exercise.ask(path, headers)
}

fn ask(path: &str) -> (StatusCode, Value) {
    let answered = answer(path, &[]);
    let told = serde_json::from_slice(&answered.body).unwrap_or(Value::Null);
    (answered.status, told)
}

fn found(path: &str) -> Value {
    let (status, told) = ask(path);
    assert_eq!(status, StatusCode::OK, "{path}: {told}");
    told
}

/// The instant of a day after the founding.
fn at(days: i64) -> String {
    rfc3339(FOUNDED + days * DAY)
}

fn figure(told: &Value, area: &str) -> Value {
    let rows = told["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["area"] == area);
    row.map_or(Value::Null, |row| row["chosen"]["value"].clone())
}

#[test]
fn an_instant_names_the_cut_that_the_node_had_recorded_and_the_twin_is_the_one_of_then() {
    for (place, then) in DATED.states.iter().enumerate() {
        let days = i64::try_from(place).unwrap() + 1;
        let told = found(&format!("/api/v1/twin/digest?as_of={}", at(days)));
        assert_eq!(told, *then, "day {days}");
        let size = then["cut"]["sizes"]["CAN"].as_u64().unwrap();
        assert_eq!(
            found(&format!("/api/v1/twin/digest?cut=CAN:{size}")),
            *then,
            "day {days}"
        );
        // An hour before, the last table had not come.
        let before = found(&format!(
            "/api/v1/twin/digest?as_of={}",
            rfc3339(FOUNDED + days * DAY - 1)
        ));
        assert_ne!(before["digest"], then["digest"]);
    }
    // A day means its end.
    let told = found("/api/v1/twin/digest?as_of=2026-11-21");
    assert_eq!(told, DATED.states[0]);
    assert_eq!(found("/api/v1/twin/digest?as_of=2222-01-01"), DATED.states[2]);
}

#[test]
fn figures_are_those_that_were_known_then() {
    let balance = |times: &str| found(&format!("/api/v1/balance?{MINED}&period=2024&{times}"));
    assert_eq!(figure(&balance("as_of=2026-11-21"), "AUS"), "13000");
    assert_eq!(
        figure(&balance("as_of=2026-11-22"), "AUS"),
        "2900",
        "before it was corrected"
    );
    assert_eq!(figure(&balance("as_of=2026-11-23"), "AUS"), "29000");
    // The other axis: the corrected table is of an edition that was not published by then.
    let published = balance("published_by=2026-01-01");
    assert_eq!(figure(&published, "AUS"), "13000");
    assert_eq!(published["sources"].as_array().unwrap().len(), 1);
    let both = balance("as_of=2026-11-22&published_by=2026-02-06");
    assert_eq!(figure(&both, "AUS"), "2900");
    let total = |times: &str| found(&format!("/api/v1/observations?{times}"))["total"].clone();
    assert_eq!(total("as_of=2026-11-21"), 3);
    assert_eq!(total("as_of=2026-11-22"), 6);
    assert_eq!(total("published_by=2026-01-01"), 3);
    // What was withdrawn can be walked back where it stood.
    let wrong = balance("as_of=2026-11-22");
    let address = wrong["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["area"] == "AUS")
        .unwrap();
    let address = crate::encoded(address["chosen"]["figure"].as_str().unwrap());
    let (now, _) = ask(&format!("/api/v1/provenance?figure={address}"));
    assert_eq!(now, StatusCode::NOT_FOUND);
    let then = found(&format!("/api/v1/provenance?figure={address}&as_of=2026-11-22"));
    assert_eq!(then["value"]["value"], "2900");
}

#[test]
fn a_view_by_published_time_has_no_digest_and_says_what_it_is() {
    let view = found("/api/v1/twin/digest?published_by=2025-06-30");
    assert_eq!(view["digest"], Value::Null);
    assert_eq!(view["published_by"], "2025-06-30");
    assert_eq!(view["state"], "complete");
    assert_eq!(view["cut"], DATED.states[2]["cut"]);
    assert_eq!(view["observations"], 3);
}

#[test]
fn before_the_first_entry_there_is_the_empty_twin_and_it_says_why_it_has_no_figure() {
    let empty = found("/api/v1/twin/digest?as_of=2026-11-19");
    assert_eq!(empty["cut"]["sizes"]["CAN"], 0);
    assert_eq!(
        (&empty["state"], &empty["observations"]),
        (&"complete".into(), &0.into())
    );
    assert_eq!(found("/api/v1/twin/digest?cut=CAN:0"), empty);
    let (status, told) = ask(&format!("/api/v1/balance?{MINED}&as_of=2026-11-19"));
    assert_eq!(status, StatusCode::NOT_FOUND);
    let detail = told["detail"].as_str().unwrap();
    assert!(
        detail.contains("this node had recorded nothing by then"),
        "{detail}"
    );
    let (_, told) = ask(&format!(
        "/api/v1/balance?{MINED}&period=1950&published_by=2025-06-30&cut=CAN:3"
    ));
    let detail = told["detail"].as_str().unwrap();
    assert!(
        detail.contains("CAN:3") && detail.contains("2025-06-30"),
        "{detail}"
    );
}

#[test]
fn entity_tags_tell_states_apart_and_what_a_reader_has_is_not_sent_again() {
    let path = format!("/api/v1/balance?{MINED}&as_of=2026-11-21");
    let first = answer(&path, &[]);
    let tag = first.headers[header::ETAG].to_str().unwrap();
    let again = answer(&path, &[(header::IF_NONE_MATCH, tag)]);
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let other = path.replace("2026-11-21", "2026-11-22");
    assert_eq!(
        answer(&other, &[(header::IF_NONE_MATCH, tag)]).status,
        StatusCode::OK
    );
}

#[test]
fn every_question_about_the_twin_takes_the_parameters_and_the_document_says_so() {
    let document = found("/api/v1/openapi.json");
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(operation) = item.get("get") else {
            continue;
        };
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let takes = parameters.iter().any(|parameter| parameter["name"] == "as_of");
        let twin = ["twin", "chain"].iter().any(|tag| operation["tags"][0] == *tag);
        assert!(takes || !twin, "{path} asks the twin and is not described so");
        let path = path.replace("{site}", "x").replace("{iso3}", "CAN");
        if path.contains('{') {
            continue;
        }
        let (status, told) = ask(&format!("{path}?as_of=yesterday"));
        if takes {
            asked += 1;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
            assert_eq!(told["parameter"], "as_of", "{path}: {told}");
            let (status, told) = ask(&format!("{path}?nonsense=1&as_of=2026-11-21"));
            if !path.ends_with("/x") && !path.ends_with("/CAN") {
                assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
                let detail = told["detail"].as_str().unwrap();
                assert!(detail.contains("`published_by`"), "{path}: {detail}");
            }
        }
    }
    assert!(asked >= 15, "only {asked} questions were asked");
    let (status, told) = ask("/api/v1/members?as_of=2026-11-21");
    assert_eq!(
        (status, &told["parameter"]),
        (StatusCode::BAD_REQUEST, &"as_of".into())
    );
}

#[test]
fn what_names_no_state_is_refused_with_the_parameter() {
    for (query, parameter, told) in [
        ("as_of=2026-11-21T10:00:00", "as_of", "2026-11-22T10:00:00Z"),
        ("as_of=2026-11-21&cut=CAN:1", "as_of", "not both"),
        ("cut=CAN:999", "cut", "this node holds"),
        ("cut=XYZ:1", "cut", "member"),
        ("published_by=2025", "published_by", "day"),
        (
            "published_by=2025-01-01&published_by=2025-01-02",
            "published_by",
            "twice",
        ),
    ] {
        let (status, problem) = ask(&format!("/api/v1/twin/digest?{query}"));
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(problem["parameter"], parameter, "{query}: {problem}");
        assert!(
            problem["detail"].as_str().unwrap().contains(told),
            "{query}: {problem}"
        );
    }
}

#[test]
fn vintages_tell_how_figures_changed_by_edition_and_by_statement() {
    let told = found(&format!("/api/v1/vintages?{MINED}&area=AUS"));
    assert_eq!((&told["unit"], &told["total"]), (&"t".into(), &1.into()));
    let triangle = &told["publications"][0];
    assert_eq!(triangle["series"], "usgs-mcs");
    let editions = triangle["editions"].as_array().unwrap().iter();
    let days: Vec<&str> = editions
        .map(|edition| edition["published"].as_str().unwrap())
        .collect();
    assert_eq!(days, ["2025-01-31", "2026-02-06"]);
    let cells = &triangle["rows"][0]["cells"];
    assert_eq!(cells[0]["figure"]["value"], "13000");
    assert_eq!(cells[1]["figure"]["value"], "29000");
    let change = serde_json::json!({ "absolute": "16000", "percent": "123.0769" });
    assert_eq!(
        (&cells[1]["change"], &triangle["rows"][0]["revised"]),
        (&change, &change)
    );
    assert_eq!(triangle["stats"], Value::Null, "one revision is no mean");
    assert_eq!(triangle["stats_of_all"]["revisions"], 3);
    let recordings = told["recordings"].as_array().unwrap();
    let line: Vec<[&str; 4]> = recordings
        .iter()
        .map(|recording| {
            let cell = &recording["cells"][0];
            [
                &recording["act"],
                &recording["recorded"],
                &cell["figure"]["value"],
                &cell["withdrawn"],
            ]
            .map(|value| value.as_str().unwrap_or_default())
        })
        .collect();
    let days = [at(1), at(2), at(3)];
    let [first, second, third] = days.each_ref().map(String::as_str);
    assert_eq!(
        line,
        [
            ["said", first, "13000", ""],
            ["said", second, "2900", third],
            ["said", third, "29000", ""],
            ["superseded", third, "2900", ""],
        ]
    );
    assert_eq!(recordings[2]["cells"][0]["change"]["absolute"], "26100");
    assert_eq!(recordings[3]["reason"], "a zero was lost");
    // Every figure explains itself at the moment that goes with it, those that were taken back too.
    for recording in recordings {
        let figure = crate::encoded(recording["cells"][0]["figure"]["figure"].as_str().unwrap());
        let as_of = recording["as_of"].as_str().unwrap();
        let told = found(&format!("/api/v1/provenance?figure={figure}&as_of={as_of}"));
        assert_eq!(told["value"]["value"], recording["cells"][0]["figure"]["value"]);
    }
    // As it was known before the correction.
    let then = found(&format!("/api/v1/vintages?{MINED}&area=AUS&as_of=2026-11-22"));
    assert_eq!(
        then["publications"][0]["rows"][0]["cells"][1]["figure"]["value"],
        "2900"
    );
    assert_eq!(then["recordings"].as_array().unwrap().len(), 2);
    let published = found(&format!(
        "/api/v1/vintages?{MINED}&area=CHN&published_by=2025-06-30"
    ));
    assert_eq!(
        published["publications"][0]["editions"].as_array().unwrap().len(),
        1
    );
    assert_eq!(published["periods"], serde_json::json!(["2023", "2024"]));
    let page = found(&format!("/api/v1/vintages?{MINED}&area=CHN&offset=1&limit=5"));
    assert_eq!(
        (&page["periods"], &page["total"]),
        (&serde_json::json!(["2024"]), &2.into())
    );
}

#[test]
fn questions_for_vintages_that_have_no_answer_say_why() {
    for (query, status, told) in [
        ("measure=production", StatusCode::BAD_REQUEST, "area"),
        ("area=AUS", StatusCode::BAD_REQUEST, "measure"),
        (
            "measure=production&area=Atlantis",
            StatusCode::BAD_REQUEST,
            "Atlantis",
        ),
        ("measure=producing&area=AUS", StatusCode::BAD_REQUEST, "measure"),
        (
            "measure=production&area=FRA",
            StatusCode::NOT_FOUND,
            "nothing is known of that series",
        ),
        (
            "measure=production&area=AUS&period=2x",
            StatusCode::BAD_REQUEST,
            "period",
        ),
    ] {
        let (answered, problem) = ask(&format!("/api/v1/vintages?{query}"));
        assert_eq!(answered, status, "{query}");
        assert!(problem.to_string().contains(told), "{query}: {problem}");
    }
}

#[test]
fn series_that_can_be_asked_for_are_told_with_how_much_was_revised() {
    let told = found("/api/v1/vintages/series?commodity=rare_earths");
    assert_eq!(told["total"], 1);
    let series = &told["items"][0];
    assert_eq!((&series["revised"], &series["unit"]), (&3.into(), &"t".into()));
    assert_eq!(series["areas"], serde_json::json!(["AUS", "CHN"]));
    let then = found("/api/v1/vintages/series?published_by=2025-06-30");
    assert_eq!(then["items"][0]["revised"], 0);
    assert_eq!(found("/api/v1/vintages/series?commodity=cobalt")["total"], 0);
}
