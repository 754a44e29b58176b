//! Figures that stand far out of their own series: a comma in the wrong place, another unit, a nothing for what is not known.
//!
//! Where one voice alone speaks of a place no other checks it, and no test of the reports can: what it said of the years beside is
//! all that there is to hold a figure against.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Finding, Reason, tonnes};
use super::gather::Gathered;
use super::line::{Key, Line, Slot, Spot};
use super::report::{Origin, Report};

/// A figure stands out if it is more than this many times the larger of the two nearest of its series, or less than this part of the
/// smaller.
const FAR: f64 = 5.0;
/// Figures are alike if one is at most this many times the other.
const ALIKE: f64 = 2.0;
/// A difference of less than this many deviations of the figures is none.
const DEVIATIONS: f64 = 5.0;
/// The nearest figures are at most so many years, or months, away: what is further says little.
const NEAR: i32 = 3;

/// What a report measures, whatever the period: quantities at one slot, by their coefficients' bits.
type Subject = Vec<(u16, u16, Spot, Line, u64)>;

/// One figure: of which report, and what it said with which deviation, tonnes.
#[derive(Clone, Copy)]
struct Figure {
    number: usize,
    said: f64,
    deviation: f64,
}

impl Gathered {
    /// Finds figures that stand far out of what the same voice says of the periods beside them, where no other voice says about the
    /// same as they do.
    pub(super) fn name_spikes(&mut self) {
        let mut series: BTreeMap<(Subject, bool), BTreeMap<i32, BTreeMap<u16, Figure>>> = BTreeMap::new();
        for (number, report) in self.reports.iter().enumerate() {
            if let (Some((subject, slot)), Some(voice)) = (subject_of(report), report.voice) {
                let figure = Figure {
                    number,
                    said: report.said(),
                    deviation: report.deviation,
                };
                let periods = series.entry((subject, slot.is_year())).or_default();
                // A voice says one thing of a period: its editions are one voice.
                periods.entry(slot.number()).or_default().insert(voice, figure);
            }
        }
        let mut found = Vec::new();
        for periods in series.values() {
            for (&at, figures) in periods {
                for (&voice, figure) in figures {
                    let Some(beside) = nearest(periods, voice, at) else {
                        continue;
                    };
                    let confirmed = figures
                        .iter()
                        .any(|(other, told)| *other != voice && alike(told.said, figure.said));
                    if !confirmed && stands_out(*figure, beside) {
                        found.push((figure.number, beside));
                    }
                }
            }
        }
        let named: BTreeSet<_> = self.findings.iter().filter_map(|finding| finding.fact).collect();
        self.findings
            .extend(found.into_iter().filter_map(|(number, beside)| {
                let report = self.reports.get(number)?;
                let reason = Reason::OutOfSeries {
                    said: tonnes(report.said()),
                    beside: beside.map(|figure| tonnes(figure.said)),
                };
                // What is found wrong of it already explains it better.
                Finding::of_report(report, reason)
                    .filter(|finding| finding.fact.is_some_and(|fact| !named.contains(&fact)))
            }));
    }
}

/// What a figure is about, whatever its period, and the period; none of what is no figure of one period, or may be negative.
fn subject_of(report: &Report) -> Option<(Subject, Slot)> {
    let Origin::Fact(_) = report.origin else {
        return None;
    };
    let slot = report.terms.first()?.0.slot;
    let part = |(key, coefficient): &(Key, f64)| {
        let usable = key.slot == slot && *coefficient > 0.0 && !key.line.is_signed();
        usable.then(|| {
            let bits = coefficient.to_bits();
            (key.layer, key.stage, key.spot.clone(), key.line, bits)
        })
    };
    let subject: Option<Subject> = report.terms.iter().map(part).collect();
    Some((subject?, slot))
}

/// The two figures of a voice that are nearest to a period, in the order of their periods.
fn nearest(periods: &BTreeMap<i32, BTreeMap<u16, Figure>>, voice: u16, at: i32) -> Option<[Figure; 2]> {
    let near = periods
        .range(at - NEAR..=at + NEAR)
        .filter(|(other, _)| **other != at);
    let mut near: Vec<(i32, Figure)> = near
        .filter_map(|(other, figures)| Some((*other, *figures.get(&voice)?)))
        .collect();
    // Of two that are as near the earlier: it was known first.
    near.sort_by_key(|(other, _)| ((other - at).abs(), *other));
    near.truncate(2);
    near.sort_by_key(|(other, _)| *other);
    match near.as_slice() {
        [(_, before), (_, after)] => Some([*before, *after]),
        _ => None,
    }
}

fn alike(one: f64, other: f64) -> bool {
    one.max(other) <= ALIKE * one.min(other)
}

fn stands_out(figure: Figure, [before, after]: [Figure; 2]) -> bool {
    let (least, most) = (before.said.min(after.said), before.said.max(after.said));
    if !alike(before.said, after.said) || least <= 0.0 {
        return false;
    }
    let off = (figure.said - most).max(least - figure.said);
    let deviation = libm::hypot(figure.deviation, before.deviation.max(after.deviation));
    (figure.said > FAR * most || FAR * figure.said < least) && off > DEVIATIONS * deviation
}
