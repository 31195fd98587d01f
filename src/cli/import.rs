//! `import`: files from the command line, with a bar on a terminal and a report beside the file.

use super::{Failure, failed, open};
use crate::access::Viewer;
use crate::councils;
use crate::exchange::import::{File, import};
use crate::exchange::register::{self, DoubtCsv, Report};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(super) enum Import {
    /// A contracts register, as the Local Government Association's template has it.
    Contracts {
        /// The council whose register it is: GSS code, slug or name.
        #[arg(long)]
        council: String,
        /// Do everything, keep nothing.
        #[arg(long)]
        dry_run: bool,
        /// Where every doubt is written; beside the file, as NAME.report.csv, if not given.
        #[arg(long)]
        report: Option<PathBuf>,
        /// The file.
        file: PathBuf,
    },
    /// Notices as Contracts Finder and others publish them (OCDS): awards become contracts of the councils that buy.
    Ocds(super::notices::Ocds),
}

pub(super) async fn run(config: Option<&Path>, import: Import) -> Result<(), Failure> {
    match import {
        Import::Contracts {
            council,
            dry_run,
            report,
            file,
        } => contracts(config, &council, dry_run, report, &file).await,
        Import::Ocds(ocds) => super::notices::run(config, ocds).await,
    }
}

async fn contracts(
    config: Option<&Path>,
    code: &str,
    dry_run: bool,
    report_to: Option<PathBuf>,
    path: &Path,
) -> Result<(), Failure> {
    let council = councils::named(code).map_err(failed)?;
    let in_file = |error: &dyn std::fmt::Display| failed(format!("{}: {error}", path.display()));
    let bytes = std::fs::read(path).map_err(|e| in_file(&e))?;
    let reader = register::read(&bytes).map_err(|e| in_file(&e))?.of(council);
    let mut report = Report::counting(reader.source());
    let readings: Vec<_> = reader.inspect(|reading| report.add(reading)).collect();
    let report_to = report_to.unwrap_or_else(|| path.with_extension("report.csv"));
    let out =
        std::fs::File::create(&report_to).map_err(|e| failed(format!("{}: {e}", report_to.display())))?;
    let mut doubts = DoubtCsv::new(std::io::BufWriter::new(out)).map_err(failed)?;
    for doubt in readings.iter().flat_map(register::Reading::doubts) {
        doubts.write(doubt).map_err(failed)?;
    }

    let app = open::app(config).await?;
    let bar = ProgressBar::new(readings.len() as u64);
    bar.set_style(
        ProgressStyle::with_template("{bar:40} {pos}/{len} rows, {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let file = File {
        name: &name,
        bytes: &bytes,
        readings: &readings,
        report: &report,
    };
    let done = import(&app, &Viewer::System, council, file, dry_run, |rows| {
        bar.inc(rows as u64)
    })
    .await;
    bar.finish_and_clear();
    // Those of the reading are kept where the import fails.
    let done = done.map_err(failed);
    for doubt in done.iter().flat_map(|done| &done.suppliers_doubted) {
        doubts.write(doubt).map_err(failed)?;
        report.note(doubt);
    }
    doubts.finish().map_err(failed)?;
    let done = done?;
    println!(
        "{} into the register of {}{}",
        path.display(),
        council.facts.name,
        if dry_run { " (dry run)" } else { "" }
    );
    print!("{}", report.summary());
    println!(
        "{} added, {} changed, {} unchanged",
        done.added, done.changed, done.unchanged
    );
    println!("every doubt: {}", report_to.display());
    Ok(())
}
