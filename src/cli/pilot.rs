//! `pilot`: the record of a pilot, written where it can be kept. It runs with the server's configuration, and tells no more
//! than the graph would tell an approver: what is sealed is not in it.

use super::{Failure, failed, open};
use crate::access::Viewer;
use crate::graphql::ids::{Id, Sort};
use crate::pilots::pack::{self, Pack};
use clap::Subcommand;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(super) enum Pilots {
    /// Write the whole record of a pilot, for whoever audits it: who set and moved the deadline, bids as they came in, refused
    /// attempts, declarations, scores as they were entered, decisions, mails. What is sealed or being evaluated is left out,
    /// and the record says so.
    Record {
        /// The pilot's id, as the graph gives it.
        pilot: String,
        /// A folder for `record.json` and `record.html`, which must not be there yet; `-` prints the JSON.
        #[arg(long)]
        out: PathBuf,
    },
}

pub(super) async fn run(config: Option<&Path>, command: Pilots) -> Result<(), Failure> {
    let Pilots::Record { pilot, out } = command;
    let id = Id::parse(&pilot).and_then(|id| id.of(Sort::Pilot).ok());
    let id = id.ok_or_else(|| failed(format!("{pilot:?} is not the id of a pilot")))?;
    let app = open::configured(config).await?;
    let found = pack::of(&app, &Viewer::System, id).await.map_err(failed)?;
    let pack = found.ok_or_else(|| failed("there is no such pilot"))?;
    let text = pack.text().map_err(failed)?;
    for of in &pack.withheld {
        complain!("not in it: {}: {}", of.part, of.why);
    }
    if out == Path::new("-") {
        say!("{text}");
        return Ok(());
    }
    let digest = Pack::digest(&text);
    fs::create_dir_all(&out).map_err(|error| in_file(&out, error))?;
    write(&out.join("record.json"), &text)?;
    let page = pack::report(&pack, &digest).map_err(failed)?;
    write(&out.join("record.html"), &page)?;
    say!("{digest}  {}", out.join("record.json").display());
    Ok(())
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let mut out = File::create_new(file).map_err(|error| in_file(file, error))?;
    out.write_all(text.as_bytes())
        .map_err(|error| in_file(file, error))
}

fn in_file(file: &Path, error: impl std::fmt::Display) -> Failure {
    failed(format!("{}: {error}", file.display()))
}
