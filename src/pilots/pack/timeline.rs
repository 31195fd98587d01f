//! What the entries of the audit log say of a pilot: what happened in order, who set the deadline, which bids came in, and
//! what was tried and refused. Pure.

use super::super::receipt::Receipt;
use super::kept_back::{belongs, detail, is_asking, says};
use super::parts::{DeadlineSet, Disqualified, Happened};
use super::words;
use crate::access::Resource;
use crate::audit::Seen;
use crate::councils::directory;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// The names of suppliers, by id.
pub(super) type Names = HashMap<Uuid, String>;

/// Who did something: their address then, or that it was erased.
pub(super) fn who(entry: &Seen) -> String {
    if is_asking(entry) {
        return "unnamed".into();
    }
    let actor = entry.actor.as_ref();
    actor.map_or_else(|| "erased".into(), |actor| actor.name.clone())
}

/// Everything that happened, in the log's order.
pub(super) fn happened(log: &[Seen], pilot: Uuid, whole: bool, suppliers: &Names) -> Vec<Happened> {
    let told = log.iter().filter(|entry| belongs(entry, pilot, whole));
    told.map(|entry| {
        let detail = detail(entry, whole);
        Happened {
            entry: entry.id,
            at: entry.at,
            by: who(entry),
            organisation: organisation(entry, suppliers),
            right: entry.action.clone(),
            refused: entry.refused,
            subject: entry.subject.0.clone(),
            id: entry.subject.1,
            what: words::sentence(&entry.subject.0, entry.refused, &detail),
            detail,
            said: entry.about.as_ref().map(|about| about.said.clone()),
        }
    })
    .collect()
}

fn organisation(entry: &Seen, suppliers: &Names) -> Option<String> {
    match entry.organisation {
        Resource::Supplier(_) if is_asking(entry) => None,
        Resource::Supplier(id) => Some(suppliers.get(&id).cloned().unwrap_or_else(|| id.to_string())),
        Resource::Council(id) => directory().by_id(id).map(|of| of.facts.name.to_owned()),
        Resource::Person(_) | Resource::System => None,
    }
}

/// Who set the deadline, and each time that it was moved.
pub(super) fn deadlines(log: &[Seen], pilot: Uuid) -> Vec<DeadlineSet> {
    let done = log
        .iter()
        .filter(|entry| entry.subject.1 == pilot && !entry.refused);
    let set = done.filter_map(|entry| {
        let moved = says(entry, "changes")["deadlineAt"].take();
        let to = instant(&says(entry, "published until")).or_else(|| instant(&moved["to"]))?;
        Some(DeadlineSet {
            at: entry.at,
            by: who(entry),
            right: entry.action.clone(),
            from: instant(&moved["from"]),
            to,
            addendum: says(entry, "addendum").as_i64(),
            entry: entry.id,
        })
    });
    set.collect()
}

/// When a cancelled pilot was stopped.
pub(super) fn stopped_at(log: &[Seen], pilot: Uuid) -> Option<DateTime<Utc>> {
    let stopped =
        |entry: &&Seen| entry.subject.1 == pilot && !entry.refused && says(entry, "cancelled") != Value::Null;
    log.iter().rev().find(stopped).map(|entry| entry.at)
}

/// A version of a bid that was submitted, as the log has it.
pub(super) struct Submitted<'a> {
    pub(super) entry: &'a Seen,
    pub(super) receipt: Receipt,
    /// Whether the log says that it was taken back.
    pub(super) withdrawn: bool,
}

/// Every version of these bids, in the order they came in. `received` is when a bid's present version was, for entries that
/// do not say it.
pub(super) fn submitted<'a>(
    log: &'a [Seen],
    pilot: Uuid,
    received: impl Fn(Uuid, i64) -> Option<DateTime<Utc>>,
) -> Vec<Submitted<'a>> {
    let of_bids = log
        .iter()
        .filter(|entry| entry.subject.0 == "bid" && !entry.refused);
    let submitted = of_bids.clone().filter_map(|entry| {
        let (bid, version) = (entry.subject.1, says(entry, "version").as_i64()?);
        let at = instant(&says(entry, "received")).or_else(|| received(bid, version));
        let taken_back = |other: &Seen| other.subject.1 == bid && says(other, "withdrawn") == version;
        Some(Submitted {
            entry,
            receipt: Receipt {
                pilot_id: pilot,
                bid_id: bid,
                version: i32::try_from(version).ok()?,
                digest: hex::decode(says(entry, "digest").as_str()?).ok()?,
                received_at: at.unwrap_or(entry.at),
                head: None,
            },
            withdrawn: of_bids.clone().any(taken_back),
        })
    });
    submitted.collect()
}

/// The bids that were not counted.
pub(super) fn disqualified(log: &[Seen]) -> Vec<Disqualified> {
    let of_bids = log.iter().filter(|entry| entry.subject.0 == "bid");
    let out = of_bids.filter(|entry| says(entry, "disqualified") == true);
    out.map(|entry| Disqualified {
        bid: entry.subject.1,
        reason: says(entry, "reason").as_str().unwrap_or_default().to_owned(),
        at: entry.at,
        by: who(entry),
        entry: entry.id,
    })
    .collect()
}

/// Who was the first to do something to a subject of which the log says this.
pub(super) fn by(log: &[Seen], subject: Uuid, of: impl Fn(&Seen) -> bool) -> Option<String> {
    let mut done = log
        .iter()
        .filter(|entry| entry.subject.1 == subject && !entry.refused);
    done.find(|entry| of(entry)).map(who)
}

fn instant(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str()?.parse().ok()
}
