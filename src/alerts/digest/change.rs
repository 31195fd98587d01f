//! What changed, in a sentence without its stop: "the end was 31 March 2026 and is 31 May 2026". Pure.

use super::words;
use crate::contracts::windows::WindowKind;
use crate::runtime::clock::in_words;
use crate::runtime::letter::day;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

/// Fields that changes name, in the order they are told.
const FIELDS: [(&str, &str); 10] = [
    ("startsOn", "the start"),
    ("initialEndsOn", "the initial end"),
    ("currentEndsOn", "the end"),
    ("maximumEndsOn", "the end with every extension"),
    ("latestEndsOn", "the last extension\u{2019}s end"),
    ("reviewOn", "the review date"),
    ("questionsUntil", "the end of questions"),
    ("deadlineAt", "the deadline"),
    ("awardOn", "the day of the award"),
    ("decidesOn", "the day to stop or to scale"),
];

/// The change that an event's detail holds: why it ended, dates, then the windows that are not over on a day.
pub(super) fn of(detail: &Value, today: NaiveDate) -> Option<String> {
    let mut said = Vec::new();
    match detail.get("standing").and_then(Value::as_str) {
        Some("cancelled") => said.push("it was cancelled".to_owned()),
        Some(_) => said.push(match date(&detail["terminatedOn"]["to"]) {
            Some(on) => format!("it was terminated; its last day is {on}"),
            None => "it was terminated".to_owned(),
        }),
        None => {}
    }
    if let Some(on) = detail.get("replacedOn").and_then(date) {
        said.push(format!("another contract replaces it from {on}"));
    }
    let whole = detail.get("currentEndsOn");
    for (field, label) in FIELDS {
        let Some(change) = detail.get(field).filter(|change| change.get("from").is_some()) else {
            continue;
        };
        // Ends that change with the current one are said by it.
        if matches!(field, "initialEndsOn" | "maximumEndsOn") && whole == Some(change) {
            continue;
        }
        said.push(match (spell(&change["from"]), spell(&change["to"])) {
            (Some(from), Some(to)) => format!("{label} was {from} and is {to}"),
            (Some(from), None) => format!("{label} was {from} and is not known any more"),
            (None, Some(to)) => format!("{label} was not known and is {to}"),
            (None, None) => continue,
        });
    }
    let windows = detail.get("windows").and_then(Value::as_array);
    let windows = windows.into_iter().flatten();
    said.extend(
        windows
            .filter(|window| !is_over(window, today))
            .filter_map(window),
    );
    (!said.is_empty()).then(|| said.join("; "))
}

/// Whether a window had and has closed. One that begins after the end moves with it, and says nothing new.
fn is_over(window: &Value, today: NaiveDate) -> bool {
    let closed = |range: &Value| {
        let closes = range.get("closesOn").and_then(Value::as_str);
        let closes = closes.and_then(|closes| closes.parse::<NaiveDate>().ok());
        range.is_null() || closes.is_some_and(|closes| closes < today)
    };
    let follows = window["kind"].as_str().and_then(WindowKind::parse) == Some(WindowKind::HoldingOver);
    let ahead = |range: &Value| {
        let opens = range.get("opensOn").and_then(Value::as_str);
        let opens = opens.and_then(|opens| opens.parse::<NaiveDate>().ok());
        opens.is_none_or(|opens| opens > today)
    };
    let (from, to) = (&window["from"], &window["to"]);
    (closed(from) && closed(to)) || (follows && ahead(from) && ahead(to))
}

fn window(window: &Value) -> Option<String> {
    let kind = window["kind"].as_str().and_then(WindowKind::parse)?;
    let name = format!("\u{2018}{}\u{2019}", words::window(kind));
    match (range(&window["from"]), range(&window["to"])) {
        (Some(from), Some(to)) => Some(format!("{name} was {from} and is {to}")),
        (Some(from), None) => Some(format!("{name}, {from}, is no more")),
        (None, Some(to)) => Some(format!("{name} is new: {to}")),
        (None, None) => None,
    }
}

fn range(window: &Value) -> Option<String> {
    let opens = date(window.get("opensOn")?)?;
    Some(match window.get("closesOn").and_then(date) {
        Some(closes) => format!("{opens} to {closes}"),
        None => format!("from {opens}"),
    })
}

fn spell(value: &Value) -> Option<String> {
    let at = |text: &str| text.parse::<DateTime<Utc>>().ok().map(in_words);
    date(value).or_else(|| at(value.as_str()?))
}

fn date(value: &Value) -> Option<String> {
    value.as_str()?.parse::<NaiveDate>().ok().map(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_moved_end_is_told_once_and_with_its_windows() {
        let moved = json!({ "from": "2016-03-31", "to": "2016-05-31" });
        let today = "2016-01-01".parse().unwrap();
        let detail = json!({
            "initialEndsOn": moved, "currentEndsOn": moved,
            "windows": [
                { "kind": "expiry", "from": { "opensOn": "2015-10-03", "closesOn": "2016-03-31" },
                  "to": { "opensOn": "2015-12-03", "closesOn": "2016-05-31" } },
                { "kind": "review", "from": { "opensOn": "2015-10-03", "closesOn": "2016-01-31" }, "to": null },
                { "kind": "market_engagement", "from": { "opensOn": "2015-01-15", "closesOn": "2015-10-12" },
                  "to": { "opensOn": "2015-03-15", "closesOn": "2015-12-12" } },
                { "kind": "holding_over", "from": { "opensOn": "2016-04-01", "closesOn": null },
                  "to": { "opensOn": "2016-06-01", "closesOn": null } },
                { "kind": "notice", "from": null, "to": { "opensOn": "2016-01-01", "closesOn": "2016-03-31" } },
            ],
        });
        let said = of(&detail, today);
        assert_eq!(
            said.unwrap(),
            "the end was 31 March 2016 and is 31 May 2016; \u{2018}Ending soon\u{2019} was 3 October 2015 to 31 March 2016 \
             and is 3 December 2015 to 31 May 2016; \u{2018}Review due\u{2019}, 3 October 2015 to 31 January 2016, is no \
             more; \u{2018}Notice to stop a renewal\u{2019} is new: 1 January 2016 to 31 March 2016"
        );
    }

    #[test]
    fn endings_and_unknown_dates_are_told_as_such() {
        let ended = json!({ "standing": "terminated", "terminatedOn": { "from": null, "to": "2016-01-31" } });
        assert_eq!(
            of(&ended, NaiveDate::MIN).unwrap(),
            "it was terminated; its last day is 31 January 2016"
        );
        let lost = json!({ "currentEndsOn": { "from": "2016-03-31", "to": null } });
        assert_eq!(
            of(&lost, NaiveDate::MIN).unwrap(),
            "the end was 31 March 2016 and is not known any more"
        );
        let deadline =
            json!({ "deadlineAt": { "from": "2026-03-30T11:00:00Z", "to": "2026-04-01T11:00:00Z" } });
        assert!(
            of(&deadline, NaiveDate::MIN)
                .unwrap()
                .contains("Wednesday 1 April 2026 at 12:00 (London)")
        );
        assert_eq!(of(&json!({ "question": "id" }), NaiveDate::MIN), None);
    }
}
