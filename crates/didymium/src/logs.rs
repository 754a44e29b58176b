//! Structured logs on standard error.

use tracing_subscriber::EnvFilter;

use crate::error::{CliError, CliResult};

/// Without a wish, only what somebody should look at is logged.
const DEFAULT_FILTER: &str = "warn";

/// Starts logging by a filter; `json` writes one JSON object a line.
///
/// # Errors
/// [`CliError::Usage`] for a filter that is none.
pub fn start(filter: Option<&str>, json: bool) -> CliResult<()> {
    let text = filter.filter(|text| !text.is_empty()).unwrap_or(DEFAULT_FILTER);
    let filter = EnvFilter::try_new(text).map_err(|error| {
        CliError::Usage(format!(
            "--log `{text}` is no filter ({error}); try `info` or `didymium_node=debug`"
        ))
    })?;
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if json {
        logs.json().init();
    } else {
        logs.with_ansi(
            std::io::IsTerminal::is_terminal(&std::io::stderr()) && std::env::var_os("NO_COLOR").is_none(),
        )
        .init();
    }
    Ok(())
}
