//! An exercise world of invented trade: six countries, four codes, every flow reported by both sides.

use didymium_twin::mirror::{Direction, Hs6, TradeReport};

pub const AUS: u16 = 36;
pub const CHN: u16 = 156;
pub const DEU: u16 = 276;
pub const FRA: u16 = 251;
pub const JPN: u16 = 392;
pub const USA: u16 = 842;
pub const MAGNETS: &str = "850511";

/// One report of the exercise year.
pub fn report(reporter: u16, partner: u16, code: &str, direction: Direction, value: f64) -> TradeReport {
    let code = Hs6::parse(code).unwrap();
    TradeReport {
        row: 0,
        year: Some(2022),
        reporter,
        partner,
        code,
        direction,
        value,
        net_weight: Some(1.0),
    }
}

/// Both reports of a flow.
pub fn both(exporter: u16, importer: u16, code: &str, export: f64, import: f64) -> [TradeReport; 2] {
    [
        report(exporter, importer, code, Direction::Export, export),
        report(importer, exporter, code, Direction::Import, import),
    ]
}

/// Flows of twelve codes between five countries (Australia trades nothing). Reports have normal errors of 5 %, Japan's of a
/// factor of two; freight adds 6 %.
pub fn world() -> Vec<TradeReport> {
    let countries = [CHN, DEU, FRA, JPN, USA];
    let mut seed = 1_u32;
    // Knuth's linear congruential generator: the same world each time.
    let mut uniform = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(seed) / f64::from(u32::MAX)
    };
    let mut reports = Vec::new();
    for code in 0..12 {
        let code = if code == 0 {
            MAGNETS.to_owned()
        } else {
            format!("2836{:02}", 10 + code)
        };
        for exporter in countries {
            for importer in countries.into_iter().filter(|importer| *importer != exporter) {
                let truth = 1e7 * uniform() + 1e4;
                let mut off = |reporter: u16| {
                    let spread: f64 = if reporter == JPN { 2.0_f64.ln() } else { 0.05 };
                    // Three uniform numbers add up to nearly a normal one, of variance 1/4.
                    (spread * 2.0 * (uniform() + uniform() + uniform() - 1.5)).exp()
                };
                let (export, import) = (truth * off(exporter), truth * 1.06 * off(importer));
                reports.extend(both(exporter, importer, &code, export, import));
            }
        }
    }
    reports
}
