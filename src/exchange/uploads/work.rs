//! The scheduled work: reads uploaded registers and plans what they would change. Whatever is cut short is done again
//! from its beginning, for nothing of it was kept.

use super::Sheet;
use super::store::{self, Planned};
use crate::access::Viewer;
use crate::councils::directory;
use crate::exchange::import::{Content, File, ImportError, Line, LineKind, Watch, import};
use crate::runtime::{App, Error};
use entity::register_import::Model;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// Rows of which what was said is forgotten, before the file is refused: each costs a reading.
const MOST_FORGOTTEN: usize = 5;
/// Between two looks for files to read.
const REST: Duration = Duration::from_secs(1);

/// Reads what is uploaded, until told to stop.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = pass(&app).await {
            tracing::error!(%error, "reading an uploaded register failed; it is tried again");
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(REST) => {}
        }
    }
}

/// Reads all files that wait to be read.
///
/// # Errors
/// When the database or the store of objects fails; what was taken is tried again later.
pub async fn pass(app: &App) -> Result<(), Error> {
    while let Some(row) = store::claim(app).await? {
        let id = row.id;
        let planned = plan(app, row).await;
        app.work.progress(id, None);
        planned?;
        app.work.wrote();
    }
    Ok(())
}

async fn plan(app: &App, row: Model) -> Result<(), Error> {
    let content = store::content(app, &row).await?;
    let (settings, mut decisions) = (store::settings(&row)?, store::decisions(&row)?);
    let file = File {
        name: &row.file_name,
        content: Content::Bytes(&content),
        settings: Some(&settings),
    };
    let council = directory().by_id(row.council_id).ok_or(Error::NotFound)?;
    let mut forgotten: Vec<String> = Vec::new();
    let outcome = loop {
        let mut told = Told::new(app, row.id);
        let planned = import(app, &Viewer::System, council, file, &decisions, true, &mut told).await;
        match planned {
            Ok(done) => {
                break Ok(Planned {
                    sheet: Sheet::of(&done.report.source),
                    plan: done.plan,
                    lines: told.lines,
                    problem: (!forgotten.is_empty()).then(|| forgotten.join("; ")),
                    decisions,
                });
            }
            // The plan is of use without what was said of a row that it cannot be said of.
            Err(ref wrong @ (ImportError::NotThatRow { row, .. } | ImportError::NotThatContract { row }))
                if forgotten.len() < MOST_FORGOTTEN && decisions.remove(&row).is_some() =>
            {
                forgotten.push(format!("{wrong}; what was said of it is forgotten"));
            }
            // What is busy is tried again; what fails once fails again.
            Err(ImportError::Failed(Error::Fault(cause))) => {
                let reference = hex::encode(app.entropy.bytes::<6>());
                tracing::error!(%reference, cause, "reading an uploaded register");
                break Err(format!("something went wrong on our side; quote {reference}"));
            }
            Err(ImportError::Failed(error)) => return Err(error),
            Err(refused) => break Err(refused.to_string()),
        }
    };
    store::planned(app, row, outcome).await
}

/// Keeps how far an import is, and the lines that are kept of each kind.
pub(super) struct Told<'a> {
    app: &'a App,
    id: Uuid,
    kept: HashMap<LineKind, usize>,
    lines: Vec<Line>,
}

impl<'a> Told<'a> {
    pub(super) fn new(app: &'a App, id: Uuid) -> Self {
        Self {
            app,
            id,
            kept: HashMap::new(),
            lines: Vec::new(),
        }
    }
}

impl Watch for Told<'_> {
    fn rows(&mut self, done: u32, of: u32) {
        self.app.work.progress(self.id, Some((done, of)));
    }

    fn line(&mut self, line: Line) {
        let kept = self.kept.entry(line.kind).or_default();
        *kept += 1;
        if *kept <= store::most(line.kind) {
            self.lines.push(line);
        }
    }
}
