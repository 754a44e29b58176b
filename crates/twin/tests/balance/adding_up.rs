//! Figures add up: lines to stocks, places to the world, months to years, elements to the whole. And they are the same
//! whatever the order of statements.

use std::collections::{BTreeMap, BTreeSet};

use didymium_twin::Twin;
use didymium_twin::balance::{Balance, Grade, Key, Line, Options, Slot, Spot, Told};

use crate::club::{Said, cobalt, site, survey, table, twin};
use crate::facts::{FAMILIES, public_twin};

fn value(balance: &Balance, layer: u16, stage: u16, spot: &Spot, slot: Slot, line: Line) -> Option<f64> {
    balance.line(layer, stage, spot, slot, line)?.value
}

/// Every pool of which all lines are known: what it misses by, beside what goes through it.
fn worst_imbalance(balance: &Balance) -> f64 {
    let mut worst = 0.0_f64;
    for (key, _) in balance.quantities().filter(|(key, _)| key.line == Line::Produced) {
        let of = |line| value(balance, key.layer, key.stage, &key.spot, key.slot, line);
        let flows = [
            Line::In,
            Line::Produced,
            Line::Consumed,
            Line::Out,
            Line::Lost,
            Line::StockChange,
        ]
        .map(of);
        let world = key.spot == Spot::World;
        let [came, made, used, went, lost, change] = flows;
        let (came, went) = if world {
            (Some(0.0), Some(0.0))
        } else {
            (came, went)
        };
        if let (Some(came), Some(made), Some(used), Some(went), Some(lost), Some(change)) =
            (came, made, used, went, lost, change)
        {
            let size = came.abs() + made.abs() + used.abs() + 1.0;
            worst = worst.max((came + made - used - went - lost - change).abs() / size);
        }
    }
    worst
}

#[test]
fn the_public_facts_of_every_family_add_up() {
    let twin = public_twin();
    for family in FAMILIES {
        let balance = Balance::of(twin, family, &Options::default()).unwrap();
        assert!(
            worst_imbalance(&balance) < 1e-9,
            "{family}: {}",
            worst_imbalance(&balance)
        );
        let negative = balance
            .quantities()
            .filter(|(key, quantity)| {
                let least = -1e-3 * quantity.deviation.unwrap_or(0.0);
                !key.line.is_signed() && quantity.value.is_some_and(|value| value < least.min(-1e-6))
            })
            .count();
        assert_eq!(negative, 0, "{family}");
        // Countries and elsewhere make the world, in every year.
        for slot in (2000..=2024).map(Slot::of_year) {
            let Some(world) = value(&balance, 0, 0, &Spot::World, slot, Line::Produced) else {
                continue;
            };
            let parts: f64 = balance
                .quantities()
                .filter(|(key, _)| {
                    (key.layer, key.stage, key.slot, key.line) == (0, 0, slot, Line::Produced)
                        && matches!(key.spot, Spot::Country(_) | Spot::Elsewhere)
                })
                .filter_map(|(_, quantity)| quantity.value)
                .sum();
            assert!(
                (world - parts).abs() <= 1e-6 * world,
                "{family} {}: {world} {parts}",
                slot.year()
            );
        }
    }
}

#[test]
fn elements_add_to_the_whole_in_every_line() {
    let balance = Balance::of(public_twin(), "rare_earths", &Options::default()).unwrap();
    let world = value(&balance, 0, 0, &Spot::World, Slot::of_year(2022), Line::Produced).unwrap();
    let mut parts: BTreeMap<Key, (usize, f64)> = BTreeMap::new();
    for (key, quantity) in balance.quantities().filter(|(key, _)| key.layer > 0) {
        let sum = parts
            .entry(Key {
                layer: 0,
                ..key.clone()
            })
            .or_default();
        if let Some(value) = quantity.value {
            *sum = (sum.0 + 1, sum.1 + value);
        }
    }
    // Each of the elements that are followed has a line in the world.
    let followed = parts.values().map(|(count, _)| *count).max().unwrap();
    let mut compared: BTreeSet<Line> = BTreeSet::new();
    for (key, (count, sum)) in parts {
        let of_place = matches!(key.spot, Spot::World | Spot::Country(_));
        if let Some(whole) = balance.quantity(&key).and_then(|whole| whole.value)
            && count == followed
            && of_place
        {
            assert!((whole - sum).abs() <= 1e-9 * world, "{key:?}: {whole} {sum}");
            compared.insert(key.line);
        }
    }
    for line in [Line::Produced, Line::Consumed, Line::Lost, Line::StockChange] {
        assert!(compared.contains(&line), "{compared:?}");
    }
}

