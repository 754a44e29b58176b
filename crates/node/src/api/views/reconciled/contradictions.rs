//! Which reports do not fit the balance, and the query to whoever said them.

use std::collections::BTreeMap;

use didymium_twin::balance::{Balance, DoubtedReport, Finding, Origin, Report, Spot, Suspect};

use super::query::Query;
use super::trace::observations;
use super::{BalanceLens, chi_squared_view, decimal, least, probability, ratio};
use crate::api::types;

/// Findings sent with one answer.
const FINDINGS: usize = 200;

/// Which reports do not fit, from `offset`, at most `limit`.
pub fn contradictions(of: BalanceLens<'_>, offset: usize, limit: usize) -> types::Contradictions {
    let balance = of.balance;
    let doubt = balance.doubt();
    let mut checks: BTreeMap<u16, types::VoiceCheck> = BTreeMap::new();
    let mut sums: BTreeMap<u16, f64> = BTreeMap::new();
    for report in balance
        .reports
        .iter()
        .filter(|report| report.origin.is_evidence())
    {
        let Some(voice) = report.voice else { continue };
        checks
            .entry(voice)
            .or_insert_with(|| types::VoiceCheck {
                voice: balance
                    .voices
                    .get(usize::from(voice))
                    .map_or_else(String::new, |(name, _)| name.clone()),
                reports: 0,
                checked: 0,
                detectability: String::new(),
                flagged: 0,
            })
            .reports += 1;
    }
    for tested in &doubt.tested {
        if let Some(voice) = tested.report.voice
            && let Some(check) = checks.get_mut(&voice)
        {
            check.checked += 1;
            check.flagged += u64::from(tested.test.flagged);
            *sums.entry(voice).or_default() += tested.test.detectability;
        }
    }
    for (voice, check) in &mut checks {
        let sum = sums.get(voice).copied().unwrap_or(0.0);
        check.detectability = ratio(if check.checked == 0 {
            0.0
        } else {
            sum / check.checked as f64
        });
    }
    let (suspects, rest) = balance.suspects();
    types::Contradictions {
        commodity: balance.family.clone(),
        test: of.chi_squared(),
        critical: format!("{:.2}", doubt.critical),
        tested: doubt.tested.len() as u64,
        unchecked: doubt.unchecked.len() as u64,
        flagged: doubt.tested.iter().filter(|report| report.test.flagged).count() as u64,
        reports: doubt
            .tested
            .iter()
            .skip(offset)
            .take(limit)
            .map(|report| report_fit(of, report))
            .collect(),
        voices: checks.into_values().collect(),
        suspects: suspects.iter().map(|suspect| suspect_view(of, suspect)).collect(),
        rest: chi_squared_view(&rest),
        findings: balance
            .findings
            .iter()
            .take(FINDINGS)
            .map(|finding| finding_view(of, finding))
            .collect(),
        findings_total: balance.findings.len() as u64,
        cut: of.lens.twin.cut().id().to_string(),
        stale: of.stale.map(str::to_owned),
    }
}

fn suspect_view(of: BalanceLens<'_>, suspect: &Suspect) -> types::SuspectView {
    let report = suspect
        .reports
        .first()
        .and_then(|first| of.balance.reports.get(*first));
    let about = report
        .map(|report| About::of(of.balance, report))
        .unwrap_or_default();
    let said = report.map_or(0.0, Report::said);
    types::SuspectView {
        reports: suspect.reports.iter().map(|number| *number as u64).collect(),
        about: about.saying(said),
        bias: decimal(suspect.bias),
        statistic: format!("{:.1}", suspect.statistic),
    }
}

fn finding_view(of: BalanceLens<'_>, finding: &Finding) -> types::FindingView {
    let (en, fr) = finding.words(of.lens.twin.vocabulary());
    types::FindingView {
        site: finding.site.clone().unwrap_or_default(),
        used: finding.reason.is_used(),
        words: types::Text { en, fr },
        observation: finding.fact.map(|fact| of.lens.traced(of.lens.twin.fact(fact))),
    }
}

/// What a report is about, and who says it: keys as they are sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// `fact`, or `unlisted` for what a table of the world leaves for those that it does not list.
    pub kind: &'static str,
    /// Who says it.
    pub voice: String,
    /// Stage.
    pub stage: String,
    /// Place.
    pub place: String,
    /// Year or month.
    pub period: String,
    /// Line of the balance.
    pub line: &'static str,
}

impl About {
    /// Of a report of that balance; the first of its terms speaks for a sum.
    pub fn of(balance: &Balance, report: &Report) -> Self {
        let key = report.terms.first().map(|(key, _)| key);
        let unlisted = matches!(report.origin, Origin::Unlisted(_));
        let voice = report
            .voice
            .and_then(|voice| balance.voices.get(usize::from(voice)));
        Self {
            kind: if unlisted { "unlisted" } else { "fact" },
            voice: voice.map_or_else(String::new, |(name, _)| name.clone()),
            stage: key
                .and_then(|key| balance.stages.get(usize::from(key.stage)))
                .cloned()
                .unwrap_or_default(),
            place: match key {
                _ if unlisted => Spot::Elsewhere.to_string(),
                Some(key) => key.spot.to_string(),
                None => String::new(),
            },
            period: key
                .and_then(|key| key.slot.period())
                .map_or_else(String::new, |period| period.to_string()),
            line: key.map_or("", |key| key.line.key()),
        }
    }
}

impl About {
    /// As it is sent, with what is said, tonnes.
    pub(super) fn saying(self, said: f64) -> types::ReportAbout {
        types::ReportAbout {
            voice: self.voice,
            stage: self.stage,
            place: self.place,
            period: self.period,
            line: self.line.to_owned(),
            said: decimal(said),
        }
    }
}

/// A report that others check: how it fits them.
pub fn report_fit(of: BalanceLens<'_>, tested: &DoubtedReport<'_>) -> types::ReportFit {
    let report = tested.report;
    let about = About::of(of.balance, report);
    let key = report.terms.first().map(|(key, _)| key);
    let (expected, own) = tested.expected;
    // Nobody is told that a negative figure would fit.
    let floor = key.map_or(f64::NEG_INFINITY, |key| least(key.line));
    let (low, high) = (tested.fits.0.max(floor), tested.fits.1.max(floor));
    let z = tested.test.z;
    let query = tested.test.flagged.then(|| {
        Query {
            unlisted: about.kind == "unlisted",
            said: report.said(),
            expected,
            own,
            z,
            fits: (low, high),
            impossible: tested.fits.1 < floor,
        }
        .words()
    });
    types::ReportFit {
        number: tested.number as u64,
        kind: about.kind.to_owned(),
        about: about.saying(report.said()),
        deviation: decimal(tested.deviation),
        expected: decimal(expected),
        expected_deviation: decimal(own),
        fits_low: decimal(low),
        fits_high: decimal(high),
        z: format!("{z:.2}"),
        p: probability(tested.test.p),
        flagged: tested.test.flagged,
        impossible: tested.fits.1 < floor,
        detectability: ratio(tested.test.detectability),
        adjustability: ratio(tested.test.adjustability),
        noticed: decimal(tested.noticed),
        with: tested.with.iter().map(|number| *number as u64).collect(),
        query: query.unwrap_or_default(),
        observations: observations(of, &report.origin),
    }
}
