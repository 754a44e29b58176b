//! The tables: those embedded, those that a test makes, and what is said of broken ones.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test stops the test where it fails"
)]

use didymium_vocabulary::{
    CommodityKind, Decimal, Language, Mass, MassBasis, Period, Severity, TABLE_FILES, Tables, Vocabulary,
    VocabularyError,
};
use proptest::prelude::*;

/// The embedded tables with rows added, read.
fn with_rows(rows: &[(&str, &str)]) -> Result<Vocabulary, VocabularyError> {
    let add = |tables: Tables, (file, rows): &(&str, &str)| tables.with_rows(file, rows).unwrap();
    Vocabulary::from_tables(&rows.iter().fold(Tables::embedded().clone(), add))
}

/// What is said of the embedded tables with one row added.
fn refusal(file: &str, row: &str) -> String {
    with_rows(&[(file, row)]).unwrap_err().to_string()
}

#[test]
fn a_new_mineral_is_rows_alone() {
    let vocabulary = with_rows(&[
        ("elements.csv", "Zz,250,Exercisium,Exercicium,300.5,\n"),
        (
            "substances.csv",
            "Zz,Exercisium,Exercicium,Zz,Zz,exercise_mineral\nZz2O3,Oxide,Oxyde,Zz2O3,Zz,exercise_mineral\n",
        ),
        (
            "commodities.csv",
            "exercise_mineral,family,exercise_mineral,Zz,,Exercise mineral,Minéral d’exercice,Zz,900\n",
        ),
        (
            "chain.csv",
            "exercise_mineral,2,refining,refined,,Zz,contained,production,exercise_mineral,kg\n\
             exercise_mineral,1,mine,ore,concentrate,Zz2O3,contained,,,\n",
        ),
        (
            "hs_codes.csv",
            "999999,HS2022,Exercise mineral,Minéral d’exercice,exercise_mineral,refining,refined,no\n",
        ),
    ])
    .unwrap();
    let mineral = vocabulary.require_commodity("exercise_mineral").unwrap();
    assert_eq!(mineral.label.get(Language::Fr), "Minéral d’exercice");
    assert_eq!(vocabulary.families().last(), Some(mineral));
    let stages: Vec<_> = vocabulary
        .chain("exercise_mineral")
        .map(|link| link.stage.as_str())
        .collect();
    assert_eq!(stages, ["mine", "refining"]);
    let oxide = vocabulary.require_substance("Zz2O3").unwrap();
    let metal = Mass::contained(Decimal::ONE_HUNDRED, oxide)
        .to_substance("Zz", &vocabulary)
        .unwrap()
        .kilograms();
    // 100 × 601 / (601 + 3 × 15.999)
    assert_eq!(metal.round_dp(3).to_string(), "92.604");
    assert_ne!(vocabulary.digest(), Vocabulary::embedded().digest());
    assert!(Vocabulary::embedded().commodity("exercise_mineral").is_none());
}

#[test]
fn the_embedded_vocabulary_holds_what_the_contract_names() {
    let vocabulary = Vocabulary::embedded();
    let families: Vec<_> = vocabulary
        .families()
        .map(|family| family.commodity.as_str())
        .collect();
    let contract = [
        "rare_earths",
        "lithium",
        "cobalt",
        "nickel",
        "graphite_natural",
        "graphite_synthetic",
        "gallium",
        "germanium",
    ];
    assert_eq!(families, contract);
    for family in contract {
        let orders: Vec<_> = vocabulary.chain(family).map(|link| link.order).collect();
        assert!(orders.len() >= 3 && orders.is_sorted(), "{family}: {orders:?}");
        assert!(
            vocabulary.chain(family).any(|link| link.headline.is_some()),
            "{family} has a headline"
        );
    }
    for basket in ["lree", "hree", "ndpr", "magnet_rare_earths"] {
        let basket = vocabulary.require_commodity(basket).unwrap();
        let members = vocabulary.members(basket);
        assert!(basket.kind == CommodityKind::Basket && members.len() >= 2);
        assert!(members.iter().all(|member| member.family == "rare_earths"));
    }
    let rare_earths = vocabulary.require_commodity("rare_earths").unwrap();
    assert_eq!(vocabulary.members(rare_earths).len(), 17);
    for substance in [
        "REO", "Nd2O3", "Pr6O11", "Li", "Li2O", "LCE", "Co", "Ni", "C", "Ga", "Ge",
    ] {
        assert!(vocabulary.substance(substance).is_some(), "{substance}");
    }
    for place in ["WLD", "OTH", "EU", "ROW", "THA", "FRA"] {
        assert_eq!(vocabulary.require_place(place).unwrap().key(), place);
    }
    assert_eq!(vocabulary.countries().len(), 249, "ISO 3166-1 has 249 codes");
    assert_eq!(vocabulary.measure("production").unwrap().dimension.key(), "mass");
    assert_eq!(
        vocabulary.notice_type("export_ban").unwrap().severity,
        Severity::High
    );
    assert_eq!(
        vocabulary.chain("rare_earths").next().unwrap().mass_basis,
        Some(MassBasis::Contained)
    );
}

