//! What the cells of a row make together: a contract to record, or a row held for a person.

use super::cells::{self, Read};
use super::columns::{Column, Heading};
use super::doubt::{Doubt, Why};
use crate::contracts::term::end_is_sentinel;
use chrono::NaiveDate;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Nothing to say about it.
    Accepted(Row),
    /// Taken, with something to look at.
    Doubtful(Row, Vec<Doubt>),
    /// Not taken; somebody has to mend it.
    Held {
        /// Why.
        doubts: Vec<Doubt>,
        /// The cells as they came.
        cells: Vec<String>,
    },
}

impl Reading {
    /// The row, if it was taken.
    pub fn row(&self) -> Option<&Row> {
        match self {
            Self::Accepted(row) | Self::Doubtful(row, _) => Some(row),
            Self::Held { .. } => None,
        }
    }

    /// What there is to look at.
    pub fn doubts(&self) -> &[Doubt] {
        match self {
            Self::Accepted(_) => &[],
            Self::Doubtful(_, doubts) | Self::Held { doubts, .. } => doubts,
        }
    }
}

/// A contract as a register tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// As a spreadsheet counts: the heading is row 1.
    pub number: u32,
    /// What makes it the same contract in the next file: its reference, where no other row has it; else the
    /// reference with a digest of title, supplier and start, and a count of those that are alike even so.
    pub key: String,
    /// SHA-256 over every cell: an equal digest means nothing to do.
    pub digest: [u8; 32],
    /// The cells as they came.
    pub cells: Vec<String>,
    /// The council's own reference.
    pub reference: Option<String>,
    /// Title.
    pub title: String,
    /// What is bought.
    pub description: String,
    /// The directorate or service responsible.
    pub department: Option<String>,
    /// The council's own category.
    pub category: Option<String>,
    /// CPV code, eight digits.
    pub cpv: Option<String>,
    /// As the register says.
    pub contract_type: Option<String>,
    /// How it was procured.
    pub process_type: Option<String>,
    /// First day.
    pub starts_on: Option<NaiveDate>,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
    /// Last day after every extension.
    pub latest_ends_on: Option<NaiveDate>,
    /// Review date.
    pub review_on: Option<NaiveDate>,
    /// Value in pence.
    pub value_pence: Option<i64>,
    /// Whether the value is an estimate.
    pub value_estimated: Option<bool>,
    /// VAT that cannot be recovered, in pence.
    pub irrecoverable_vat_pence: Option<i64>,
    /// The supplier's name.
    pub supplier: Option<String>,
    /// Its Companies House number.
    pub companies_house: Option<String>,
    /// Its charity number.
    pub charity: Option<String>,
    /// Whether it is a voluntary, community or social enterprise.
    pub vcse: Option<bool>,
}

/// Reads every row. Two passes: whether a reference is repeated is known only at the end.
pub(super) fn read(heading: &Heading, records: Vec<(u32, Vec<String>)>) -> Vec<Reading> {
    let mut cells_of: Vec<Cells<'_>> = records
        .into_iter()
        .map(|(number, raw)| Cells::new(heading, number, raw))
        .collect();
    let mut references: HashMap<String, u32> = HashMap::new();
    for cells in &cells_of {
        if let Some(reference) = cells.text(Column::Reference) {
            *references.entry(reference).or_default() += 1;
        }
    }
    let mut alike: HashMap<String, u32> = HashMap::new();
    let mut seen: HashMap<[u8; 32], ()> = HashMap::new();
    cells_of
        .drain(..)
        .map(|cells| cells.read(&references, &mut alike, &mut seen))
        .collect()
}

struct Cells<'a> {
    heading: &'a Heading,
    number: u32,
    raw: Vec<String>,
    doubts: Vec<Doubt>,
}

impl<'a> Cells<'a> {
    fn new(heading: &'a Heading, number: u32, mut raw: Vec<String>) -> Self {
        let mut doubts = Vec::new();
        // PostgreSQL's text takes no NUL.
        if raw.iter().any(|cell| cell.contains('\0')) {
            for cell in &mut raw {
                cell.retain(|c| c != '\0');
            }
            doubts.push(Doubt {
                row: number,
                column: String::new(),
                raw: String::new(),
                why: Why::ControlCharacters,
            });
        }
        Self {
            heading,
            number,
            raw,
            doubts,
        }
    }

    fn cell(&self, column: Column) -> &str {
        self.heading
            .place(column)
            .and_then(|place| self.raw.get(place))
            .map_or("", |cell| cell.trim())
    }

    fn text(&self, column: Column) -> Option<String> {
        Some(self.cell(column))
            .filter(|cell| !cell.is_empty())
            .map(str::to_owned)
    }

    fn doubt(&mut self, column: Column, why: Why) {
        let raw = self.cell(column).to_owned();
        self.doubts.push(Doubt {
            row: self.number,
            column: self.heading.name(column).to_owned(),
            raw,
            why,
        });
    }

    fn value<T>(&mut self, column: Column, read: impl Fn(&str) -> Read<T>) -> Option<T> {
        let read = read(self.cell(column));
        if let Some(why) = read.doubt {
            self.doubt(column, why);
        }
        read.value
    }

