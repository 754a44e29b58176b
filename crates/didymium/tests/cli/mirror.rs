//! `didymium twin mirror` on tables of an exercise year.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use crate::common::run;

/// Six flows of seven codes, all reported by both sides; freight adds 10 %.
fn reports() -> String {
    let mut table = String::from("reporter,partner,cmd,flow,value,netwgt\n");
    let countries = [156, 276, 842];
    for code in 0..7 {
        for exporter in countries {
            for importer in countries.into_iter().filter(|importer| *importer != exporter) {
                let export = f64::from(1000 * (code + 1) + exporter + 3 * importer);
                let import = export * 1.1;
                table.push_str(&format!("{exporter},{importer},28361{code},X,{export},\n"));
                table.push_str(&format!("{importer},{exporter},28361{code},M,{import},5\n"));
            }
        }
    }
    table
}

#[test]
fn reports_are_reconciled_written_and_compared() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (plain, packed, flows, reference) = (
        at("reports.csv"),
        at("reports.csv.gz"),
        at("flows.csv"),
        at("baci.csv"),
    );
    std::fs::write(&plain, reports()).unwrap();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(reports().as_bytes()).unwrap();
    std::fs::write(&packed, encoder.finish().unwrap()).unwrap();
    std::fs::write(
        &reference,
        "i,j,cmd,value\nCHN,USA,283610,5\nUSA,DEU,283610,4\nCHN,USA,283611,9\n",
    )
    .unwrap();

    let answer = run(&[
        "twin",
        "mirror",
        "--reports",
        &packed,
        "--year",
        "2022",
        "--compare",
        &reference,
        "--out",
        &flows,
        "--json",
    ]);
    let answer = answer.ends(0).json();
    assert_eq!(
        (&answer["flows"], &answer["both"], &answer["year"]),
        (&42.into(), &42.into(), &2022.into())
    );
    assert_eq!(answer["comparison"]["exporter"]["codes"], 2);
    assert_eq!(
        answer["comparison"]["better"], false,
        "two codes are not the thirty that were published"
    );
    let margin = answer["margins"][0]["margin"].as_f64().unwrap();
    assert!((margin - 1.1_f64.ln()).abs() < 0.02, "{margin}");
    assert_eq!(std::fs::read_to_string(&flows).unwrap().lines().count(), 43);

    let text = run(&["twin", "mirror", "--reports", &plain, "--compare", &reference])
        .ends(0)
        .out;
    assert!(
        text.contains("42 flows: 42 from both sides") && text.contains("top-3 overlap"),
        "{text}"
    );
}

#[test]
fn tables_of_a_folder_are_found_by_their_names() {
    let folder = TempDir::new().unwrap();
    let at = folder.path().display().to_string();
    let mirror = |more: &[&str]| run(&[&["twin", "mirror", "--folder", &at, "--json"], more].concat());
    let none = mirror(&["--compare"]).ends(2).err;
    assert!(
        none.contains("comtrade_YEAR.csv.gz") && none.contains("--folder"),
        "{none}"
    );
    for year in [2021, 2023] {
        std::fs::write(folder.path().join(format!("comtrade_{year}.csv")), reports()).unwrap();
    }
    std::fs::write(folder.path().join("comtrade_old.csv"), "nothing").unwrap();
    let no_reference = mirror(&["--compare"]).ends(2).err;
    assert!(no_reference.contains("baci_2023.csv"), "{no_reference}");
    let reference = "i,j,cmd,value\nCHN,USA,283610,5\nUSA,DEU,283610,4\nCHN,USA,283611,9\n";
    std::fs::write(folder.path().join("baci_2023.csv"), reference).unwrap();
    let latest = mirror(&["--compare"]).ends(0).json();
    assert_eq!(
        (&latest["year"], &latest["comparison"]["exporter"]["codes"]),
        (&2023.into(), &2.into())
    );
    assert_eq!(mirror(&["--year", "2021"]).ends(0).json()["year"], 2021);
    mirror(&["--year", "2022"]).ends(2);
    // Beside reports that are named, by the year in their name.
    let named = folder.path().join("comtrade_2023.csv").display().to_string();
    let compared = run(&["twin", "mirror", "--reports", &named, "--compare", "--json"])
        .ends(0)
        .json();
    assert_eq!(compared["comparison"]["importer"]["codes"], 2);
}

#[test]
fn a_table_that_is_wrong_is_refused_with_its_line() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let refused = |file: &str| run(&["twin", "mirror", "--reports", file]).ends(3).err;
    let wrong = at("wrong.csv", &reports().replacen(",X,", ",Y,", 1));
    assert!(refused(&wrong).contains("wrong.csv: line 2, column `flow`: `Y` is not X, M, RX or RM"));
    let negative = at("negative.csv", &format!("{}156,842,283610,X,-4,\n", reports()));
    assert!(
        refused(&negative)
            .contains("report 86: reporter 156 gives -4 US dollars as export of HS 283610 with 842")
    );
    assert!(refused(&at("few.csv", "reporter,partner,cmd,flow,value,netwgt\n")).contains("only 0 flows"));
    let broken = at("broken.csv.gz", "\u{1f}");
    std::fs::write(&broken, [0x1f, 0x8b, 8, 0]).unwrap();
    assert!(
        run(&["twin", "mirror", "--reports", &broken])
            .ends(1)
            .err
            .contains("broken.csv.gz")
    );
    let gone = folder.path().join("gone.csv").display().to_string();
    assert!(
        run(&["twin", "mirror", "--reports", &gone])
            .ends(2)
            .err
            .contains("gone.csv")
    );
}
