//! Which contract a row is: keys that hold across files of one council, and a digest that shows a change.
//! Must not read cells itself; sees one row at a time after one pass over the references. Next: `mod.rs`.
//!
//! # The rule
//!
//! - A reference on one row of the file alone: the key is `r:` and the reference.
//! - A reference on several rows, or none: the key is `d:`, the reference, a digest of title, supplier and start
//!   (letters' case and runs of spaces aside, the start as a date), and a counter, from 1 in the order of the
//!   file, among rows that share all of these. Value and dates of ending stay out: they are what changes.
//!
//! Every row also has that second form as `long_key`, for when a reference is repeated in one file and not in
//! the next. What the rule cannot do: rows that share everything in the key and differ elsewhere swap keys when
//! their order changes (seen as changes, nothing lost), and a blank reference with a corrected title is a new
//! contract. Keys are of one council: the caller keeps councils apart.
//!
//! Wholly identical rows are kept, each with its own key, and doubted from the second on. In Norfolk's file 28
//! rows repeat an earlier one, all without a reference, all leases of one firm's minibuses on one route, up to
//! five: more likely five vehicles than one typed five times, and a register must not lose four contracts.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use sha2::{Digest, Sha256};

use super::cells::{money, qualifiers};
use super::columns::{Column, fold};
use super::doubt::{OTHERS_NAMED, Why};
use super::interpret::Doubts;
use super::rows::RegisterRow;

/// References longer than this many bytes are digested in keys: PostgreSQL refuses index entries over 2,704 bytes.
const LONGEST_REFERENCE: usize = 200;

/// Bytes of the digest in a key.
const KEY_DIGEST: usize = 16;

/// What must be known of the other rows to name one: for a file of 1,000,000 rows 16 bytes for each reference during
/// the first pass (a few of which remain), and during the second about 100 bytes for each row that has no reference of
/// its own.
#[derive(Default)]
pub(super) struct Identity {
    /// Keyed, so that nobody can make references that collide. Two that do are taken for repeated and told apart by the
    /// long key: no row is lost by it.
    hash: RandomState,
    /// During the first pass every reference, by its hash, with its row; after it those on several rows, in order.
    references: Vec<(u64, u32)>,
    /// How often each shared key has been given, by the part of its digest that the key shows.
    given: HashMap<[u8; KEY_DIGEST], u32>,
    /// The first row of each content, among rows whose reference is not unique: identical rows share theirs.
    contents: HashMap<u64, u32>,
    buffer: Vec<u8>,
}

impl Identity {
    /// First pass: notes a row's reference.
    pub(super) fn note(&mut self, row: u32, reference: &str) {
        let reference = reference.trim();
        if !reference.is_empty() {
            self.references.push((self.hash.hash_one(reference), row));
        }
    }

    /// Ends the first pass and frees what only it needed.
    pub(super) fn all_noted(&mut self) {
        self.references.sort_unstable();
        let alike = |a: Option<&(u64, u32)>, b: &(u64, u32)| a.is_some_and(|a| a.0 == b.0);
        let mut before = None;
        let all = std::mem::take(&mut self.references);
        let repeated = all.iter().enumerate().filter(|(place, one)| {
            let repeated = alike(before, one) || alike(all.get(place + 1), one);
            before = Some(*one);
            repeated
        });
        self.references = repeated.map(|(_, one)| *one).collect();
    }

    /// The rows that have a reference, if it is on several.
    fn rows_with(&self, reference: &str) -> &[(u64, u32)] {
        if self.references.is_empty() || reference.is_empty() {
            return &[];
        }
        let hash = self.hash.hash_one(reference);
        let begin = self.references.partition_point(|(other, _)| *other < hash);
        let end = self.references.partition_point(|(other, _)| *other <= hash);
        &self.references[begin..end]
    }

    /// Second pass: gives a row its keys and digest, and doubts what it shares with other rows.
    pub(super) fn assign(&mut self, row: &mut RegisterRow, doubts: &mut Doubts) {
        row.content_digest = self.content_digest(row);
        let cells = self.distinguishing_digest(row);
        // The whole of it: of a long one the row has the beginning.
        let reference = row.raw.trimmed(Column::Reference);
        let shared = self.rows_with(reference);
        if !shared.is_empty() {
            let others = shared
                .iter()
                .map(|(_, other)| *other)
                .filter(|other| *other != row.row())
                .take(OTHERS_NAMED + 1)
                .collect();
            doubts.with_others(&row.raw, Column::Reference, Why::ReferenceRepeated, others);
        }
        let unique = shared.is_empty() && !reference.is_empty();
        let cells: [u8; KEY_DIGEST] = std::array::from_fn(|place| cells[place]);
        let occurrence = if unique { 1 } else { self.occurrence(cells) };
        if !unique {
            let content = self.hash.hash_one(row.content_digest);
            let first = *self.contents.entry(content).or_insert(row.row());
            if first != row.row() {
                doubts.row(row.row(), Why::RowRepeated, row.title.clone(), vec![first]);
            }
        }
        let reference = key_reference(reference);
        row.long_key = format!("d:{reference}:{}:{occurrence}", hex(&cells));
        row.row_key = if unique {
            format!("r:{reference}")
        } else {
            row.long_key.clone()
        };
    }