#[test]
fn a_stage_knows_the_forms_that_belong_to_it() {
    let vocabulary = Vocabulary::embedded();
    assert_eq!(
        vocabulary.forms_at("rare_earths", "mine"),
        ["ore", "concentrate", "mixed_compound"],
        "the form made there comes first"
    );
    let outside = vocabulary.forms_at("lithium", "metal");
    assert_eq!(outside, ["metal"], "a stage of other chains has their forms");
    assert!(vocabulary.forms_at("lithium", "end_use").is_empty());
    assert!(vocabulary.require_form_at("nickel", "refining", "class1").is_ok());
    let refused = vocabulary
        .require_form_at("rare_earths", "magnet", "ore")
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "form `ore` does not belong to stage `magnet` of `rare_earths`: what belongs there is `magnet`"
    );
    let nowhere = vocabulary
        .require_form_at("lithium", "end_use", "metal")
        .unwrap_err();
    assert!(
        nowhere.to_string().ends_with("none does, leave the form empty"),
        "{nowhere}"
    );
}

#[test]
fn labels_are_there_in_both_languages() {
    let vocabulary = Vocabulary::embedded();
    assert_eq!(
        vocabulary
            .country("THA")
            .unwrap()
            .label
            .get("fr".parse().unwrap()),
        "Thaïlande"
    );
    let labels = vocabulary.commodities().iter().map(|row| &row.label);
    for label in labels.chain(vocabulary.stages().iter().map(|row| &row.description)) {
        assert!(
            Language::ALL
                .iter()
                .all(|language| !label.get(*language).is_empty())
        );
    }
    assert!("de".parse::<Language>().is_err());
}

#[test]
fn unknown_keys_name_the_table_and_the_nearest_key() {
    let vocabulary = Vocabulary::embedded();
    let country = vocabulary.require_country("THAI").unwrap_err();
    assert_eq!(
        country.to_string(),
        "unknown country `THAI` (keys: countries.csv); did you mean `THA`?"
    );
    let nearest = |error: VocabularyError| match error {
        VocabularyError::UnknownKey { nearest, .. } => nearest,
        other => panic!("{other}"),
    };
    assert_eq!(
        nearest(vocabulary.require_country("Thailande").unwrap_err()).as_deref(),
        Some("THA")
    );
    assert_eq!(
        nearest(vocabulary.require_commodity("Neodymium").unwrap_err()).as_deref(),
        Some("neodymium")
    );
    assert_eq!(
        nearest(vocabulary.require_commodity("rare_earth").unwrap_err()).as_deref(),
        Some("rare_earths")
    );
    assert_eq!(
        nearest(vocabulary.require_place("World").err().unwrap()).as_deref(),
        Some("WLD")
    );
    assert_eq!(nearest(vocabulary.require_stage("zzzzzzzz").unwrap_err()), None);
    assert_eq!(nearest(vocabulary.require_unit("").unwrap_err()), None);
    assert_eq!(
        nearest(vocabulary.require_hs_code("284699", "HS2022").unwrap_err()).as_deref(),
        Some("284610")
    );
    let long = vocabulary
        .require_form(&"é".repeat(10_000))
        .unwrap_err()
        .to_string();
    assert!(long.chars().count() < 200, "{long}");
}

