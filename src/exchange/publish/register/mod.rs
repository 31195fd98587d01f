//! A council's register under the Transparency Code, as CSV and as a workbook.
//!
//! `sheet` says which columns there are, `cells` what stands in them (both pure), [`csv`] and [`xlsx`] write it down. Rows
//! stand in the order of the council's file. What its files do not have any more is not given; what came from no file
//! (awards) is, after the rest.

mod cells;
pub mod csv;
mod sheet;
pub mod xlsx;

#[cfg(test)]
mod tests;

use super::store::{self, Key, Place};
use super::{AT_A_TIME, Publisher};
use crate::councils::Council;
use crate::runtime::{App, Error};
use sheet::Sheet;
use std::collections::HashMap;
use uuid::Uuid;

/// What the columns are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// The 39 titles of the LGA's template, as councils publish them.
    #[default]
    Template,
    /// The 38 names of the LGA's schema, for programs.
    Lga,
}

impl Naming {
    /// By its word: `template` or `lga`.
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "template" => Some(Self::Template),
            "lga" => Some(Self::Lga),
            _ => None,
        }
    }
}

/// A register about to be written.
struct Register {
    app: App,
    publisher: Publisher,
    council: &'static Council,
    sheet: Sheet,
    /// The contracts that are still to be written, the last first.
    left: Vec<Uuid>,
}

impl Register {
    async fn open(
        app: &App,
        publisher: &Publisher,
        council: &'static Council,
        naming: Naming,
    ) -> Result<Self, Error> {
        let readings = store::readings(app, council.id).await?;
        let mut left = in_order(store::places(app, council.id).await?);
        left.reverse();
        Ok(Self {
            app: app.clone(),
            publisher: publisher.clone(),
            council,
            sheet: Sheet::new(naming, &readings),
            left,
        })
    }

    /// The next rows; nothing, at the end.
    async fn piece(&mut self) -> Result<Option<Vec<Vec<cells::Cell>>>, Error> {
        if self.left.is_empty() {
            return Ok(None);
        }
        let at = self.left.len().saturating_sub(AT_A_TIME);
        let mut ids = self.left.split_off(at);
        ids.reverse();
        let facts = store::facts(&self.app, &ids).await?;
        let row = |facts| cells::row(&self.sheet, facts, self.council, &self.publisher);
        Ok(Some(facts.iter().map(row).collect()))
    }
}

/// By row, then by id; but rows that share all of their key but a counter stand in the order of it, whatever file each was
/// last read from: read in again, they get the same counters.
fn in_order(mut places: Vec<Place>) -> Vec<Uuid> {
    places.sort_unstable_by_key(|place| (place.row.is_none(), place.row, place.id));
    let mut shared: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, place) in places.iter().enumerate() {
        if let Key::Shared { of, .. } = place.key {
            shared.entry(of).or_default().push(at);
        }
    }
    let mut ids: Vec<Uuid> = places.iter().map(|place| place.id).collect();
    for spots in shared.into_values().filter(|spots| spots.len() > 1) {
        let mut members: Vec<&Place> = spots.iter().map(|at| &places[*at]).collect();
        members.sort_by_key(|place| match place.key {
            Key::Shared { counter, .. } => counter,
            Key::Unique => 0,
        });
        for (at, place) in spots.iter().zip(members) {
            ids[*at] = place.id;
        }
    }
    ids
}
