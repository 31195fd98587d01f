//! What came of reading a register: counts for a terminal, every doubt for a spreadsheet.

use super::{Doubt, Reading, Why};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

/// The counts of a reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows with anything in them, the heading apart.
    pub rows: u32,
    /// Taken without a word.
    pub accepted: u32,
    /// Taken with doubts.
    pub doubtful: u32,
    /// Not taken.
    pub held: u32,
    /// How often each doubt came up.
    pub whys: BTreeMap<Why, u32>,
}

impl Report {
    /// Counts readings.
    pub fn of(readings: &[Reading]) -> Self {
        let mut report = Self::default();
        for reading in readings {
            report.rows += 1;
            match reading {
                Reading::Accepted(_) => report.accepted += 1,
                Reading::Doubtful(..) => report.doubtful += 1,
                Reading::Held { .. } => report.held += 1,
            }
            for doubt in reading.doubts() {
                *report.whys.entry(doubt.why).or_default() += 1;
            }
        }
        report
    }

    /// The counts as lines of text.
    pub fn summary(&self) -> String {
        let mut text = format!(
            "{} rows: {} accepted, {} accepted with doubts, {} held\n",
            self.rows, self.accepted, self.doubtful, self.held
        );
        let mut whys: Vec<_> = self.whys.iter().collect();
        whys.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (why, count) in whys {
            let _ = writeln!(text, "{count:>8}  {} ({})", why.words(), why.code());
        }
        text
    }
}

/// Writes every doubt as CSV, a line each. Cells that a spreadsheet would run as formulas are escaped.
///
/// # Errors
/// When the writer fails.
pub fn write(readings: &[Reading], to: impl io::Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record(["row", "column", "raw value", "code", "why"])?;
    for Doubt {
        row,
        column,
        raw,
        why,
    } in readings.iter().flat_map(Reading::doubts)
    {
        csv.write_record([
            &row.to_string(),
            &harmless(column),
            &harmless(raw),
            why.code(),
            why.words(),
        ])?;
    }
    csv.flush()
}

fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_in_a_cell_is_not_run_by_the_report() {
        let doubts = vec![Doubt {
            row: 2,
            column: "End".into(),
            raw: "=HYPERLINK(1)".into(),
            why: Why::NotADate,
        }];
        let mut bytes = Vec::new();
        write(
            &[Reading::Held {
                doubts,
                cells: Vec::new(),
            }],
            &mut bytes,
        )
        .unwrap();
        assert!(
            String::from_utf8(bytes)
                .unwrap()
                .contains("2,End,'=HYPERLINK(1),not_a_date")
        );
    }
}