#[test]
fn preferred_series_come_by_stage_and_then_by_rank() {
    let vocabulary = Vocabulary::embedded();
    let series = |stage| vocabulary.preferred_series("production", stage);
    assert_eq!(series(Some("mine"))[..3], ["usgs-mcs", "usgs-mybk", "bgs-wms"]);
    assert_eq!(series(Some("refining"))[0], "bgs-wms");
    assert_eq!(
        series(None),
        series(Some("magnet")),
        "no row of its own: any stage"
    );
    assert!(vocabulary.preferred_series("price", Some("nowhere")).len() >= 2);
    assert!(vocabulary.preferred_series("no_measure", None).is_empty());
}

#[test]
fn broken_cells_are_named_with_file_line_column_value_and_reason() {
    let lines = |file: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tables")
            .join(file);
        std::fs::read_to_string(path).unwrap().lines().count() + 1
    };
    assert_eq!(
        refusal("units.csv", "stone,Stone,Stone,st,mass,6.35O29318\n"),
        format!(
            "table units.csv, line {}, column factor, value `6.35O29318`: `6.35O29318` is no decimal: digits, with `.` \
             before decimals and `-` before negatives, and nothing else",
            lines("units.csv")
        )
    );
    let expected = format!(
        "table chain.csv, line {}, column stage, value `separaton`: ",
        lines("chain.csv")
    );
    let found = refusal("chain.csv", "rare_earths,99,separaton,metal,,,wet,,,\n");
    assert!(
        found.starts_with(&expected) && found.ends_with("did you mean `separation`?"),
        "{found}"
    );
}

