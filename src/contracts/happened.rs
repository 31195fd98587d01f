//! What a change of the register has to tell: which windows are not so any more, and what happened to each contract.
//! Pure; `events` keeps it.

use super::windows::{Window, WindowKind, event_key};
use crate::events::{About, Happened, Kind, OfWindow};
use crate::runtime::entropy::Entropy;
use chrono::{DateTime, Utc};
use entity::contract_window;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Fields of a contract that are dates, as changes name them.
const DATES: [&str; 7] = [
    "startsOn",
    "initialEndsOn",
    "currentEndsOn",
    "maximumEndsOn",
    "latestEndsOn",
    "reviewOn",
    "autoRenewsMonths",
];

/// What is to be written of a change: events, and the keys of those that are void, with why.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) events: Vec<Happened>,
    pub(super) void: Vec<String>,
}

/// Where events come from: the council, and the means to make keys.
pub(super) struct Teller<'a> {
    pub(super) council_id: Uuid,
    pub(super) entropy: &'a Entropy,
    pub(super) now: DateTime<Utc>,
}

impl Teller<'_> {
    /// A contract that is new in a register.
    pub(super) fn added(&self, id: Uuid, told: &mut Told) {
        let key = format!("{id}/added");
        told.events
            .push(self.event(Kind::ContractAdded, key, id, Map::new()));
    }

    /// A contract that says something else now: what it said and says, and its windows before and after.
    pub(super) fn changed(
        &self,
        id: Uuid,
        changes: &Value,
        before: &[contract_window::Model],
        after: &[Window],
        told: &mut Told,
    ) {
        let moved = moved(before, after);
        let mut detail: Map<String, Value> = DATES
            .iter()
            .filter_map(|field| Some(((*field).to_owned(), changes.get(field)?.clone())))
            .collect();
        let to = |field: &str| changes.get(field).map(|change| &change["to"]);
        let end = to("standing").and_then(Value::as_str);
        let ended = end.filter(|word| matches!(*word, "terminated" | "cancelled"));
        let replaced = to("replacedOn").filter(|date| !date.is_null());
        let (kind, key) = match (ended, replaced) {
            (Some(word), _) => {
                detail.insert("standing".into(), json!(word));
                detail.insert("terminatedOn".into(), changes["terminatedOn"].clone());
                (Kind::ContractEnded, self.fresh(id, "ended"))
            }
            (None, Some(date)) => {
                detail.insert("replacedOn".into(), date.clone());
                (Kind::ContractReplaced, self.fresh(id, "replaced"))
            }
            (None, None) if moved.is_empty() && detail.is_empty() => return,
            (None, None) => (Kind::DatesChanged, self.fresh(id, "dates")),
        };
        detail.insert("windows".into(), Value::Array(moved));
        told.events.push(self.event(kind, key, id, detail));
        told.void.extend(void_keys(before, after));
    }

    /// A contract whose council changed its lead times: told where somebody may have been told of a window.
    pub(super) fn moved(
        &self,
        id: Uuid,
        before: &[contract_window::Model],
        after: &[Window],
        told: &mut Told,
    ) {
        let gone = |row: &&contract_window::Model| !after.iter().any(|window| same(row, window));
        told.void.extend(void_keys(before, after));
        if !before.iter().filter(gone).any(|row| row.announced) {
            return;
        }
        let mut detail = Map::new();
        detail.insert("windows".into(), Value::Array(moved(before, after)));
        let key = self.fresh(id, "dates");
        told.events.push(self.event(Kind::DatesChanged, key, id, detail));
    }

    /// A contract that its council's register does not have any more, though its end is ahead, or nobody knows it.
    pub(super) fn vanished(&self, id: Uuid) -> Happened {
        self.event(Kind::ContractVanished, self.fresh(id, "vanished"), id, Map::new())
    }

    fn fresh(&self, id: Uuid, what: &str) -> String {
        format!("{id}/{what}/{}", self.entropy.id(self.now).simple())
    }

    fn event(&self, kind: Kind, key: String, id: Uuid, detail: Map<String, Value>) -> Happened {
        Happened {
            detail: Value::Object(detail),
            ..Happened::now(kind, key, self.council_id, About::Contract(id))
        }
    }
}

/// The event that a window opened, or is about to close.
pub(super) fn of_window(
    kind: Kind,
    council_id: Uuid,
    contract_id: Uuid,
    window: &Window,
    at: DateTime<Utc>,
) -> Happened {
    let key = event_key(contract_id, window);
    Happened {
        key: if kind == Kind::WindowClosing {
            format!("{key}/closing")
        } else {
            key
        },
        window: Some(OfWindow {
            kind: window.kind.as_str().into(),
            ordinal: window.ordinal.into(),
            opens_on: window.opens_on,
            closes_on: window.closes_on,
        }),
        at: Some(at),
        ..Happened::now(kind, "", council_id, About::Contract(contract_id))
    }
}

