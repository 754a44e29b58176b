//! How long the balance of a family takes in which many sites report: `cargo bench -p didymium-twin --bench sites -- SITES MONTHS`.
//! Sites of twelve countries mine cobalt and say every month (0: once for the year) what they made and what they have in stock.

#[expect(
    dead_code,
    clippy::unwrap_used,
    reason = "helpers of tests, of which these are some"
)]
#[path = "../tests/balance/club.rs"]
mod club;

use std::num::NonZeroUsize;
use std::time::Instant;

use club::{cobalt, mined, site, survey, table, twin};
use didymium_twin::balance::{Balance, Options};

const COUNTRIES: [&str; 12] = [
    "AUS", "CAN", "CHN", "COD", "CUB", "FIN", "IDN", "MAR", "PHL", "RUS", "USA", "ZAF",
];

fn main() {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|arg| arg.parse::<usize>().ok());
    let (sites, months) = (numbers.next().unwrap_or(1_000), numbers.next().unwrap_or(12));
    let threads = numbers
        .next()
        .and_then(NonZeroUsize::new)
        .unwrap_or(NonZeroUsize::MIN);
    let periods: Vec<String> = match months {
        0 => vec!["2023".to_owned()],
        months => (0..months)
            .map(|month| format!("{}-{:02}", 2023 + month / 12, month % 12 + 1))
            .collect(),
    };
    let mut said = Vec::new();
    let mut rows = Vec::new();
    for number in 0..sites {
        let country = COUNTRIES[number % COUNTRIES.len()];
        let key = format!("site-{number}");
        said.push(site(&key, country, &[("mine", Some("5000"))]));
        let subject = format!("site:{key}");
        for (at, period) in periods.iter().enumerate() {
            let made = (100 + (number * 7 + at * 13) % 50).to_string();
            rows.push(cobalt((
                "production",
                "mine",
                "ore",
                country,
                "",
                &subject,
                period,
                &made,
            )));
            rows.push(cobalt((
                "stocks", "mine", "ore", country, "", &subject, period, "40",
            )));
        }
    }
    let national: Vec<_> = COUNTRIES
        .iter()
        .map(|country| mined(country, "2023", "100000"))
        .collect();
    said.push(table(&survey("nation", "2024-06-01"), &national));
    for part in rows.chunks(10_000) {
        said.push(table(
            &survey(&format!("operators-{}", said.len()), "2024-02-01"),
            part,
        ));
    }
    let begun = Instant::now();
    let twin = twin(&said);
    println!("twin of {} figures: {:?}", rows.len(), begun.elapsed());
    let options = Options {
        quantities_max: usize::MAX,
        threads,
        ..Options::default()
    };
    let begun = Instant::now();
    match Balance::of(&twin, "cobalt", &options) {
        Ok(balance) => println!(
            "{} quantities, {} reports, {} findings: {:?}",
            balance.quantities().count(),
            balance.reports.len(),
            balance.findings.len(),
            begun.elapsed()
        ),
        Err(error) => println!("{error}"),
    }
}
