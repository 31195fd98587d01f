//! What a row says of extensions: the last extension date, or prose that is read into options.
//! A date stands against prose that says otherwise; prose that is not understood stays prose. Next: `between.rs`.

use super::cells::dates;
use super::columns::Column;
use super::doubt::Why;
use super::interpret::Doubts;
use super::rows::RegisterRow;
use crate::contracts::term::{ExtensionOption, ExtensionState, Extensions, Term, end_is_sentinel};
use crate::exchange::renewal::{self, InitialTerm, Offer, Reading};

/// Fills the last extension date, the options and their notice.
pub(super) fn fill(row: &mut RegisterRow, doubts: &mut Doubts) {
    let typed = row.raw.trimmed(Column::LastExtension).to_owned();
    let date = (!typed.is_empty()).then(|| dates::date(&typed));
    row.latest_ends_on = date.as_ref().and_then(|date| date.value);
    prose(row, doubts, Column::ExtensionOptions);
    match date.and_then(|date| date.why) {
        // "Extension Period" is the schema's title of the last extension date, so councils type one.
        Some(Why::DateUnreadable) if row.options.is_empty() => prose(row, doubts, Column::LastExtension),
        Some(why) => doubts.cell(&row.raw, Column::LastExtension, why),
        None => {}
    }
}

fn prose(row: &mut RegisterRow, doubts: &mut Doubts, column: Column) {
    let text = row.raw.trimmed(column);
    if text.is_empty() {
        return;
    }
    let reading = renewal::read(text, &initial(row));
    let made = told(&reading);
    let why = match reading.why {
        renewal::Why::Options if contradicts(row, &reading.options) => Why::RenewalOverruled,
        renewal::Why::Options => Why::RenewalRead,
        renewal::Why::NoOption | renewal::Why::NewContract => Why::RenewalNone,
        renewal::Why::NotUnderstood(_) if column == Column::LastExtension => Why::DateUnreadable,
        renewal::Why::NotUnderstood(_) => Why::RenewalNotUnderstood,
    };
    if why == Why::RenewalRead {
        (row.options, row.notice) = (reading.options, reading.notice);
    }
    doubts.made(&row.raw, column, why, made);
}

/// What was made of a text, as a sentence.
fn told(reading: &Reading) -> String {
    match reading.why {
        renewal::Why::Options => format!("Read as: {} ({}).", reading.made(), reading.confidence.as_str()),
        renewal::Why::NoOption => "Read as: no option.".to_owned(),
        renewal::Why::NewContract => "Read as: a new contract is let at the end.".to_owned(),
        renewal::Why::NotUnderstood(stopped) => format!("As text on extension, {}.", stopped.as_str()),
    }
}

/// The term that the options extend; an end that nobody can believe is none.
fn initial(row: &RegisterRow) -> InitialTerm {
    let end = row.ends_on.filter(|end| !end_is_sentinel(row.starts_on, *end));
    InitialTerm::between(row.starts_on, end)
}

/// Whether options end on another day than the register's last extension date.
fn contradicts(row: &RegisterRow, options: &[Offer]) -> bool {
    let Some(latest) = row.latest_ends_on else {
        return false;
    };
    let term = Term {
        starts_on: row.starts_on,
        initial_ends_on: row.ends_on,
        extensions: extensions(options),
        ..Term::default()
    };
    term.maximum_end() != Some(latest)
}

/// Options as a contract has them, none of them taken: a register does not say so.
pub(in crate::exchange) fn extensions(offers: &[Offer]) -> Extensions {
    let option = |(ordinal, offer): (u16, &Offer)| ExtensionOption {
        ordinal,
        length: offer.length,
        notice_by: None,
        state: ExtensionState::Available,
    };
    Extensions::new((1..).zip(offers).map(option).collect()).unwrap_or_default()
}
