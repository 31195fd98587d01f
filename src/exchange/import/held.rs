//! Rows that are left to a person: why, and which contracts each may be. They are told of in the order of the file, by the
//! walk that writes.

use super::compare::Compared;
use super::facts::Unsure;
use super::{Line, LineKind, Watch};
use crate::exchange::register::{Column, Doubt, Reading, RegisterRow as Row, Why};
use serde_json::{Value, json};
use std::fmt::Write as _;
use uuid::Uuid;

/// Contracts that a person is shown for one row.
const MOST_SHOWN: usize = 5;

/// Characters of a row that cannot be read as a contract.
const SHOWN_OF_ROW: usize = 200;

/// A row that may be left to a person.
pub(super) struct Asked {
    pub(super) doubt: Doubt,
    /// It was counted as taken with doubts.
    doubtful: bool,
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
            doubtful,
        }
    }
}

/// What a person is asked of a row.
pub(super) struct Perhaps {
    why: Unsure,
    /// The contracts that are shown; their titles are kept once for all rows.
    contracts: Box<[Uuid]>,
}

impl Compared {
    /// Leaves a row to a person.
    pub(super) fn hold(
        &mut self,
        asked: Asked,
        why: Unsure,
        perhaps: &[(Uuid, String)],
        watch: &mut dyn Watch,
    ) {
        let Asked { mut doubt, doubtful } = asked;
        self.report.hold_back(doubtful);
        let shown = &perhaps[..perhaps.len().min(MOST_SHOWN)];
        let mut made = format!("Held: {why}");
        made.push_str(if shown.is_empty() { "" } else { ":" });
        for (id, title) in shown {
            // Writing to a string cannot fail.
            let _ = write!(made, " {title:?} ({id})");
            self.titles.entry(*id).or_insert_with(|| title.clone());
        }
        doubt.made = Some((made + ".").into_boxed_str());
        self.report.note(&doubt);
        watch.doubt(&doubt);
        let contracts = shown.iter().map(|(id, _)| *id).collect();
        self.held.insert(doubt.row, Some(Perhaps { why, contracts }));
    }

    /// The line of a row that is held.
    pub(super) fn held_line(&self, reading: &Reading) -> Option<Line> {
        let (row, title, detail) = match reading {
            Reading::Held(doubts, raw) => {
                let cells = raw.cells().filter(|cell| !cell.trim().is_empty());
                let beginning = cells.take(3).collect::<Vec<_>>().join(", ");
                let why = doubts.last().map(Doubt::sentence).unwrap_or_default();
                (
                    raw.row(),
                    beginning.chars().take(SHOWN_OF_ROW).collect(),
                    json!({ "why": why, "perhaps": [] }),
                )
            }
            Reading::Accepted(row) | Reading::Doubtful(row, _) => {
                let Perhaps { why, contracts } = self.held.get(&row.row())?.as_ref()?;
                let shown = |id: &Uuid| json!({ "contract": id, "title": self.titles.get(id) });
                let perhaps: Vec<Value> = contracts.iter().map(shown).collect();
                (
                    row.row(),
                    row.title.clone(),
                    json!({ "why": why.to_string(), "perhaps": perhaps }),
                )
            }
        };
        Some(Line {
            kind: LineKind::Held,
            row: Some(row),
            contract: None,
            title,
            detail,
        })
    }
}
