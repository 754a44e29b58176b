//! What is said of a family and how it fits: every report, one a row.

use std::collections::BTreeMap;

use didymium_statement::payload::Source;
use didymium_twin::balance::{Finding, Report, Spot};
use didymium_twin::{FactId, FigureAddress, Twin};
use didymium_vocabulary::canonical_decimal;

use super::estimates::with_balance;
use super::{Columns, DownloadError, Table, credits};
use crate::api::types;
use crate::api::views::{self, About, BalanceLens, decimal};

/// A report, or a figure that could not be one or stands out by itself.
struct Row<'b> {
    /// `tested`, `unchecked`, `named` or `unused`.
    state: &'static str,
    about: About,
    /// Key of the site that it is about, if it is about one.
    site: String,
    number: Option<u64>,
    layer: String,
    said: String,
    deviation: Option<String>,
    unit: String,
    substance: String,
    /// How it fits, where others check it.
    fit: Option<types::ReportFit>,
    estimate: Option<types::Estimate>,
    /// Why it is not used, or named.
    reason: types::Text,
    /// The figures that it is, or follows from.
    facts: &'b [FactId],
    /// The statements that say them; of a finding about a site alone, the one that registers the site.
    statements: Vec<String>,
    sources: Vec<&'b Source>,
}

/// Every report of a balance: those that others check, the gravest first, those that nobody checks, and the figures that could
/// not be used or stand out by themselves.
///
/// # Errors
/// [`DownloadError::TooLong`].
pub fn contradictions(of: BalanceLens<'_>) -> Result<Table<'static>, DownloadError> {
    let balance = of.balance;
    let doubt = balance.doubt();
    super::check_length(doubt.tested.len() + doubt.unchecked.len() + balance.findings.len())?;
    let tested = doubt.tested.iter().map(|tested| {
        let fit = views::report_fit(of, tested);
        Row {
            state: "tested",
            deviation: Some(fit.deviation.clone()),
            fit: Some(fit),
            ..Row::of(of, tested.number, tested.report)
        }
    });
    let unchecked = doubt.unchecked.iter().filter_map(|number| {
        let report = balance.reports.get(*number)?;
        Some(Row::of(of, *number, report))
    });
    let named = balance.findings.iter().map(|finding| Row::named(of, finding));
    let rows: Vec<Row<'_>> = tested.chain(unchecked).chain(named).collect();
    Ok(table(of, &rows))
}

/// The same of a twin, balanced for the purpose.
///
/// # Errors
/// [`DownloadError::Balance`] where the family cannot be balanced; those of [`contradictions`].
pub fn contradictions_of(twin: &Twin, family: &str) -> Result<Table<'static>, DownloadError> {
    with_balance(twin, family, false, contradictions)
}

impl<'b> Row<'b> {
    fn of(of: BalanceLens<'b>, number: usize, report: &'b Report) -> Self {
        let balance = of.balance;
        let voice = report
            .voice
            .and_then(|voice| balance.voices.get(usize::from(voice)));
        let layer = report
            .terms
            .first()
            .and_then(|(key, _)| balance.layers.get(usize::from(key.layer)));
        // What is measured alone is an estimate of its own; a sum is not.
        let estimate = match report.terms.as_slice() {
            [(key, _)] => balance.quantity(key).map(|quantity| of.estimate(key, quantity)),
            _ => None,
        };
        let facts = report.origin.facts();
        let about = About::of(balance, report);
        let site = match Spot::parse(&about.place) {
            Some(Spot::Site { site, .. }) => site.to_string(),
            _ => String::new(),
        };
        Self {
            state: "unchecked",
            about,
            site,
            number: Some(number as u64),
            layer: layer.map_or_else(String::new, |layer| layer.commodity.clone()),
            said: decimal(report.said()),
            deviation: Some(decimal(
                report.deviation * voice.map_or(1.0, |(_, factor)| *factor),
            )),
            unit: "t".to_owned(),
            substance: layer.map_or_else(String::new, |layer| layer.substance.clone()),
            fit: None,
            estimate,
            reason: types::Text::default(),
            facts,
            statements: statements(of.lens.twin, facts),
            sources: sources(of.lens.twin, facts),
        }
    }

    fn named(of: BalanceLens<'b>, finding: &'b Finding) -> Self {
        let twin = of.lens.twin;
        let (en, fr) = finding.words(twin.vocabulary());
        let facts = finding.fact.as_slice();
        let fact = finding.fact.map(|fact| twin.fact(fact));
        let key = |place: usize| {
            fact.map_or_else(String::new, |fact| twin.key_texts(fact.series)[place].to_owned())
        };
        let site = finding.site.clone().unwrap_or_default();
        let registered = finding.site.as_ref().and_then(|site| twin.sites().get(site));
        let statements = match registered {
            Some(record) if facts.is_empty() => vec![record.statement.id.to_string()],
            _ => statements(twin, facts),
        };
        Self {
            state: if finding.reason.is_used() {
                "named"
            } else {
                "unused"
            },
            about: About {
                kind: "fact",
                stage: key(2),
                place: fact.map_or_else(|| site.clone(), |fact| twin.text(fact.area).to_owned()),
                period: fact.map_or_else(String::new, |fact| fact.period.to_string()),
                ..About::default()
            },
            site,
            number: None,
            layer: key(1),
            said: fact.map_or_else(String::new, |fact| canonical_decimal(fact.value)),
            deviation: None,
            unit: fact.map_or_else(String::new, |fact| twin.text(fact.unit).to_owned()),
            substance: key(4),
            fit: None,
            estimate: None,
            reason: types::Text { en, fr },
            facts,
            statements,
            sources: sources(twin, facts),
        }
    }

