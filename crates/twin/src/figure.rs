//! A number as it is shown.

use didymium_statement::payload::{Basis, Qualifier};
use didymium_vocabulary::{Decimal, Period};

use crate::address::FigureAddress;

/// One number with its unit, what it rests on, and the address under which it explains itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The number, in `unit`.
    pub value: Decimal,
    /// Unit key.
    pub unit: String,
    /// Substance of a contained mass, or empty.
    pub substance: String,
    /// The period it is about.
    pub period: Period,
    /// What it rests on; [`Basis::Derived`] where the twin computed it.
    pub basis: Basis,
    /// How the number is to be read.
    pub qualifier: Qualifier,
    /// Where it comes from.
    pub address: FigureAddress,
    /// How many sources give a figure for the cell; 0 for derived figures.
    pub sources: u32,
    /// Largest relative difference between them, as a fraction of the largest.
    pub spread: Option<Decimal>,
}
