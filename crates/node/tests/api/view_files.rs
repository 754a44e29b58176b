//! Every view of the pages as a file: its columns, one row for each of its figures, and the figures themselves, in both forms.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::downloads::{Row, csv, parquet};
use crate::{ask, encoded};

/// What a row must say: columns and their cells.
type Cells = Vec<(&'static str, Value)>;

/// A view, and what a file of it must hold.
struct View {
    path: String,
    columns: String,
    /// How many rows the view itself has.
    rows: fn(&Value) -> usize,
    /// One of them.
    one: fn(&Value) -> Cells,
}

const NAMED: &str = "measure commodity stage form mass_basis subject";
const TOLD: &str = "period value unit substance qualifier basis sources spread";
const EDITION: &str = "source publication edition publisher published published_basis licence attribution";
const EDITIONS: &str = "source publication publisher published licence attribution";

fn list<'v>(answer: &'v Value, name: &str) -> &'v [Value] {
    answer[name].as_array().unwrap()
}

fn total(answer: &Value) -> usize {
    usize::try_from(answer["total"].as_u64().unwrap()).unwrap()
}

/// What a row must say of a figure.
fn figure(figure: &Value) -> Cells {
    let fields = ["value", "unit", "period", "basis", "source", "figure"];
    fields.map(|field| (field, figure[field].clone())).into()
}

