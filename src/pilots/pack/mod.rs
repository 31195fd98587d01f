//! The record of a pilot for whoever audits it: one value with all that is kept about it, that a reader without this program
//! can judge. It shows what Annex IV of Directive 2014/24/EU asks of devices that receive tenders.
//!
//! [`of`] asks the policy and puts it together; `kept_back`, `timeline` and `words` are pure; [`parts`] is its form,
//! `report` its page. It tells nothing that its reader could not read by then: bids and scores are in it once the pilot is
//! decided, and not for whoever was kept out of the evaluation. That somebody without the right asked for it is on the
//! record.

mod kept_back;
mod mails;
mod of_bids;
pub mod parts;
mod report;
mod timeline;
mod words;

pub use parts::{Pack, SCHEMA};
pub use report::report;

use super::evaluation::{self, Evaluation, Standing, read};
use super::{Phase, Pilot, addenda, bids, decisions, questions, results, store, tender_box};
use crate::access::{Action, Resource, Viewer, accounts, attempted, may};
use crate::audit::{self, Seen};
use crate::councils::directory;
use crate::events::{self, About};
use crate::runtime::{App, Error};
use crate::suppliers;
use chrono::{DateTime, Duration, Utc};
use parts::{
    Addendum, Announced, Decided, Measure, Moved, OfBid, OnPanel, Outcome, Place, Question, Received, Scored,
    Step, Terms,
};
use sha2::{Digest, Sha256};
use timeline::Names;
use uuid::Uuid;

/// Asking for the same record again within this time is the same attempt.
const SAME_ATTEMPT: Duration = Duration::hours(1);
/// What is announced of a pilot: its addenda, its questions and its end.
const MOST_ANNOUNCED: u64 = 1_000;

impl Pack {
    /// The whole as JSON, as it is kept: one text, whose SHA-256 is [`Pack::digest`].
    ///
    /// # Errors
    /// When it has no form in JSON, which is a fault of ours.
    pub fn text(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(Error::fault)
    }

    /// SHA-256 of a record's text, in hexadecimal.
    pub fn digest(text: &str) -> String {
        hex::encode(Sha256::digest(text))
    }
}

/// The record of a pilot, as far as the viewer may read it by now; nothing, where they may not, and that somebody signed in
/// asked all the same is on the record.
///
/// # Errors
/// When the database fails or a seal is broken.
pub async fn of(app: &App, viewer: &Viewer, id: Uuid) -> Result<Option<Pack>, Error> {
    let Some(pilot) = super::one(app, viewer, id).await? else {
        return Ok(None);
    };
    let council = Resource::Council(pilot.council_id);
    if !may(viewer, Action::ReadRecord, council) {
        refuse(app, viewer, &pilot).await?;
        return Ok(None);
    }
    // The earlier of two clocks: while one node still takes bids no other tells of them.
    let now = app.clock.now().min(app.db.time(app.db.read(), &app.clock).await?);
    let evaluation = evaluation::of(app.db.read(), pilot.id).await?;
    let kept_out = evaluation.keeps_out(viewer.person().map(|person| person.id));
    let phase = pilot.phase(now);
    let open = log(app, &pilot, &[]).await?;
    let stopped_at = timeline::stopped_at(&open, pilot.id);
    let why = kept_back::why(phase, pilot.deadline_at, stopped_at, kept_out);
    let mut pack = open_parts(app, &pilot, &evaluation, &open, (now, why)).await?;
    pack.withheld = kept_back::parts(why, phase);
    if why.is_none() {
        bids_parts(app, &pilot, &evaluation, &mut pack).await?;
    }
    Ok(Some(pack))
}

async fn refuse(app: &App, viewer: &Viewer, pilot: &Pilot) -> Result<(), Error> {
    let council = Resource::Council(pilot.council_id);
    let Some(attempt) = attempted(viewer, Action::ReadRecord, council) else {
        return Ok(());
    };
    if audit::was_refused(app, &attempt, pilot.id, SAME_ATTEMPT).await? {
        return Ok(());
    }
    let detail = serde_json::json!({ "tried": "to read the record" });
    audit::refused(app, &attempt, "pilot", pilot.id, detail).await
}

