//! Stated dates that cannot be built on: what a person should look at, beside the windows.
//! It changes no date and no window; an import shows doubts and never refuses a row for them.

use chrono::NaiveDate;

use crate::contracts::term::Term;

/// A stated date that the windows could not be built on, or that contradicts another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The end is a placeholder and not believed.
    EndNotBelieved(NaiveDate),
    /// The last extension date is a placeholder and not believed.
    LatestEndNotBelieved(NaiveDate),
    /// The last extension date is before the current end.
    LatestEndBeforeEnd(NaiveDate),
    /// The end is before the start.
    EndBeforeStart(NaiveDate),
    /// The review date is a placeholder and not believed.
    ReviewNotBelieved(NaiveDate),
    /// The notice-by date of the next option is past the current end.
    NoticeByAfterEnd(NaiveDate),
}

/// The doubts about a term with that current end, whose next option has that notice-by date.
pub(super) fn of(term: &Term, end: Option<NaiveDate>, notice_by: Option<NaiveDate>) -> Vec<Doubt> {
    let disbelieved = |date: Option<NaiveDate>| date.filter(|_| term.believed(date).is_none());
    let latest_end = term.believed(term.latest_end);
    let before = |date: Option<NaiveDate>, limit: Option<NaiveDate>| {
        date.filter(|date| limit.is_some_and(|limit| *date < limit))
    };
    let doubts = [
        disbelieved(term.initial_ends_on).map(Doubt::EndNotBelieved),
        disbelieved(term.latest_end).map(Doubt::LatestEndNotBelieved),
        before(latest_end, end).map(Doubt::LatestEndBeforeEnd),
        before(end, term.starts_on).map(Doubt::EndBeforeStart),
        disbelieved(term.review_on).map(Doubt::ReviewNotBelieved),
        notice_by
            .filter(|date| end.is_some_and(|end| *date > end))
            .map(Doubt::NoticeByAfterEnd),
    ];
    doubts.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{but, day, to_march_2026, windows, with_option};
    use super::*;

    #[test]
    fn contradicting_dates_are_doubted() {
        let (early, late, far) = (day("2023-01-01"), day("2026-04-01"), day("2099-12-31"));
        for (term, doubt) in [
            (
                but(|term| term.latest_end = Some(early)),
                Doubt::LatestEndBeforeEnd(early),
            ),
            (
                but(|term| term.latest_end = Some(far)),
                Doubt::LatestEndNotBelieved(far),
            ),
            (
                but(|term| term.review_on = Some(far)),
                Doubt::ReviewNotBelieved(far),
            ),
            (
                but(|term| term.initial_ends_on = Some(early)),
                Doubt::EndBeforeStart(early),
            ),
            (with_option(Some(late)), Doubt::NoticeByAfterEnd(late)),
        ] {
            assert_eq!(windows(&term).doubts, [doubt]);
        }
        assert_eq!(windows(&to_march_2026()).doubts, []);
    }
}
