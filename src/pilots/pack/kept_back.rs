//! What of a record is kept back, from whom and why. Pure.
//!
//! Until the outcome a record says nothing of bids, to nobody: not how many there are, and no score. Whoever may read some of
//! it before reads it where it is. Nor does it afterwards to those whom the evaluation kept out.

use super::super::Phase;
use super::parts::Withheld;
use crate::access::{Action, Resource};
use crate::audit::Seen;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

/// The parts that tell of bids.
const OF_BIDS: [&str; 6] = [
    "receipts",
    "scores",
    "ranking",
    "disqualified",
    "mails",
    "decisions.bids",
];
/// What else would tell of them.
const BESIDE: [&str; 3] = ["attempts: late bids", "timeline: entries about bids", "head"];

/// Why bids are kept back, if they are. `stopped_at` is when a cancelled pilot was.
pub(super) fn why(
    phase: Phase,
    deadline: Option<DateTime<Utc>>,
    stopped_at: Option<DateTime<Utc>>,
    kept_out: bool,
) -> Option<&'static str> {
    let closed_first = deadline
        .zip(stopped_at)
        .is_some_and(|(deadline, stopped)| deadline <= stopped);
    match phase {
        Phase::Draft | Phase::InReview | Phase::Withdrawn => Some("it is not published: there are no bids"),
        Phase::Open => Some("bids are sealed until the deadline"),
        Phase::Closed | Phase::Evaluating => {
            Some("bids are being evaluated: the record tells of them once the pilot is decided")
        }
        Phase::Cancelled if !closed_first => {
            Some("it was stopped before its deadline: bids stay sealed for good")
        }
        _ if kept_out => {
            Some("whoever asks was kept out of the evaluation by an interest, or never declared")
        }
        Phase::Standstill | Phase::Awarded | Phase::NoneSuitable | Phase::Cancelled => None,
    }
}

/// The parts that are kept back for that reason; and the prices of a pilot that was stopped.
pub(super) fn parts(why: Option<&'static str>, phase: Phase) -> Vec<Withheld> {
    match why {
        Some(why) => {
            let parts = OF_BIDS.into_iter().chain(BESIDE);
            parts.map(|part| Withheld { part, why }).collect()
        }
        None if phase == Phase::Cancelled => vec![Withheld {
            part: "ranking",
            why: "it was stopped: nothing is ranked, and what bids say stays sealed",
        }],
        None => Vec::new(),
    }
}

/// Whether an entry of the log belongs into the record of this pilot, and may stand in it while bids are kept back.
pub(super) fn belongs(entry: &Seen, pilot: Uuid, whole: bool) -> bool {
    let by = |action: Action| entry.action == format!("{action:?}");
    match entry.subject.0.as_str() {
        "person" => says(entry, "evaluates bids for") == json!(pilot),
        "contract" => whole && by(Action::AwardPilot),
        "bid" => whole && !is_of_draft(entry),
        "question" => true,
        _ => entry.subject.1 == pilot && (whole || !by(Action::Bid)),
    }
}

/// Whether it tells of a draft, which nobody but its supplier ever learns of.
fn is_of_draft(entry: &Seen) -> bool {
    ["draft", "draft thrown away"]
        .iter()
        .any(|word| !says(entry, word).is_null())
}

/// What an entry says was done, as far as that is told: of what was done with bids, nothing but that it was, while they are
/// kept back.
pub(super) fn detail(entry: &Seen, whole: bool) -> Value {
    let with_bids = Action::WITH_BIDS.map(|action| format!("{action:?}"));
    if !whole && !entry.refused && with_bids.contains(&entry.action) {
        return Value::Null;
    }
    entry.detail.clone().unwrap_or_default()
}

/// Whether an entry tells who asked a question.
pub(super) fn is_asking(entry: &Seen) -> bool {
    entry.subject.0 == "question" && matches!(entry.organisation, Resource::Supplier(_))
}

/// What an entry says under a name.
pub(super) fn says(entry: &Seen, name: &str) -> Value {
    let detail = entry.detail.as_ref();
    detail
        .and_then(|detail| detail.get(name))
        .cloned()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u32) -> Option<DateTime<Utc>> {
        format!("2026-01-15T{hour:02}:00:00Z").parse().ok()
    }

    #[test]
    fn nothing_of_bids_is_told_before_the_outcome_nor_to_whom_the_evaluation_kept_out() {
        let told = |phase, kept_out| why(phase, at(9), None, kept_out).is_none();
        for phase in [
            Phase::Draft,
            Phase::InReview,
            Phase::Withdrawn,
            Phase::Open,
            Phase::Closed,
            Phase::Evaluating,
        ] {
            assert!(!told(phase, false), "{phase:?}");
        }
        for phase in [Phase::Standstill, Phase::Awarded, Phase::NoneSuitable] {
            assert!(told(phase, false), "{phase:?}");
            assert!(!told(phase, true), "{phase:?}");
        }
    }

    #[test]
    fn what_was_stopped_before_its_deadline_stays_sealed_and_prices_do_in_any_case() {
        let stopped = |hour| why(Phase::Cancelled, at(9), at(hour), false);
        assert!(stopped(8).is_some());
        assert!(why(Phase::Cancelled, at(9), None, false).is_some());
        assert!(stopped(9).is_none(), "the deadline is not before it");
        let parts = parts(None, Phase::Cancelled);
        assert_eq!(parts.iter().map(|of| of.part).collect::<Vec<_>>(), ["ranking"]);
    }
}
