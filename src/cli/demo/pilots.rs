//! The demonstration's pilots through the front doors: what happened in the past is done with the clock set back to
//! its day, in the order it happened.

use super::world::{
    BidState, DemoBid, DemoPilot, DemoQuestion, DemoRole, DemoWorld, Home, PilotState, QuestionState,
};
use crate::access::Viewer;
use crate::access::sessions::{self, Attempt};
use crate::cli::user::refused;
use crate::cli::{Failure, failed};
use crate::law;
use crate::pilots::bids::{self, CriterionAnswer, Declaration, Submission, Words, drafts};
use crate::pilots::evaluation::scores::{self, Given};
use crate::pilots::questions::{self, Answer, State};
use crate::pilots::{self, Criterion, CriterionKind, Draft, Pilot, Reservation, award, ending, evaluation};
use crate::runtime::App;
use crate::runtime::clock::london_instant;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// Ten in the morning in London.
fn morning(day: NaiveDate) -> DateTime<Utc> {
    london_instant(day.and_hms_opt(10, 0, 0).unwrap_or_default())
}

/// Five in the afternoon: the hour of every deadline.
fn afternoon(day: NaiveDate) -> DateTime<Utc> {
    london_instant(day.and_hms_opt(17, 0, 0).unwrap_or_default())
}

pub(super) async fn load(
    app: &App,
    world: &DemoWorld,
    needs: &HashMap<usize, Uuid>,
    councils: &[Uuid],
    suppliers: &[Uuid],
    password: &str,
) -> Result<(), Failure> {
    let now = app.clock.now();
    for pilot in &world.pilots {
        let need = pilot.need.and_then(|index| needs.get(&index).copied());
        let life = Life {
            app,
            world,
            pilot,
            suppliers,
            password,
        };
        let lived = life.live(councils[pilot.council], need).await;
        app.clock.set(now);
        lived?;
    }
    Ok(())
}

/// One pilot, from its draft to wherever it has come.
struct Life<'a> {
    app: &'a App,
    world: &'a DemoWorld,
    pilot: &'a DemoPilot,
    suppliers: &'a [Uuid],
    password: &'a str,
}

