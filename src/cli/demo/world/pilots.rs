//! How a row of the pilot tables becomes a pilot: days from today become working days, in order.
//! The words are in `pilots_open`, `pilots_closed` and `pilots_decided`.

use super::needs::need;
use super::pilots_closed::CLOSED;
use super::pilots_decided::DECIDED;
use super::pilots_open::OPEN;
use super::shapes_pilots::{
    BidState, DemoAnswer, DemoBid, DemoCriterion, DemoPilot, DemoQuestion, DemoScore, PilotState,
    QuestionState, Reservation,
};
use super::terms::shifted;
use chrono::{Datelike, NaiveDate, Weekday};

/// A pilot as the tables have it; every day is counted from today.
pub(super) struct PilotRow {
    pub(super) council: usize,
    /// How the title of the need begins, or nothing.
    pub(super) need: &'static str,
    pub(super) title: &'static str,
    pub(super) summary: &'static str,
    pub(super) success_measures: &'static [&'static str],
    pub(super) cap_pounds: i64,
    pub(super) weeks: u32,
    pub(super) lgsl: u16,
    pub(super) cpv: &'static str,
    /// Name, what a good answer shows, weight; the one called "Price" is the price.
    pub(super) criteria: &'static [(&'static str, &'static str, u32)],
    pub(super) reservation: Reservation,
    pub(super) state: PilotState,
    pub(super) published: Option<i64>,
    pub(super) deadline: i64,
    pub(super) decided: Option<(i64, &'static str)>,
    pub(super) questions: &'static [Asked],
    pub(super) bids: &'static [BidRow],
}

/// A question: who, when, what, and the answer with its day and whether all may read it.
pub(super) type Asked = (
    usize,
    i64,
    &'static str,
    Option<(i64, QuestionState, &'static str)>,
);

/// A bid as the tables have it.
pub(super) struct BidRow {
    pub(super) supplier: usize,
    pub(super) state: BidState,
    pub(super) submitted: i64,
    pub(super) price_pounds: i64,
    pub(super) answers: &'static [Answered],
    pub(super) feedback: &'static str,
}

/// An answer, and its score out of 100 with the reason.
pub(super) type Answered = (&'static str, Option<(u32, &'static str)>);

/// What every price criterion says.
pub(super) const PRICE: &str = "Lowest price takes all the marks, others in proportion.";

/// A bid that nobody may read yet.
pub(super) const fn sealed(
    supplier: usize,
    submitted: i64,
    price_pounds: i64,
    answers: &'static [Answered],
) -> BidRow {
    BidRow {
        supplier,
        state: BidState::Submitted,
        submitted,
        price_pounds,
        answers,
        feedback: "",
    }
}

/// The pilots, dated around today.
pub(super) fn pilots(today: NaiveDate) -> Vec<DemoPilot> {
    rows().map(|row| full(row, today)).collect()
}

/// Every row, the open ones first.
pub(super) fn rows() -> impl Iterator<Item = &'static PilotRow> {
    OPEN.iter().chain(CLOSED).chain(DECIDED)
}

/// So many days from today, moved off a weekend: further back if past, further on if to come.
pub(super) fn working_day(today: NaiveDate, days: i64) -> NaiveDate {
    let day = shifted(today, days);
    let (back, on) = match day.weekday() {
        Weekday::Sat => (-1, 2),
        Weekday::Sun => (-2, 1),
        _ => (0, 0),
    };
    shifted(day, if days < 0 { back } else { on })
}

fn full(row: &PilotRow, today: NaiveDate) -> DemoPilot {
    let day = |days| working_day(today, days);
    DemoPilot {
        council: row.council,
        need: need(row.need),
        title: row.title,
        summary: row.summary,
        success_measures: row.success_measures,
        cap_pence: row.cap_pounds * 100,
        weeks: row.weeks,
        decides_on: day(row.deadline + 35 + i64::from(row.weeks) * 7),
        lgsl: (row.lgsl != 0).then_some(row.lgsl),
        cpv_code: row.cpv,
        criteria: row.criteria.iter().map(criterion).collect(),
        reservation: row.reservation,
        state: row.state,
        published_on: row.published.map(day),
        deadline_on: day(row.deadline),
        decided_on: row.decided.map(|(days, _)| day(days)),
        outcome_reason: row.decided.map(|(_, reason)| reason),
        questions: row.questions.iter().map(|asked| question(asked, today)).collect(),
        bids: row.bids.iter().map(|bid| offer(row, bid, today)).collect(),
    }
}

fn criterion(&(name, description, weight): &(&'static str, &'static str, u32)) -> DemoCriterion {
    DemoCriterion {
        name,
        description,
        weight,
        is_price: name == "Price",
    }
}

fn question(&(asked_by, asked, question, answer): &Asked, today: NaiveDate) -> DemoQuestion {
    DemoQuestion {
        asked_by,
        question,
        answer: answer.map(|(_, _, text)| text),
        state: answer.map_or(QuestionState::Asked, |(_, state, _)| state),
        asked_on: working_day(today, asked),
        answered_on: answer.map(|(days, _, _)| working_day(today, days)),
    }
}

fn offer(row: &PilotRow, bid: &BidRow, today: NaiveDate) -> DemoBid {
    let quality = row
        .criteria
        .iter()
        .enumerate()
        .filter(|(_, each)| each.0 != "Price");
    let answers = quality
        .zip(bid.answers)
        .map(|((criterion, _), &(text, score))| DemoAnswer {
            criterion,
            text,
            score: score.map(|(score, reason)| DemoScore { score, reason }),
        });
    DemoBid {
        supplier: bid.supplier,
        state: bid.state,
        submitted_on: working_day(today, bid.submitted),
        answers: answers.collect(),
        price_pence: bid.price_pounds * 100,
        feedback: (!bid.feedback.is_empty()).then_some(bid.feedback),
    }
}