/// The entries about a pilot, its questions and panel, these bids, and the contracts that it led to.
async fn log(app: &App, pilot: &Pilot, bids: &[Uuid]) -> Result<Vec<Seen>, Error> {
    let mut subjects = vec![pilot.id];
    let asked = store::questions_of(app.db.read(), pilot.id).await?;
    subjects.extend(asked.into_iter().map(|question| question.id));
    subjects.extend(bids);
    let decided = decisions::of_pilots(app, &[pilot.id]).await?;
    let decided = decided.into_values().flatten();
    subjects.extend(decided.flat_map(|decision| decision.contracts()));
    let named = (Action::NamePanel, Resource::Council(pilot.council_id));
    audit::about(app, app.db.read(), &subjects, named).await
}

/// All that is told of a pilot whatever its bids are.
async fn open_parts(
    app: &App,
    pilot: &Pilot,
    evaluation: &Evaluation,
    log: &[Seen],
    (now, why): (DateTime<Utc>, Option<&str>),
) -> Result<Pack, Error> {
    let happened = timeline::happened(log, pilot.id, false, &Names::new());
    let published = results::published_of(app, &[pilot.id]).await?;
    let after_lock = |kept_back| match kept_back {
        true => evaluation.locked_at,
        false => pilot
            .deadline_at
            .filter(|at| *at <= now && pilot.phase(now) != Phase::Cancelled),
    };
    Ok(Pack {
        schema: SCHEMA,
        made_at: app.clock.now(),
        pilot: terms(pilot, now),
        withheld: Vec::new(),
        deadlines: timeline::deadlines(log, pilot.id),
        addenda: addenda_of(app, pilot).await?,
        questions: questions_of(app, pilot, log).await?,
        panel: panel(app, evaluation).await?,
        receipts: None,
        attempts: happened.iter().filter(|entry| entry.refused).cloned().collect(),
        scores: None,
        quality_locked_at: evaluation.locked_at,
        prices_opened_at: after_lock(pilot.said.price_after_quality),
        names_opened_at: after_lock(pilot.said.suppliers_unnamed),
        ranking: None,
        decisions: decided(app, pilot, log, why.is_none()).await?,
        disqualified: None,
        result: published.into_values().next().map(outcome),
        mails: None,
        announced: announced(app, pilot).await?,
        timeline: happened,
        head: None,
        public_key: hex::encode(audit::public_key(&app.secret)),
    })
}

/// What is told of bids, once it is.
async fn bids_parts(app: &App, pilot: &Pilot, evaluation: &Evaluation, pack: &mut Pack) -> Result<(), Error> {
    let db = app.db.read();
    let rows = tender_box::bids_ever(app, db, pilot.id).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let log = log(app, pilot, &ids).await?;
    let names = supplier_names(app, &rows, &log).await?;
    let name = |id: Uuid| names.get(&id).cloned().unwrap_or_default();
    let of_bid = |id: Uuid| rows.iter().find(|row| row.id == id);
    let current = |row: &entity::bid::Model| {
        i64::from(row.version) - i64::from(row.state == bids::State::Withdrawn.as_str())
    };
    let received = |id: Uuid, version: i64| {
        let row = of_bid(id).filter(|row| current(row) == version)?;
        Some(row.received_at)
    };
    let submitted = timeline::submitted(&log, pilot.id, received);
    let receipts = submitted.iter().filter_map(|of| {
        let row = of_bid(of.receipt.bid_id)?;
        let version = i64::from(of.receipt.version);
        let state = match (of.withdrawn, current(row) == version) {
            (true, _) => bids::State::Withdrawn.as_str(),
            (false, true) => &row.state,
            (false, false) => "replaced",
        };
        Some(Received {
            bid: row.id,
            supplier: row.supplier_id,
            supplier_name: name(row.supplier_id),
            version,
            received_at: of.receipt.received_at,
            digest: hex::encode(&of.receipt.digest),
            by: timeline::who(of.entry),
            state: state.to_owned(),
            line: of.receipt.line(&app.secret),
            entry: of.entry.id,
        })
    });
    pack.receipts = Some(receipts.collect());
    pack.timeline = timeline::happened(&log, pilot.id, true, &names);
    pack.attempts = pack
        .timeline
        .iter()
        .filter(|entry| entry.refused)
        .cloned()
        .collect();
    pack.scores = Some(scored(app, evaluation, &ids).await?);
    pack.disqualified = Some(timeline::disqualified(&log));
    let suppliers_of = |bid: Uuid| of_bid(bid).map(|row| row.supplier_id);
    pack.mails = Some(mails::of(app, pilot, &submitted, suppliers_of).await?);
    if pilot.phase(app.clock.now()) != Phase::Cancelled {
        pack.ranking = Some(ranking(app, pilot, &names).await?);
    }
    pack.head = Some(audit::head(app).await?.line());
    Ok(())
}

