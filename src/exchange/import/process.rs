//! Rows that no key told and that name the process of a contract which came from no file of the register: one that notices
//! brought, from here on the register's own, or one of Guildhall's, which stands whatever a file says of it.
//!
//! The only row of a process and its only contract are the same. Of several the supplier says which is which, where one
//! row and one contract have it; for the others a person is asked, while contracts of the process are left.

use super::compare::{Compared, Comparing, Left, facts_of, taken};
use super::facts::{Facts, Unsure};
use super::held::Asked;
use super::store::Noticed;
use super::{ImportError, Watch, doubted, entry, some, store};
use crate::contracts::term::Standing;
use crate::contracts::{self, Entry};
use crate::exchange::register::{Column, RegisterRow as Row, Why};
use crate::suppliers::name_key;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// The rows of a file that name a process, by process.
pub(super) type Processes = BTreeMap<String, Vec<u32>>;

/// The rows and contracts of a process that nothing else told.
struct Process {
    rows: Vec<u32>,
    contracts: Vec<Uuid>,
    /// There is no other row or contract of it.
    alone: bool,
    /// The contract is Guildhall's own.
    ours: bool,
}

/// What must be known of one of its rows.
struct Told {
    supplier: String,
    asked: Asked,
    /// Columns of which the row says something else than Guildhall's own contract.
    differs: Vec<Column>,
}

impl Compared {
    /// What the processes say that rows name.
    pub(super) async fn by_process(
        &mut self,
        of: Comparing<'_>,
        processes: Processes,
        noticed: &Noticed,
        left: &mut Left,
        watch: &mut dyn Watch,
    ) -> Result<(), ImportError> {
        if processes.is_empty() {
            return Ok(());
        }
        let found = found(of, processes, noticed, left).await?;
        let ids: Vec<Uuid> = found.iter().flat_map(|one| &one.contracts).copied().collect();
        let known = store::facts(of.txn, &ids).await?;
        let mut told = rows_of(of, &found, &known).await?;
        for mut process in found {
            self.decided(&process, process.pairs(&told, &known), of, &mut told, watch)?;
            process.rows.retain(|row| left.open.contains(row));
            process.contracts.retain(|id| !self.seen.contains(id));
            for (row, contract) in process.pairs(&told, &known) {
                process.contracts.retain(|id| *id != contract);
                left.open.remove(&row);
                if process.ours {
                    if noticed.contains_key(&contract) {
                        self.seen.insert(contract);
                    }
                    self.is_ours(row, &mut told, watch);
                } else {
                    self.changed.insert(row, contract);
                    self.seen.insert(contract);
                    self.release.push(contract);
                }
            }
            let title = |id: &Uuid| known.get(id).map(|(_, title)| title.clone());
            let perhaps: Vec<(Uuid, String)> = process
                .contracts
                .iter()
                .map(|id| (*id, title(id).unwrap_or_default()))
                .collect();
            for row in process.rows.iter().filter(|_| !perhaps.is_empty()) {
                if left.open.contains(row)
                    && let Some(told) = told.remove(row)
                {
                    left.open.remove(row);
                    self.hold(told.asked, Unsure::Process, &perhaps, watch);
                }
            }
        }
        Ok(())
    }

    /// What a person said of rows that are surely a contract of the process, were nothing said: only the same will do, unless
    /// they said that another row is that contract.
    fn decided(
        &mut self,
        process: &Process,
        sure: Vec<(u32, Uuid)>,
        of: Comparing<'_>,
        told: &mut HashMap<u32, Told>,
        watch: &mut dyn Watch,
    ) -> Result<(), ImportError> {
        for (row, contract) in sure {
            let Some(said) = of.decisions.get(&row) else {
                continue;
            };
            if *said == Some(contract) {
                if process.ours {
                    self.changed.remove(&row);
                    self.release.retain(|id| *id != contract);
                    self.is_ours(row, told, watch);
                }
            } else if !self.seen.contains(&contract) {
                return Err(ImportError::not_held(row, contract));
            }
        }
        Ok(())
    }

