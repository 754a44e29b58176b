//! The command line: what can be asked, and the help that teaches it.

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Parser, Subcommand};

use crate::{
    audit, bench, charter, completions, demo, import, init, log, receipt, sealed, serve, sites, statement,
    twin,
};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const AFTER: &str = "\
Examples:
  didymium demo                                    the club of the G7 on this machine; open the address it prints
  didymium twin balance --dir club/CAN rare_earths who mined how much, every source beside the other
  didymium import --dir club/CAN --kind statistic my_table.csv
  didymium statement verify --dir club/CAN 5f0c…   is it signed, and is it in the log?
  didymium audit http://127.0.0.1:7410             can this member's log be believed?

Exit codes:
  0  done; the answer is yes
  1  an error of the program or the system
  2  the command line, a folder or a configuration is wrong
  3  input was refused; nothing of it was loaded
  4  not verified, not found, or the nodes disagree: the answer is no
  5  incomplete: something that the answer needs is not here
  6  a folder or a port is in use
  7  storage: the disk is full, or the database is damaged or newer than this program
  8  a node cannot be reached, or answers with an error

Environment: DIDYMIUM_LOG (as --log), NO_COLOR (no colours).";

/// The digital twin of critical-mineral supply chains, kept in common by a club of nations.
///
/// Every member nation runs a node. What it knows it says in signed statements, entered in its own log; the nodes follow
/// each other's logs, and the same logs give the same twin everywhere: who mines, refines and trades how much of each
/// mineral, with the source of every figure.
#[derive(Debug, Parser)]
#[command(name = "didymium", version, after_help = AFTER, styles = STYLES, max_term_width = 110)]
pub struct Cli {
    /// Print data as JSON, one document, for programs
    #[arg(long, global = true)]
    pub json: bool,
    /// What to log on standard error: a level (warn, info, debug) or directives such as `didymium_node=debug`
    #[arg(
        long,
        global = true,
        value_name = "FILTER",
        env = "DIDYMIUM_LOG",
        hide_env_values = true
    )]
    pub log: Option<String>,
    /// Write the log as JSON lines
    #[arg(long, global = true)]
    pub log_json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands, one file each.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a club of seven nations on this machine, with real public facts
    Demo(demo::DemoArgs),
    /// Make the folder of a new node: keys, charter, log
    Init(init::InitArgs),
    /// Run the node of a folder
    Serve(serve::ServeArgs),
    /// Log the rows of a CSV table as signed statements: all of the file or nothing
    Import(import::ImportArgs),
    /// Ask the twin: balances, shares, supply risk, vintages, its digest
    Twin(twin::TwinArgs),
    /// Show or verify one statement
    Statement(statement::StatementArgs),
    /// Fetch or verify the receipt of a statement
    Receipt(receipt::ReceiptArgs),
    /// Look into a member's log, find an entry, check the log of a folder
    Log(log::LogArgs),
    /// Audit any member's log: yes or no, with reasons
    Audit(audit::AuditArgs),
    /// Show, propose or sign versions of the charter
    Charter(charter::CharterArgs),
    /// Seal figures: bound in the log, readable by their owner and whom the owner grants it
    Sealed(sealed::SealedArgs),
    /// List sites
    Sites(sites::SitesArgs),
    /// Put load on a log and check what it acknowledged
    Bench(bench::BenchArgs),
    /// Print completions for a shell
    Completions(completions::CompletionsArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