/// The names of those who bid, and of those who tried to.
async fn supplier_names(app: &App, rows: &[entity::bid::Model], log: &[Seen]) -> Result<Names, Error> {
    let mut ids: Vec<Uuid> = rows.iter().map(|row| row.supplier_id).collect();
    ids.extend(log.iter().filter_map(|entry| match entry.organisation {
        Resource::Supplier(id) => Some(id),
        _ => None,
    }));
    ids.sort_unstable();
    ids.dedup();
    let found = suppliers::by_ids(app, &ids).await?;
    Ok(found.into_iter().map(|(id, of)| (id, of.name)).collect())
}

fn terms(pilot: &Pilot, now: DateTime<Utc>) -> Terms {
    let council = directory().by_id(pilot.council_id);
    Terms {
        council: council.map_or_else(String::new, |of| of.facts.name.to_owned()),
        phase: format!("{:?}", pilot.phase(now)),
        copied_from: pilot.copied_from,
        lawful_because: pilot.lawful_because.clone(),
        published_at: pilot.published_at,
        deadline_at: pilot.deadline_at,
        standstill_until: pilot.standstill_until,
        outcome_reason: pilot.outcome_reason.clone(),
        ..Terms::said(pilot.id, &pilot.said)
    }
}

async fn addenda_of(app: &App, pilot: &Pilot) -> Result<Vec<Addendum>, Error> {
    let found = addenda::of(app, &[pilot.id]).await?;
    let told = found.into_values().flatten().map(|of| Addendum {
        number: of.number,
        text: of.text,
        moved: (of.moved.into_iter())
            .map(|moved| Moved {
                what: moved.what.as_str(),
                from: moved.from,
                to: moved.to,
            })
            .collect(),
        published_at: of.published_at,
    });
    Ok(told.collect())
}

async fn questions_of(app: &App, pilot: &Pilot, log: &[Seen]) -> Result<Vec<Question>, Error> {
    // As the program itself reads them: all, and nobody's own.
    let found = questions::of_pilot(app, &Viewer::System, pilot).await?;
    let told = found.into_iter().map(|of| Question {
        answered_by: timeline::by(log, of.id, |entry| !kept_back::says(entry, "answered").is_null()),
        id: of.id,
        question: of.question,
        asked_at: of.asked_at,
        state: of.state.as_str(),
        answer: of.answer,
        private_because: of.private_because,
        answered_at: of.answered_at,
    });
    Ok(told.collect())
}

