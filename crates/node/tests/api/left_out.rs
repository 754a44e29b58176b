//! Years in which a source leaves out the country that leads.

use serde_json::Value;

use crate::ask;

#[test]
fn a_year_without_the_country_that_leads_has_no_total_and_says_why() {
    let series = "measure=production&commodity=gallium&stage=primary";
    let told = ask(&format!("/api/v1/series?{series}"));
    let at = |field: &str, year: &str| {
        let periods = told["periods"].as_array().unwrap();
        let place = periods.iter().position(|period| period == year).unwrap();
        told[field][place].clone()
    };
    for year in ["2007", "2010"] {
        assert_eq!(at("left_out", year), "CHN");
        for field in ["world", "hhi", "largest_share", "listed"] {
            assert_eq!(at(field, year), Value::Null, "{field} of {year}");
        }
    }
    assert_eq!(at("left_out", "2011"), Value::Null);
    assert!(at("hhi", "2011").is_object());
    let balance = ask(&format!("/api/v1/balance?{series}&period=2007"));
    assert_eq!(
        (&balance["left_out"], &balance["world"]),
        (&"CHN".into(), &Value::Null)
    );
    assert_eq!(balance["rows"][0]["share"], Value::Null);
}
