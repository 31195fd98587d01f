//! What is said of a window in a calendar and in a feed. Pure.
//!
//! An event is the day to act by, not the whole window: bars of six months over one another hide an officer's own days,
//! and the day that can be missed is the last one. When a window opens is news, which the feed and the mails tell.

use super::atom::Entry;
use super::council_name;
use super::ical::Event;
use crate::alerts::words;
use crate::contracts::between::Listed;
use crate::contracts::openings::Opening;
use crate::contracts::windows::{WindowKind, event_key};
use crate::runtime::App;
use crate::runtime::clock::london_instant;
use crate::runtime::letter::day;
use crate::runtime::mail::clean;
use chrono::NaiveTime;

/// Names of calendars are no longer.
pub(super) const NAME: usize = 100;
/// Titles longer than this are cut.
const TITLE: usize = 200;
/// Suppliers that are named.
const SUPPLIERS: usize = 10;

/// A window's day to act by. It is the same event whatever its dates are, so that a program moves it.
pub(super) fn event(app: &App, listed: &Listed, domain: &str) -> Event {
    let Opening { window, contract, .. } = &listed.opening;
    Event {
        uid: format!(
            "{}-{}-{}@{domain}",
            contract.id.simple(),
            window.kind.as_str(),
            window.ordinal
        ),
        sequence: listed.sequence,
        changed_at: listed.changed_at,
        cancelled: listed.gone,
        on: window.closes_on.unwrap_or(window.opens_on),
        summary: format!("{}: {}", last_day(window.kind), plain(&contract.title, TITLE)),
        description: described(app, &listed.opening),
        url: url(app, &listed.opening),
        categories: vec![category(window.kind).to_owned()],
    }
}

/// A window that opened. With other dates it is other news, as it is for the mails.
pub(super) fn entry(app: &App, listed: &Listed, domain: &str) -> Entry {
    let opening = &listed.opening;
    let published = london_instant(opening.window.opens_on.and_time(NaiveTime::MIN));
    let by = opening
        .window
        .closes_on
        .map(|closes| format!(" by {}", day(closes)));
    let what = format!("{}{}", to_do(opening.window.kind), by.unwrap_or_default());
    Entry {
        id: format!(
            "tag:{domain},2026:window/{}",
            event_key(opening.contract.id.simple(), &opening.window)
        ),
        title: format!("{what}: {}", plain(&opening.contract.title, TITLE)),
        summary: described(app, opening),
        link: url(app, opening),
        author: plain(
            council_name(opening.contract.council_id).unwrap_or("A council"),
            TITLE,
        ),
        category: category(opening.window.kind).to_owned(),
        published,
        updated: std::cmp::max(published, listed.changed_at),
    }
}

/// Foreign text on one line: without what cannot be seen or is no character, cut to a length.
pub(super) fn plain(text: &str, limit: usize) -> String {
    let text = text.replace(['\u{fffe}', '\u{ffff}'], "");
    clean(&text, limit).trim().to_owned()
}

fn described(app: &App, opening: &Opening) -> String {
    let window = &opening.window;
    let Opening {
        contract, parties, ..
    } = opening;
    let source = parties
        .source
        .as_ref()
        .map(|(file, row)| format!(" (from the council's register, row {row} of {})", plain(file, 80)));
    let mut suppliers: Vec<String> = parties.suppliers.iter().map(|name| plain(name, 120)).collect();
    let more = suppliers.len().saturating_sub(SUPPLIERS);
    suppliers.truncate(SUPPLIERS);
    if more > 0 {
        suppliers.push(format!("{more} more"));
    }
    let to_do = to_do(window.kind);
    let do_by = match window.closes_on {
        Some(closes) => format!("{to_do}: from {} to {}", day(window.opens_on), day(closes)),
        None => format!("{to_do}: since {}", day(window.opens_on)),
    };
    let fact = |label: &str, value: Option<String>| value.map(|value| format!("{label}: {value}"));
    let suppliers = (!suppliers.is_empty()).then(|| suppliers.join(", "));
    let end = contract
        .current_ends_on
        .map(|end| format!("{}{}", day(end), source.unwrap_or_default()));
    let basis = contract.value_basis.as_deref();
    let value = contract.value_pence.map(|pence| words::value(pence, basis));
    let lines = [
        Some(do_by),
        fact(
            "Council",
            Some(plain(
                council_name(opening.contract.council_id).unwrap_or("A council"),
                TITLE,
            )),
        ),
        fact("Supplier", suppliers),
        fact(
            "Reference",
            contract.reference.as_ref().map(|reference| plain(reference, 80)),
        ),
        fact("Value", value),
        fact("Current end", end),
        Some(url(app, opening)),
    ];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn url(app: &App, opening: &Opening) -> String {
    format!("{}/contract/{}", app.public_url, opening.contract.id.simple())
}

/// What the day of an event is.
fn last_day(kind: WindowKind) -> &'static str {
    match kind {
        WindowKind::Review => "Review due",
        WindowKind::ExtensionDecision => "Last day to decide on the extension",
        WindowKind::Notice => "Last day to stop the renewal",
        WindowKind::MarketEngagement => "Last day to ask the market",
        WindowKind::Reprocurement => "Last safe day to start the procurement",
        WindowKind::Expiry => "Contract ends",
        WindowKind::HoldingOver => "Past its end and still running",
    }
}

/// What there is to do while a window is open.
fn to_do(kind: WindowKind) -> &'static str {
    match kind {
        WindowKind::Review => "Review the contract",
        WindowKind::ExtensionDecision => "Decide on the extension",
        WindowKind::Notice => "Serve notice, or the contract renews itself",
        WindowKind::MarketEngagement => "Ask the market",
        WindowKind::Reprocurement => "Prepare and start the procurement",
        WindowKind::Expiry => "See the contract to its end",
        WindowKind::HoldingOver => "Settle what replaces the contract",
    }
}

fn category(kind: WindowKind) -> &'static str {
    match kind {
        WindowKind::Review => "Review",
        WindowKind::ExtensionDecision => "Extension decision",
        WindowKind::Notice => "Notice",
        WindowKind::MarketEngagement => "Market engagement",
        WindowKind::Reprocurement => "Reprocurement",
        WindowKind::Expiry => "Expiry",
        WindowKind::HoldingOver => "Holding over",
    }
}