#[test]
fn every_kind_of_fault_is_refused() {
    for (file, row, reason) in [
        (
            "units.csv",
            "kg,Kilogram,Kilogramme,kg,mass,1\n",
            "is given twice (first on line 2)",
        ),
        (
            "units.csv",
            "st,Stone,,st,mass,6\n",
            "column label_fr, value ``: must not be empty",
        ),
        (
            "units.csv",
            "st,Stone , Stone,st,mass,6\n",
            "must not begin or end with space",
        ),
        (
            "units.csv",
            "st,Stone,Stone,st,weight,6\n",
            "`weight` is none of `mass`",
        ),
        (
            "units.csv",
            "st,Stone,Stone,st,mass,0\n",
            "`0` is not greater than 0",
        ),
        ("units.csv", "my unit,Stone,Stone,st,mass,6\n", "is no key"),
        ("units.csv", "st,Stone,Stone\n", "3 cells where the header has 6"),
        ("units.csv", "st,Stone,Stone,st,mass,6\r\n", "carriage return"),
        (
            "measures.csv",
            "m,M,M,mass,maybe,no,no,\n",
            "`maybe` is none of `yes`, `no`",
        ),
        ("elements.csv", "Zz,-1,Z,Z,1,\n", "`-1` is no whole number"),
        ("elements.csv", "Zz,1,Z,Z,0,\n", "greater than 0 and at most 1000"),
        (
            "substances.csv",
            "Zz,Z,Z,Nd2(CO3)3,Nd,\n",
            "column formula, value `Nd2(CO3)3`: formula `Nd2(CO3)3`: `(`",
        ),
        (
            "substances.csv",
            "Zz,Z,Z,Nd2O3,Pr,\n",
            "formula `Nd2O3` holds no Pr",
        ),
        (
            "substances.csv",
            "Zz,Z,Z,Nd2O3,,\n",
            "column element, value ``: must not be empty",
        ),
        (
            "substances.csv",
            "Zz,Z,Z,Nd2O3,Nd,neodyme\n",
            "did you mean `neodymium`?",
        ),
        (
            "commodities.csv",
            "z,group,z,,,Z,Z,,1\n",
            "`group` is none of `family`",
        ),
        (
            "commodities.csv",
            "z,family,lithium,,,Z,Z,,1\n",
            "must be empty for a family, or name the family itself",
        ),
        (
            "commodities.csv",
            "z,element,neodymium,Nd,,Z,Z,,1\n",
            "commodity `neodymium` is not a family",
        ),
        (
            "commodities.csv",
            "z,element,lithium,,,Z,Z,,1\n",
            "column symbol, value ``: must not be empty",
        ),
        (
            "commodities.csv",
            "z,basket,lithium,,,Z,Z,,1\n",
            "column members, value ``: must not be empty",
        ),
        (
            "commodities.csv",
            "z,basket,lithium,,ndpr,Z,Z,,1\n",
            "commodity `ndpr` is not a family or an element",
        ),
        (
            "commodities.csv",
            "z,family,,,cobalt,Z,Z,,1\n",
            "must be empty unless the commodity is a basket",
        ),
        (
            "chain.csv",
            "lithium,1,metal,metal,,,wet,,,\n",
            "`lithium, 1` is given twice",
        ),
        (
            "chain.csv",
            "lithium,99,metal,metal,,Li,wet,,,\n",
            "leave the substance `Li` out",
        ),
        (
            "chain.csv",
            "lithium,99,metal,metal,,,contained,,,\n",
            "needs the substance",
        ),
        (
            "chain.csv",
            "lithium,99,metal,metal,,,,production,,t\n",
            "column headline_commodity, value ``",
        ),
        (
            "chain.csv",
            "lithium,99,metal,metal,,,,production,lithium,usd\n",
            "unit `usd` measures money",
        ),
        (
            "chain.csv",
            "lithium,99,metal,metal,ingot,,wet,,,\n",
            "column other_forms, value `ingot`: unknown form `ingot`",
        ),
        (
            "chain.csv",
            "lithium,99,metal,metal,alloy;metal,,wet,,,\n",
            "`metal` stands twice in this row",
        ),
        (
            "hs_codes.csv",
            "999999,HS2022,Z,Z,rare_earths,magnet,ore,no\n",
            "column form, value `ore`: form `ore` does not belong to stage `magnet` of `rare_earths`: what belongs there is \
             `magnet`",
        ),
        (
            "countries.csv",
            "ZZZ,TH,999,Z,Z,Asia,,\n",
            "column iso2, value `TH`: `TH` is given twice",
        ),
        (
            "countries.csv",
            "ZZZ,ZZ,9,Z,Z,Asia,,\n",
            "`9` is not three digits",
        ),
        (
            "countries.csv",
            "ZZZ,ZZ,999,Z,Z,Asia,91,0\n",
            "a latitude from -90 to 90",
        ),
        (
            "countries.csv",
            "ZZZ,ZZ,999,Z,Z,Asia,1,\n",
            "column lon, value ``: must not be empty",
        ),
        (
            "areas.csv",
            "THA,Z,Z,no,\n",
            "is the code of a country already: Thailand",
        ),
        (
            "hs_codes.csv",
            "2805.30,HS2022,Z,Z,lithium,,,no\n",
            "`2805.30` is not 2 to 12 digits",
        ),
        (
            "notice_types.csv",
            "z,Z,Z,grave\n",
            "`grave` is none of `low`, `medium`, `high`",
        ),
        (
            "coverage_gaps.csv",
            "production,gallium,primary,bgs-wms,2011,2010,CHN\n",
            "`2011` is not a year not after the last",
        ),
        (
            "coverage_gaps.csv",
            "production,gallium,primary,bgs-wms,2010,2010,ZZZ\n",
            "unknown country or area `ZZZ`",
        ),
        (
            "recipes.csv",
            "cobalt,cathode,refining,,yes,101,1,reported,nowhere\n",
            "`101` is not above 0 and not above 100 percent",
        ),
        (
            "recipes.csv",
            "cobalt,cathode,magnet,,yes,99,1,reported,nowhere\n",
            "`magnet` is not a stage of the family's chain",
        ),
        (
            "recipes.csv",
            "cobalt,cathode,recycling,,yes,100,1,reported,nowhere\ncobalt,recycling,cathode,,yes,100,1,reported,nowhere\n",
            "does not come round to the stage itself with nothing lost on the way",
        ),
        (
            "recipes.csv",
            "cobalt,refining,mine,,yes,80,1,reported,nowhere\n",
            "`cobalt, refining, ` is given twice",
        ),
        (
            "contents.csv",
            "cobalt,gold,cobalt,Co,1,1,reported,nowhere\n",
            "unknown form `gold`",
        ),
        (
            "report_quality.csv",
            "*,imports,estimated,0,nowhere\n",
            "`0` is not above 0 and not above 1000 percent",
        ),
        ("assumptions.csv", "luck,*,0,1,nowhere\n", "`luck` is none of"),
        (
            "source_preference.csv",
            "production,mine,another,1\n",
            "`production, mine, 1` is given twice",
        ),
        (
            "source_preference.csv",
            "production,nowhere,another,1\n",
            "unknown stage `nowhere`",
        ),
    ] {
        let found = refusal(file, row);
        assert!(found.starts_with(&format!("table {file}, line ")), "{found}");
        assert!(
            found.contains(reason),
            "{file} + {row:?}\n  said: {found}\n  not:  {reason}"
        );
    }
}

