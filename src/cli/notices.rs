//! `import ocds`: notices from the command line into the registers of the councils that buy, with a bar on a terminal and a
//! report beside the file.

use super::report::Report;
use super::{Failure, failed, open, say};
use crate::access::Viewer;
use crate::councils;
use crate::exchange::notices::{Doubts, Notices, Told, import, summary};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct Ocds {
    /// Only this council's releases: GSS code, slug or name. Those of all councils, if not given.
    #[arg(long)]
    council: Option<String>,
    /// Do everything, keep nothing.
    #[arg(long)]
    dry_run: bool,
    /// Where every doubt is written, if not beside the file: in releases.json.report.csv for releases.json.
    #[arg(long)]
    report: Option<PathBuf>,
    /// The file: a release package, a record package, or JSON lines.
    file: PathBuf,
}

pub(super) async fn run(config: Option<&Path>, ocds: Ocds) -> Result<(), Failure> {
    let only = ocds
        .council
        .as_deref()
        .map(councils::named)
        .transpose()
        .map_err(failed)?;
    let path = ocds.file.as_path();
    let in_file = |error: &dyn std::fmt::Display| failed(format!("{}: {error}", path.display()));
    let from = std::fs::File::open(path).map_err(|e| in_file(&e))?;
    let in_report = |(path, error): (PathBuf, std::io::Error)| failed(format!("{}: {error}", path.display()));
    let app = open::app(config).await?;
    let mut report = Report::begin(ocds.report, path).map_err(in_report)?;
    let bar = ProgressBar::no_length();
    bar.set_style(
        ProgressStyle::with_template("{pos} releases, {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let notices = Notices {
        name: &name,
        from,
        only,
        dry_run: ocds.dry_run,
    };
    let mut doubts = Doubts::default();
    let done = import(&app, &Viewer::System, notices, |told| match told {
        Told::Read(releases) => bar.inc(releases as u64),
        Told::Doubt(doubt) => {
            doubts.note(doubt);
            report.doubt(doubt);
        }
    })
    .await;
    bar.finish_and_clear();
    let report = report.end(done.is_ok()).map_err(in_report)?;
    let done = done.map_err(|error| in_file(&error))?;
    let dry = if ocds.dry_run { " (dry run)" } else { "" };
    let into = only.map_or("the registers of their councils", |council| council.facts.name);
    say!("{} into {into}{dry}", path.display());
    say::text(summary(&done, &doubts));
    say!("every doubt: {}", report.display());
    Ok(())
}
