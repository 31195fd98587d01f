//! Windows about to be written: one that had the same dates before keeps what was told of it, and one that has others, or
//! comes back, is newer than it was; what is not written any more is gone.

use super::gone;
use super::windows::Window;
use crate::access::Permit;
use crate::runtime::{App, Error};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{contract_window, window_gone};
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;
use std::collections::HashMap;
use uuid::Uuid;

/// What is known of windows before they are written anew.
#[derive(Default)]
pub(super) struct Arming {
    pub(super) now: DateTime<Utc>,
    today: NaiveDate,
    before: HashMap<Uuid, Vec<contract_window::Model>>,
    /// What had gone before: taken out of the database, and put back unless it comes back.
    gone: HashMap<(Uuid, String, i32), window_gone::Model>,
}

impl Arming {
    /// Nothing is known of before.
    pub(super) fn anew(app: &App) -> Self {
        Self {
            now: app.clock.now(),
            today: app.clock.today(),
            ..Self::default()
        }
    }

    pub(super) fn knowing(mut self, rows: Vec<contract_window::Model>) -> Self {
        for row in rows {
            self.before.entry(row.contract_id).or_default().push(row);
        }
        self
    }

    pub(super) fn missing(mut self, rows: Vec<window_gone::Model>) -> Self {
        let keyed = rows
            .into_iter()
            .map(|row| ((row.contract_id, row.kind.clone(), row.ordinal), row));
        self.gone.extend(keyed);
        self
    }

    /// The windows that a contract had and that are not written anew yet.
    pub(super) fn of(&self, contract_id: Uuid) -> &[contract_window::Model] {
        self.before
            .get(&contract_id)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The row of a window of a contract.
    pub(super) fn row(
        &mut self,
        contract_id: Uuid,
        council_id: Uuid,
        window: &Window,
    ) -> contract_window::ActiveModel {
        let (kind, ordinal) = (window.kind.as_str().to_owned(), i32::from(window.ordinal));
        let rows = self.before.entry(contract_id).or_default();
        let place = rows
            .iter()
            .position(|row| (&row.kind, row.ordinal) == (&kind, ordinal));
        let before = place.map(|place| rows.swap_remove(place));
        let gone = self.gone.remove(&(contract_id, kind.clone(), ordinal));
        let same = before
            .as_ref()
            .filter(|row| (row.opens_on, row.closes_on) == (window.opens_on, window.closes_on));
        let last = before
            .as_ref()
            .map(|row| row.sequence)
            .or(gone.map(|row| row.sequence));
        let closed = window.closes_on.is_some_and(|closes| closes < self.today);
        contract_window::ActiveModel {
            contract_id: Set(contract_id),
            kind: Set(kind),
            ordinal: Set(ordinal),
            council_id: Set(council_id),
            opens_on: Set(window.opens_on),
            closes_on: Set(window.closes_on),
            armed_at: Set(same.map_or(self.now, |row| row.armed_at)),
            sequence: Set(last.map_or(0, |last| last + i32::from(same.is_none()))),
            announced: Set(same.map_or(closed, |row| row.announced)),
            closing_announced: Set(same.map_or(closed, |row| row.closing_announced)),
        }
    }

    /// Puts what is gone into the database, when every window is written.
    pub(super) async fn settle(self, txn: &impl ConnectionTrait, _permit: &Permit) -> Result<(), Error> {
        let went = self
            .before
            .into_values()
            .flatten()
            .map(|row| gone::now(row, self.now));
        let gone = self.gone.into_values().chain(went).map(Into::into).collect();
        gone::put(txn, gone, self.now).await
    }
}
