//! Which state of the twin is asked.

use clap::Args;
use didymium_node::as_of::{AsOfError, Times};

use crate::error::{CliError, CliResult};

/// Which state of the twin; all that is held now if nothing is said.
#[derive(Debug, Clone, Default, Args)]
pub struct TimesArgs {
    /// The twin of what the node had recorded by then: `2026-11-22` (its end, UTC) or `2026-11-22T10:00:00Z`
    #[arg(long, value_name = "WHEN")]
    pub as_of: Option<String>,
    /// The twin of the first entries of each log, as `twin digest` names them: `CAN:12,DEU:40`
    #[arg(long, value_name = "SIZES", conflicts_with = "as_of")]
    pub cut: Option<String>,
    /// Only what sources published on or before that day, such as `2025-06-30`
    #[arg(long, value_name = "DAY")]
    pub published_by: Option<String>,
}

impl TimesArgs {
    /// What they say.
    ///
    /// # Errors
    /// [`CliError::Usage`].
    pub fn times(&self) -> CliResult<Times> {
        let [as_of, cut, published_by] = [&self.as_of, &self.cut, &self.published_by].map(Option::as_deref);
        Times::parse(as_of, cut, published_by).map_err(refused)
    }

    /// The same as parameters of an address.
    pub fn asked(&self) -> [(&'static str, Option<&str>); 3] {
        [
            ("as_of", self.as_of.as_deref()),
            ("cut", self.cut.as_deref()),
            ("published_by", self.published_by.as_deref()),
        ]
    }
}

/// The error of a command line that names no state.
pub fn refused(error: AsOfError) -> CliError {
    match (error.parameter(), error) {
        (_, AsOfError::Store(error)) => error.into(),
        (parameter, error) => {
            let option = parameter.unwrap_or("as_of").replace('_', "-");
            CliError::Usage(format!("--{option}: {error}"))
        }
    }
}
