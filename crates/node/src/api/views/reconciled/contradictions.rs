//! Which reports do not fit the balance, and the query to whoever said them.

use std::collections::BTreeMap;

use didymium_twin::balance::{Balance, DoubtedReport, Finding, Origin, Report, Spot};

use super::{BalanceLens, decimal, least, observations, probability, ratio};
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

fn finding_view(of: BalanceLens<'_>, finding: &Finding) -> types::FindingView {
    let (en, fr) = finding.words();
    types::FindingView {
        site: finding.site.clone().unwrap_or_default(),
        used: finding.reason.is_used(),
        words: types::Text { en, fr },
        observation: finding.fact.map(|fact| of.lens.traced(of.lens.twin.fact(fact))),
    }
}

/// What would fit, in English and French; `impossible` where the others leave only figures that cannot be.
fn fits_words((low, high): (f64, f64), impossible: bool) -> (String, String) {
    if impossible {
        return (
            "No possible figure would fit: the others leave less than nothing, so another report of the same sum may be wrong."
                .to_owned(),
            "Aucun chiffre possible ne conviendrait : les autres laissent moins que rien, et une autre déclaration de la même \
             somme est peut-être fausse."
                .to_owned(),
        );
    }
    let (low, high) = (decimal(low), decimal(high));
    (
        format!("A figure between {low} and {high} t would fit."),
        format!("Un chiffre entre {low} et {high} t conviendrait."),
    )
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

/// A report that others check: how it fits them.
pub fn report_fit(of: BalanceLens<'_>, tested: &DoubtedReport<'_>) -> types::ReportFit {
    let report = tested.report;
    let about = About::of(of.balance, report);
    let key = report.terms.first().map(|(key, _)| key);
    let said = decimal(report.said());
    let (expected, own) = tested.expected;
    // Nobody is told that a negative figure would fit.
    let floor = key.map_or(f64::NEG_INFINITY, |key| least(key.line));
    let (low, high) = (tested.fits.0.max(floor), tested.fits.1.max(floor));
    let z = tested.test.z;
    let (fits_en, fits_fr) = fits_words((low, high), tested.fits.1 < floor);
    let query = types::Text {
        en: format!(
            "You report {said} t. The other reports and the balances lead one to expect {} t (± {}). The difference is {z:.1} \
             deviations. {fits_en} Please confirm, correct, or say what differs.",
            decimal(expected),
            decimal(own),
        ),
        fr: format!(
            "Vous déclarez {said} t. Les autres déclarations et les bilans font attendre {} t (± {}). L’écart est de {} écarts \
             types. {fits_fr} Veuillez confirmer, corriger ou dire ce qui diffère.",
            decimal(expected),
            decimal(own),
            format!("{z:.1}").replace('.', ","),
        ),
    };
    types::ReportFit {
        number: tested.number as u64,
        kind: about.kind.to_owned(),
        voice: about.voice,
        stage: about.stage,
        place: about.place,
        period: about.period,
        line: about.line.to_owned(),
        said,
        deviation: decimal(tested.deviation),
        expected: decimal(expected),
        expected_deviation: decimal(own),
        fits_low: decimal(low),
        fits_high: decimal(high),
        z: format!("{z:.2}"),
        p: probability(tested.test.p),
        flagged: tested.test.flagged,
        detectability: ratio(tested.test.detectability),
        adjustability: ratio(tested.test.adjustability),
        noticed: decimal(tested.noticed),
        with: tested.with.iter().map(|number| *number as u64).collect(),
        query,
        observations: observations(of, &report.origin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_others_leave_less_than_nothing_no_figure_is_said_to_fit() {
        let (en, fr) = fits_words((0.0, 791.0), false);
        assert_eq!(en, "A figure between 0 and 791 t would fit.");
        assert_eq!(fr, "Un chiffre entre 0 et 791 t conviendrait.");
        let (en, fr) = fits_words((0.0, 0.0), true);
        assert!(en.starts_with("No possible figure would fit"), "{en}");
        assert!(fr.starts_with("Aucun chiffre possible"), "{fr}");
    }
}