#[test]
fn an_element_that_no_deposit_has_and_nobody_reports_is_not_followed() {
    let balance = Balance::of(public_twin(), "rare_earths", &Options::default()).unwrap();
    let promethium = balance.layer("promethium").unwrap();
    assert!(balance.quantities().all(|(key, _)| key.layer != promethium));
    let neodymium = balance.layer("neodymium").unwrap();
    assert!(balance.quantities().any(|(key, _)| key.layer == neodymium));
}

/// A mine that reports months, a refinery that takes from it, and a national table of years.
fn monthly_club() -> Vec<Said> {
    let mut months: Vec<[String; 15]> = Vec::new();
    for month in 1..=12 {
        let period = format!("2023-{month:02}");
        let made = format!("{}", 100 + month);
        for (measure, value) in [
            ("production", made.as_str()),
            ("shipments", "95"),
            ("stocks", "40"),
        ] {
            months.push(cobalt((
                measure,
                "mine",
                "ore",
                "CAN",
                "",
                "site:north-mine",
                &period,
                value,
            )));
        }
    }
    let years = [("2022", "1300"), ("2023", "1290")]
        .map(|(year, value)| cobalt(("production", "mine", "ore", "CAN", "", "", year, value)));
    vec![
        site("north-mine", "CAN", &[("mine", Some("2000"))]),
        table(&survey("operator", "2024-01-20"), &months),
        table(&survey("nation", "2024-06-01"), &years),
    ]
}

#[test]
fn months_add_to_their_year_and_sites_to_their_country() {
    let balance = Balance::of(&twin(&monthly_club()), "cobalt", &Options::default()).unwrap();
    let mine = Spot::Site {
        country: "CAN".into(),
        site: "north-mine".into(),
    };
    let year = Slot::of_year(2023);
    let whole = value(&balance, 0, 0, &mine, year, Line::Produced).unwrap();
    let months: f64 = year
        .months()
        .map(|slot| value(&balance, 0, 0, &mine, slot, Line::Produced).unwrap())
        .sum();
    assert!((whole - months).abs() < 1e-6, "{whole} {months}");
    let rest = value(&balance, 0, 0, &Spot::RestOf("CAN".into()), year, Line::Produced).unwrap();
    let country = value(&balance, 0, 0, &Spot::Country("CAN".into()), year, Line::Produced).unwrap();
    assert!((whole + rest - country).abs() < 1e-6);
    // A month of the site is reported and checked by nobody; one of the country is told by its site and its year.
    let january = year.months().next().unwrap();
    let told = balance.line(0, 0, &mine, january, Line::Produced).unwrap();
    assert_eq!(told.told, Told::Reported, "{told:?}");
    let of_country = balance
        .line(0, 0, &Spot::Country("CAN".into()), january, Line::Produced)
        .unwrap();
    assert_ne!(of_country.grade, Grade::A);
    assert!(worst_imbalance(&balance) < 1e-9);
}

#[test]
fn the_stock_of_one_month_is_the_opening_of_the_next() {
    let balance = Balance::of(&twin(&monthly_club()), "cobalt", &Options::default()).unwrap();
    let mine = Spot::Site {
        country: "CAN".into(),
        site: "north-mine".into(),
    };
    let months: Vec<Slot> = Slot::of_year(2023).months().collect();
    for pair in months.windows(2) {
        let closing = value(&balance, 0, 0, &mine, pair[0], Line::Closing).unwrap();
        let opening = value(&balance, 0, 0, &mine, pair[1], Line::Opening).unwrap();
        assert!((closing - opening).abs() < 1e-6);
    }
}

