//! What each row of a file is to a register: the first of the two walks over it, and one more for the rows that no key told,
//! where something seems to be missing or notices brought contracts. Writes nothing; what it comes to is `apply`'s.

use super::facts::{Facts, SameBy, Unsure};
use super::held::{Asked, Perhaps};
use super::matching::{Match, Missing, Rows};
use super::process::Processes;
use super::store::Noticed;
use super::{Decisions, File, ImportError, Watch, doubted, not_of_register, some};
use super::{entry, store};
use crate::councils::Council;
use crate::exchange::register::{Doubt, Reading, RegisterRow as Row, Report};
use sea_orm::DatabaseTransaction;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use uuid::Uuid;

/// What the rows of a file are. Those not told of are new.
pub(super) struct Compared {
    pub(super) report: Report,
    /// Rows of contracts that say what they said.
    pub(super) unchanged: HashSet<u32>,
    /// Rows of contracts that say something else now.
    pub(super) changed: HashMap<u32, Uuid>,
    /// Rows that are left for a person, with what they are asked; nothing, of those that are no contracts.
    pub(super) held: HashMap<u32, Option<Perhaps>>,
    /// The titles of the contracts that they are asked about.
    pub(super) titles: HashMap<Uuid, String>,
    /// Contracts that will not have the key they have: another row has it, or theirs has another.
    pub(super) release: Vec<Uuid>,
    /// Contracts that the file has, or may have.
    pub(super) seen: HashSet<Uuid>,
    /// Those of files before that it has not.
    pub(super) unseen: Vec<Uuid>,
}

/// What is compared.
#[derive(Clone, Copy)]
pub(super) struct Comparing<'a> {
    pub(super) txn: &'a DatabaseTransaction,
    pub(super) council: &'static Council,
    pub(super) file: File<'a>,
    pub(super) decisions: &'a Decisions,
}

/// Rows that no key told.
#[derive(Default)]
pub(super) struct Left {
    /// Those that nobody spoke of.
    pub(super) open: HashSet<u32>,
    /// Those that a person decided on.
    pub(super) decided: HashSet<u32>,
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
        held: HashMap::new(),
        titles: HashMap::new(),
        release: Vec::new(),
        seen: HashSet::new(),
        unseen: Vec::new(),
    };
    if let Some(row) = not_of_register(txn, council.id, decisions).await? {
        return Err(ImportError::NotThatContract { row });
    }
    compared.seen.extend(decisions.values().flatten());
    let mut done = 0;
    let mut left = Left::default();
    let of_file = Comparing {
        txn,
        council,
        file,
        decisions,
    };
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
                if is_decided {
                    let (row, why) = (raw.row(), doubts.last().map(Doubt::sentence).unwrap_or_default());
                    return Err(ImportError::NotThatRow { row, why });
                }
                compared.held.insert(raw.row(), None);
            }
        }
        let rows: Vec<(&Row, bool)> = some.iter().filter_map(taken).collect();
        for (row, _) in &rows {
            if let Some(ocid) = entry::ocid(row) {
                processes.entry(ocid).or_default().push(row.row());
            }
        }
        compared.by_key(of_file, &rows, &mut left, watch).await?;
        done += u32::try_from(some.len()).unwrap_or(u32::MAX);
        watch.rows(done / 2, of);
    }
    if let Some(row) = decided.first().copied() {
        let why = "the file has no such row under its headings".to_owned();
        return Err(ImportError::NotThatRow { row, why });
    }
    let noticed = if left.open.is_empty() && processes.is_empty() && decisions.is_empty() {
        Noticed::new()
    } else {
        store::noticed(txn, council.id).await?
    };
    compared
        .by_process(of_file, processes, &noticed, &mut left, watch)
        .await?;
    let unseen = compared.missing(txn, council, &cells_held).await?;
    if !left.open.is_empty() {
        compared
            .by_rule(of_file, &unseen, &noticed, &left.open, watch)
            .await?;
    }
    // How much of the register the file has is told by what files brought: these cannot be missing either.
    compared.seen.retain(|id| !noticed.contains_key(id));
    let seen = &compared.seen;
    compared.unseen = unseen.into_iter().filter(|id| !seen.contains(id)).collect();
    Ok(compared)
}

