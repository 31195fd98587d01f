//! What each row of a file is to a register: the first of the two walks over it, and where something seems to be missing
//! one more, for the rows that no key told. Writes nothing; what it comes to is `apply`'s.

use super::facts::{Facts, Unsure};
use super::matching::{Match, Missing, Rows};
use super::process::Processes;
use super::{Decisions, File, ImportError, Line, LineKind, Watch, doubted, not_of_register, some};
use super::{entry, store};
use crate::councils::Council;
use crate::exchange::register::{Column, Doubt, Reading, RegisterRow as Row, Report, Why};
use sea_orm::DatabaseTransaction;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use uuid::Uuid;

/// Contracts that a person is shown for one row.
const MOST_SHOWN: usize = 5;

/// What the rows of a file are. Those not told of are new.
pub(super) struct Compared {
    pub(super) report: Report,
    /// Rows of contracts that say what they said.
    pub(super) unchanged: HashSet<u32>,
    /// Rows of contracts that say something else now.
    pub(super) changed: HashMap<u32, Uuid>,
    /// Rows that are left for a person.
    pub(super) held: HashSet<u32>,
    /// Contracts that will not have the key they have: another row has it, or theirs has another.
    pub(super) release: Vec<Uuid>,
    /// Contracts that the file has, or may have.
    pub(super) seen: HashSet<Uuid>,
    /// Those of files before that it has not.
    pub(super) unseen: Vec<Uuid>,
}

/// A row that may be left to a person, as it is told of.
pub(super) struct Asked {
    pub(super) doubt: Doubt,
    title: String,
    /// It was counted as taken with doubts.
    doubtful: bool,
}

/// Compares a file with the register, which the caller holds.
pub(super) async fn compare(
    txn: &DatabaseTransaction,
    council: &'static Council,
    file: File<'_>,
    decisions: &Decisions,
    watch: &mut dyn Watch,
) -> Result<Compared, ImportError> {
    let mut reader = file.readings(council)?;
    let of = reader.source().rows;
    let mut compared = Compared {
        report: Report::counting(reader.source()),
        unchanged: HashSet::new(),
        changed: HashMap::new(),
        held: HashSet::new(),
        release: Vec::new(),
        seen: HashSet::new(),
        unseen: Vec::new(),
    };
    if let Some(row) = not_of_register(txn, council.id, decisions).await? {
        return Err(ImportError::NotThatContract { row });
    }
    compared.seen.extend(decisions.values().flatten());
    let mut done = 0;
    let mut left: HashSet<u32> = HashSet::new();
    let mut cells_held: HashSet<u64> = HashSet::new();
    let mut processes = Processes::new();
    let mut decided: BTreeSet<u32> = decisions.keys().copied().collect();
    while let Some(some) = some(&mut reader)? {
        for reading in &some {
            compared.report.add(reading);
            for doubt in reading.doubts() {
                watch.doubt(doubt);
                watch.line(doubted(doubt));
            }
            let is_decided = decided.remove(&reading.row());
            if let Reading::Held(doubts, raw) = reading {
                cells_held.extend(raw.cells().map(|cell| hash(cell.trim())));
                let why = doubts.last().map(Doubt::sentence).unwrap_or_default();
                if is_decided {
                    let row = raw.row();
                    return Err(ImportError::NotThatRow { row, why });
                }
                let cells = raw.cells().filter(|cell| !cell.trim().is_empty());
                watch.line(Line {
                    kind: LineKind::Held,
                    row: Some(raw.row()),
                    contract: None,
                    title: cells
                        .take(3)
                        .collect::<Vec<_>>()
                        .join(", ")
                        .chars()
                        .take(200)
                        .collect(),
                    detail: json!({ "why": why, "perhaps": [] }),
                });
                compared.held.insert(raw.row());
            }
        }
        let rows: Vec<(&Row, bool)> = some.iter().filter_map(taken).collect();
        for (row, _) in &rows {
            if let Some(ocid) = entry::ocid(row) {
                processes.entry(ocid).or_default().push(row.row());
            }
        }
        compared
            .by_key(txn, council, &rows, decisions, &mut left, watch)
            .await?;
        done += u32::try_from(some.len()).unwrap_or(u32::MAX);
        watch.rows(done / 2, of);
    }
    if let Some(row) = decided.first().copied() {
        let why = "the file has no such row under its headings".to_owned();
        return Err(ImportError::NotThatRow { row, why });
    }
    compared
        .by_process(txn, council, file, processes, &mut left, watch)
        .await?;
    let unseen = compared.missing(txn, council, &cells_held).await?;
    if !unseen.is_empty() && !left.is_empty() {
        compared
            .by_rule(txn, council, file, &unseen, &left, watch)
            .await?;
    }
    let seen = &compared.seen;
    compared.unseen = unseen.into_iter().filter(|id| !seen.contains(id)).collect();
    Ok(compared)
}

