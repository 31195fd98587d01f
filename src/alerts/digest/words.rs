//! The words of mails and pages for windows, events, and what is to be done about them.

use crate::contracts::YEARLY;
use crate::contracts::windows::WindowKind;
use crate::events::Kind;
use crate::runtime::letter::{day, pounds};
use chrono::NaiveDate;

/// What a window is called.
pub fn window(kind: WindowKind) -> &'static str {
    match kind {
        WindowKind::Review => "Review due",
        WindowKind::ExtensionDecision => "Decision on an extension",
        WindowKind::Notice => "Notice to stop a renewal",
        WindowKind::MarketEngagement => "Market engagement",
        WindowKind::Reprocurement => "Time to re-procure",
        WindowKind::Expiry => "Ending soon",
        WindowKind::HoldingOver => "Past its end and still running",
    }
}

/// What to do in a window, after "By 31 March 2026:" if it `closes`.
pub(super) fn window_action(kind: WindowKind, closes: bool) -> &'static str {
    match kind {
        WindowKind::Review => "review the contract",
        WindowKind::ExtensionDecision => "decide whether to take the next extension",
        WindowKind::Notice => "serve notice, or the contract renews itself",
        WindowKind::MarketEngagement => "talk to the market before the last safe start",
        WindowKind::Reprocurement => "start the procurement: it is the last safe start",
        WindowKind::Expiry => "have what follows in place: the contract ends",
        WindowKind::HoldingOver if closes => "settle what replaces the contract",
        WindowKind::HoldingOver => "Settle what replaces the contract",
    }
}

/// Completes "940 ..." of contracts whose windows close on one day.
pub(super) fn windows_close(kind: WindowKind, on: NaiveDate) -> String {
    let what = match kind {
        WindowKind::Review => "to review by",
        WindowKind::ExtensionDecision => "to extend or not by",
        WindowKind::Notice => "to give notice on by",
        WindowKind::MarketEngagement => "to talk to the market about by",
        WindowKind::Reprocurement => "to start procuring by",
        WindowKind::Expiry => "end on",
        WindowKind::HoldingOver => "to replace by",
    };
    format!("{what} {}", day(on))
}

/// What an event is called.
pub fn event(kind: Kind) -> &'static str {
    match kind {
        Kind::WindowOpened => "Window open",
        Kind::WindowClosing => "About to close",
        Kind::DatesChanged => "Dates changed",
        Kind::ContractAdded => "New in the register",
        Kind::ContractEnded => "Terminated or cancelled",
        Kind::ContractVanished => "No longer in the register",
        Kind::ContractReplaced => "Replaced",
        Kind::NeedStated => "New need",
        Kind::NeedJoined => "Another council says \u{2018}us too\u{2019}",
        Kind::PilotPublished => "New pilot",
        Kind::PilotChanged => "Pilot changed",
        Kind::PilotAddendum => "Addendum to a pilot",
        Kind::PilotClosing => "Pilot closes soon",
        Kind::PilotCancelled => "Pilot cancelled",
        Kind::QuestionAnswered => "Question answered",
        Kind::PilotOutcome => "Pilot decided",
        Kind::PilotReopened => "Decision undone",
        Kind::PilotResult => "Pilot\u{2019}s result",
        Kind::EvidenceLapsing => "About to lapse",
    }
}

pub(super) fn event_action(kind: Kind) -> &'static str {
    match kind {
        Kind::WindowOpened | Kind::WindowClosing => "see the contract",
        Kind::DatesChanged => "Check your plans against the new dates",
        Kind::ContractAdded => "See when it ends",
        Kind::ContractEnded => "It needs no renewal any more",
        Kind::ContractVanished => "Ask the council: it left the register, before its end or with none known",
        Kind::ContractReplaced => "See what replaces it",
        Kind::NeedStated => "See whether you have an answer",
        Kind::NeedJoined => "More councils want it",
        Kind::PilotPublished | Kind::PilotClosing => "bids are due",
        Kind::PilotChanged => "bids are due, later than before",
        Kind::PilotAddendum => "read what changed or was made clear",
        Kind::PilotCancelled => "Nothing more to do",
        Kind::QuestionAnswered => "read the answer before you bid",
        Kind::PilotOutcome => "See what was decided",
        Kind::PilotReopened => "See why: it is decided anew",
        Kind::PilotResult => "See what came of it",
        Kind::EvidenceLapsing => "renew it, and change its last day in your profile",
    }
}

/// A day as far as it is from today.
pub(super) fn days_from(today: NaiveDate, date: NaiveDate) -> String {
    match (date - today).num_days() {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {} days", number(usize::try_from(days).unwrap_or_default())),
    }
}

/// A number with its thousands: `1,000`.
pub fn number(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// So many of a thing.
pub fn count(many: i64, one: &str, more: &str) -> String {
    let what = if many == 1 { one } else { more };
    format!("{} {what}", number(usize::try_from(many).unwrap_or_default()))
}

/// A contract's value with what it is of, by the word of its basis.
pub fn value(pence: i64, basis: Option<&str>) -> String {
    let of = match basis {
        Some(YEARLY) => " a year",
        Some("whole_term") => " over the whole term",
        _ => "",
    };
    format!("{}{of}", pounds(pence))
}

/// A band of money, open at either side.
pub fn band(least: Option<i64>, most: Option<i64>) -> Option<String> {
    match (least, most) {
        (Some(least), Some(most)) => Some(format!("{} to {}", pounds(least), pounds(most))),
        (Some(least), None) => Some(format!("from {}", pounds(least))),
        (None, Some(most)) => Some(format!("up to {}", pounds(most))),
        (None, None) => None,
    }
}
