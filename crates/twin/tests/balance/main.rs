//! The balance of a chain, from statements.

mod facts;

use didymium_twin::balance::{Balance, Line, Options, Slot, Spot};

#[test]
fn scratch() {
    let start = std::time::Instant::now();
    let twin = facts::public_twin();
    println!("twin {:?}", start.elapsed());
    for family in [
        "rare_earths",
        "lithium",
        "cobalt",
        "nickel",
        "graphite_natural",
        "graphite_synthetic",
        "gallium",
        "germanium",
    ] {
        let start = std::time::Instant::now();
        let balance = match Balance::of(&twin, family, &Options::default()) {
            Ok(balance) => balance,
            Err(error) => {
                println!(
                    "{family}: {error} {:?}",
                    std::error::Error::source(&error).map(|e| e.to_string())
                );
                continue;
            }
        };
        let global = balance.global_test();
        println!(
            "{family} {:?}: {} quantities, {} reports, {} findings, imbalance {:e}, chi2 {:.1}/{}",
            start.elapsed(),
            balance.quantities().count(),
            balance.reports.len(),
            balance.findings.len(),
            balance.largest_imbalance(),
            global.statistic,
            global.degrees_of_freedom
        );
        println!(
            "  {:?}",
            balance
                .voices
                .iter()
                .filter(|(_, f)| *f != 1.0)
                .collect::<Vec<_>>()
        );
        for (stage, name) in balance.stages.iter().enumerate() {
            for year in [2015, 2018, 2020, 2022, 2024] {
                for line in [Line::Produced, Line::Consumed] {
                    if let Some(q) = balance.line(0, stage as u16, &Spot::World, Slot::of_year(year), line) {
                        println!(
                            "  {name} {year} {line:?} {:?} ± {:?} {:?} {}",
                            q.value,
                            q.deviation,
                            q.told,
                            q.grade.letter()
                        );
                    }
                }
            }
        }
        let negative: Vec<_> = balance
            .quantities()
            .filter(|(k, q)| !k.line.is_signed() && q.value.is_some_and(|v| v < -1e-6))
            .collect();
        println!(
            "  negative {} of which beyond a deviation {}",
            negative.len(),
            negative
                .iter()
                .filter(|(_, q)| q.value.unwrap() < -q.deviation.unwrap())
                .count()
        );
        for (k, q) in negative
            .iter()
            .filter(|(_, q)| q.value.unwrap() < -0.2 * q.deviation.unwrap())
            .take(6)
        {
            println!(
                "    {} {} {} {} {:?}: {:?} ± {:?}",
                balance.layers[k.layer as usize].commodity,
                balance.stages[k.stage as usize],
                k.spot,
                k.slot.year(),
                k.line,
                q.value,
                q.deviation
            );
        }
        if family == "rare_earths" {
            for layer in [3u16, 4, 10, 11] {
                for (stage, spot, line) in [
                    (0u16, Spot::World, Line::Produced),
                    (0, Spot::Country("CHN".into()), Line::Produced),
                    (0, Spot::Country("MMR".into()), Line::Produced),
                    (3, Spot::World, Line::Produced),
                    (3, Spot::World, Line::Consumed),
                ] {
                    for year in [2020, 2024] {
                        println!(
                            "   {} {stage} {spot} {year} {line:?} {:?}",
                            balance.layers[layer as usize].commodity,
                            balance.line(layer, stage, &spot, Slot::of_year(year), line)
                        );
                    }
                }
            }
        }
        let doubt = balance.doubt();
        println!(
            "  tested {} unchecked {} critical {:.2}",
            doubt.tested.len(),
            doubt.unchecked.len(),
            doubt.critical
        );
        for d in doubt.tested.iter().take(8) {
            println!(
                "  z {:.1} d {:.2} {:?} said {:.0} expected {:.0}±{:.0}",
                d.test.z,
                d.test.detectability,
                d.report
                    .terms
                    .first()
                    .map(|t| (t.0.spot.to_string(), t.0.slot.year(), t.0.line)),
                d.report.value,
                d.expected.0,
                d.expected.1
            );
        }
        for f in balance.findings.iter().take(6) {
            println!("  finding {:?} {}", f.site, f.words().0);
        }
    }
}

#[test]
fn left_out() {
    let twin = facts::public_twin();
    let all = Balance::of(&twin, "rare_earths", &Options::default()).unwrap();
    let mut total = (0, 0);
    for voice in ["usgs", "bgs-wms", "china-quotas", "nrcan-ree-facts"] {
        let without = [voice.to_owned()].into();
        let rest = Balance::of(
            &twin,
            "rare_earths",
            &Options {
                without,
                ..Options::default()
            },
        )
        .unwrap();
        let number = all.voices.iter().position(|(name, _)| name == voice).unwrap() as u16;
        let (mut inside, mut of, mut none) = (0, 0, 0);
        let mut zs = Vec::new();
        for report in all.reports.iter().filter(|report| report.voice == Some(number)) {
            let [(key, c)] = report.terms.as_slice() else {
                continue;
            };
            if !(2015..=2022).contains(&key.slot.year()) {
                continue;
            }
            let Some(q) = rest.quantity(key) else {
                none += 1;
                continue;
            };
            let (Some(value), Some(deviation)) = (q.value, q.deviation) else {
                none += 1;
                continue;
            };
            let spread = ((c * deviation).powi(2) + report.deviation.powi(2)).sqrt();
            let z = (report.value - c * value) / spread;
            of += 1;
            if z.abs() < 1.96 {
                inside += 1
            } else {
                println!(
                    "   out: {voice} {} {} {} {:?} said {:.0} ± {:.0}, others {value:.0} ± {deviation:.0}",
                    all.stages[key.stage as usize],
                    key.spot,
                    key.slot.year(),
                    key.line,
                    report.value,
                    report.deviation
                );
            }
            zs.push(z);
        }
        total.0 += inside;
        total.1 += of;
        zs.sort_by(f64::total_cmp);
        println!(
            "{voice}: {inside} of {of} inside, {none} unknowable; z rms {:.2}",
            (zs.iter().map(|z| z * z).sum::<f64>() / zs.len() as f64).sqrt()
        );
    }
    println!("all: {:?} {:.3}", total, total.0 as f64 / total.1 as f64);
}
