//! Whether the dates of a column have the day or the month first: told by the column as a whole, from dates that can
//! only be read one way, never by the cell that is in question. Next: `cells/dates.rs`, which reads by it.

use std::sync::Arc;

use chrono::NaiveDate;

use super::cells::dates::{self, Order};
use super::columns::Column;
use super::headings::Headings;
use super::line::Cells;

/// The columns that have dates.
pub(super) const DATES: [Column; 5] = [
    Column::EffectiveOn,
    Column::StartDate,
    Column::EndDate,
    Column::ReviewDate,
    Column::LastExtension,
];

/// One date that can only be read one way is a slip of the fingers where this many can only be read the other.
const SLIP: u32 = 20;

/// A date, and the row it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The row as a spreadsheet counts, from 1.
    pub row: u32,
    /// As in the file, trimmed.
    pub text: String,
}

/// From what it is told whether the day or the month is first in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ground {
    /// A date of the column can only be read so.
    Column(Seen),
    /// No date of the column tells, one of another column does, under this heading.
    Other(Arc<str>, Seen),
    /// Some dates can only be read with the day first, others only with the month: the day was taken to be.
    Contradiction {
        /// One with the day first.
        day: Seen,
        /// One with the month first.
        month: Seen,
    },
    /// No date tells: the day was taken to be first, as is usual in the United Kingdom.
    Nothing,
}

/// How the dates of a column are read that could be read both ways, such as 04/09/2014.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateOrder {
    /// The column.
    pub column: Column,
    /// Its heading as in the file.
    pub heading: Arc<str>,
    /// Whether the month comes first; the day does otherwise.
    pub month_first: bool,
    /// From what that is told.
    pub ground: Ground,
    /// How many cells could be read both ways.
    pub ambiguous: u32,
    /// The first of them.
    pub example: Seen,
}

impl DateOrder {
    /// How its dates are read and why, as a sentence.
    pub fn sentence(&self) -> String {
        self.sentence_of(&self.example.text)
    }

    /// How one of its dates is read and why.
    pub(super) fn sentence_of(&self, text: &str) -> String {
        let read = dates::date_in(text, self.order()).value;
        let read = read.map_or_else(|| "no date".to_owned(), in_words);
        let why = match &self.ground {
            Ground::Column(seen) => format!("because row {} has {}", seen.row, seen.text),
            Ground::Other(heading, seen) => {
                format!(
                    "because \u{201c}{heading}\u{201d} has {} in row {}",
                    seen.text, seen.row
                )
            }
            Ground::Contradiction { day, month } => format!(
                "though row {} has {} and row {} has {}: the day was taken to come first",
                day.row, day.text, month.row, month.text
            ),
            Ground::Nothing => {
                "as no date in the file tells whether the day or the month comes first".to_owned()
            }
        };
        format!("{text} read as {read}, {why}.")
    }

    /// Whether its dates must be doubted, each, as nothing tells how they are to be read.
    pub fn doubtful(&self) -> bool {
        matches!(self.ground, Ground::Contradiction { .. } | Ground::Nothing)
    }

    pub(super) fn order(&self) -> Order {
        if self.month_first {
            Order::MonthFirst
        } else {
            Order::DayFirst
        }
    }
}

fn in_words(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// What was seen in one column.
#[derive(Clone, Debug, Default)]
struct Evidence {
    day: Option<Seen>,
    days: u32,
    month: Option<Seen>,
    months: u32,
    ambiguous: Option<Seen>,
    ambiguities: u32,
}

/// Gathers what dates tell, over all rows of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Orders {
    columns: [Evidence; DATES.len()],
}

impl Orders {
    /// Looks at the dates of one row.
    pub(super) fn note(&mut self, row: u32, cells: &Cells, headings: &Headings) {
        for (column, evidence) in DATES.into_iter().zip(&mut self.columns) {
            let Some(cell) = headings.place(column).and_then(|place| cells.get(place)) else {
                continue;
            };
            let text = cell.trim();
            let (seen, count) = match dates::tells(text) {
                None => continue,
                Some(dates::Tells::DayFirst) => (&mut evidence.day, &mut evidence.days),
                Some(dates::Tells::MonthFirst) => (&mut evidence.month, &mut evidence.months),
                Some(dates::Tells::Nothing) => (&mut evidence.ambiguous, &mut evidence.ambiguities),
            };
            *count = count.saturating_add(1);
            if seen.is_none() {
                let text = text.chars().take(40).collect();
                *seen = Some(Seen { row, text });
            }
        }
    }

