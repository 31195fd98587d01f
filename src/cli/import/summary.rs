//! What the command line tells of an import: an account of every row, what changed, what is gone, and how to settle what is
//! held. Answers for the wording alone; text from a file is made harmless to a terminal.

use crate::exchange::import::{Imported, Line, LineKind};
use crate::exchange::register::{harmless, thousands};
use serde_json::Value;
use std::fmt::Write as _;

/// Contracts named of those that changed, of those that vanished and of those that ended; the register has all.
const NAMED: usize = 10;
/// Held rows named with how to settle them.
const HELD: usize = 5;
/// Fields named of a contract that changed.
const FIELDS: usize = 4;

/// Lines of an import that are told by name.
#[derive(Default)]
pub(super) struct Lines {
    changed: Few,
    vanished: Few,
    ended: Few,
    held: Few,
}

/// The first lines, and how many there are.
#[derive(Default)]
struct Few {
    all: usize,
    told: Vec<String>,
}

impl Few {
    fn add(&mut self, most: usize, told: impl FnOnce() -> String) {
        self.all += 1;
        if self.told.len() < most {
            self.told.push(told());
        }
    }

    fn write(&self, page: &mut String) {
        for line in &self.told {
            let _ = writeln!(page, "  {line}");
        }
        if self.all > self.told.len() {
            let _ = writeln!(page, "  and {} more", self.all - self.told.len());
        }
    }
}

impl Lines {
    /// Keeps a line, if it is one that is told.
    pub(super) fn take(&mut self, line: &Line) {
        match line.kind {
            LineKind::Changed => self.changed.add(NAMED, || changed(line)),
            LineKind::Vanished => self.vanished.add(NAMED, || gone("vanished", line)),
            LineKind::Ended => self.ended.add(NAMED, || gone("ended", line)),
            LineKind::Held if perhaps(line).is_some() => self.held.add(HELD, || held(line)),
            _ => {}
        }
    }

    /// All that is told of an import.
    pub(super) fn page(&self, done: &Imported) -> String {
        let (mut page, plan) = (done.report.summary(), &done.plan);
        let taken = thousands(plan.added + plan.changed + plan.unchanged);
        let [added, changed, unchanged] = [plan.added, plan.changed, plan.unchanged].map(thousands);
        let _ = writeln!(
            page,
            "\n{taken} rows taken: {added} added, {changed} changed, {unchanged} unchanged"
        );
        self.changed.write(&mut page);
        if plan.partial {
            page += "The file has less than half of the register: what it does not have was not noted as missing.\n";
        } else {
            let (ended, vanished) = (thousands(plan.ended), thousands(plan.vanished));
            let _ = writeln!(
                page,
                "Contracts that the file does not have any more: {ended} ended, {vanished} vanished before their end, or with none known"
            );
            self.vanished.write(&mut page);
            self.ended.write(&mut page);
        }
        if self.held.all > 0 {
            page += "Held until somebody says what they are; import again with one of the two for each\n";
            self.held.write(&mut page);
        }
        page
    }
}

fn title(line: &Line) -> String {
    format!("\u{201c}{}\u{201d}", harmless(&line.title))
}

fn row(line: &Line) -> u32 {
    line.row.unwrap_or_default()
}

fn gone(how: &str, line: &Line) -> String {
    let id = line.contract.unwrap_or_default();
    format!("{how} {} ({id})", title(line))
}

/// The first contract that a held row may be, and its title.
fn perhaps(line: &Line) -> Option<(&str, &str)> {
    let first = line.detail.get("perhaps")?.get(0)?;
    Some((first.get("contract")?.as_str()?, first.get("title")?.as_str()?))
}

fn held(line: &Line) -> String {
    let (row, (id, known)) = (row(line), perhaps(line).unwrap_or_default());
    let known = harmless(known);
    format!(
        "row {row} {}: --same {row}={id} (\u{201c}{known}\u{201d}) or --new {row}",
        title(line)
    )
}