fn same(row: &contract_window::Model, window: &Window) -> bool {
    let named = (row.kind.as_str(), row.ordinal) == (window.kind.as_str(), i32::from(window.ordinal));
    named && (row.opens_on, row.closes_on) == (window.opens_on, window.closes_on)
}

/// The keys of what may have been told of windows that are not so any more: also of those that are not announced yet, as
/// that may happen on another node meanwhile.
fn void_keys(before: &[contract_window::Model], after: &[Window]) -> Vec<String> {
    let gone = before
        .iter()
        .filter(|row| !after.iter().any(|window| same(row, window)));
    gone.filter_map(|row| {
        let window = super::relations::window(row)?;
        let key = event_key(row.contract_id, &window);
        Some([format!("{key}/closing"), key])
    })
    .flatten()
    .collect()
}

/// Each window that has other dates, or is gone, or is new: what it was and is.
fn moved(before: &[contract_window::Model], after: &[Window]) -> Vec<Value> {
    let dates = |opens: chrono::NaiveDate, closes: Option<chrono::NaiveDate>| json!({ "opensOn": opens, "closesOn": closes });
    let mut moved = Vec::new();
    for kind in WindowKind::ALL {
        let row = before.iter().find(|row| row.kind == kind.as_str());
        let window = after.iter().find(|window| window.kind == kind);
        if row.zip(window).is_some_and(|(row, window)| same(row, window))
            || (row.is_none() && window.is_none())
        {
            continue;
        }
        moved.push(json!({
            "kind": kind.as_str(),
            "from": row.map(|row| dates(row.opens_on, row.closes_on)),
            "to": window.map(|window| dates(window.opens_on, window.closes_on)),
        }));
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(closes: &str, announced: bool) -> contract_window::Model {
        contract_window::Model {
            contract_id: Uuid::from_u128(1),
            kind: "expiry".into(),
            ordinal: 0,
            council_id: Uuid::from_u128(2),
            opens_on: "2026-01-01".parse().unwrap(),
            closes_on: Some(closes.parse().unwrap()),
            armed_at: DateTime::UNIX_EPOCH,
            sequence: 0,
            announced,
            closing_announced: false,
        }
    }

    fn window(closes: &str) -> Window {
        Window {
            kind: WindowKind::Expiry,
            ordinal: 0,
            opens_on: "2026-01-01".parse().unwrap(),
            closes_on: Some(closes.parse().unwrap()),
        }
    }

    fn told(changes: Value, before: &[contract_window::Model], after: &[Window]) -> Told {
        let teller = Teller {
            council_id: Uuid::from_u128(2),
            entropy: &Entropy::seeded(1),
            now: DateTime::UNIX_EPOCH,
        };
        let mut told = Told::default();
        teller.changed(Uuid::from_u128(1), &changes, before, after, &mut told);
        told
    }

    #[test]
    fn a_window_that_was_told_and_moved_is_void() {
        let changes = json!({ "currentEndsOn": { "from": "2026-06-30", "to": "2026-07-31" } });
        let said = told(changes, &[row("2026-06-30", true)], &[window("2026-07-31")]);
        assert_eq!(said.events[0].kind, Kind::DatesChanged);
        assert_eq!(said.void.len(), 2, "its opening and its closing: {:?}", said.void);
        assert!(said.void[1].ends_with("/expiry/0/2026-01-01/2026-06-30"));
        assert_eq!(
            said.events[0].detail["windows"][0]["to"]["closesOn"],
            "2026-07-31"
        );
    }

    #[test]
    fn another_title_is_nothing_to_tell() {
        let changes = json!({ "title": { "from": "A", "to": "B" } });
        let said = told(changes, &[row("2026-06-30", true)], &[window("2026-06-30")]);
        assert!(said.events.is_empty() && said.void.is_empty());
    }

    #[test]
    fn an_end_is_told_as_an_end_and_not_as_moved_dates() {
        let changes = json!({
            "standing": { "from": "active", "to": "terminated" },
            "terminatedOn": { "from": null, "to": "2026-02-01" },
        });
        let said = told(changes, &[row("2026-06-30", true)], &[]);
        let kinds: Vec<Kind> = said.events.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [Kind::ContractEnded]);
        assert_eq!(said.void.len(), 2);
    }
}
