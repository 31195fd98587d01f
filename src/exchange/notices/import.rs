//! Notices into registers: each release kept, each process merged anew with what was read before, its awards added or
//! changed, in one transaction for a file, whole or not at all. Reading is `reader`'s, deciding `decide`'s.
//!
//! A release that arrives late, or out of order, changes what its process says only where no later one says otherwise:
//! the process is always merged from all of its releases. So nothing of it depends on the order of files.

use super::decide::{Decision, decide};
use super::drafts::{self, Draft};
use super::kept::{self, Kept};
use super::known;
use super::merge::{Process, merged};
use super::overlay::{fresh, overlaid};
use super::reader::{self, Found, NoticesError};
use super::registers::{Registers, Touched};
use super::report::{Imported, Told};
use crate::access::{Permit, Viewer};
use crate::audit;
use crate::contracts::{self, Change, Source};
use crate::councils::{self, Council, directory};
use crate::exchange::import::doubt_of;
use crate::exchange::register::Doubt;
use crate::exchange::run;
use crate::runtime::{App, Error};
use crate::suppliers::{self, Mention};
use sea_orm::DatabaseTransaction;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use uuid::Uuid;

/// Releases taken from the reader at a time, and kept in one statement.
const AT_A_TIME: usize = 200;
/// Processes of a council written at a time.
const STEP: usize = 100;

/// Why a file of notices did not come in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] NoticesError),
    /// The viewer may not, or the database failed.
    #[error(transparent)]
    Refused(#[from] Error),
}

/// A file of notices to bring in.
#[derive(Clone, Copy, Debug)]
pub struct Notices<'a, F> {
    /// Its name, for provenance.
    pub name: &'a str,
    /// Where it is read from, twice: once for its digest.
    pub from: F,
    /// The only council whose releases are taken, if not all.
    pub only: Option<&'static Council>,
    /// Do everything, keep nothing.
    pub dry_run: bool,
}

/// Brings notices in. The viewer needs the right for each council whose releases are in the file; `told` hears of
/// progress and doubts.
///
/// # Errors
/// When the viewer may not, the file cannot be read to its end, or the database fails; nothing is kept then.
pub async fn import<F: Read + Seek + Send + 'static>(
    app: &App,
    viewer: &Viewer,
    notices: Notices<'_, F>,
    mut told: impl FnMut(Told<'_>),
) -> Result<Imported, ImportError> {
    let (digest, from) = digested(notices.from).await?;
    let file = run::File {
        name: notices.name,
        digest,
        headings: &[],
    };
    let txn = app.db.begin().await?;
    let mut registers = Registers::new(app, viewer, file, notices.only);
    let (to, mut found) = tokio::sync::mpsc::channel::<(u32, Found)>(AT_A_TIME);
    let reading = tokio::task::spawn_blocking(move || {
        reader::read(from, &mut |row, found| to.blocking_send((row, found)).is_ok())
    });
    let mut batch = Vec::with_capacity(AT_A_TIME);
    while found.recv_many(&mut batch, AT_A_TIME).await > 0 {
        told(Told::Read(batch.len()));
        registers
            .take(&txn, std::mem::take(&mut batch), &mut told)
            .await?;
    }
    reading.await.map_err(Error::fault)??;
    let mut done = std::mem::take(&mut registers.done);
    // In the order of their ids: whoever holds several councils does so in that order.
    let mut recorded = Vec::new();
    for register in registers.into_touched() {
        let written = Writing {
            app,
            txn: &txn,
            file,
            done: &mut done,
            told: &mut told,
        }
        .register(register)
        .await?;
        recorded.extend(written);
    }
    // After every register: the log takes a lock that everybody needs.
    for (permit, entries) in recorded {
        audit::record_each(app, &txn, &permit, entries).await?;
    }
    if notices.dry_run {
        txn.rollback().await.map_err(Error::from)?;
    } else {
        txn.commit().await.map_err(Error::from)?;
    }
    Ok(done)
}

