//! The report of a check or an audit, for people, and the exit code that it means.

use didymium_node::audit::{Answer, Report};

use crate::error::{CliError, CliResult};

/// A report as text: a line a question, its reasons under it, the answer to all last.
pub fn text(report: &Report) -> String {
    let mut lines = vec![format!(
        "the log of {} ({}), {}",
        report.member, report.origin, report.place
    )];
    for check in &report.checks {
        lines.push(format!(
            "  {:<8} {:<13} {}",
            check.answer.as_str(),
            check.check,
            check.said
        ));
        lines.extend(check.reasons.iter().map(|reason| format!("{:25}{reason}", "")));
    }
    lines.push(match report.verdict {
        Answer::Yes => "yes: everything that was asked for holds".to_owned(),
        Answer::Open => "yes: nothing speaks against this log; what is open is said above".to_owned(),
        Answer::Missing => "not known: something that the answer needs is not here".to_owned(),
        Answer::No => format!("no: {}", noes(report)),
    });
    lines.join("\n")
}

fn noes(report: &Report) -> String {
    let noes = report.checks.iter().filter(|check| check.answer == Answer::No);
    noes.map(|check| check.said.as_str())
        .collect::<Vec<_>>()
        .join("; ")
}

/// The exit code that a report means.
pub fn outcome(report: &Report) -> CliResult<()> {
    match report.verdict {
        Answer::Yes | Answer::Open => Ok(()),
        Answer::Missing => {
            let missing = report
                .checks
                .iter()
                .filter(|check| check.answer == Answer::Missing);
            Err(CliError::Incomplete(
                missing
                    .map(|check| check.said.as_str())
                    .collect::<Vec<_>>()
                    .join("; "),
            ))
        }
        Answer::No => Err(CliError::NotVerified {
            reason: format!("the log of {}: {}", report.member, noes(report)),
            source: None,
        }),
    }
}
