//! What is held: every column of the database, whether it is of a person, and what closing an account does to it. One
//! list (`held.tsv`), which the export is told from, the answer to a closing speaks of, and the tests hold against the
//! schema of both databases. Pure.

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Nothing of a person.
    Nothing,
    /// What was written for an organisation or is published of it.
    Organisation,
    /// Something of a person: exported.
    Personal,
    /// A person's number: exported as whether it is theirs.
    You,
    /// A secret of a person's: exported as being there.
    Secret,
}

/// Why something stays when an account is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, async_graphql::Enum)]
#[graphql(name = "KeptReason")]
pub enum Kept {
    /// Declarations of evaluators, scores of bids and their reasons, in the record of a procurement, under a number that names nobody.
    ProcurementRecord,
    /// What was done, in the audit log, without a name.
    AuditLog,
    /// What was written for an organisation.
    Organisation,
    /// The mail that says that the account is closed, until it is sent.
    Farewell,
}

/// What closing an account does to a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// It was nobody's.
    Nothing,
    /// Its row goes.
    Erased,
    /// Its row stays and is not tied to them any more.
    Unnamed,
    /// It stays.
    Kept(Kept),
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Its name in an export; blank when it is not in one.
    pub told_as: &'static str,
    /// What closing an account does to it.
    pub closing: Closing,
    /// Why a secret is not shown.
    pub why: &'static str,
    /// The one database that has it; blank when both do.
    pub only: &'static str,
}

impl Kept {
    /// What stays.
    pub fn what(self) -> &'static str {
        match self {
            Self::ProcurementRecord => {
                "What you declared as an evaluator, your scores of bids and the reasons you gave, without your name"
            }
            Self::AuditLog => {
                "The audit log's entries of what you did and of what was done to your account, without your name; \
                 an address that you invited stays in it for its owner to have erased"
            }
            Self::Organisation => {
                "What you wrote for an organisation, such as needs, pilots, questions, feedback and product pages, if \
                 you wrote any"
            }
            Self::Farewell => "The mail that says that your account is closed",
        }
    }

    /// Why it stays, on which basis, and for how long.
    pub fn why(self) -> &'static str {
        match self {
            Self::ProcurementRecord => {
                "A contracting authority must be able to explain how it decided, for at least three years: section 98 \
                 of the Procurement Act 2023; regulation 84 of the Public Contracts Regulations 2015 for procurements \
                 begun before it. UK GDPR article 17(3)(b) excepts it from erasure."
            }
            Self::AuditLog => {
                "A log that proves that nothing was changed or left out cannot lose entries. What is left of yours \
                 names nobody; UK GDPR articles 5(1)(f) and 17(3)(b) and (e)."
            }
            Self::Organisation => {
                "It is the organisation's own, and Guildhall keeps nothing beside it that says who wrote it. Where you \
                 wrote your name into it, ask the organisation."
            }
            Self::Farewell => {
                "It goes for good as soon as a mail server has taken it, and after 72 hours at most if none does."
            }
        }
    }
}

/// Every column.
pub fn columns() -> &'static [Column] {
    static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
        let lines = include_str!("held.tsv").lines();
        let rows = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        rows.flat_map(read).collect()
    });
    &COLUMNS
}

/// The columns of one table.
pub fn of_table(table: &str) -> impl Iterator<Item = &'static Column> {
    columns().iter().filter(move |column| column.table == table)
}

/// The tables that hold anything of a person, by name.
pub fn personal_tables() -> Vec<&'static str> {
    let personal = columns().iter().filter(|column| column.is_personal());
    let tables: BTreeSet<_> = personal.map(|column| column.table).collect();
    tables.into_iter().collect()
}

impl Column {
    /// Whether it is of a person.
    pub fn is_personal(&self) -> bool {
        matches!(self.holds, Holds::Personal | Holds::You | Holds::Secret)
    }
}

/// A line of the list: one column or several alike. The list is ours: a line that cannot be read is a fault of ours
/// that the first test finds.
fn read(line: &'static str) -> impl Iterator<Item = Column> {
    let mut fields = line.split('\t');
    let mut next = move || fields.next().unwrap_or_default();
    let (table, names) = (next(), next());
    let holds = match next() {
        "none" => Holds::Nothing,
        "organisation" => Holds::Organisation,
        "personal" => Holds::Personal,
        "you" => Holds::You,
        "secret" => Holds::Secret,
        other => panic!("{table} {names} holds {other:?}"),
    };
    let (told_as, closing, why, only) = (next(), next(), next(), next());
    let closing = match closing {
        "" if holds == Holds::Organisation => Closing::Kept(Kept::Organisation),
        "" => Closing::Nothing,
        "erased" => Closing::Erased,
        "unnamed" => Closing::Unnamed,
        "kept procurement" => Closing::Kept(Kept::ProcurementRecord),
        "kept audit" => Closing::Kept(Kept::AuditLog),
        "kept organisation" => Closing::Kept(Kept::Organisation),
        other => panic!("{table} {names} at closing: {other:?}"),
    };
    names.split(' ').map(move |name| Column {
        table,
        name,
        holds,
        told_as,
        closing,
        why,
        only,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_a_person_is_told_and_has_an_end() {
        for column in columns().iter().filter(|column| column.is_personal()) {
            assert!(!column.told_as.is_empty(), "{column:?} is exported as something");
            assert_ne!(column.closing, Closing::Nothing, "{column:?} has an end");
            assert_eq!(
                column.holds == Holds::Secret,
                !column.why.is_empty(),
                "{column:?}"
            );
        }
    }

    #[test]
    fn no_column_is_listed_twice_and_no_two_are_told_alike() {
        let (mut seen, mut told) = (BTreeSet::new(), BTreeSet::new());
        for column in columns() {
            assert!(seen.insert((column.table, column.name)), "{column:?} twice");
            assert!(
                column.told_as.is_empty() || told.insert((column.table, column.told_as)),
                "{column:?} is told like another of its table"
            );
        }
    }
}