impl Compared {
    /// What the keys of some rows say.
    async fn by_key(
        &mut self,
        txn: &DatabaseTransaction,
        council: &Council,
        rows: &[(&Row, bool)],
        decided: &Decisions,
        left: &mut HashSet<u32>,
        watch: &mut dyn Watch,
    ) -> Result<(), ImportError> {
        let keys: Vec<&str> = rows
            .iter()
            .flat_map(|(row, _)| [row.row_key.as_str(), row.long_key.as_str()])
            .collect();
        let known = store::by_keys(txn, council.id, &keys).await?;
        let changed = rows.iter().filter_map(|(row, _)| {
            known
                .get(&row.row_key)
                .filter(|known| known.digest != row.content_digest)
        });
        let changed: Vec<Uuid> = changed.map(|known| known.id).collect();
        let facts = store::facts(txn, &changed).await?;
        for (row, doubtful) in rows {
            let same = known.get(&row.row_key);
            let found = same.or_else(|| known.get(&row.long_key));
            let reused = same
                .and_then(|known| facts.get(&known.id))
                .filter(|(facts, _)| facts.contradicts(&facts_of(row)));
            match (decided.get(&row.row()), found) {
                (Some(said), Some(known))
                    if *said != Some(known.id) && reused.is_none() && !self.seen.contains(&known.id) =>
                {
                    let (row, id) = (row.row(), known.id);
                    let why = format!("it was not held, and is the contract {id}");
                    return Err(ImportError::NotThatRow { row, why });
                }
                (Some(Some(id)), _) => {
                    self.changed.insert(row.row(), *id);
                    self.release.push(*id);
                    self.release.extend(same.map(|holder| holder.id));
                }
                // The second: another row is that contract, a person said.
                (Some(None), _) => self.release.extend(same.map(|holder| holder.id)),
                (None, Some(known)) if self.seen.contains(&known.id) => {
                    self.release.extend(same.map(|holder| holder.id));
                }
                (None, Some(known)) => {
                    self.seen.insert(known.id);
                    if let Some((_, title)) = reused {
                        let perhaps = [(known.id, title.clone())];
                        self.hold(
                            Asked::of(row, *doubtful),
                            Unsure::ReferenceReused,
                            &perhaps,
                            watch,
                        );
                    } else if same.is_some() && known.digest.as_slice() == row.content_digest {
                        self.unchanged.insert(row.row());
                    } else {
                        self.changed.insert(row.row(), known.id);
                        self.release.extend(same.is_none().then_some(known.id));
                    }
                }
                (None, None) => {
                    left.insert(row.row());
                }
            }
        }
        Ok(())
    }

    /// The contracts of files before that no key of this file told. A reference in a row that is held is there.
    async fn missing(
        &self,
        txn: &DatabaseTransaction,
        council: &Council,
        cells_held: &HashSet<u64>,
    ) -> Result<Vec<Uuid>, ImportError> {
        let is_held = |key: &str| {
            let own = key.split_once(':').map_or(key, |(_, own)| own);
            cells_held.contains(&hash(own))
        };
        let (mut missing, mut after) = (Vec::new(), Uuid::nil());
        loop {
            let some = store::ids_after(txn, council.id, after).await?;
            let Some((last, _)) = some.last() else {
                return Ok(missing);
            };
            after = *last;
            let unseen = some
                .into_iter()
                .filter(|(id, key)| !self.seen.contains(id) && !is_held(key));
            missing.extend(unseen.map(|(id, _)| id));
        }
    }