    /// How each column is read that has a date which could be read both ways, or all of them with the month first.
    pub(super) fn told(self, headings: &Headings) -> Vec<DateOrder> {
        let name = |column| headings.place(column).map(|place| headings.name_at(place));
        let sure = |evidence: &Evidence| match evidence.weigh() {
            Weighed::Day => evidence.day.clone().map(|seen| (false, seen)),
            Weighed::Month => evidence.month.clone().map(|seen| (true, seen)),
            Weighed::Both | Weighed::Neither => None,
        };
        let others: Vec<_> = DATES
            .into_iter()
            .zip(&self.columns)
            .filter_map(|(column, evidence)| Some((name(column)?, sure(evidence)?)))
            .collect();
        let agreed = others.iter().all(|(_, (month, _))| *month == others[0].1.0);
        let other = others.first().filter(|_| agreed);
        let one = |(column, evidence): (Column, &Evidence)| {
            let example = evidence.ambiguous.clone().or_else(|| evidence.month.clone())?;
            let (month_first, ground) = match (sure(evidence), evidence.weigh(), other) {
                (Some((month_first, seen)), ..) => (month_first, Ground::Column(seen)),
                (None, Weighed::Both, _) => {
                    let (day, month) = (evidence.day.clone()?, evidence.month.clone()?);
                    (false, Ground::Contradiction { day, month })
                }
                (None, _, Some((heading, (month_first, seen)))) => {
                    (*month_first, Ground::Other(Arc::clone(heading), seen.clone()))
                }
                (None, _, None) => (false, Ground::Nothing),
            };
            Some(DateOrder {
                column,
                heading: name(column)?,
                month_first,
                ground,
                ambiguous: evidence.ambiguities,
                example,
            })
        };
        DATES.into_iter().zip(&self.columns).filter_map(one).collect()
    }
}

/// What a column's dates tell together.
enum Weighed {
    Day,
    Month,
    Both,
    Neither,
}

impl Evidence {
    fn weigh(&self) -> Weighed {
        match (self.days, self.months) {
            (0, 0) => Weighed::Neither,
            (days, months) if months.saturating_mul(SLIP) < days => Weighed::Day,
            (days, months) if days.saturating_mul(SLIP) < months => Weighed::Month,
            _ => Weighed::Both,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::register::tests::readings;
    use crate::exchange::register::{Why, read};

    fn register(dates: &[(&str, &str)]) -> Vec<u8> {
        let mut text = String::from("Title,Start date,End date\n");
        for (start, end) in dates {
            text.push_str(&format!("T,{start},{end}\n"));
        }
        text.into_bytes()
    }

    fn orders(dates: &[(&str, &str)]) -> Vec<DateOrder> {
        read(&register(dates)).unwrap().source().date_orders.to_vec()
    }

    fn starts(dates: &[(&str, &str)]) -> Vec<(String, bool)> {
        let start = |reading: crate::exchange::register::Reading| {
            let doubted = reading
                .doubts()
                .iter()
                .any(|doubt| doubt.why == Why::DateOrderUnknown);
            let day = reading.register_row().unwrap().starts_on;
            (day.map(|day| day.to_string()).unwrap_or_default(), doubted)
        };
        readings(&register(dates)).into_iter().map(start).collect()
    }

    #[test]
    fn one_date_that_can_only_be_read_one_way_tells_for_its_column() {
        let dates = [("04/09/2014", ""), ("01-Apr-2013", ""), ("31/03/2015", "")];
        assert_eq!(
            orders(&dates)[0].sentence(),
            "04/09/2014 read as 4 September 2014, because row 4 has 31/03/2015."
        );
        assert_eq!(starts(&dates)[0], ("2014-09-04".into(), false));
        let american = [("04/09/2014", ""), ("03/31/2015", "")];
        assert_eq!(
            orders(&american)[0].sentence(),
            "04/09/2014 read as 9 April 2014, because row 3 has 03/31/2015."
        );
        assert_eq!(
            starts(&american),
            [("2014-04-09".into(), false), ("2015-03-31".into(), false)]
        );
    }

    #[test]
    fn a_column_that_tells_nothing_is_told_by_another_of_the_file() {
        let dates = [("04/09/2014", "31/03/2015")];
        assert_eq!(
            orders(&dates)[0].sentence(),
            "04/09/2014 read as 4 September 2014, because \u{201c}End date\u{201d} has 31/03/2015 in row 2."
        );
        assert!(!starts(&dates)[0].1);
    }

    #[test]
    fn without_evidence_the_day_comes_first_and_each_such_date_is_doubted() {
        let dates = [("04/09/2014", ""), ("05/05/2015", ""), ("2014-09-04", "")];
        let told = starts(&dates);
        assert_eq!(
            told.iter().map(|(_, doubted)| *doubted).collect::<Vec<_>>(),
            [true, false, false]
        );
        assert_eq!(told[0].0, "2014-09-04");
        let readings = readings(&register(&dates));
        let doubt = &readings[0].doubts()[0];
        assert_eq!(
            (doubt.row, &*doubt.column, doubt.raw.as_str()),
            (2, "Start date", "04/09/2014")
        );
        assert!(
            doubt.sentence().contains("04/09/2014 read as 4 September 2014"),
            "{}",
            doubt.sentence()
        );
    }

    #[test]
    fn evidence_for_both_is_said_and_one_slip_among_many_is_not_evidence() {
        let both = [("04/09/2014", ""), ("31/03/2015", ""), ("03/31/2015", "")];
        assert!(starts(&both)[0].1);
        let sentence = orders(&both)[0].sentence();
        assert!(
            sentence.contains("row 3 has 31/03/2015 and row 4 has 03/31/2015"),
            "{sentence}"
        );
        let mut slip = vec![("31/03/2015", ""); 21];
        slip.extend([("03/31/2015", ""), ("04/09/2014", "")]);
        assert_eq!(starts(&slip)[22], ("2014-09-04".into(), false));
        assert_eq!(starts(&slip)[21].0, "", "no such day, said in its row");
    }
}