#[test]
fn missing_and_unknown_tables_and_columns_are_named() {
    let empty = Tables::new("0", [("elements.csv", "")]).unwrap_err();
    assert_eq!(
        empty,
        VocabularyError::MissingTable {
            file: "substances.csv"
        }
    );
    let unknown = Tables::embedded()
        .clone()
        .with_rows("minerals.csv", "")
        .unwrap_err();
    assert_eq!(unknown.to_string(), "the vocabulary has no table `minerals.csv`");
    let with_header = |header| {
        let texts = TABLE_FILES.map(|file| (file, if file == "elements.csv" { header } else { "" }));
        Vocabulary::from_tables(&Tables::new("0", texts).unwrap()).unwrap_err()
    };
    let column = "atomic_weight";
    assert_eq!(
        with_header("symbol,number,label_en,label_fr,group\n"),
        VocabularyError::MissingColumn {
            file: "elements.csv",
            column
        }
    );
    for header in ["symbol,colour\n", "symbol,symbol\n", ""] {
        let refusal = with_header(header).to_string();
        assert!(refusal.starts_with("table elements.csv, line 1: "), "{refusal}");
    }
}

#[test]
fn the_digest_covers_names_and_bytes_and_no_order_of_arrival() {
    let texts = TABLE_FILES.map(|file| (file, file));
    let digest = |texts: Vec<(&str, &str)>| Tables::new("1", texts).unwrap().digest();
    let first = digest(texts.to_vec());
    assert_eq!(first, digest(texts.iter().rev().copied().collect()));
    let mut moved = texts.to_vec();
    (moved[0].1, moved[1].1) = (texts[1].1, texts[0].1);
    assert_ne!(first, digest(moved));
    let embedded = Vocabulary::embedded();
    assert_eq!(embedded.digest(), Tables::embedded().digest());
    assert_eq!(embedded.digest_hex().len(), 64);
    assert_eq!(embedded.version(), env!("CARGO_PKG_VERSION"));
}

#[test]
fn entities_are_written_as_json_with_decimals_as_strings() {
    let vocabulary = Vocabulary::embedded();
    let unit = serde_json::to_value(vocabulary.unit("t").unwrap()).unwrap();
    assert_eq!(
        unit,
        serde_json::json!({
            "unit": "t", "label": {"en": "Tonne", "fr": "Tonne"}, "symbol": "t", "dimension": "mass", "factor": "1000"
        })
    );
    let basket = serde_json::to_value(vocabulary.commodity("ndpr").unwrap()).unwrap();
    assert_eq!(
        (&basket["kind"], &basket["members"][0]),
        (&"basket".into(), &"neodymium".into())
    );
    assert_eq!(
        serde_json::to_value(vocabulary.place("WLD").unwrap()).unwrap()["area"],
        "WLD"
    );
    assert_eq!(
        serde_json::to_value(Period::of_year(2024).unwrap()).unwrap(),
        "2024"
    );
}

proptest! {
    // Each case reads every table anew.
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn arbitrary_rows_and_keys_never_panic(place in 0..TABLE_FILES.len(), row in "\\PC{0,60}|([a-zA-Z0-9.;*]{0,5},){1,9}") {
        let tables = Tables::embedded().clone().with_rows(TABLE_FILES[place], &row).unwrap();
        if let Err(refusal) = Vocabulary::from_tables(&tables) {
            prop_assert!(refusal.to_string().starts_with(&format!("table {}", TABLE_FILES[place])), "{}", refusal);
        }
        prop_assert!(Vocabulary::embedded().require_place(&row).is_err());
    }
}