#[test]
fn a_month_that_nobody_tells_is_an_even_part_of_its_year_and_adds_up() {
    let balance = Balance::of(&twin(&monthly_club()), "cobalt", &Options::default()).unwrap();
    let year = Slot::of_year(2022);
    let mut produced = 0.0;
    let mut before: Option<f64> = None;
    for month in year.months() {
        let of = |line| {
            let key = Key {
                layer: 0,
                stage: 0,
                spot: Spot::Country("CAN".into()),
                slot: month,
                line,
            };
            assert!(balance.quantity(&key).is_none(), "no month of 2022 is solved for");
            let figure = balance.figure(&key).unwrap();
            let parts = balance.parts_of_year(&key);
            assert!(!parts.is_empty() && parts.iter().all(|part| part.slot == year));
            (figure, figure.value)
        };
        let (made, tonnes) = of(Line::Produced);
        let whole = balance
            .line(0, 0, &Spot::Country("CAN".into()), year, Line::Produced)
            .unwrap();
        assert!((tonnes.unwrap() - whole.value.unwrap() / 12.0).abs() < 1e-9);
        assert!(
            made.deviation.unwrap() > whole.deviation.unwrap() / 12.0,
            "months differ"
        );
        assert_eq!((made.told, made.grade), (Told::Assumed, Grade::E));
        produced += tonnes.unwrap();
        // Where both stocks are known, each month closes where the next opens, and all of them change by what changed.
        let (opening, closing) = (of(Line::Opening).1, of(Line::Closing).1);
        if let (Some(opening), Some(closing)) = (opening, closing) {
            assert!(before.is_none_or(|before| (before - opening).abs() < 1e-6));
            assert!((opening + of(Line::StockChange).1.unwrap() - closing).abs() < 1e-6);
            before = Some(closing);
        }
    }
    let whole = value(&balance, 0, 0, &Spot::Country("CAN".into()), year, Line::Produced).unwrap();
    assert!((produced - whole).abs() < 1e-6, "{produced} {whole}");
    // What is told by month is itself.
    let january = Slot::of_year(2023).months().next().unwrap();
    for (key, figure) in balance.figures(january) {
        assert_eq!(balance.quantity(&key), Some(&figure));
        assert!(balance.parts_of_year(&key).is_empty());
    }
    assert!(balance.figures(Slot::of_year(1990)).is_empty());
}

#[test]
fn stocks_of_even_months_lie_between_those_of_the_year() {
    let stocks = [("2021", "200"), ("2022", "320")]
        .map(|(year, value)| cobalt(("stocks", "mine", "ore", "CAN", "", "", year, value)));
    let said = [
        table(&survey("nation", "2024-06-01"), &stocks),
        table(
            &survey("mines", "2024-06-01"),
            &[cobalt((
                "production",
                "mine",
                "ore",
                "CAN",
                "",
                "",
                "2022",
                "1200",
            ))],
        ),
    ];
    let balance = Balance::of(&twin(&said), "cobalt", &Options::default()).unwrap();
    let stock = |slot, line| {
        let key = Key {
            layer: 0,
            stage: 0,
            spot: Spot::Country("CAN".into()),
            slot,
            line,
        };
        let figure = balance.figure(&key).unwrap();
        (figure.value.unwrap(), figure.deviation.unwrap())
    };
    let year = Slot::of_year(2022);
    let (opening, closing) = (stock(year, Line::Opening), stock(year, Line::Closing));
    let months: Vec<Slot> = year.months().collect();
    assert_eq!(stock(months[0], Line::Opening), opening);
    assert_eq!(stock(months[11], Line::Closing), closing);
    let middle = stock(months[5], Line::Closing);
    assert!(
        (middle.0 - (opening.0 + closing.0) / 2.0).abs() < 1e-9,
        "{middle:?}"
    );
    assert!(
        middle.1 > opening.1.min(closing.1),
        "it may have wandered: {middle:?}"
    );
}

/// Every estimate, to the bit.
fn bits(twin: &Twin, options: &Options) -> Vec<(Key, u64, u64)> {
    let balance = Balance::of(twin, "cobalt", options).unwrap();
    let bits = |value: Option<f64>| value.map_or(0, f64::to_bits);
    balance
        .quantities()
        .map(|(key, quantity)| (key.clone(), bits(quantity.value), bits(quantity.deviation)))
        .collect()
}

#[test]
fn the_answer_is_the_same_to_the_bit_for_every_order_and_any_number_of_threads() {
    let said = monthly_club();
    let straight = bits(&twin(&said), &Options::default());
    let reversed = bits(&twin(said.iter().rev()), &Options::default());
    assert!(straight == reversed, "the order of statements shows");
    let threads = Options {
        threads: 3.try_into().unwrap(),
        ..Options::default()
    };
    assert!(
        straight == bits(&twin(&said), &threads),
        "the number of threads shows"
    );
}

