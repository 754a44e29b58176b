//! How concentrated a stage is by the estimates.

use didymium_twin::balance::{Balance, Line, Options, Slot, Spot};

use crate::club::{balance, mined, survey, table};
use crate::facts::public_twin;

#[test]
fn shares_and_their_deviations_follow_from_the_estimates() {
    // Nothing is left to others, and nothing but the survey speaks.
    let rows = [
        mined("COD", "2022", "60000"),
        mined("AUS", "2022", "30000"),
        mined("CAN", "2022", "10000"),
        mined("WLD", "2022", "100000"),
    ];
    let balance = balance(&[table(&survey("nation", "2023-01-01"), &rows)]);
    let found = balance.concentration(0, 0, Slot::of_year(2022)).unwrap();
    assert_eq!(found.largest, Spot::Country("COD".into()));
    assert!((found.share.0 - 0.6).abs() < 0.01, "{found:?}");
    assert!((found.hhi.0 - 0.46).abs() < 0.01, "{found:?}");
    assert!((found.first_three.0 - 1.0).abs() < 0.01, "{found:?}");
    // Of 60 and 40, each known to about a tenth: some three hundredths.
    assert!((0.02..0.05).contains(&found.share.1), "{found:?}");
    // All that are named together have whatever others do not: they are as sure as those make nothing.
    let year = Slot::of_year(2022);
    let others = balance
        .line(0, 0, &Spot::Elsewhere, year, Line::Produced)
        .unwrap();
    let world = balance.line(0, 0, &Spot::World, year, Line::Produced).unwrap();
    let unsure = others.deviation.unwrap() / world.value.unwrap();
    assert!((found.first_three.1 - unsure).abs() < 1e-6, "{found:?} {unsure}");
}

#[test]
fn the_deviation_of_a_share_is_that_of_what_it_changes_by() {
    let balance = Balance::of(public_twin(), "rare_earths", &Options::default()).unwrap();
    let year = Slot::of_year(2022);
    let found = balance.concentration(0, 0, year).unwrap();
    assert_eq!(found.largest, Spot::Country("CHN".into()));
    let value = |spot: &Spot| {
        let told = balance.line(0, 0, spot, year, Line::Produced).unwrap();
        (told.value.unwrap(), told.deviation.unwrap())
    };
    let (china, world) = (value(&found.largest), value(&Spot::World));
    assert!((found.share.0 - china.0 / world.0).abs() < 1e-6, "{found:?}");
    assert!(found.hhi.0 > found.share.0 * found.share.0 && found.hhi.0 < found.share.0);
    // A share is surer than what it is a share of, for China's figure is most of the world's.
    let relative = (china.1 / china.0).hypot(world.1 / world.0);
    assert!(
        found.share.1 > 0.0 && found.share.1 / found.share.0 < relative,
        "{found:?} {relative}"
    );
    assert!(found.first_three.0 > found.share.0 && found.first_three.0 <= 1.0 + 1e-9);
    // A month that nobody tells has the shares of its year; a stage of which nobody can know has none.
    let march = year.months().nth(2).unwrap();
    assert_eq!(balance.concentration(0, 0, march), Some(found));
    let metal = balance.stage("metal").unwrap();
    assert_eq!(balance.concentration(0, metal, year), None);
}