    /// What was published here and came from no file comes back: it is no new contract, and what we say of it stands.
    fn is_ours(&mut self, row: u32, told: &mut HashMap<u32, Told>, watch: &mut dyn Watch) {
        self.unchanged.insert(row);
        if let Some(told) = told.remove(&row).filter(|told| !told.differs.is_empty()) {
            self.stands(told, watch);
        }
    }

    /// Says that Guildhall's own entry stands against a row.
    fn stands(&mut self, told: Told, watch: &mut dyn Watch) {
        let differs: Vec<&str> = told.differs.iter().map(|column| column.title()).collect();
        let mut doubt = told.asked.doubt;
        doubt.why = Why::OursStands;
        doubt.made = Some(format!("The row differs in: {}.", differs.join(", ")).into());
        self.report.note(&doubt);
        watch.doubt(&doubt);
        watch.line(doubted(&doubt));
    }
}

impl Process {
    /// Which of its rows is which of its contracts, as far as it is sure.
    fn pairs(&self, told: &HashMap<u32, Told>, known: &HashMap<Uuid, (Facts, String)>) -> Vec<(u32, Uuid)> {
        if let ([row], [contract], true) = (self.rows.as_slice(), self.contracts.as_slice(), self.alone) {
            return vec![(*row, *contract)];
        }
        let of_row = |row: &u32| told.get(row).map_or("", |told| told.supplier.as_str());
        let of = |id: &Uuid| known.get(id).map_or("", |(facts, _)| facts.supplier.as_str());
        one_each(
            self.rows.iter().map(|row| (of_row(row), *row)),
            self.contracts.iter().map(|id| (of(id), *id)),
        )
    }
}

/// The processes that rows name which no key told, and of which there are contracts that came from no file. Those of which a
/// person says that they are other rows are among them.
async fn found(
    of: Comparing<'_>,
    processes: Processes,
    noticed: &Noticed,
    left: &Left,
) -> Result<Vec<Process>, ImportError> {
    let named: Vec<Uuid> = processes
        .keys()
        .filter_map(|ocid| entry::published(ocid))
        .collect();
    let ours = store::ours(of.txn, of.council.id, &named).await?;
    let mut by_ocid: HashMap<&str, Vec<Uuid>> = HashMap::new();
    for (id, one) in noticed {
        by_ocid.entry(&one.ocid).or_default().push(*id);
    }
    let mut found = Vec::new();
    for (ocid, mut rows) in processes {
        let own = entry::published(&ocid).filter(|id| ours.contains(id));
        let contracts = match own {
            Some(id) => vec![id],
            None => by_ocid.remove(ocid.as_str()).unwrap_or_default(),
        };
        let alone = rows.len() == 1 && contracts.len() == 1;
        rows.retain(|row| left.open.contains(row) || left.decided.contains(row));
        if !rows.is_empty() && !contracts.is_empty() {
            found.push(Process {
                rows,
                contracts,
                alone,
                ours: own.is_some(),
            });
        }
    }
    Ok(found)
}

/// Goes over the file for the rows of these processes.
async fn rows_of(
    of: Comparing<'_>,
    processes: &[Process],
    known: &HashMap<Uuid, (Facts, String)>,
) -> Result<HashMap<u32, Told>, ImportError> {
    let (mut asked, mut own): (HashSet<u32>, HashMap<u32, Uuid>) = Default::default();
    for process in processes.iter().filter(|one| one.ours || !one.alone) {
        asked.extend(&process.rows);
        if process.ours {
            own.extend(process.rows.iter().map(|row| (*row, process.contracts[0])));
        }
    }
    let mut told = HashMap::new();
    if asked.is_empty() {
        return Ok(told);
    }
    let ids: Vec<Uuid> = own
        .values()
        .copied()
        .collect::<HashSet<_>>()
        .into_iter()
        .collect();
    let entries = contracts::entries(of.txn, &ids).await?;
    let mut reader = of.file.readings(of.council)?;
    while let Some(some) = some(&mut reader)? {
        let rows = some.iter().filter_map(taken);
        for (row, doubtful) in rows.filter(|(row, _)| asked.contains(&row.row())) {
            let was = own
                .get(&row.row())
                .and_then(|id| Some((&entries.get(id)?.0, known.get(id)?)));
            let one = Told {
                supplier: facts_of(row).supplier,
                asked: Asked::of(row, doubtful),
                differs: was.map_or_else(Vec::new, |(was, (facts, _))| differs(row, was, &facts.supplier)),
            };
            told.insert(row.row(), one);
        }
    }
    Ok(told)
}