impl Life<'_> {
    async fn live(&self, council: Uuid, need: Option<Uuid>) -> Result<(), Failure> {
        use PilotState::{Draft as Drafted, InReview, Withdrawn};
        let (app, system) = (self.app, &Viewer::System);
        if let Some(day) = self.pilot.published_on {
            app.clock.set(morning(day));
        }
        let mut made = pilots::draft(app, system, council, draft(self.pilot, need))
            .await
            .map_err(refused)?;
        let book = law::read(app).await.map_err(failed)?;
        if !pilots::guidance(&book, &made, app.clock.today())
            .against
            .is_empty()
        {
            // Nobody could reserve one then: the law that lets them is younger than the day.
            let open = |said: &mut Draft| said.reservation = Reservation::None;
            let edited = pilots::edit(app, system, made.id, made.version, open).await;
            made = edited.map_err(refused)?;
        }
        let (id, version) = (made.id, made.version);
        match self.pilot.state {
            Drafted => return Ok(()),
            InReview => {
                pilots::submit_for_review(app, system, id, version)
                    .await
                    .map_err(refused)?;
                return Ok(());
            }
            Withdrawn => {
                ending::withdraw(app, system, id, version, self.reason())
                    .await
                    .map_err(refused)?;
                return Ok(());
            }
            _ => {}
        }
        let deadline = afternoon(self.pilot.deadline_on);
        let pilot = pilots::publish(app, system, id, version, deadline)
            .await
            .map_err(refused)?;
        for question in &self.pilot.questions {
            self.ask(id, question).await?;
        }
        let mut receipts = Vec::new();
        for bid in &self.pilot.bids {
            if let Some(receipt) = self.bid(id, bid).await? {
                receipts.push((bid, receipt));
            }
        }
        self.decide(pilot, deadline, &receipts).await
    }

    fn reason(&self) -> &str {
        self.pilot.outcome_reason.unwrap_or("The highest total.")
    }

    async fn ask(&self, pilot: Uuid, question: &DemoQuestion) -> Result<(), Failure> {
        let (app, system) = (self.app, &Viewer::System);
        app.clock.set(morning(question.asked_on));
        let supplier = self.suppliers[question.asked_by];
        let asked = questions::ask(app, system, pilot, supplier, question.question).await;
        let asked = asked.map_err(refused)?;
        let (Some(answer), Some(day)) = (question.answer, question.answered_on) else {
            return Ok(());
        };
        app.clock.set(morning(day));
        let state = match question.state {
            QuestionState::AnsweredPrivately => State::AnsweredPrivately,
            QuestionState::Rejected => State::Rejected,
            QuestionState::Asked | QuestionState::AnsweredAndPublished => State::AnsweredAndPublished,
        };
        let private = state == State::AnsweredPrivately;
        let answer = Answer {
            state,
            text: answer,
            private_because: private
                .then_some("The answer would tell others how the asker\u{2019}s own product works."),
        };
        questions::answer(app, system, asked.id, asked.version, answer)
            .await
            .map_err(refused)?;
        Ok(())
    }

    /// A bid that was taken back, or is still being written, leaves no receipt to score.
    async fn bid(&self, pilot: Uuid, bid: &DemoBid) -> Result<Option<Uuid>, Failure> {
        let (app, system, supplier) = (self.app, &Viewer::System, self.suppliers[bid.supplier]);
        app.clock.set(morning(bid.submitted_on));
        let answers = bid.answers.iter().map(|answer| CriterionAnswer {
            criterion: i32::try_from(answer.criterion).unwrap_or_default() + 1,
            text: answer.text.to_owned(),
        });
        let mut words = Words {
            answer: "As told below, criterion by criterion.".to_owned(),
            answers: answers.collect(),
            ..Words::default()
        };
        if bid.state == BidState::Draft {
            drafts::save(app, system, pilot, supplier, None, Some(bid.price_pence), words)
                .await
                .map_err(refused)?;
            return Ok(None);
        }
        words.declarations = Declaration::ALL.to_vec();
        let given = Submission::Given(bid.price_pence, words);
        let receipt = bids::submit(app, system, pilot, supplier, None, given)
            .await
            .map_err(refused)?;
        if bid.state == BidState::Withdrawn {
            bids::withdraw(app, system, pilot, supplier, receipt.version)
                .await
                .map_err(refused)?;
            return Ok(None);
        }
        Ok(Some(receipt.bid_id))
    }

    async fn decide(
        &self,
        pilot: Pilot,
        deadline: DateTime<Utc>,
        receipts: &[(&DemoBid, Uuid)],
    ) -> Result<(), Failure> {
        use PilotState::{Awarded, Cancelled, Evaluating, NoneSuitable};
        let (app, system) = (self.app, &Viewer::System);
        let decided = self.pilot.decided_on.map(morning);
        if self.pilot.state == Cancelled {
            app.clock.set(decided.unwrap_or(deadline));
            ending::cancel(app, system, pilot.id, pilot.version, self.reason())
                .await
                .map_err(refused)?;
        }
        if !matches!(self.pilot.state, Evaluating | Awarded | NoneSuitable) {
            return Ok(());
        }
        app.clock.set(decided.unwrap_or(deadline).max(deadline));
        let Pilot { id, version, .. } = self.score(pilot, receipts).await?;
        let thanks = "Thank you for your bid.";
        let feedback = receipts
            .iter()
            .map(|(bid, id)| (*id, bid.feedback.unwrap_or(thanks).to_owned()))
            .collect();
        let won = receipts.iter().find(|(bid, _)| bid.state == BidState::Awarded);
        match (self.pilot.state, won) {
            (Awarded, Some((_, winner))) => {
                let done = award::award(app, system, id, version, &[*winner], &feedback, self.reason()).await;
                done.map_err(refused)?;
            }
            (NoneSuitable, _) => {
                let done = ending::none_suitable(app, system, id, version, &feedback, self.reason()).await;
                done.map_err(refused)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The panel of one: the council's evaluator, who has no interest, scores every bid and locks quality.
    async fn score(&self, pilot: Pilot, receipts: &[(&DemoBid, Uuid)]) -> Result<Pilot, Failure> {
        let (app, id) = (self.app, pilot.id);
        let email = evaluator(self.world, self.pilot.council)
            .ok_or_else(|| failed("a pilot without an evaluator"))?;
        let attempt = Attempt {
            email,
            password: self.password,
            ..Attempt::default()
        };
        let person = sessions::sign_in(app, attempt).await.map_err(refused)?.person;
        let (chair, viewer) = (person.id, Viewer::Person(person));
        evaluation::name_panel(app, &Viewer::System, id, 0, &[chair], chair)
            .await
            .map_err(refused)?;
        evaluation::declare(app, &viewer, id, None)
            .await
            .map_err(refused)?;
        for (bid, receipt) in receipts {
            for answer in &bid.answers {
                let Some(score) = &answer.score else { continue };
                let given = Given {
                    bid: *receipt,
                    ordinal: i32::try_from(answer.criterion + 1).unwrap_or(i32::MAX),
                    score: i32::try_from(score.score).unwrap_or(i32::MAX),
                    reason: score.reason,
                };
                scores::score(app, &viewer, id, given).await.map_err(refused)?;
            }
        }
        if self.pilot.state == PilotState::Evaluating {
            return Ok(pilot);
        }
        scores::submit(app, &viewer, id).await.map_err(refused)?;
        // Named, declared and submitted since.
        scores::lock(app, &viewer, id, 3).await.map_err(refused)
    }
}

fn evaluator(world: &DemoWorld, council: usize) -> Option<&str> {
    let of_council = |person: &&super::world::DemoPerson| {
        person.signs_in && person.home == Home::Council(council) && person.role == DemoRole::Evaluator
    };
    world
        .people
        .iter()
        .find(of_council)
        .map(|person| person.email.as_str())
}

fn draft(pilot: &DemoPilot, need_id: Option<Uuid>) -> Draft {
    let criteria = pilot
        .criteria
        .iter()
        .zip(1..)
        .map(|(criterion, ordinal)| Criterion {
            ordinal,
            kind: if criterion.is_price {
                CriterionKind::Price
            } else {
                CriterionKind::Quality
            },
            name: criterion.name.to_owned(),
            description: criterion.description.to_owned(),
            weight: i32::try_from(criterion.weight).unwrap_or(0),
        });
    Draft {
        need_id,
        title: pilot.title.to_owned(),
        summary: pilot.summary.to_owned(),
        success_measures: pilot.success_measures.join("\n"),
        cap_pence: pilot.cap_pence,
        weeks: i32::try_from(pilot.weeks).unwrap_or(0),
        decides_on: Some(pilot.decides_on),
        lgsl: pilot.lgsl.map(i32::from),
        cpv: Some(pilot.cpv_code.to_owned()),
        reservation: Reservation::parse(pilot.reservation.word()).unwrap_or(Reservation::None),
        criteria: criteria.collect(),
        ..Draft::default()
    }
}
