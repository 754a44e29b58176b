//! `didymium completions`.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::error::CliResult;
use crate::output::Output;

const AFTER: &str = "\
Examples:
  didymium completions bash > ~/.local/share/bash-completion/completions/didymium
  didymium completions zsh > ~/.zfunc/_didymium
  didymium completions fish > ~/.config/fish/completions/didymium.fish";

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Prints the script.
pub fn run(args: &CompletionsArgs, output: &Output) -> CliResult<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "didymium", &mut script);
    output.print(&String::from_utf8_lossy(&script))
}