    fn occurrence(&mut self, cells: [u8; KEY_DIGEST]) -> u32 {
        let given = self.given.entry(cells).or_insert(0);
        *given = given.saturating_add(1);
        *given
    }

    /// Reference, title, supplier and start. The title is as typed: what stands in for a blank one may change.
    fn distinguishing_digest(&mut self, row: &RegisterRow) -> [u8; 32] {
        self.buffer.clear();
        put(
            &mut self.buffer,
            "guildhall register key 1",
            row.raw.trimmed(Column::Reference),
        );
        for column in [Column::Title, Column::SupplierName] {
            put(
                &mut self.buffer,
                column.name(),
                &even_out(row.raw.trimmed(column)),
            );
        }
        put(
            &mut self.buffer,
            Column::StartDate.name(),
            &canonical(row, Column::StartDate),
        );
        Sha256::digest(&self.buffer).into()
    }

    /// The meaning of every cell that is not blank: values where they were read, text where not. The order of
    /// columns, their naming, and dates written another way change nothing. The effective date is left out: it
    /// is the file's, moves every quarter, and would make every row a changed one.
    fn content_digest(&mut self, row: &RegisterRow) -> [u8; 32] {
        self.buffer.clear();
        put(&mut self.buffer, "", "guildhall register row 1");
        for column in Column::all().filter(|column| *column != Column::EffectiveOn) {
            let meaning = canonical(row, column);
            if !meaning.is_empty() {
                put(&mut self.buffer, column.name(), &meaning);
            }
        }
        // Prose that is better understood one day than it was makes the row a changed one.
        if !row.options.is_empty() {
            let options = format!("{:?} {:?}", row.options, row.notice);
            put(&mut self.buffer, "options", &options);
        }
        let mut unknown: Vec<_> = row
            .raw
            .unknown_cells()
            .map(|(name, cell)| (fold(&name), cell.trim()))
            .collect();
        unknown.sort_unstable();
        for (name, cell) in unknown {
            put(&mut self.buffer, &format!("?{name}"), cell);
        }
        Sha256::digest(&self.buffer).into()
    }
}

/// Appends a name and a text, each with its length, so that no two lists of texts look alike.
fn put(buffer: &mut Vec<u8>, name: &str, text: &str) {
    for part in [name, text] {
        buffer.extend_from_slice(&(part.len() as u64).to_le_bytes());
        buffer.extend_from_slice(part.as_bytes());
    }
}

/// A column's value in one spelling, or its text when there is no value.
fn canonical(row: &RegisterRow, column: Column) -> Cow<'_, str> {
    let value = match column {
        Column::StartDate => row.starts_on.map(|day| day.to_string()),
        Column::EndDate => row.ends_on.map(|day| day.to_string()),
        Column::ReviewDate => row.review_on.map(|day| day.to_string()),
        Column::LastExtension => row.latest_ends_on.map(|day| day.to_string()),
        Column::Value => row.value_pence.map(|pence| {
            let yearly = if row.value_is_yearly { " a year" } else { "" };
            amount(row, column, pence) + yearly
        }),
        Column::IrrecoverableVat => row
            .irrecoverable_vat_pence
            .map(|pence| amount(row, column, pence)),
        Column::CostBasis => row.estimated.map(|yes| yes.to_string()),
        Column::Sme => row.sme.map(|yes| yes.to_string()),
        Column::Vcse => row.vcse.map(|yes| yes.to_string()),
        Column::CompaniesHouse => row.companies_house.clone(),
        Column::CharityNumber => row.charity_number.clone(),
        Column::CpvCode => row.cpv_code.clone(),
        _ => None,
    };
    value.map_or_else(|| Cow::Borrowed(row.raw.trimmed(column)), Cow::Owned)
}

/// An amount however it is written; with the words around it, which say what it is the amount of. That it is for a year
/// may stand in the heading.
fn amount(row: &RegisterRow, column: Column, pence: i64) -> String {
    let cell = qualifiers::without_year(row.raw.trimmed(column));
    if money::is_bare(cell) {
        return pence.to_string();
    }
    format!("{pence} {}", even_out(cell))
}

/// Lower case, with single spaces.
fn even_out(text: &str) -> String {
    let mut even = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !even.is_empty() {
            even.push(' ');
        }
        even.extend(word.chars().flat_map(char::to_lowercase));
    }
    even
}