async fn panel(app: &App, evaluation: &Evaluation) -> Result<Vec<OnPanel>, Error> {
    let people: Vec<Uuid> = evaluation.panel.iter().map(|of| of.person).collect();
    let names = accounts::names(app.db.read(), &people).await?;
    let told = evaluation.panel.iter().map(|of| OnPanel {
        evaluator: of.ordinal,
        name: names.get(&of.person).cloned().unwrap_or_else(|| "erased".into()),
        chair: of.chair,
        standing: match of.standing() {
            Standing::Named => "named",
            Standing::Waiting => "waiting",
            Standing::TakingPart => "taking part",
            Standing::Excluded => "excluded",
        },
        declared_at: of.declared_at,
        interest: of.interest.clone(),
        excluded: of.excluded,
        decision: of.decision.clone(),
        decided_at: of.decided_at,
        submitted_at: of.submitted_at,
    });
    Ok(told.collect())
}

async fn scored(app: &App, evaluation: &Evaluation, bids: &[Uuid]) -> Result<Vec<Scored>, Error> {
    let entered = read::entered(app.db.read(), evaluation, bids).await?;
    let told = entered.into_iter().map(|of| Scored {
        bid: of.bid,
        criterion: of.criterion,
        evaluator: of.evaluator,
        consensus: of.consensus,
        number: of.number,
        score: of.score,
        reason: of.reason,
        entered_at: of.entered_at,
        stands: of.stands,
    });
    Ok(told.collect())
}

async fn ranking(app: &App, pilot: &Pilot, names: &Names) -> Result<Vec<Place>, Error> {
    let opened = bids::all_of(app, app.db.read(), pilot).await?;
    let supplier = |bid: Uuid| {
        let of = opened.iter().find(|of| of.id == bid)?;
        names.get(&of.supplier_id).cloned()
    };
    let ranked = read::ranking(pilot, opened.iter());
    let told = ranked.into_iter().map(|of| Place {
        rank: of.rank,
        bid: of.entrant.bid,
        supplier_name: supplier(of.entrant.bid).unwrap_or_default(),
        price_pence: of.entrant.price_pence,
        total_hundredths: of.total,
        steps: (of.entrant.steps.iter())
            .map(|step| Step {
                criterion: step.ordinal,
                weight: step.weight,
                score_hundredths: step.hundredths,
            })
            .collect(),
    });
    Ok(told.collect())
}

async fn decided(app: &App, pilot: &Pilot, log: &[Seen], whole: bool) -> Result<Vec<Decided>, Error> {
    let found = decisions::of_pilots(app, &[pilot.id]).await?;
    let told = found.into_values().flatten().map(|of| {
        let says = |entry: &Seen, name: &str| !kept_back::says(entry, name).is_null();
        let made = |entry: &Seen| {
            let kind = match of.kind {
                decisions::Kind::Awarded => "awarded",
                decisions::Kind::NoneSuitable => "none suitable",
                decisions::Kind::Undone => "undone",
            };
            entry.at >= of.decided_at && says(entry, kind)
        };
        let of_bids = of.bids.into_iter().map(|of| OfBid {
            bid: of.bid,
            state: of.state.as_str(),
            feedback: of.feedback,
            contract: of.contract,
        });
        Decided {
            by: timeline::by(log, pilot.id, made),
            ordinal: of.ordinal,
            kind: of.kind.as_str(),
            reason: of.reason,
            decided_at: of.decided_at,
            standstill_until: of.standstill_until,
            bids: whole.then(|| of_bids.collect()),
        }
    });
    Ok(told.collect())
}

fn outcome(of: results::PilotResult) -> Outcome {
    let measures = of.said.measures.into_iter().map(|of| Measure {
        measure: of.measure,
        met: of.met,
        evidence: of.evidence,
    });
    Outcome {
        published_at: of.published_at,
        verdict: of.said.verdict.as_str(),
        reason: of.said.reason,
        cost_pence: of.said.cost_pence,
        learned: of.said.learned,
        measures: measures.collect(),
    }
}

async fn announced(app: &App, pilot: &Pilot) -> Result<Vec<Announced>, Error> {
    let mut found = events::of(app.db.read(), About::Pilot(pilot.id), MOST_ANNOUNCED).await?;
    found.reverse();
    let told = found.into_iter().map(|event| Announced {
        kind: event.kind.as_str(),
        at: event.happened_at,
        void: event.void,
    });
    Ok(told.collect())
}