fn with(mut cells: Cells, more: &[(&'static str, &Value)]) -> Cells {
    cells.extend(more.iter().map(|(column, value)| (*column, (*value).clone())));
    cells
}

fn series(key: &Value, cells: Cells) -> Cells {
    let names = ["measure", "commodity", "stage", "form", "mass_basis", "subject"];
    let named = names.map(|name| (name, &key[name]));
    with(cells, &named)
}

fn of_the_overview(answer: &Value) -> usize {
    let stage = |line: &Value| {
        let figures = ["world", "hhi", "n_minus_1", "club", "change"].map(|name| &line[name]);
        let told = figures.iter().filter(|figure| !figure.is_null()).count();
        told + list(line, "top").len() + list(line, "trend").len() + 2
    };
    list(answer, "stages").iter().map(stage).sum()
}

fn of_a_country(answer: &Value) -> usize {
    let lists = ["positions", "indicators", "exports", "imports"];
    lists.iter().map(|name| list(answer, name).len()).sum()
}

fn rests_on(answer: &Value) -> usize {
    let totals = ["inputs_total", "sites_total"].map(|name| answer[name].as_u64().unwrap());
    usize::try_from(totals.iter().sum::<u64>()).unwrap() + list(answer, "alternatives").len()
}

/// The views of the tables of figures and lists.
fn views() -> Vec<View> {
    let view = |path: &str, columns: &[&str], rows, one| View {
        path: path.to_owned(),
        columns: columns.join(" "),
        rows,
        one,
    };
    vec![
        view(
            "/api/v1/overview?commodity=rare_earths",
            &[
                NAMED,
                "area quantity",
                TOLD,
                "share_percent rank listed",
                EDITIONS,
                "figure",
            ],
            of_the_overview,
            |answer| {
                let mine = &list(answer, "stages")[0];
                let second = &mine["top"][1];
                let cells = with(
                    figure(&second["value"]),
                    &[
                        ("area", &second["area"]),
                        ("share_percent", &second["share"]["value"]),
                        ("rank", &Value::from(2)),
                        ("quantity", &Value::from("cell")),
                    ],
                );
                series(&mine["series"], cells)
            },
        ),
        view(
            "/api/v1/prices?commodity=cobalt",
            &[NAMED, "area", TOLD, EDITION, "figure"],
            |answer| {
                list(answer, "lines")
                    .iter()
                    .map(|line| list(line, "points").len())
                    .sum()
            },
            |answer| {
                let line = &list(answer, "lines")[0];
                series(&line["key"], figure(&line["points"][3]))
            },
        ),
        view(
            "/api/v1/composition?commodity=rare_earths",
            &[NAMED, "area", TOLD, "sum_percent note", EDITION, "figure"],
            |answer| {
                let shares = list(answer, "deposits")
                    .iter()
                    .flat_map(|line| list(line, "shares"));
                shares.filter(|share| !share.is_null()).count()
            },
            |answer| {
                let line = &list(answer, "deposits")[0];
                let mut shares = list(answer, "elements").iter().zip(list(line, "shares"));
                let (element, share) = shares.find(|(_, share)| !share.is_null()).unwrap();
                let named = [
                    ("commodity", element),
                    ("subject", &line["deposit"]),
                    ("area", &line["area"]),
                    ("note", &line["note"]),
                    ("sum_percent", &line["sum"]),
                ];
                with(figure(share), &named)
            },
        ),
        view(
            "/api/v1/flows?commodity=rare_earths&period=2022",
            &[
                NAMED,
                "from_kind from to_kind to asked_period",
                TOLD,
                "share_percent stand_in listed",
                EDITION,
                "figure",
            ],
            |answer| list(answer, "links").len(),
            |answer| {
                let nodes = list(answer, "nodes");
                let link = list(answer, "links").last().unwrap();
                let end = |name: &str| nodes.iter().find(|node| node["id"] == link[name]).unwrap();
                let kind = |node: &Value| {
                    let column = usize::try_from(node["column"].as_u64().unwrap()).unwrap();
                    answer["columns"][column].clone()
                };
                let (from, to) = (end("source"), end("target"));
                let cells = [
                    ("from", &from["area"]),
                    ("to", &to["area"]),
                    ("from_kind", &kind(from)["kind"]),
                    ("to_kind", &kind(to)["kind"]),
                    ("asked_period", &answer["period"]),
                    ("stand_in", &kind(to)["stand_in"]),
                ];
                series(&kind(to)["series"], with(figure(&link["value"]), &cells))
            },
        ),
        view(
            "/api/v1/map?commodity=rare_earths&stage=mine",
            &[NAMED, "area", TOLD, "share_percent listed", EDITION, "figure"],
            |answer| list(answer, "shares").len(),
            |answer| {
                let one = &list(answer, "shares")[1];
                let cells = [("area", &one["area"]), ("share_percent", &one["share"]["value"])];
                series(&answer["series"], with(figure(&one["value"]), &cells))
            },
        ),
        view(
            "/api/v1/countries?limit=500",
            &["area member quantity value unit basis leads", EDITIONS, "figure"],
            total,
            |answer| {
                let one = list(answer, "items")
                    .iter()
                    .find(|row| row["area"] == "CHN")
                    .unwrap();
                let leads = list(one, "leads").iter().map(|lead| lead.as_str().unwrap());
                let leads = Value::from(leads.collect::<Vec<_>>().join("; "));
                let cells = [
                    ("area", &one["area"]),
                    ("member", &one["member"]),
                    ("value", &one["sites"]["value"]),
                    ("figure", &one["sites"]["figure"]),
                    ("leads", &leads),
                ];
                with(Cells::new(), &cells)
            },
        ),
        view(
            "/api/v1/countries/CHN",
            &[
                NAMED,
                "area partner quantity",
                TOLD,
                "share_percent rank listed note",
                EDITION,
                "figure",
            ],
            of_a_country,
            |answer| {
                let one = &list(answer, "exports")[0];
                let cells = [
                    ("area", &one["area"]),
                    ("partner", &one["partner"]),
                    ("quantity", &Value::from("export")),
                    ("note", &one["note"]),
                ];
                series(&one["key"], with(figure(&one["value"]), &cells))
            },
        ),
        view(
            "/api/v1/sites/mountain-pass",
            &[
                "site uri name country place latitude longitude point_precision operator owners status",
                "quantity owner commodity stage form period value unit substance mass_basis",
                "process_status start basis note",
                EDITION,
                "statement figure",
            ],
            |answer| list(&answer["site"], "processes").len() + list(&answer["site"], "owners").len(),
            |answer| {
                let site = &answer["site"];
                let capacity = list(site, "processes")
                    .iter()
                    .find(|process| !process["capacity"].is_null());
                let process = capacity.unwrap();
                let cells = [
                    ("name", &site["name"]),
                    ("stage", &process["stage"]),
                    ("process_status", &process["status"]),
                    ("quantity", &Value::from("capacity")),
                    ("statement", &site["statement"]["statement"]),
                ];
                with(figure(&process["capacity"]), &cells)
            },
        ),
        view(
            "/api/v1/notices?commodity=rare_earths&limit=500",
            &[
                "notice date end_date type actors commodities stages affected",
                "title_en title_fr description_en description_fr confidence basis",
                EDITION,
                "statement",
            ],
            total,
            |answer| {
                let one = &list(answer, "items")[1];
                let fields = ["notice", "date", "end_date", "type", "confidence", "basis"];
                let cells = with(Cells::new(), &fields.map(|field| (field, &one[field])));
                let more = [
                    ("title_fr", &one["title"]["fr"]),
                    ("licence", &one["source"]["licence"]),
                    ("statement", &one["statement"]["statement"]),
                ];
                with(cells, &more)
            },
        ),
        view(
            "/api/v1/sources?limit=500",
            &[EDITION, "title url retrieved"],
            total,
            |answer| {
                let one = &list(answer, "items")[2];
                let same = [
                    "source",
                    "edition",
                    "publisher",
                    "published",
                    "licence",
                    "title",
                    "url",
                    "retrieved",
                ];
                let cells = with(Cells::new(), &same.map(|field| (field, &one[field])));
                with(cells, &[("publication", &one["series"])])
            },
        ),
        view(
            "/api/v1/statements?limit=500",
            &["member index statement kind issuer blob visibility"],
            total,
            |answer| {
                let one = list(answer, "items").last().unwrap();
                let same = ["member", "index", "statement", "kind", "issuer", "blob"];
                with(Cells::new(), &same.map(|field| (field, &one[field])))
            },
        ),
    ]
}

/// Views whose address is told by another answer.
fn views_of_others() -> Vec<View> {
    let overview = ask("/api/v1/overview?commodity=rare_earths");
    let mine = &list(&overview, "stages")[0];
    let of = |figure: &Value| {
        format!(
            "/api/v1/provenance?figure={}",
            encoded(figure["figure"].as_str().unwrap())
        )
    };
    let rests_on_columns = [
        "of_figure of_quantity role",
        NAMED,
        "area partner",
        TOLD,
        "chosen note site name status",
        EDITION,
        "figure fact statements",
    ]
    .join(" ");
    let reports = ask("/api/v1/contradictions?commodity=graphite_natural");
    let report = list(&reports, "reports")
        .iter()
        .find(|report| report["flagged"] == true)
        .unwrap();
    vec![
        View {
            path: of(&mine["hhi"]),
            columns: rests_on_columns.clone(),
            rows: rests_on,
            one: |answer| {
                let trace = &list(answer, "inputs")[0];
                let observation = &trace["observation"];
                let cells = [
                    ("role", &Value::from("input")),
                    ("of_quantity", &answer["quantity"]),
                    ("of_figure", &answer["value"]["figure"]),
                    ("area", &observation["area"]),
                    ("fact", &observation["fact"]),
                    ("licence", &trace["source"]["licence"]),
                    ("statements", &trace["statements"][0]["statement"]),
                ];
                series(&observation["key"], with(figure(&observation["value"]), &cells))
            },
        },
        View {
            path: of(&mine["sites"]["total"]),
            columns: rests_on_columns,
            rows: rests_on,
            one: |answer| {
                let site = &list(answer, "sites")[0];
                let cells = [
                    ("role", &Value::from("site")),
                    ("site", &site["site"]),
                    ("name", &site["name"]),
                    ("area", &site["country"]),
                    ("licence", &site["source"]["licence"]),
                    ("statements", &site["statement"]["statement"]),
                ];
                with(Cells::new(), &cells)
            },
        },
        View {
            path: format!(
                "/api/v1/contradictions/what-if?commodity=graphite_natural&report={}",
                report["number"]
            ),
            columns: "family report voice said instead layer stage place period line before before_deviation after \
                      after_deviation unit substance within_bounds figure"
                .to_owned(),
            rows: |answer| usize::try_from(answer["moved_total"].as_u64().unwrap()).unwrap(),
            one: |answer| {
                let moved = &list(answer, "moved")[0];
                let same = ["layer", "stage", "place", "period", "line", "before", "after", "figure"];
                let cells = with(Cells::new(), &same.map(|field| (field, &moved[field])));
                with(cells, &[("said", &answer["said"]), ("voice", &answer["voice"])])
            },
        },
    ]
}

fn says(row: &Row, cells: &Cells) -> bool {
    cells.iter().all(|(column, value)| {
        let told = match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        row[*column] == told
    })
}

#[test]
fn every_view_of_a_page_is_a_file_with_the_rows_and_figures_of_the_view() {
    for view in views().into_iter().chain(views_of_others()) {
        let View { path, columns, .. } = &view;
        let told = ask(path);
        // A file holds all, so it takes no limit.
        let whole = path.split(['?', '&']).filter(|part| !part.starts_with("limit="));
        let whole: Vec<&str> = whole.collect();
        let whole = whole.join("&").replacen('&', "?", 1);
        let rows = csv(&whole);
        assert!(rows.len() > 1, "{path}");
        assert_eq!(rows.len(), (view.rows)(&told), "{path}");
        let named: BTreeSet<&str> = rows[0].keys().map(String::as_str).collect();
        assert_eq!(named, columns.split(' ').collect(), "{path}");
        let one = (view.one)(&told);
        assert!(rows.iter().any(|row| says(row, &one)), "{path}: {one:?}");
        assert_eq!(rows, parquet(&whole), "{path}");
        for row in rows.iter().filter(|row| row.contains_key("licence")) {
            // Of what nobody published nothing is credited: no sites, and no stage that is led.
            let nothing = row.get("value").is_some_and(|value| value == "0") && row["unit"] == "count";
            assert!(!row["licence"].is_empty() || nothing, "{path}: {row:?}");
        }
        for row in rows
            .iter()
            .filter(|row| row.get("value").is_some_and(|value| !value.is_empty()))
        {
            assert!(
                !row["unit"].is_empty() && !row["basis"].is_empty(),
                "{path}: {row:?}"
            );
        }
    }
}

#[test]
fn shares_of_a_flow_are_those_that_are_drawn() {
    let path = "/api/v1/flows?commodity=rare_earths&period=2022";
    let (told, rows) = (ask(path), csv(path));
    for (link, row) in list(&told, "links").iter().zip(&rows) {
        let (drawn, said) = (
            link["share"].as_f64().unwrap(),
            row["share_percent"].parse::<f64>().unwrap(),
        );
        assert!((drawn - said).abs() <= 0.000_05, "{link} {row:?}");
    }
}

#[test]
fn a_whole_of_those_listed_alone_says_so_beside_each_figure() {
    let path = "/api/v1/overview?commodity=rare_earths";
    let (told, rows) = (ask(path), csv(path));
    let line = |stage: &str| {
        list(&told, "stages")
            .iter()
            .find(|line| line["stage"] == stage)
            .unwrap()
    };
    let of = |stage: &str, quantity: &str| {
        let mut rows = rows
            .iter()
            .filter(|row| row["stage"] == stage && row["quantity"] == quantity);
        rows.next_back().map(|row| row["listed"].clone())
    };
    let listed = line("magnet")["listed"].to_string();
    for quantity in ["world", "cell", "hhi", "n-1", "trend"] {
        assert_eq!(of("magnet", quantity).as_ref(), Some(&listed), "{quantity}");
        assert_eq!(of("mine", quantity).as_deref(), Some(""), "{quantity}");
    }
    assert!(line("magnet")["listed"].as_u64() > Some(10));
    assert_eq!(of("magnet", "sites").as_deref(), Some(""));
}

#[test]
fn a_file_of_a_view_is_of_the_state_that_is_asked_for() {
    let of = |times: &str| csv(&format!("/api/v1/overview?commodity=rare_earths{times}"));
    let world = |rows: &[Row]| {
        let mut mine = rows
            .iter()
            .filter(|row| row["stage"] == "mine" && row["quantity"] == "trend");
        mine.find(|row| row["period"] == "2024")
            .map(|row| row["value"].clone())
    };
    let (now, then) = (of(""), of("&published_by=2025-06-30"));
    assert_eq!(world(&now).as_deref(), Some("380000"));
    assert_eq!(world(&then).as_deref(), Some("390000"));
}

#[test]
fn the_document_says_which_views_are_files() {
    let document = ask("/api/v1/openapi.json");
    for view in views() {
        let path = view.path.split('?').next().unwrap();
        let path = path
            .replace("mountain-pass", "{site}")
            .replace("countries/CHN", "countries/{iso3}");
        let content = &document["paths"][&path]["get"]["responses"]["200"]["content"];
        for media_type in ["text/csv", "application/vnd.apache.parquet", "application/json"] {
            assert!(content[media_type].is_object(), "{path}: {media_type}");
        }
    }
}