fn key_reference(reference: &str) -> Cow<'_, str> {
    if reference.len() <= LONGEST_REFERENCE {
        return Cow::Borrowed(reference);
    }
    Cow::Owned(format!("sha256:{}", hex(&Sha256::digest(reference.as_bytes()))))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::exchange::register::tests::{four, readings, rows};
    use crate::exchange::register::{Reading, Why};

    #[test]
    fn an_amount_is_another_one_with_other_words_around_it() {
        let digest = |heading: &str, value: &str| {
            let file = format!("Reference,Title,Supplier,{heading}\nA1,Vans,S,\"{value}\"\n");
            rows(file.as_bytes())[0].content_digest
        };
        let whole = digest("Contract value", "45,000");
        for same in ["\u{a3}45,000.00", "45k", "45000"] {
            assert_eq!(digest("Contract value", same), whole, "{same}");
        }
        let yearly = digest("Contract value", "45,000 per annum");
        assert_eq!(digest("Annual value", "45000"), yearly);
        assert_eq!(digest("Contract value", "\u{a3}45k pa"), yearly);
        let upto = digest("Contract value", "up to 45,000");
        assert_eq!(digest("Contract value", "Up to  45,000"), upto);
        let range = digest("Contract value", "40,000 - 45,000");
        for (one, other) in [(whole, yearly), (whole, upto), (whole, range), (upto, range)] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn a_key_holds_when_value_and_ends_change_and_the_digest_tells() {
        let header = "ContractReference,ContractTitle,SupplierName,StartDate,EndDate,ContractValue\n";
        let first = rows(
            format!("{header},Minibus  lease,Marsh,01/04/2024,31/03/2026,10\nA1,Other,S,,,5\n").as_bytes(),
        );
        let later = rows(
            format!("{header}A1,Other,S,,,5.00\n,MINIBUS lease,marsh,01-Apr-2024,31/03/2028,12\n").as_bytes(),
        );
        assert_eq!(
            (&first[0].row_key, &first[1].row_key),
            (&later[1].row_key, &later[0].row_key)
        );
        assert_eq!(later[0].row_key, "r:A1");
        assert_ne!(first[0].content_digest, later[1].content_digest);
        assert_eq!(
            first[1].content_digest, later[0].content_digest,
            "5 and 5.00 are one value"
        );
    }

    #[test]
    fn columns_in_another_order_by_other_names_change_no_digest() {
        let one =
            rows(b"Title of the Agreement,Supplier name,Contract start date,Notes\nT, S,01/04/2024,n\n");
        let other =
            rows(b"notes,EffectiveDate,StartDate,ContractTitle,SupplierName\nn,01/01/2026,2024-04-01,T,S\n");
        assert_eq!(one[0].content_digest, other[0].content_digest);
        assert_eq!(one[0].row_key, other[0].row_key);
        let moved = rows(b"Title of the Agreement,Supplier name\nS,T\n");
        let swapped = rows(b"Title of the Agreement,Supplier name\nT,S\n");
        assert_ne!(moved[0].content_digest, swapped[0].content_digest);
    }

    #[test]
    fn a_reference_newly_repeated_is_found_by_its_long_key() {
        let before = rows(&four("A1,One,S,01/04/2024\n"));
        let after = rows(&four("A1,One,S,01/04/2024\nA1,Two,S,01/04/2025\n"));
        assert_eq!(before[0].row_key, "r:A1");
        assert_eq!(before[0].long_key, after[0].row_key);
        assert_ne!(after[0].row_key, after[1].row_key);
    }

    #[test]
    fn identical_rows_are_all_kept_under_their_own_keys() {
        let readings = readings(&four(
            ",Lease,S,30/04/2024\n,Lease,S,30/04/2024\n,Lease,S,30/04/2024\n",
        ));
        let keys: HashSet<_> = readings
            .iter()
            .filter_map(Reading::register_row)
            .map(|row| &row.row_key)
            .collect();
        assert_eq!(keys.len(), 3);
        let doubt = &readings[2].doubts()[1];
        assert_eq!((doubt.why, doubt.others.as_slice()), (Why::RowRepeated, &[2][..]));
    }

    #[test]
    fn one_reference_on_every_row_does_not_fill_the_memory() {
        let readings = readings(&four(&"A1,T,S,30/04/2024\n".repeat(2_000)));
        assert!(
            readings
                .iter()
                .all(|r| r.doubts().iter().all(|doubt| doubt.others.len() <= 11))
        );
        assert!(readings[1_999].doubts()[0].sentence().ends_with("and more."));
    }

    #[test]
    fn references_that_collide_are_told_apart_by_the_long_key() {
        let mut identity = super::Identity {
            references: vec![(7, 2), (9, 3), (7, 4), (5, 5)],
            ..super::Identity::default()
        };
        identity.all_noted();
        assert_eq!(
            identity.references,
            [(7, 2), (7, 4)],
            "no row is lost, both are taken for repeated"
        );
    }

    #[test]
    fn a_very_long_reference_makes_a_short_key() {
        let rows = rows(&four(&format!("{},T,S,\n", "x".repeat(3_000))));
        assert!(rows[0].row_key.len() < 300 && rows[0].long_key.len() < 300);
        assert_eq!(rows[0].raw.cells().next().map(str::len), Some(3_000));
    }
}