    /// What the rule says of the rows that no key told.
    async fn by_rule(
        &mut self,
        txn: &DatabaseTransaction,
        council: &'static Council,
        file: File<'_>,
        unseen: &[Uuid],
        left: &HashSet<u32>,
        watch: &mut dyn Watch,
    ) -> Result<(), ImportError> {
        let mut known = store::facts(txn, unseen).await?;
        let (facts, titles): (Vec<Facts>, Vec<String>) = unseen
            .iter()
            .map(|id| known.remove(id).unwrap_or_default())
            .unzip();
        let missing = Missing::new(facts);
        let mut rows = Rows::default();
        let mut asked: BTreeMap<u32, Asked> = BTreeMap::new();
        let mut reader = file.readings(council)?;
        while let Some(some) = some(&mut reader)? {
            let these = some
                .iter()
                .filter_map(taken)
                .filter(|(row, _)| left.contains(&row.row()));
            for (row, doubtful) in these {
                if rows.add(row.row(), &facts_of(row), &missing) {
                    asked.insert(row.row(), Asked::of(row, doubtful));
                }
            }
        }
        let mut settled = rows.settle();
        for (row, asked) in asked {
            match settled.remove(&row) {
                Some(Match::Same(at, _)) => {
                    self.changed.insert(row, unseen[at]);
                    self.seen.insert(unseen[at]);
                    self.release.push(unseen[at]);
                }
                Some(Match::Unsure(at, why)) => {
                    // It may be any of them: none is noted as missing.
                    if at.is_empty() {
                        self.seen.extend(unseen);
                    }
                    let perhaps = at.iter().map(|at| (unseen[*at], titles[*at].clone()));
                    self.hold(asked, why, &perhaps.collect::<Vec<_>>(), watch);
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Leaves a row to a person.
    pub(super) fn hold(
        &mut self,
        asked: Asked,
        why: Unsure,
        perhaps: &[(Uuid, String)],
        watch: &mut dyn Watch,
    ) {
        let Asked {
            mut doubt,
            title,
            doubtful,
        } = asked;
        self.held.insert(doubt.row);
        self.report.hold_back(doubtful);
        self.seen.extend(perhaps.iter().map(|(id, _)| *id));
        let mut made = format!("Held: {why}");
        made.push_str(if perhaps.is_empty() { "" } else { ":" });
        for (id, title) in perhaps.iter().take(MOST_SHOWN) {
            // Writing to a string cannot fail.
            let _ = write!(made, " {title:?} ({id})");
        }
        doubt.made = Some((made + ".").into_boxed_str());
        self.report.note(&doubt);
        watch.doubt(&doubt);
        let perhaps: Vec<Value> = perhaps
            .iter()
            .take(MOST_SHOWN)
            .map(|(id, title)| json!({ "contract": id, "title": title }))
            .collect();
        watch.line(Line {
            kind: LineKind::Held,
            row: Some(doubt.row),
            contract: None,
            title,
            detail: json!({ "why": why.to_string(), "perhaps": perhaps }),
        });
    }
}

impl Asked {
    pub(super) fn of(row: &Row, doubtful: bool) -> Self {
        let column = if row.reference.is_some() {
            Column::Reference
        } else {
            Column::Title
        };
        Self {
            doubt: row.doubt(column, Why::PerhapsKnown),
            title: row.title.clone(),
            doubtful,
        }
    }
}

pub(super) fn facts_of(row: &Row) -> Facts {
    let reference = row.reference.as_deref().unwrap_or("");
    Facts::new(reference, &row.title, row.supplier_name.as_deref(), row.starts_on)
}

/// The row of a reading, unless it is held, and whether it is doubted.
pub(super) fn taken(reading: &Reading) -> Option<(&Row, bool)> {
    Some((reading.register_row()?, matches!(reading, Reading::Doubtful(..))))
}

/// Cells of rows that are held are compared with references by their hashes: to take one for another costs no more than
/// a contract that is not noted as missing.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