fn changed(line: &Line) -> String {
    let fields = line.detail.as_object().into_iter().flatten();
    let mut said: Vec<String> = fields.map(|(name, both)| field(name, both)).collect();
    let more = said.len().saturating_sub(FIELDS);
    said.truncate(FIELDS);
    if more > 0 {
        said.push(format!("{more} more fields"));
    }
    if said.is_empty() {
        said.push("other cells, of which only the text is kept".to_owned());
    }
    format!("row {} {}: {}", row(line), title(line), said.join("; "))
}

/// `valuePence` and what it was and is, as a person says it.
fn field(name: &str, both: &Value) -> String {
    let pence = name.ends_with("Pence");
    let mut words = String::new();
    for c in name.trim_end_matches("Pence").chars() {
        if c.is_uppercase() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    let is_list = |side: &str| both.get(side).is_some_and(Value::is_array);
    if is_list("from") || is_list("to") {
        return words;
    }
    let (now, was) = (value(&both["to"], pence), value(&both["from"], pence));
    format!("{words} {now} (was {was})")
}

fn value(value: &Value, pence: bool) -> String {
    match (value, value.as_i64()) {
        (Value::Null, _) => "not said".to_owned(),
        (Value::String(text), _) => harmless(text),
        (_, Some(amount)) if pence => {
            let sign = if amount < 0 { "-" } else { "" };
            let amount = amount.unsigned_abs();
            format!("{sign}\u{a3}{}.{:02}", amount / 100, amount % 100)
        }
        (other, _) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    fn line(kind: LineKind, row: u32, title: &str, detail: Value) -> Line {
        Line {
            kind,
            row: Some(row),
            contract: Some(Uuid::from_u128(7)),
            title: title.to_owned(),
            detail,
        }
    }

    #[test]
    fn what_changed_is_said_in_words_and_cannot_steer_the_terminal() {
        let detail = json!({
            "valuePence": { "from": 100_000, "to": -150_005 },
            "currentEndsOn": { "from": null, "to": "2028-03-31" },
            "title": { "from": "a\u{1b}[2J", "to": "b" },
            "suppliers": { "from": [], "to": ["x"] },
            "reference": { "from": "1", "to": "2" },
        });
        assert_eq!(
            changed(&line(LineKind::Changed, 2, "Road\u{1b} salt", detail)),
            "row 2 \u{201c}Road\u{fffd} salt\u{201d}: current ends on 2028-03-31 (was not said); \
             reference 2 (was 1); suppliers; title b (was a\u{fffd}[2J); 1 more fields"
        );
        assert_eq!(
            field("valuePence", &json!({ "from": 100_000, "to": -150_005 })),
            "value -\u{a3}1500.05 (was \u{a3}1000.00)"
        );
    }

    #[test]
    fn of_many_lines_the_first_are_told_and_the_others_counted() {
        let mut lines = Lines::default();
        for row in 1..=12 {
            lines.take(&line(LineKind::Changed, row, "T", json!({})));
            lines.take(&line(LineKind::Ended, row, "T", json!({})));
            let known = json!({ "perhaps": [{ "contract": "c7", "title": "Known" }], "why": "" });
            lines.take(&line(LineKind::Held, row, "T", known));
            // Held by its reading: nobody can say what it is.
            lines.take(&line(LineKind::Held, row, "T", json!({ "perhaps": [] })));
        }
        let page = |few: &Few| {
            let mut page = String::new();
            few.write(&mut page);
            page
        };
        let (changed, held) = (page(&lines.changed), page(&lines.held));
        assert_eq!(
            (changed.lines().count(), held.lines().count()),
            (NAMED + 1, HELD + 1)
        );
        assert!(changed.ends_with("  and 2 more\n"), "{changed}");
        assert_eq!(page(&lines.ended).lines().count(), NAMED + 1);
        assert!(
            held.starts_with("  row 1 \u{201c}T\u{201d}: --same 1=c7 (\u{201c}Known\u{201d}) or --new 1\n"),
            "{held}"
        );
    }
}
