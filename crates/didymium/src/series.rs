//! Which series of a commodity is meant, as the command line says it.

use clap::Args;
use didymium_node::api::views::SeriesQuery;

/// What tells a series apart beside its measure and commodity; what is left out matches any.
#[derive(Debug, Clone, Args)]
pub struct SeriesArgs {
    /// Stage key: `mine`, `separation`, `refining` …
    #[arg(long)]
    stage: Option<String>,
    /// Form key: the material counted
    #[arg(long)]
    form: Option<String>,
    /// Substance key: what a contained mass counts (`REO`, `Li` …)
    #[arg(long)]
    substance: Option<String>,
    /// What else tells the series apart (a grade, a deposit, an HS code …)
    #[arg(long)]
    subject: Option<String>,
}

impl SeriesArgs {
    /// The question for the series of a measure and commodity.
    pub fn query(&self, measure: Option<String>, commodity: Option<String>) -> SeriesQuery {
        SeriesQuery {
            measure,
            commodity,
            stage: self.stage.clone(),
            form: self.form.clone(),
            substance: self.substance.clone(),
            mass_basis: None,
            subject: self.subject.clone(),
        }
    }
}