    fn read(
        mut self,
        references: &HashMap<String, u32>,
        alike: &mut HashMap<String, u32>,
        seen: &mut HashMap<[u8; 32], ()>,
    ) -> Reading {
        let (title, description) = (self.text(Column::Title), self.text(Column::Description));
        let Some(name) = title.clone().or_else(|| description.clone()) else {
            self.doubt(Column::Title, Why::Nameless);
            return Reading::Held {
                doubts: self.doubts,
                cells: self.raw,
            };
        };
        if title.is_none() {
            self.doubt(Column::Title, Why::NoTitle);
        }
        let mut row = Row {
            number: self.number,
            title: name,
            ..Row::default()
        };
        row.description = description.unwrap_or_default();
        self.identify(&mut row, references, alike, seen);
        self.dates(&mut row);
        self.worth(&mut row);
        self.parties(&mut row);
        row.department = self.text(Column::Department);
        row.category = self.text(Column::Category).or_else(|| self.text(Column::Service));
        row.contract_type = self.text(Column::ContractType);
        row.process_type = self.text(Column::Process);
        row.cpv = self.value(Column::Cpv, cells::cpv);
        row.cells = self.raw;
        if self.doubts.is_empty() {
            Reading::Accepted(row)
        } else {
            Reading::Doubtful(row, self.doubts)
        }
    }

    fn identify(
        &mut self,
        row: &mut Row,
        references: &HashMap<String, u32>,
        alike: &mut HashMap<String, u32>,
        seen: &mut HashMap<[u8; 32], ()>,
    ) {
        row.digest = digest(self.raw.iter().map(String::as_str));
        row.reference = self.text(Column::Reference);
        let known_by = [Column::Title, Column::Supplier, Column::Start].map(|column| self.cell(column));
        let told_apart = hex::encode(&digest(known_by.into_iter())[..8]);
        row.key = match &row.reference {
            Some(reference) if references.get(reference) == Some(&1) => format!("ref:{reference}"),
            Some(reference) => format!("ref:{reference}#{told_apart}"),
            None => format!("row:{told_apart}"),
        };
        match &row.reference {
            None => self.doubt(Column::Reference, Why::NoReference),
            Some(reference) if references.get(reference) != Some(&1) => {
                self.doubt(Column::Reference, Why::RepeatedReference);
            }
            Some(_) => {}
        }
        if seen.insert(row.digest, ()).is_some() {
            self.doubts.push(Doubt {
                row: self.number,
                column: String::new(),
                raw: row.reference.clone().unwrap_or_default(),
                why: Why::RepeatedRow,
            });
        }
        let count = alike.entry(row.key.clone()).or_default();
        *count += 1;
        if *count > 1 {
            row.key = format!("{}#{count}", row.key);
        }
    }

    fn dates(&mut self, row: &mut Row) {
        row.starts_on = self.value(Column::Start, cells::date);
        row.ends_on = self.value(Column::End, cells::date);
        row.review_on = self.value(Column::Review, cells::date);
        row.latest_ends_on = self.value(Column::LastExtension, cells::date);
        match (row.ends_on, row.latest_ends_on) {
            (None, None) => self.doubt(Column::End, Why::EndUnknown),
            (None, Some(latest)) => {
                self.doubt(Column::End, Why::OnlyLastExtension);
                row.ends_on = Some(latest);
            }
            (Some(end), Some(latest)) if latest < end => {
                self.doubt(Column::LastExtension, Why::ExtensionBeforeEnd);
                row.latest_ends_on = None;
            }
            _ => {}
        }
        for (column, date) in [
            (Column::End, row.ends_on),
            (Column::LastExtension, row.latest_ends_on),
        ] {
            let stated = !self.cell(column).is_empty();
            if stated && date.is_some_and(|date| end_is_sentinel(row.starts_on, date)) {
                self.doubt(column, Why::FarFuture);
            }
        }
        if matches!((row.starts_on, row.ends_on), (Some(start), Some(end)) if end < start) {
            self.doubt(Column::End, Why::EndBeforeStart);
        }
        let last = row.ends_on.max(row.latest_ends_on);
        if matches!((row.review_on, last), (Some(review), Some(last)) if review > last) {
            self.doubt(Column::Review, Why::ReviewAfterEnd);
        }
    }

    fn worth(&mut self, row: &mut Row) {
        row.value_pence = self.value(Column::Value, cells::money);
        if self.cell(Column::Value).is_empty() {
            self.doubt(Column::Value, Why::NoValue);
        }
        row.irrecoverable_vat_pence = self.value(Column::Vat, cells::money);
        row.value_estimated = self
            .text(Column::Fixed)
            .map(|cell| cell.to_lowercase().starts_with("estimated"));
    }

    fn parties(&mut self, row: &mut Row) {
        row.supplier = self.text(Column::Supplier);
        if row.supplier.is_none() {
            self.doubt(Column::Supplier, Why::NoSupplier);
        }
        row.companies_house = self.value(Column::CompaniesHouse, cells::companies_house);
        row.charity = self.text(Column::Charity);
        row.vcse = cells::yes(self.cell(Column::Vcse));
    }
}

fn digest<'a>(cells: impl Iterator<Item = &'a str>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for cell in cells {
        hash.update(cell.trim().as_bytes());
        hash.update([0]);
    }
    hash.finalize().into()
}