/// Those of two lists that have the same name, where only one of each list has it.
fn one_each<'a, A: Copy, B: Copy>(
    some: impl Iterator<Item = (&'a str, A)>,
    others: impl Iterator<Item = (&'a str, B)>,
) -> Vec<(A, B)> {
    let mut named: BTreeMap<&str, (Vec<A>, Vec<B>)> = BTreeMap::new();
    for (name, one) in some {
        named.entry(name).or_default().0.push(one);
    }
    for (name, one) in others {
        named.entry(name).or_default().1.push(one);
    }
    let pairs = named.into_iter().filter(|(name, _)| !name.is_empty());
    pairs
        .filter_map(|(_, both)| match (both.0.as_slice(), both.1.as_slice()) {
            ([one], [other]) => Some((*one, *other)),
            _ => None,
        })
        .collect()
}

/// The columns of which a row says something else than a contract of Guildhall's own. A blank cell says nothing.
fn differs(row: &Row, was: &Entry, supplier: &str) -> Vec<Column> {
    let (now, said) = (entry::entry(row, Uuid::nil(), None), &was.particulars);
    let text = |cell: Column, said: Option<&str>| row.raw.trimmed(cell) != said.unwrap_or("").trim();
    let ended = match was.term.standing {
        Standing::Terminated { on } => Some(on),
        _ => None,
    };
    let ends = [was.term.initial_ends_on, was.term.current_end(), ended];
    // Of several suppliers a register has one cell.
    let named = row.raw.trimmed(Column::SupplierName);
    let first = named.split("; ").next().unwrap_or(named);
    let each = [
        (
            Column::Reference,
            text(Column::Reference, said.reference.as_deref()),
        ),
        (Column::Title, text(Column::Title, Some(&said.title))),
        (
            Column::Description,
            text(Column::Description, Some(&said.description)),
        ),
        (
            Column::Department,
            text(Column::Department, said.department.as_deref()),
        ),
        (
            Column::ProcurementCategory,
            text(Column::ProcurementCategory, said.category.as_deref()),
        ),
        (Column::CpvCode, row.cpv_code != said.cpv),
        (
            Column::ContractType,
            text(Column::ContractType, said.contract_type.as_deref()),
        ),
        (Column::StartDate, row.starts_on != was.term.starts_on),
        (Column::EndDate, !ends.contains(&row.ends_on)),
        (Column::ReviewDate, row.review_on != was.term.review_on),
        (Column::LastExtension, now.term.latest_end != was.term.latest_end),
        (Column::Value, row.value_pence != said.value_pence),
        (Column::CostBasis, row.estimated != said.value_estimated),
        (
            Column::IrrecoverableVat,
            row.irrecoverable_vat_pence != said.irrecoverable_vat_pence,
        ),
        (Column::SupplierName, name_key(first) != supplier),
        (
            Column::ProcessType,
            text(Column::ProcessType, said.process_type.as_deref()),
        ),
    ];
    let says = |column: Column| !row.raw.trimmed(column).is_empty();
    let each = each.into_iter().filter(|(column, other)| *other && says(*column));
    each.map(|(column, _)| column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_the_supplier_tells_where_one_of_each_has_it() {
        let rows = [("A", 2), ("B", 3), ("B", 4), ("", 5)];
        let contracts = [("A", 'a'), ("B", 'b'), ("", 'c')];
        assert_eq!(one_each(rows.into_iter(), contracts.into_iter()), [(2, 'a')]);
    }
}
