//! Entries of the audit log in a sentence each, for those who read a record and not JSON. Pure.

use crate::runtime::clock::in_words;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// What an entry about a kind of thing says was done. What it does not know it calls by the names in the detail.
pub(super) fn sentence(subject: &str, refused: bool, detail: &Value) -> String {
    if refused {
        let tried = detail["tried"].as_str().unwrap_or("something");
        return match when(&detail["deadline"]) {
            Some(deadline) => format!("Tried {tried}, and was refused: the deadline is {deadline}"),
            None => format!("Tried {tried}, and was refused"),
        };
    }
    let known = match subject {
        "pilot" => of_pilot(detail),
        "question" => of_question(detail),
        "bid" => of_bid(detail),
        "person" => of_person(detail),
        "contract" => Some("A contract was made or called off by the decision".into()),
        _ => None,
    };
    known.unwrap_or_else(|| match detail.as_object() {
        Some(fields) if !fields.is_empty() => {
            let names: Vec<&str> = fields.keys().map(String::as_str).collect();
            format!("Recorded: {}", names.join(", "))
        }
        _ => "Something was done about its bids, which is not told yet".into(),
    })
}

fn of_pilot(detail: &Value) -> Option<String> {
    let text = |name: &str| detail[name].as_str();
    let has = |name: &str| !detail[name].is_null();
    Some(if let Some(title) = text("drafted") {
        format!("Drafted: {title}")
    } else if has("edited") {
        "Edited the draft".into()
    } else if has("in review") {
        "Submitted it for review".into()
    } else if let Some(review) = text("review") {
        format!("Reviewed it: {}", review.replace('_', " "))
    } else if let Some(until) = when(&detail["published until"]) {
        format!("Published it; bids are taken until {until}")
    } else if let Some(number) = detail["addendum"].as_i64() {
        format!(
            "Published addendum {number}: {}",
            text("text").unwrap_or_default()
        )
    } else if let Some(count) = detail["panel"].as_u64() {
        format!("Named the panel: {count}")
    } else if let Some(interest) = text("declared") {
        format!("Declared {interest}")
    } else if let Some(excluded) = detail["excluded"].as_bool() {
        let word = if excluded { "Excluded" } else { "Did not exclude" };
        format!("{word} evaluator {}", detail["evaluator"])
    } else if has("scored") {
        format!("Scored a bid on criterion {}", detail["scored"]["criterion"])
    } else if has("submitted") {
        "Submitted their scores".into()
    } else if has("consensus") {
        format!(
            "Recorded a consensus on criterion {}",
            detail["consensus"]["criterion"]
        )
    } else if has("quality locked") {
        "Locked quality: no score changes any more".into()
    } else if has("disqualified") {
        "Disqualified a bid".into()
    } else if let Some(won) = detail["awarded"].as_array() {
        let reason = text("reason").unwrap_or_default();
        format!("Awarded it to {} of the bids: {reason}", won.len())
    } else if let Some(reason) = text("none suitable") {
        format!("Decided that no bid suits: {reason}")
    } else if has("undone") {
        format!("Undid the decision: {}", text("reason").unwrap_or_default())
    } else if let Some(reason) = text("cancelled") {
        format!("Stopped it: {reason}")
    } else if let Some(reason) = text("withdrawn") {
        format!("Took the draft back: {reason}")
    } else if has("result drafted") {
        "Drafted its result".into()
    } else if let Some(verdict) = text("result published") {
        format!("Published its result: {verdict}")
    } else if has("us too") {
        "Another council asked for the same".into()
    } else {
        return None;
    })
}

fn of_question(detail: &Value) -> Option<String> {
    if !detail["asked about"].is_null() {
        return Some("Asked a question".into());
    }
    let state = detail["answered"].as_str()?;
    Some(format!("Dealt with a question: {}", state.replace('_', " ")))
}

fn of_bid(detail: &Value) -> Option<String> {
    if detail["digest"].is_string() {
        return Some(format!("Submitted version {} of a bid", detail["version"]));
    }
    if !detail["withdrawn"].is_null() {
        return Some(format!("Took version {} of a bid back", detail["withdrawn"]));
    }
    if detail["disqualified"] == true {
        let reason = detail["reason"].as_str().unwrap_or_default();
        return Some(format!("Disqualified a bid: {reason}"));
    }
    let scores = detail["scores"].as_array()?.len();
    Some(format!("Put the {scores} scores of a bid on the record"))
}

fn of_person(detail: &Value) -> Option<String> {
    let place = detail["evaluator"].as_i64()?;
    let chair = if detail["chair"] == true {
        ", who chairs it"
    } else {
        ""
    };
    Some(format!("Named evaluator {place} of the panel{chair}"))
}

fn when(value: &Value) -> Option<String> {
    let at: DateTime<Utc> = value.as_str()?.parse().ok()?;
    Some(in_words(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_known_is_said_plainly_and_what_is_not_by_its_names() {
        let said = |subject, detail: Value| sentence(subject, false, &detail);
        assert_eq!(
            said("pilot", json!({ "awarded": [1, 2], "reason": "Best." })),
            "Awarded it to 2 of the bids: Best."
        );
        assert_eq!(
            said("bid", json!({ "version": 2, "digest": "00" })),
            "Submitted version 2 of a bid"
        );
        assert_eq!(
            said("pilot", json!({ "novel": 1, "odd": 2 })),
            "Recorded: novel, odd"
        );
        assert_eq!(
            said("pilot", Value::Null),
            "Something was done about its bids, which is not told yet"
        );
        let late = json!({ "tried": "to bid", "deadline": "2026-01-15T11:00:00Z" });
        let late = sentence("pilot", true, &late);
        assert!(
            late.starts_with("Tried to bid, and was refused: the deadline is"),
            "{late}"
        );
    }
}