    fn fit(&self, field: impl Fn(&types::ReportFit) -> &String) -> Option<String> {
        self.fit.as_ref().map(|fit| field(fit).clone())
    }

    /// What would fit, if anything does.
    fn possible(&self, field: impl Fn(&types::ReportFit) -> &String) -> Option<String> {
        let fit = self.fit.as_ref().filter(|fit| !fit.impossible);
        fit.map(|fit| field(fit).clone())
    }

    fn estimated(&self, field: impl Fn(&types::Estimate) -> &String) -> String {
        self.estimate
            .as_ref()
            .map_or_else(String::new, |estimate| field(estimate).clone())
    }
}

fn sources<'t>(twin: &'t Twin, facts: &[FactId]) -> Vec<&'t Source> {
    let found = facts.iter().map(|fact| &*twin.fact(*fact).source);
    let found: BTreeMap<&str, &Source> = found.map(|source| (source.source.as_str(), source)).collect();
    found.into_values().collect()
}

/// The statements that say figures, each once.
fn statements(twin: &Twin, facts: &[FactId]) -> Vec<String> {
    let said = facts.iter().flat_map(|fact| &twin.fact(*fact).statements);
    let mut told: Vec<String> = Vec::new();
    for id in said.map(|place| place.id.to_string()) {
        if !told.contains(&id) {
            told.push(id);
        }
    }
    told
}

fn table(of: BalanceLens<'_>, rows: &[Row<'_>]) -> Table<'static> {
    let twin = of.lens.twin;
    let family = &of.balance.family;
    let columns = Columns::over(rows)
        .text("family", |_| family.clone())
        .text("state", |row| row.state)
        .integer("number", |row| row.number)
        .text("kind", |row| row.about.kind)
        .text("voice", |row| row.about.voice.clone())
        .text("layer", |row| row.layer.clone())
        .text("stage", |row| row.about.stage.clone())
        .text("place", |row| row.about.place.clone())
        .text("site", |row| row.site.clone())
        .text("period", |row| row.about.period.clone())
        .text("line", |row| row.about.line)
        .decimal("said", |row| (!row.said.is_empty()).then(|| row.said.clone()))
        .decimal("deviation", |row| row.deviation.clone())
        .text("unit", |row| row.unit.clone())
        .text("substance", |row| row.substance.clone())
        .decimal("expected", |row| row.fit(|fit| &fit.expected))
        .decimal("expected_deviation", |row| row.fit(|fit| &fit.expected_deviation))
        .decimal("fits_low", |row| row.possible(|fit| &fit.fits_low))
        .decimal("fits_high", |row| row.possible(|fit| &fit.fits_high))
        .flag("impossible", |row| row.fit.as_ref().map(|fit| fit.impossible))
        .decimal("z", |row| row.fit(|fit| &fit.z))
        .decimal("p", |row| row.fit(|fit| &fit.p))
        .flag("flagged", |row| row.fit.as_ref().map(|fit| fit.flagged))
        .decimal("detectability", |row| row.fit(|fit| &fit.detectability))
        .decimal("adjustability", |row| row.fit(|fit| &fit.adjustability))
        .decimal("noticed", |row| row.fit(|fit| &fit.noticed))
        .text("with", |row| {
            let with = row.fit.iter().flat_map(|fit| &fit.with);
            with.map(u64::to_string).collect::<Vec<_>>().join("; ")
        })
        .decimal("estimate", |row| row.estimate.as_ref()?.value.clone())
        .decimal("estimate_deviation", |row| {
            row.estimate.as_ref()?.deviation.clone()
        })
        .text("grade", |row| row.estimated(|estimate| &estimate.grade))
        .text("figure", |row| row.estimated(|estimate| &estimate.figure))
        .text("query_en", |row| row.fit(|fit| &fit.query.en).unwrap_or_default())
        .text("query_fr", |row| row.fit(|fit| &fit.query.fr).unwrap_or_default())
        .text("reason_en", |row| row.reason.en.clone())
        .text("reason_fr", |row| row.reason.fr.clone())
        .text("facts", |row| {
            let facts = row.facts.iter().map(|fact| twin.fact(*fact).digest);
            let facts = facts.map(|digest| FigureAddress::Fact(digest).to_string());
            facts.collect::<Vec<_>>().join("; ")
        })
        .text("statements", |row| row.statements.join("; "));
    credits::credited(columns, |row| &row.sources).table(&["contradictions", family])
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn what_is_about_a_site_names_it_and_the_statements_that_say_it() {
        let twin = example::twin_of_sites();
        let rows = example::rows(&contradictions_of(&twin, "rare_earths").unwrap());
        let told: Vec<_> = rows.iter().filter(|row| !row["site"].is_empty()).collect();
        let one = |state: &str, said: &str| {
            let found = told
                .iter()
                .find(|row| row["said"] == said && (row["state"] == "unused") == (state == "unused"));
            found.unwrap_or_else(|| panic!("{state} {said}: {told:?}"))
        };
        let (report, finding) = (one("used", "41000"), one("unused", "500"));
        assert_eq!(
            (report["site"].as_str(), report["place"].as_str()),
            ("pit", "USA/pit")
        );
        assert_eq!(
            (finding["site"].as_str(), finding["place"].as_str()),
            ("claim", "USA")
        );
        assert_eq!(report["statements"].len(), 64);
        assert_eq!(finding["statements"], report["statements"], "one table says both");
        let country = rows.iter().find(|row| row["place"] == "CHN").unwrap();
        assert_eq!(country["site"], "");
        assert!(!country["statements"].is_empty() && country["statements"] != report["statements"]);
    }
}
