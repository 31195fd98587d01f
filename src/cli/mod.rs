//! The command line: each command reads its arguments, opens what it needs, and hands over to a front door. What it tells,
//! it tells by `say`.

// They panic where nobody reads any more.
#![deny(clippy::print_stdout, clippy::print_stderr)]

#[macro_use]
mod say;
mod audit;
pub mod demo;
mod export;
mod import;
mod mail;
mod notices;
mod open;
mod pilot;
mod receipt;
mod report;
mod schema;
mod serve;
mod user;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Council contracts, the windows in which something can be done about them, and pilots.
#[derive(Debug, Parser)]
#[command(name = "guildhall", version)]
struct Line {
    /// Configuration file; what the environment says overrides it.
    #[arg(long, global = true, env = "GUILDHALL_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Load a demonstration into a folder and serve it on this machine.
    Demo(demo::Arguments),
    /// Serve, with the configuration of the file and the environment.
    Serve,
    /// Bring the database's schema, and the facts about councils, up to date.
    Migrate,
    /// Bring a file in.
    #[command(subcommand)]
    Import(import::Import),
    /// Give out what is open data.
    #[command(subcommand)]
    Export(export::Export),
    /// Make an account, export what is held on somebody, or erase it.
    #[command(subcommand)]
    User(user::User),
    /// Check the audit log, or take a copy of it.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// See and steer the mail queue, take what came back, or print what the DNS should say of mail.
    #[command(subcommand)]
    Mail(mail::Mail),
    /// Write the record of a pilot.
    #[command(subcommand)]
    Pilot(pilot::Pilots),
    /// Check what a bidder holds of a bid.
    #[command(subcommand)]
    Receipt(receipt::Receipts),
    /// Print the API's schema.
    Schema,
}

/// What went wrong, a line each, for standard error.
type Failure = Vec<String>;

/// Runs the command that the program was started with.
pub async fn run() -> ExitCode {
    let line = Line::parse();
    let config = line.config.as_deref();
    let done = match line.command {
        Command::Demo(arguments) => demo::run(arguments).await,
        Command::Serve => serve::run(config).await,
        Command::Migrate => open::app(config).await.map(|_| ()),
        Command::Import(import) => import::run(config, import).await,
        Command::Export(export) => export::run(config, export).await,
        Command::User(user) => user::run(config, user).await,
        Command::Audit(audit) => audit::run(config, audit).await,
        Command::Mail(mail) => mail::run(config, mail).await,
        Command::Pilot(pilot) => pilot::run(config, pilot).await,
        Command::Receipt(receipt) => receipt::run(config, receipt),
        Command::Schema => schema::run(),
    };
    match done.and_then(|()| say::said()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(lines) => {
            for line in lines {
                complain!("guildhall: {line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn failed(error: impl std::fmt::Display) -> Failure {
    vec![error.to_string()]
}
