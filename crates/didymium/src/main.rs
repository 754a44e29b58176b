//! Floor 7: the binary of a member's node and of the demo club.

mod audit;
mod bench;
mod charter;
mod cli;
mod completions;
mod demo;
mod draws;
mod error;
mod figures;
mod home;
mod http;
mod import;
mod indicators;
mod init;
mod join;
mod log;
mod logs;
mod mirror;
mod mirror_tables;
mod output;
mod overlay;
mod progress;
mod reader;
mod receipt;
mod reconciled;
mod report;
mod robust;
mod save;
mod sealed;
mod series;
mod serve;
mod signals;
mod sites;
mod statement;
mod times;
mod twin;
mod verify;
mod vintages;
mod what_if;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command};
use error::{CliError, CliResult};
use output::Output;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.json);
    match start(cli, &output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output.error(&error);
            ExitCode::from(error.exit().code())
        }
    }
}

fn start(cli: Cli, output: &Output) -> CliResult<()> {
    logs::start(cli.log.as_deref(), cli.log_json)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CliError::Runtime)?;
    runtime.block_on(async {
        match cli.command {
            Command::Demo(args) => demo::run(args, output).await,
            Command::Init(args) => init::run(&args, output).await,
            Command::Serve(args) => serve::run(&args, output).await,
            Command::Import(args) => import::run(&args, output).await,
            Command::Twin(args) => twin::run(args, output).await,
            Command::Statement(args) => statement::run(args, output).await,
            Command::Receipt(args) => receipt::run(args, output).await,
            Command::Log(args) => log::run(&args, output).await,
            Command::Audit(args) => audit::run(&args, output).await,
            Command::Charter(args) => charter::run(args, output).await,
            Command::Sealed(args) => sealed::run(&args, output).await,
            Command::Sites(args) => sites::run(args, output).await,
            Command::Bench(args) => bench::run(args, output).await,
            Command::Completions(args) => completions::run(&args, output),
        }
    })
}