async fn digested<F: Read + Seek + Send + 'static>(mut from: F) -> Result<([u8; 32], F), ImportError> {
    let digesting = tokio::task::spawn_blocking(move || {
        let mut sha = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match from.read(&mut buffer)? {
                0 => break,
                read => sha.update(&buffer[..read]),
            }
        }
        from.seek(SeekFrom::Start(0))?;
        Ok::<_, std::io::Error>((sha.finalize().into(), from))
    });
    let digested = digesting.await.map_err(Error::fault)?;
    Ok(digested.map_err(NoticesError::from)?)
}

/// One process as it is written.
struct One {
    process: Process,
    /// The releases that were read before.
    before: Vec<(super::release::Release, [u8; 32])>,
    drafts: Vec<Draft>,
    row: u32,
}

struct Writing<'a, T> {
    app: &'a App,
    txn: &'a DatabaseTransaction,
    file: run::File<'a>,
    done: &'a mut Imported,
    told: &'a mut T,
}

impl<T: FnMut(Told<'_>)> Writing<'_, T> {
    /// Writes one; gives what is to be recorded of it, if anything.
    async fn register(&mut self, mut register: Touched) -> Result<Option<(Permit, run::Entries)>, Error> {
        let council = register.council;
        councils::hold(self.txn, council).await?;
        let mut changed = Vec::new();
        let processes = std::mem::take(&mut register.processes);
        let processes: Vec<(String, u32)> = processes.into_iter().collect();
        for step in processes.chunks(STEP) {
            changed.extend(self.step(&mut register, step).await?);
        }
        let run = &register.run;
        let counts = run.counts;
        let facts = directory().by_id(council).ok_or(Error::NotFound)?.facts.slug;
        self.done
            .councils
            .insert(facts, [counts.added, counts.changed, counts.unchanged]);
        if !run.written {
            return Ok(None);
        }
        run::settle(self.txn, &register.permit, run.id, counts).await?;
        let entries = run::entries(run.id, self.file.name, counts.added, counts.changed, changed);
        Ok(Some((register.permit, entries)))
    }

    async fn step(
        &mut self,
        register: &mut Touched,
        step: &[(String, u32)],
    ) -> Result<Vec<(Uuid, serde_json::Value)>, Error> {
        let council = register.council;
        let ocids: Vec<String> = step.iter().map(|(ocid, _)| ocid.clone()).collect();
        let mut kept = kept::of(self.txn, council, &ocids).await?;
        let mut all: Vec<One> = step
            .iter()
            .map(|(ocid, row)| one(kept.remove(ocid).unwrap_or_default(), register, *row))
            .collect();
        let drafts: Vec<&Draft> = all.iter().flat_map(|one| &one.drafts).collect();
        let known = known::of(self.txn, council, &ocids, &drafts).await?;
        let mut work: Vec<(Option<Uuid>, &Draft, &One)> = Vec::new();
        for one in &mut all {
            self.done.processes += 1;
            self.done.not_awarded += u32::from(one.drafts.is_empty());
            let ocid = one.process.said.ocid.as_deref();
            let may_be: Vec<known::Known> = known
                .iter()
                .filter(|known| known.ocid.is_none() || known.ocid.as_deref() == ocid)
                .cloned()
                .collect();
            let decisions = decide(&mut one.drafts, &may_be);
            self.tell(one);
            let one = &*one;
            for (decision, draft) in decisions.into_iter().zip(&one.drafts) {
                let counts = &mut register.run.counts;
                let doubted = !draft.remarks.is_empty();
                match &decision {
                    Decision::Held => counts.held += 1,
                    _ if doubted => counts.doubtful += 1,
                    _ => counts.accepted += 1,
                }
                match decision {
                    Decision::Add => {
                        (counts.added, self.done.added) = (counts.added + 1, self.done.added + 1);
                        work.push((None, draft, one));
                    }
                    Decision::Replace(id) => {
                        (counts.changed, self.done.changed) = (counts.changed + 1, self.done.changed + 1);
                        work.push((Some(id), draft, one));
                    }
                    Decision::Unchanged => {
                        (counts.unchanged, self.done.unchanged) =
                            (counts.unchanged + 1, self.done.unchanged + 1)
                    }
                    Decision::Linked => self.done.linked += 1,
                    Decision::Held => self.done.awards_held += 1,
                }
            }
        }
        self.write(register, work).await
    }

    fn tell(&mut self, one: &One) {
        let of = whose(&one.process.said);
        for doubt in one
            .drafts
            .iter()
            .flat_map(|draft| draft.remarks.doubts(one.row, &of))
        {
            (self.told)(Told::Doubt(&doubt));
        }
    }

    async fn write(
        &mut self,
        register: &mut Touched,
        work: Vec<(Option<Uuid>, &Draft, &One)>,
    ) -> Result<Vec<(Uuid, serde_json::Value)>, Error> {
        if work.is_empty() {
            return Ok(Vec::new());
        }
        let council = register.council;
        register
            .run
            .begin(self.app, self.txn, &register.permit, council, self.file)
            .await?;
        let suppliers = self.suppliers(&register.permit, &work).await?;
        let mut changes = Vec::with_capacity(work.len());
        for ((id, draft, one), suppliers) in work.into_iter().zip(suppliers) {
            let source = Source {
                import_id: register.run.id,
                row: one.row,
                digest: draft.digest,
                cells: Vec::new(),
                missing_since: None,
            };
            let Some(id) = id else {
                changes.push(Change::Add(fresh(draft, suppliers, source)));
                continue;
            };
            let (kept, _) = contracts::as_written(self.txn, id)
                .await?
                .ok_or(Error::NotFound)?;
            let before = drafts::drafts(&merged(one.before.clone()), council);
            let before = before.iter().find(|before| before.key == draft.key);
            let entry = overlaid(kept, before, draft, suppliers, source);
            changes.push(Change::Replace(id, entry));
        }
        let recorded = contracts::record(self.app, self.txn, &register.permit, council, changes).await?;
        Ok(recorded.changed)
    }

    /// The suppliers of each entry, each once: one may be named twice, by two spellings.
    async fn suppliers(
        &mut self,
        permit: &Permit,
        work: &[(Option<Uuid>, &Draft, &One)],
    ) -> Result<Vec<Vec<Uuid>>, Error> {
        let named = work
            .iter()
            .flat_map(|(_, draft, one)| draft.suppliers.iter().map(move |mention| (one, mention)));
        let named: Vec<(&&One, &Mention)> = named.collect();
        let mentions: Vec<Mention> = named.iter().map(|(_, mention)| (*mention).clone()).collect();
        let resolved = suppliers::resolve(self.app, self.txn, permit, &mentions).await?;
        for ((one, mention), told) in named.iter().zip(&resolved) {
            if let Some(why) = doubt_of(told.how) {
                let doubt = Doubt {
                    row: one.row,
                    column: Arc::from("awards/suppliers/name"),
                    raw: mention.name.clone(),
                    why,
                    others: Vec::new(),
                    made: Some(format!("({})", whose(&one.process.said)).into()),
                };
                (self.told)(Told::Doubt(&doubt));
            }
        }
        let mut resolved = resolved.into_iter().map(|one| one.id);
        let of_each = work.iter().map(|(_, draft, _)| {
            let mut seen = HashSet::new();
            let own = resolved.by_ref().take(draft.suppliers.len());
            own.filter(|id| seen.insert(*id)).collect()
        });
        Ok(of_each.collect())
    }
}

fn one(kept: Vec<Kept>, register: &Touched, row: u32) -> One {
    let run = register.run.id;
    let earlier = kept.iter().filter(|(_, _, import)| *import != run);
    let before = earlier
        .map(|(release, digest, _)| (release.clone(), *digest))
        .collect();
    let all = kept
        .into_iter()
        .map(|(release, digest, _)| (release, digest))
        .collect();
    let process = merged(all);
    One {
        drafts: drafts::drafts(&process, register.council),
        process,
        before,
        row,
    }
}

/// The process of a release and who buys, for a doubt.
pub(super) fn whose(said: &super::release::Release) -> String {
    let ocid = said.ocid.as_deref().unwrap_or("no Open Contracting ID");
    match said.buyer_name() {
        Some(buyer) => format!("{ocid} of {buyer}"),
        None => ocid.to_owned(),
    }
}
