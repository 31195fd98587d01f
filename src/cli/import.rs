//! `import`: files from the command line, with a bar on a terminal and a report beside the file.

mod summary;

use super::report::Report;
use super::{Failure, failed, open};
use crate::access::Viewer;
use crate::councils;
use crate::exchange::import::{
    Content, Decisions, File, ImportError, Line, Watch, import, last_import, published, undo,
};
use crate::exchange::register::{Doubt, Mapping, RegisterError, SUCH_AS, Settings, harmless};
use crate::exchange::uploads;
use crate::graphql::ids::{Id, Sort};
use crate::runtime::Stop;
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use summary::Lines;
use uuid::Uuid;

#[derive(Debug, Subcommand)]
pub(super) enum Import {
    /// A contracts register: CSV, XLSX or ODS, with the Local Government Association's columns or a council's own.
    Contracts(Contracts),
    /// Takes the last import of a council's register back: what it changed is as it was, what it brought is gone.
    Undo {
        /// The council whose register it is: GSS code, slug or name.
        #[arg(long)]
        council: String,
    },
    /// Notices as Contracts Finder and others publish them (OCDS): awards become contracts of the councils that buy.
    Ocds(super::notices::Ocds),
}

#[derive(Debug, clap::Args)]
pub(super) struct Contracts {
    /// The council whose register it is: GSS code, slug or name.
    #[arg(long)]
    council: String,
    /// Do everything, keep nothing.
    #[arg(long)]
    dry_run: bool,
    /// Where every doubt is written, if not beside the file: in register.report.csv for register.csv, in
    /// register.xlsx.report.csv for register.xlsx.
    #[arg(long)]
    report: Option<PathBuf>,
    /// The sheet of a workbook; the first that has a register's headings, if not given.
    #[arg(long)]
    sheet: Option<String>,
    /// A JSON file that says which column each heading is, by the columns' names in the LGA schema, or null for one to be
    /// kept as it is: {"Let to": "SupplierName", "Our notes": null}. What was said of the council's files, if not given.
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// A row that was held is a new contract.
    #[arg(long, value_name = "ROW")]
    new: Vec<u32>,
    /// A row that was held is this contract, by its id in the report, in the graph or in its OCID.
    #[arg(long, value_name = "ROW=CONTRACT", value_parser = row_and_contract)]
    same: Vec<(u32, Uuid)>,
    /// The file.
    file: PathBuf,
}

fn row_and_contract(text: &str) -> Result<(u32, Uuid), String> {
    let both = text.split_once('=');
    let read = both.and_then(|(row, id)| Some((row.trim().parse().ok()?, contract(id.trim())?)));
    read.ok_or_else(|| format!("{text:?} is not a row, an equals sign and a contract"))
}

/// A contract by any of the ids that we give it.
fn contract(text: &str) -> Option<Uuid> {
    if let Some(id) = Id::parse(text) {
        return id.of(Sort::Contract).ok();
    }
    Uuid::try_parse(text).ok().or_else(|| published(text))
}

pub(super) async fn run(config: Option<&Path>, import: Import) -> Result<(), Failure> {
    match import {
        Import::Contracts(asked) => contracts(config, asked).await,
        Import::Undo { council } => take_back(config, &council).await,
        Import::Ocds(ocds) => super::notices::run(config, ocds).await,
    }
}

async fn take_back(config: Option<&Path>, council: &str) -> Result<(), Failure> {
    let council = councils::named(council).map_err(failed)?;
    let app = open::app(config).await?;
    let Some(run) = last_import(&app, council.id).await.map_err(failed)? else {
        let name = &council.facts.name;
        let why = "only the last can be undone, once, and not one of notices";
        return Err(failed(format!(
            "the register of {name} has no import to undo: {why}"
        )));
    };
    let done = undo(&app, &Viewer::System, run)
        .await
        .map_err(|stop| match stop {
            Stop::Refused(why) => failed(why.into_iter().map(|why| why.message).collect::<String>()),
            Stop::Failed(error) => failed(error),
        })?;
    say!(
        "{} restored, {} removed, {} called off, {} left as somebody changed them since",
        done.restored,
        done.removed,
        done.called_off.len(),
        done.kept.len()
    );
    Ok(())
}

