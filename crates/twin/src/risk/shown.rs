//! Values of the panel as figures, and the way back from them.

use didymium_statement::payload::{Basis, Qualifier, Wording};
use didymium_vocabulary::{Decimal, Period, Vocabulary};
use rust_decimal::prelude::FromPrimitive as _;

use super::estimate::{BY_BASIS, Estimate};
use super::formula::formula;
use super::measured::Input;
use super::panel::{Cell, Risk};
use crate::address::{FigureAddress, Held, Quantity};
use crate::choice::{RULE_R1_EN, RULE_R1_FR};
use crate::fact::FactId;
use crate::figure::Figure;
use crate::series::SeriesId;
use crate::trace::Trace;
use crate::twin::Twin;

/// A value with its standard deviation, both rounded alike.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The value.
    pub figure: Figure,
    /// Standard deviation, in the figure's unit.
    pub deviation: Decimal,
}

/// Unit of a quantity, and how many digits after the point mean anything.
const fn unit_of(quantity: Quantity) -> (&'static str, u32) {
    match quantity {
        Quantity::Hhi => ("index", 1),
        Quantity::DaysOfCover => ("days", 1),
        Quantity::GovernanceHhi | Quantity::SupplyRisk | Quantity::MembershipSupplyRisk => ("index", 3),
        Quantity::GeoPolRisk | Quantity::Membership => ("index", 5),
        _ => ("percent", 2),
    }
}

/// A computed number as a decimal; none if it is no number.
pub(crate) fn decimal(value: f64, digits: u32) -> Option<Decimal> {
    Decimal::from_f64(value).map(|value| value.round_dp(digits).normalize())
}

impl Risk<'_> {
    /// A cell's value as a figure; none if it has none.
    #[must_use]
    pub fn shown(&self, cell: &Cell) -> Option<Shown> {
        let estimate = cell.outcome.as_ref().ok()?;
        self.figure(
            estimate,
            cell.quantity,
            cell.series?,
            &cell.area,
            &cell.partner,
            cell.period,
        )
    }

    fn figure(
        &self,
        estimate: &Estimate,
        quantity: Quantity,
        series: SeriesId,
        area: &str,
        partner: &str,
        period: Period,
    ) -> Option<Shown> {
        let (unit, digits) = unit_of(quantity);
        let deviation = decimal(estimate.measured.deviation(), digits)?;
        // Where the twin computes the same quantity in exact decimals, its figure is the one shown.
        let exact = match quantity {
            Quantity::Hhi => self.twin.hhi(series, period),
            Quantity::LargestShare => self.twin.largest_share(series, period),
            Quantity::NMinusOne => self.twin.n_minus_1(series, period),
            _ => None,
        };
        let figure = match exact {
            Some(figure) => figure,
            None => Figure {
                value: decimal(estimate.measured.value, digits)?,
                unit: unit.to_owned(),
                substance: String::new(),
                period,
                basis: Basis::Derived,
                qualifier: Qualifier::Exact,
                address: FigureAddress::Series {
                    quantity,
                    key: Box::new(self.twin.key_texts(series).map(str::to_owned)),
                    area: area.to_owned(),
                    partner: partner.to_owned(),
                    period,
                },
                sources: 0,
                spread: None,
            },
        };
        Some(Shown { figure, deviation })
    }
}

/// A number of a stage's control: value, standard deviation and unit. It is of no one year, as capacities are.
#[must_use]
pub fn shown_control(estimate: &Estimate, held: Held) -> Option<(Decimal, Decimal, &'static str)> {
    let (unit, digits) = match held {
        Held::OwnersHhi | Held::PlacesHhi => ("index", 1),
        Held::Owner | Held::Place | Held::Known => ("percent", 2),
    };
    let value = decimal(estimate.measured.value, digits)?;
    Some((value, decimal(estimate.measured.deviation(), digits)?, unit))
}

/// The published figures that an estimate rests on, the largest first.
fn facts(twin: &Twin, estimate: &Estimate) -> Vec<FactId> {
    let mut facts: Vec<FactId> = estimate
        .measured
        .swings()
        .iter()
        .filter_map(|swing| match swing.input {
            Input::Fact(fact) => Some(fact),
            Input::Capacity(..) | Input::OwnerShare(..) => None,
        })
        .collect();
    // What moves the value most comes first: that is what a reader should look at.
    let weight = |id: FactId| {
        let swing = estimate
            .measured
            .swings()
            .iter()
            .find(|swing| swing.input == Input::Fact(id));
        swing.map_or(0.0, |swing| swing.change.abs())
    };
    facts.sort_by(|a, b| {
        weight(*b)
            .total_cmp(&weight(*a))
            .then_with(|| twin.fact(*a).digest.cmp(&twin.fact(*b).digest))
    });
    facts
}

/// Walks a quantity of the panel back; none if it has no value there.
pub(crate) fn trace(
    twin: &Twin,
    series: SeriesId,
    quantity: Quantity,
    [area, partner]: [&str; 2],
    period: Period,
) -> Option<Trace> {
    let risk = Risk::new(twin, BY_BASIS);
    let estimate = risk.at(quantity, series, area, partner, period)?.ok()?;
    let shown = risk.figure(&estimate, quantity, series, area, partner, period)?;
    Some(Trace {
        figure: shown.figure,
        quantity,
        series,
        area: area.to_owned(),
        partner: partner.to_owned(),
        explanation: explanation(quantity, &estimate, twin.vocabulary())?,
        inputs: facts(twin, &estimate),
        alternatives: Vec::new(),
    })
}

fn explanation(quantity: Quantity, estimate: &Estimate, vocabulary: &Vocabulary) -> Option<Wording> {
    let formula = formula(quantity)?;
    let (name, words) = (formula.name(), formula.words());
    let (symbols, source) = (formula.symbols, formula.source);
    let mut all = Wording {
        en: format!("{}: {} {symbols} ({source}).", name.en, words.en),
        fr: format!("{} : {} {symbols} ({source}).", name.fr, words.fr),
    };
    for note in &estimate.assumptions {
        let words = note.words(vocabulary);
        all.en.push_str(&format!(" {}", words.en));
        all.fr.push_str(&format!(" {}", words.fr));
    }
    all.en.push_str(&format!(
        " The inputs are listed with those first whose error moves the value most. {RULE_R1_EN}"
    ));
    all.fr.push_str(&format!(
        " Les données sont listées en commençant par celles dont l’erreur déplace le plus la valeur. {RULE_R1_FR}"
    ));
    Some(all)
}
