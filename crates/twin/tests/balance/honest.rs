//! The world's rare-earth balance 2015 to 2022 from public facts alone, and whether its error bars are honest.

use didymium_twin::balance::{Balance, Line, Options, Reason, Slot, Spot, Told, leave_out};
use didymium_vocabulary::Vocabulary;

use crate::facts::{FAMILIES, public_twin};

const YEARS: std::ops::RangeInclusive<i16> = 2015..=2022;

#[test]
fn withheld_figures_lie_within_their_intervals() {
    let left = leave_out(public_twin(), "rare_earths", &YEARS, &Options::default()).unwrap();
    let mut all = (0, 0);
    for out in &left {
        let (within, of) = out.covered();
        let unknown = out
            .withheld
            .iter()
            .filter(|figure| figure.others.is_none())
            .count();
        println!(
            "{}: {within} of {of} within, {unknown} that nobody else tells of",
            out.voice
        );
        all = (all.0 + within, all.1 + of);
    }
    let part = all.0 as f64 / all.1 as f64;
    println!("all: {} of {}, {:.1} %", all.0, all.1, 100.0 * part);
    assert!(left.len() >= 3 && all.1 > 150, "{all:?}");
    assert!((0.90..=0.98).contains(&part), "{part}");
    // No large voice is far off by itself.
    for out in left.iter().filter(|out| out.covered().1 >= 50) {
        let (within, of) = out.covered();
        assert!(
            within as f64 / of as f64 >= 0.88,
            "{}: {within} of {of}",
            out.voice
        );
    }
}

/// Published world totals, tonnes of oxide: U.S. Geological Survey, Mineral Commodity Summaries of the year after next
/// (2017 to 2024), Rare Earths, world mine production, rounded by it.
const PUBLISHED: [(i16, f64); 8] = [
    (2015, 130_000.0),
    (2016, 129_000.0),
    (2017, 132_000.0),
    (2018, 190_000.0),
    (2019, 220_000.0),
    (2020, 240_000.0),
    (2021, 290_000.0),
    (2022, 300_000.0),
];

#[test]
fn published_world_totals_lie_within_the_intervals_of_the_balance() {
    let balance = Balance::of(public_twin(), "rare_earths", &Options::default()).unwrap();
    for (year, published) in PUBLISHED {
        let mined = balance
            .line(0, 0, &Spot::World, Slot::of_year(year), Line::Produced)
            .unwrap();
        let (value, deviation) = (mined.value.unwrap(), mined.deviation.unwrap());
        println!("{year}: {value:.0} ± {deviation:.0} t, published {published:.0}");
        assert!(
            (value - published).abs() <= 1.96 * deviation,
            "{year}: {value} ± {deviation}"
        );
        assert!(deviation < 0.15 * value, "{year}: {deviation}");
        assert_ne!(mined.told, Told::Assumed);
    }
}

/// The same totals where the survey that publishes them is not heard: what the others say of them.
#[test]
fn published_world_totals_are_told_by_the_others() {
    let twin = public_twin();
    let without = |voice: &str| Options {
        without: [voice.to_owned()].into(),
        ..Options::default()
    };
    let others = Balance::of(twin, "rare_earths", &without("usgs")).unwrap();
    let mut within = 0;
    for (year, published) in PUBLISHED {
        let mined = others
            .line(0, 0, &Spot::World, Slot::of_year(year), Line::Produced)
            .unwrap();
        let (value, deviation) = (mined.value.unwrap(), mined.deviation.unwrap());
        println!("{year}: the others say {value:.0} ± {deviation:.0} t, published {published:.0}");
        within += usize::from((value - published).abs() <= 1.96 * deviation);
    }
    assert!(within >= 7, "{within} of 8");
}

#[test]
fn what_the_public_record_cannot_determine_is_named() {
    let balance = Balance::of(public_twin(), "rare_earths", &Options::default()).unwrap();
    let slot = Slot::of_year(2022);
    let told = |stage: &str, line| {
        let stage = balance.stage(stage)?;
        balance
            .line(0, stage, &Spot::World, slot, line)
            .map(|quantity| quantity.told)
    };
    // Levels of stocks are in no public table, and metal is counted by nobody; what is separated follows from yields alone.
    assert_eq!(told("mine", Line::Closing), Some(Told::Unobservable));
    assert_eq!(told("separation", Line::Consumed), Some(Told::Assumed));
    assert_eq!(told("metal", Line::Produced), Some(Told::Unobservable));
}

/// Run with `--nocapture`: what of the public facts the balances leave.
#[test]
fn public_facts_that_the_balance_leaves_are_few() {
    for family in FAMILIES {
        let balance = Balance::of(public_twin(), family, &Options::default()).unwrap();
        let overruled = balance
            .findings
            .iter()
            .filter(|finding| matches!(finding.reason, Reason::Overruled { .. }));
        let evidence = balance
            .reports
            .iter()
            .filter(|report| report.origin.is_evidence())
            .count();
        let (count, mut shown) = (overruled.clone().count(), overruled);
        println!(
            "{family}: {count} of {evidence} overruled; {:?}",
            shown.next().map(|one| one.words(Vocabulary::embedded()).0)
        );
        assert!(count * 50 <= evidence, "{family}: {count} of {evidence}");
    }
}