#[test]
fn two_reports_of_one_flow_meet_between_their_values() {
    let rows = |measure, area, partner, value| {
        [cobalt((
            measure, "refining", "refined", area, partner, "", "2022", value,
        ))]
    };
    let said = [
        table(
            &survey("customs", "2023-06-01"),
            &rows("exports", "COD", "CHN", "1000"),
        ),
        table(
            &survey("mirror", "2023-07-01"),
            &rows("imports", "CHN", "COD", "1100"),
        ),
        table(
            &survey("totals", "2023-08-01"),
            &rows("imports", "CHN", "", "1300"),
        ),
    ];
    let balance = Balance::of(&twin(&said), "cobalt", &Options::default()).unwrap();
    let route = Spot::Route {
        from: "COD".into(),
        to: "CHN".into(),
    };
    let stage = balance.stage("refining").unwrap();
    let slot = Slot::of_year(2022);
    let flow = balance.line(0, stage, &route, slot, Line::Out).unwrap();
    let tonnes = flow.value.unwrap();
    assert!((1000.0..1100.0).contains(&tonnes), "{flow:?}");
    assert_eq!(flow.told, Told::Redundant);
    // What comes from others is what is left of the importer's total.
    let others = Spot::Route {
        from: "OTH".into(),
        to: "CHN".into(),
    };
    let rest = value(&balance, 0, stage, &others, slot, Line::Out).unwrap();
    let all = value(&balance, 0, stage, &Spot::Country("CHN".into()), slot, Line::In).unwrap();
    assert!((tonnes + rest - all).abs() < 1e-6);
}

#[test]
fn what_a_figure_is_made_of_adds_to_all_of_its_variance() {
    let balance = Balance::of(&twin(&monthly_club()), "cobalt", &Options::default()).unwrap();
    let key = Key {
        layer: 0,
        stage: 0,
        spot: Spot::Country("CAN".into()),
        slot: Slot::of_year(2023),
        line: Line::Produced,
    };
    let weights = balance.weights(&key).unwrap();
    let parts: f64 = weights.iter().map(|weight| weight.part).sum();
    assert!((parts - 1.0).abs() < 1e-3, "{parts}");
    assert!(weights[0].part >= weights[1].part);
    // A report that rises by one moves the figure by its gain.
    let reported = weights.iter().find(|weight| weight.report.is_some()).unwrap();
    assert!(reported.gain.abs() > 0.0 && reported.gain.abs() <= 1.0 + 1e-9);
}

#[test]
fn a_month_at_one_site_leaves_the_years_of_others() {
    let years = |country: &'static str, values: [&'static str; 3]| -> Vec<[String; 15]> {
        ["2021", "2022", "2023"]
            .iter()
            .zip(values)
            .map(|(year, value)| cobalt(("production", "mine", "ore", country, "", "", year, value)))
            .collect()
    };
    let tables = || {
        vec![
            site("north-mine", "CAN", &[("mine", None)]),
            table(
                &survey("one", "2024-06-01"),
                &years("COD", ["100000", "110000", "120000"]),
            ),
            table(
                &survey("two", "2024-06-02"),
                &years("CAN", ["4000", "3900", "4100"]),
            ),
        ]
    };
    let mut with_month = tables();
    let month = [cobalt((
        "production",
        "mine",
        "ore",
        "CAN",
        "",
        "site:north-mine",
        "2022-06",
        "300",
    ))];
    with_month.push(table(&survey("operator", "2024-07-01"), &month));
    let before = Balance::of(&twin(&tables()), "cobalt", &Options::default()).unwrap();
    let after = Balance::of(&twin(&with_month), "cobalt", &Options::default()).unwrap();
    for year in [2021, 2022, 2023] {
        let of = |balance: &Balance| {
            value(
                balance,
                0,
                0,
                &Spot::Country("COD".into()),
                Slot::of_year(year),
                Line::Produced,
            )
            .unwrap()
        };
        let (one, two) = (of(&before), of(&after));
        assert!((one - two).abs() < 0.02 * one, "{year}: {one} {two}");
    }
}
