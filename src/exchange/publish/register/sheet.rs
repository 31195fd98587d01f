//! Which columns a published register has: the schema's or the template's, then what councils' files have beside them.

use super::Naming;
use crate::exchange::register::{Column, Headings, fold};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The columns of a register, from the left.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) naming: Naming,
    pub(super) columns: Vec<Column>,
    /// Headings of files that mean none of these, each as the first file has it.
    extra: Vec<String>,
    /// Where each of those is in the rows of a reading.
    places: HashMap<Uuid, Vec<Option<usize>>>,
}

impl Sheet {
    /// The columns for rows of these readings, each with its headings and the most cells of a row.
    pub(super) fn new(naming: Naming, readings: &[(Uuid, Arc<Headings>, usize)]) -> Self {
        let known = |column: &Column| match column {
            Column::ExtensionOptions => false,
            Column::EffectiveOn => naming == Naming::Template,
            _ => true,
        };
        let mut sheet = Self {
            naming,
            columns: Column::all().filter(known).collect(),
            extra: Vec::new(),
            places: HashMap::new(),
        };
        // The same heading in two files is one column; twice in one file it is two.
        let mut columns: HashMap<(String, usize), usize> = HashMap::new();
        for (run, headings, width) in readings.iter().filter(|(_, headings, _)| headings.width() > 0) {
            let mut times: HashMap<String, usize> = HashMap::new();
            let mut places = Vec::new();
            for place in 0..headings.width().max(*width) {
                if headings.column_at(place).is_some_and(|column| known(&column)) {
                    continue;
                }
                let name = headings.name_at(place);
                let nth = times.entry(fold(&name)).or_default();
                let at = *columns.entry((fold(&name), *nth)).or_insert_with(|| {
                    sheet.extra.push(name.to_string());
                    sheet.extra.len() - 1
                });
                *nth += 1;
                places.resize(places.len().max(at + 1), None);
                places[at] = Some(place);
            }
            sheet.places.insert(*run, places);
        }
        sheet
    }

    /// The heading of a column.
    pub(super) fn heading(&self, column: Column) -> &'static str {
        match self.naming {
            Naming::Template => column.title(),
            Naming::Lga => column.name(),
        }
    }

    /// Every heading, from the left.
    pub(super) fn headings(&self) -> impl Iterator<Item = &str> {
        let known = self.columns.iter().map(|column| self.heading(*column));
        known.chain(self.extra.iter().map(String::as_str))
    }

    /// A row's cells of the further columns, as they came.
    pub(super) fn further<'a>(&'a self, run: Uuid, cells: &'a [String]) -> impl Iterator<Item = &'a str> {
        let places = self.places.get(&run).map(Vec::as_slice).unwrap_or_default();
        (0..self.extra.len()).map(move |at| {
            let cell = places
                .get(at)
                .copied()
                .flatten()
                .and_then(|place| cells.get(place));
            cell.map(String::as_str).unwrap_or_default()
        })
    }

    /// How many further columns there are.
    pub(super) fn extra(&self) -> usize {
        self.extra.len()
    }
}