/// A bar, the doubts as they come, and what is told at the end.
struct Told {
    bar: ProgressBar,
    lines: Lines,
    report: Report,
}

impl Watch for Told {
    fn rows(&mut self, done: u32, of: u32) {
        self.bar.set_length(of.into());
        self.bar.set_position(done.into());
    }

    fn doubt(&mut self, doubt: &Doubt) {
        self.report.doubt(doubt);
    }

    fn line(&mut self, line: Line) {
        self.lines.take(&line);
    }
}

async fn contracts(config: Option<&Path>, asked: Contracts) -> Result<(), Failure> {
    let (council, path) = (councils::named(&asked.council).map_err(failed)?, asked.file);
    let in_file = |error: &dyn std::fmt::Display| failed(format!("{}: {error}", path.display()));
    let in_report = |(path, error): (PathBuf, std::io::Error)| failed(format!("{}: {error}", path.display()));
    let app = open::app(config).await?;
    let (mapping, headings) = match &asked.mapping {
        Some(path) => mapping(path)?,
        // What was said of the council's files before may be of another.
        None => {
            let kept = uploads::mapping_of(&app, council.id).await.map_err(failed)?;
            (kept, Vec::new())
        }
    };
    let settings = Settings {
        sheet: asked.sheet,
        mapping,
    };
    let new = asked.new.into_iter().map(|row| (row, None));
    let same = asked.same.into_iter().map(|(row, id)| (row, Some(id)));
    let mut decisions = Decisions::new();
    for (row, id) in new.chain(same) {
        if decisions.insert(row, id).is_some_and(|before| before != id) {
            return Err(failed(format!("row {row} is said to be two things")));
        }
    }
    let bar = ProgressBar::new(0);
    bar.set_style(
        ProgressStyle::with_template("{bar:40} {pos}/{len} rows, {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut told = Told {
        bar,
        lines: Lines::default(),
        report: Report::begin(asked.report, &path).map_err(in_report)?,
    };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let file = File {
        name: &name.unwrap_or_default(),
        content: Content::At(&path),
        settings: Some(&settings),
    };
    let done = import(
        &app,
        &Viewer::System,
        council,
        file,
        &decisions,
        asked.dry_run,
        &mut told,
    )
    .await;
    told.bar.finish_and_clear();
    let report = told.report.end(done.is_ok()).map_err(in_report)?;
    if let Err(ImportError::Unreadable(RegisterError::MissingColumns { found, .. })) = &done {
        not_there(&headings, found.iter().map(String::as_str));
        complain!("--mapping says which heading is which column: {SUCH_AS}");
    }
    let done = done.map_err(|error| in_file(&error))?;
    let dry = if asked.dry_run { " (dry run)" } else { "" };
    say!(
        "{} into the register of {}{dry}",
        path.display(),
        council.facts.name
    );
    super::say::text(told.lines.page(&done));
    not_there(&headings, done.report.source.headings.names());
    say!("every doubt: {}", report.display());
    Ok(())
}

/// Tells of headings that a mapping speaks of and the file has not.
fn not_there<'a>(said: &[String], file: impl Iterator<Item = &'a str>) {
    for heading in Mapping::unmet(said, file) {
        say!(
            "The mapping speaks of \u{201c}{}\u{201d}, which is no heading of the file",
            harmless(heading)
        );
    }
}

fn mapping(path: &Path) -> Result<(Mapping, Vec<String>), Failure> {
    let in_file = |error: &dyn std::fmt::Display| failed(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| in_file(&e))?;
    Mapping::read(&text).map_err(|e| in_file(&e))
}
