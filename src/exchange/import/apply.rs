//! Writes what a file says: the second walk over it. What is replaced is kept until the next import, for `undo`.

use super::compare::Compared;
use super::entry::{entry, mention, over};
use super::{File, ImportError, Imported, Line, LineKind, Plan, Watch, doubted, some, store};
use crate::access::Permit;
use crate::contracts::{self, Change, Entry, YEARLY, vanished};
use crate::councils::Council;
use crate::exchange::register::{Column, Reading, RegisterRow as Row, Why, again};
use crate::exchange::run::{self, Run};
use crate::runtime::{App, Error};
use crate::suppliers::{self, How, Mention};
use sea_orm::DatabaseTransaction;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// An import that is being written.
struct Applying<'a> {
    app: &'a App,
    txn: &'a DatabaseTransaction,
    permit: &'a Permit,
    council: &'static Council,
    file: File<'a>,
    run: Run,
    compared: Compared,
    /// Contracts that were released from their keys, as they were.
    released: HashMap<Uuid, (Entry, i32)>,
    changed: Vec<(Uuid, Value)>,
    plan: Plan,
}

/// Applies what a file was found to say; gives its counts, and what contracts say differently.
pub(super) async fn apply(
    app: &App,
    txn: &DatabaseTransaction,
    permit: &Permit,
    council: &'static Council,
    file: File<'_>,
    compared: Compared,
    watch: &mut dyn Watch,
) -> Result<(Imported, Vec<(Uuid, Value)>), ImportError> {
    let keys = contracts::entries(txn, &compared.release).await?;
    store::release(txn, permit, &compared.release).await?;
    let mut work = Applying {
        app,
        txn,
        permit,
        council,
        file,
        run: Run::new(app),
        compared,
        released: keys,
        changed: Vec::new(),
        plan: Plan::default(),
    };
    let mut reader = file.readings(council)?;
    let (of, mut rows) = (reader.source().rows, 0);
    while let Some(some) = some(&mut reader)? {
        work.write(&some, watch).await?;
        rows += u32::try_from(some.len()).unwrap_or(u32::MAX);
        watch.rows(of / 2 + rows.div_ceil(2), of);
    }
    work.missing(watch).await?;
    work.end().await
}

