//! What people say of a file's headings: it has to be possible, and is kept for the council's next files.

use super::super::import::Decisions;
use super::super::register::{Column, Mapping};
use super::{MOST_SAID, RegisterImportErrorCode, State, Uploaded, finish, held, is_name, store};
use crate::access::Viewer;
use crate::runtime::{App, Stop, Wrong};
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

/// Characters of a heading that somebody speaks of.
const LONGEST_HEADING: usize = 1000;

/// What somebody says of a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is this column, or none: then its cells are kept as they are.
    Is(Option<Column>),
    /// Nothing any more: it is recognised as if nobody had spoken of it.
    Nothing,
}

/// Says what headings are, for this file and the council's next ones, whatever becomes of it, and has it read again.
///
/// # Errors
/// When it is not planned or refused, was changed since, or the viewer may not.
pub async fn map(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    columns: Vec<(String, Said)>,
    sheet: Option<String>,
) -> Result<Uploaded, Stop<RegisterImportErrorCode>> {
    use RegisterImportErrorCode::BadInput;
    let (txn, permit, row) = held(app, viewer, id, version, &[State::Planned, State::Refused]).await?;
    let mut wrong = Wrong::default();
    let message = "say at most 1,000 headings at once";
    wrong.when(columns.len() > MOST_SAID, BadInput, "columns", message);
    let message = "a heading has at most 1,000 characters";
    let long = |(heading, _): &(String, _)| heading.chars().count() > LONGEST_HEADING;
    wrong.when(columns.iter().any(long), BadInput, "columns", message);
    if let Some(message) = contradiction(&columns) {
        wrong.when(true, BadInput, "columns", message);
    }
    let said = sheet.as_deref().is_none_or(is_name);
    let message = "give the sheet's name, in at most 200 characters";
    wrong.when(!said, BadInput, "sheet", message);
    wrong.stop()?;
    let mut mapping = store::mapping(&txn, row.council_id).await?;
    for (heading, said) in &columns {
        match said {
            Said::Is(column) => mapping.set(heading, *column),
            Said::Nothing => mapping.forget(heading),
        }
    }
    store::put_mapping(app, &txn, &permit, row.council_id, &mapping).await?;
    let row = store::read_again(
        app,
        &txn,
        &permit,
        row,
        Some((&mapping, sheet)),
        &Decisions::new(),
    )
    .await?;
    let word = |said| match said {
        Said::Is(column) => column.map(Column::name),
        Said::Nothing => Some("as it is recognised"),
    };
    let said: Vec<_> = columns
        .iter()
        .map(|(heading, said)| (heading, word(*said)))
        .collect();
    Ok(finish(app, txn, &permit, row, json!({ "mapped": said })).await?)
}

/// What cannot all be so of what is said of headings.
fn contradiction(columns: &[(String, Said)]) -> Option<String> {
    let (mut alone, mut taken) = (Mapping::default(), HashMap::new());
    for (heading, said) in columns {
        if heading.trim().is_empty() {
            return Some("a heading is blank".to_owned());
        }
        let column = match said {
            Said::Is(column) => *column,
            Said::Nothing => None,
        };
        if alone.get(heading).is_some() {
            return Some(format!("{heading:?} is spoken of twice"));
        }
        alone.set(heading, column);
        if let Some(column) = column
            && let Some(other) = taken.insert(column, heading)
        {
            let name = column.title();
            return Some(format!("{other:?} and {heading:?} are both said to be {name:?}"));
        }
    }
    None
}