impl Compared {
    /// What the keys of some rows say.
    async fn by_key(
        &mut self,
        of: Comparing<'_>,
        rows: &[(&Row, bool)],
        left: &mut Left,
        watch: &mut dyn Watch,
    ) -> Result<(), ImportError> {
        let keys: Vec<&str> = rows
            .iter()
            .flat_map(|(row, _)| [row.row_key.as_str(), row.long_key.as_str()])
            .collect();
        let known = store::by_keys(of.txn, of.council.id, &keys).await?;
        let changed = rows.iter().filter_map(|(row, _)| {
            known
                .get(&row.row_key)
                .filter(|known| known.digest != row.content_digest)
        });
        let changed: Vec<Uuid> = changed.map(|known| known.id).collect();
        let facts = store::facts(of.txn, &changed).await?;
        for (row, doubtful) in rows {
            let decided = of.decisions.get(&row.row());
            let same = known.get(&row.row_key);
            let found = same.or_else(|| known.get(&row.long_key));
            if decided.is_some() && found.is_none() {
                left.decided.insert(row.row());
            }
            let reused = same
                .and_then(|known| facts.get(&known.id))
                .filter(|(facts, _)| facts.contradicts(&facts_of(row)));
            match (decided, found) {
                (Some(said), Some(known))
                    if *said != Some(known.id) && reused.is_none() && !self.seen.contains(&known.id) =>
                {
                    return Err(ImportError::not_held(row.row(), known.id));
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
                    left.open.insert(row.row());
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

    /// What the rule says of the rows that no key told and no process: they may be contracts that the file does not have any
    /// more, or that notices alone brought.
    async fn by_rule(
        &mut self,
        of: Comparing<'_>,
        unseen: &[Uuid],
        noticed: &Noticed,
        left: &HashSet<u32>,
        watch: &mut dyn Watch,
    ) -> Result<(), ImportError> {
        // An award that was called off is as little a candidate as a contract of a file that was.
        let of_notices = noticed
            .iter()
            .filter(|(id, one)| !one.called_off && !self.seen.contains(id));
        let of_notices = of_notices.map(|(id, _)| id);
        let candidates: Vec<Uuid> = unseen.iter().chain(of_notices).copied().collect();
        if candidates.is_empty() {
            return Ok(());
        }
        let mut known = store::facts(of.txn, &candidates).await?;
        let (facts, titles): (Vec<Facts>, Vec<String>) = candidates
            .iter()
            .map(|id| {
                let (facts, title) = known.remove(id).unwrap_or_default();
                let process = noticed.get(id).map_or("", |one| one.ocid.as_str());
                (facts.of_process(process), title)
            })
            .unzip();
        let missing = Missing::new(facts);
        let mut rows = Rows::default();
        let mut asked: BTreeMap<u32, Asked> = BTreeMap::new();
        let mut reader = of.file.readings(of.council)?;
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
            let (at, why) = match settled.remove(&row) {
                // The reference of a tender may stand for all that is let by it.
                Some(Match::Same(at, SameBy::Reference)) if at >= unseen.len() => {
                    (vec![at], Unsure::Reference)
                }
                Some(Match::Same(at, _)) => {
                    self.changed.insert(row, candidates[at]);
                    self.seen.insert(candidates[at]);
                    self.release.push(candidates[at]);
                    continue;
                }
                Some(Match::Unsure(at, why)) => (at, why),
                None => continue,
            };
            if at.is_empty() {
                // It may be any of them: none is noted as missing.
                self.seen.extend(unseen);
            }
            self.seen.extend(at.iter().filter_map(|at| unseen.get(*at)));
            let perhaps = at.iter().map(|at| (candidates[*at], titles[*at].clone()));
            self.hold(asked, why, &perhaps.collect::<Vec<_>>(), watch);
        }
        Ok(())
    }
}

pub(super) fn facts_of(row: &Row) -> Facts {
    let reference = row.reference.as_deref().unwrap_or("");
    // Our own OCID names a contract and not its process.
    let process = entry::ocid(row).filter(|ocid| entry::published(ocid).is_none());
    Facts::new(reference, &row.title, row.supplier_name.as_deref(), row.starts_on)
        .of_process(process.as_deref().unwrap_or(""))
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