impl Applying<'_> {
    /// Begins the record of the import, when there is something to be recorded.
    async fn begin(&mut self) -> Result<(), ImportError> {
        if self.run.written {
            return Ok(());
        }
        let headings = self.compared.report.source.headings.each();
        let headings: Vec<_> = headings
            .map(|(name, column)| (name.to_owned(), column.map(Column::name)))
            .collect();
        let file = run::File {
            name: self.file.name,
            digest: self.file.digest()?,
            headings: &headings,
        };
        let (app, txn, permit, council) = (self.app, self.txn, self.permit, self.council.id);
        self.run.begin(app, txn, permit, council, file).await?;
        Ok(store::forget_before(txn, permit, council, self.run.id).await?)
    }

    async fn write(&mut self, some: &[Reading], watch: &mut dyn Watch) -> Result<(), ImportError> {
        for line in some.iter().filter_map(|reading| self.compared.held_line(reading)) {
            watch.line(line);
        }
        let rows = some.iter().filter_map(Reading::register_row);
        let (mut work, mut replaced): (Vec<&Row>, Vec<Uuid>) = (Vec::new(), Vec::new());
        for row in rows {
            if self.compared.unchanged.contains(&row.row()) {
                self.plan.unchanged += 1;
            } else if !self.compared.held.contains_key(&row.row()) {
                replaced.extend(self.compared.changed.get(&row.row()));
                work.push(row);
            }
        }
        if work.is_empty() {
            return Ok(());
        }
        self.begin().await?;
        let suppliers = self.suppliers(&work, watch).await?;
        let mut before = contracts::entries(self.txn, &replaced).await?;
        for id in &replaced {
            if let Some(was) = self.released.remove(id) {
                before.insert(*id, was);
            }
        }
        let yearly = self.were_yearly(&before).await?;
        let mut changes = Vec::with_capacity(work.len());
        let mut titles: HashMap<Uuid, &Row> = HashMap::new();
        for row in work {
            let entry = entry(row, self.run.id, suppliers.get(&row.row()).copied());
            let known = self.compared.changed.get(&row.row());
            match known.and_then(|id| Some((*id, before.get(id)?))) {
                Some((id, (was, _))) => {
                    self.plan.changed += 1;
                    titles.insert(id, row);
                    changes.push(Change::Replace(id, over(was, entry, yearly.contains(&id))));
                }
                None => {
                    self.plan.added += 1;
                    watch.line(line(
                        LineKind::Added,
                        Some(row.row()),
                        None,
                        &row.title,
                        json!({}),
                    ));
                    changes.push(Change::Add(entry));
                }
            }
        }
        let record = contracts::record(self.app, self.txn, self.permit, self.council.id, changes);
        let recorded = Box::pin(record).await?;
        for (id, changes) in &recorded.changed {
            if let Some(row) = titles.get(id) {
                watch.line(line(
                    LineKind::Changed,
                    Some(row.row()),
                    Some(*id),
                    &row.title,
                    changes.clone(),
                ));
            }
        }
        self.changed.extend(recorded.changed);
        let kept = before
            .into_iter()
            .map(|(id, (was, version))| (id, version + 1, Some(was.kept())));
        Ok(store::keep(self.txn, self.permit, self.run.id, kept.collect()).await?)
    }

    /// Those of these contracts whose rows said, in the cell or over it, that the value is for one year.
    async fn were_yearly(&self, before: &HashMap<Uuid, (Entry, i32)>) -> Result<HashSet<Uuid>, Error> {
        let said = before.iter().filter_map(|(id, (was, _))| {
            let source = was.source.as_ref()?;
            let yearly = was.particulars.value_basis.as_deref() == Some(YEARLY);
            yearly.then_some((*id, source))
        });
        let said: Vec<_> = said.collect();
        if said.is_empty() {
            return Ok(HashSet::new());
        }
        let mut runs: Vec<Uuid> = said.iter().map(|(_, source)| source.import_id).collect();
        runs.sort_unstable();
        runs.dedup();
        let headings = run::headings(self.txn, &runs).await?;
        let by_file = said.into_iter().filter(|(_, source)| {
            let headings = headings.get(&source.import_id);
            headings.is_some_and(|headings| again(headings, &source.cells).value_is_yearly)
        });
        Ok(by_file.map(|(id, _)| id).collect())
    }

    /// The suppliers that rows name, by row; those told by a rule of names are doubted.
    async fn suppliers(&mut self, work: &[&Row], watch: &mut dyn Watch) -> Result<HashMap<u32, Uuid>, Error> {
        let named: Vec<&Row> = work
            .iter()
            .copied()
            .filter(|row| row.supplier_name.is_some())
            .collect();
        let mentions: Vec<Mention> = named.iter().map(|row| mention(row)).collect();
        let resolved = suppliers::resolve(self.app, self.txn, self.permit, &mentions).await?;
        for (row, told) in named.iter().zip(&resolved) {
            if let Some(why) = doubt_of(told.how) {
                let doubt = row.doubt(Column::SupplierName, why);
                self.compared.report.note(&doubt);
                watch.doubt(&doubt);
                watch.line(doubted(&doubt));
            }
        }
        let ids = resolved.iter().map(|told| told.id);
        Ok(named.iter().map(|row| row.row()).zip(ids).collect())
    }

    /// What the file does not have any more, or has again.
    async fn missing(&mut self, watch: &mut dyn Watch) -> Result<(), ImportError> {
        let seen: Vec<Uuid> = self.compared.seen.iter().copied().collect();
        let (txn, permit, council) = (self.txn, self.permit, self.council.id);
        let was_missing = store::missing(txn, &seen).await?;
        let back = contracts::entries(txn, &was_missing).await?;
        let noted = vanished::note(self.app, txn, permit, council, &seen, &self.compared.unseen).await?;
        self.plan.partial = noted.partial;
        if !noted.is_anything() {
            return Ok(());
        }
        self.begin().await?;
        let gone: Vec<Uuid> = noted.vanished.iter().chain(&noted.ended).copied().collect();
        let titles = store::facts(txn, &gone).await?;
        for (kind, ids) in [
            (LineKind::Vanished, &noted.vanished),
            (LineKind::Ended, &noted.ended),
        ] {
            for id in ids {
                let title = titles.get(id).map_or("", |(_, title)| title);
                watch.line(line(kind, None, Some(*id), title, json!({})));
            }
        }
        self.plan.vanished = u32::try_from(noted.vanished.len()).unwrap_or(u32::MAX);
        self.plan.ended = u32::try_from(noted.ended.len()).unwrap_or(u32::MAX);
        let mut kept = Vec::with_capacity(gone.len());
        for id in gone {
            kept.push(match self.released.remove(&id) {
                Some((was, version)) => (id, version, Some(was.kept())),
                None => (id, 0, None),
            });
        }
        let back = back
            .into_iter()
            .map(|(id, (was, version))| (id, version, Some(was.kept())));
        kept.extend(back);
        Ok(store::keep(txn, permit, self.run.id, kept).await?)
    }

    async fn end(mut self) -> Result<(Imported, Vec<(Uuid, Value)>), ImportError> {
        let report = self.compared.report;
        self.plan.rows = report.rows;
        self.plan.doubtful = report.doubtful;
        self.plan.held = u32::try_from(self.compared.held.len()).unwrap_or(u32::MAX);
        if self.run.written {
            // Those that lost their key and are not written: undoing gives it back.
            let kept = self.released.drain();
            let kept = kept.map(|(id, (was, version))| (id, version, Some(was.kept())));
            store::keep(self.txn, self.permit, self.run.id, kept.collect()).await?;
            let counts = run::Counts {
                rows: report.rows,
                accepted: report.accepted,
                doubtful: report.doubtful,
                held: self.plan.held,
                added: self.plan.added,
                changed: self.plan.changed,
                unchanged: self.plan.unchanged,
            };
            run::settle(self.txn, self.permit, self.run.id, counts).await?;
        }
        let done = Imported {
            run: self.run.written.then_some(self.run.id),
            plan: self.plan,
            report,
        };
        Ok((done, self.changed))
    }
}

fn line(kind: LineKind, row: Option<u32>, contract: Option<Uuid>, title: &str, detail: Value) -> Line {
    Line {
        kind,
        row,
        contract,
        title: title.to_owned(),
        detail,
    }
}

/// What is doubted of how a supplier was told: that it was by a rule of names. The same name, with no number on either side,
/// is no doubt: in Norfolk's register of 2015 it tells 4 of 5 rows.
pub(in crate::exchange) fn doubt_of(how: How) -> Option<Why> {
    match how {
        How::Spelling => Some(Why::SupplierBySpelling),
        How::OneNumber => Some(Why::SupplierByName),
        How::Shared => Some(Why::SupplierShared),
        How::Number | How::Name | How::New => None,
    }
}
