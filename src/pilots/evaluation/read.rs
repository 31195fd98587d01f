//! What a viewer may read of an evaluation: the panel, the bids as far as they are not kept back, scores, the ranking.

use super::super::bids::{self, OpenedBid, Words, files};
use super::super::rules::quality_score;
use super::super::{Pilot, tender_box};
use super::ranking::{self, Entrant, Ranked, Step};
use super::rules::{self, Evaluator, Sight, Withheld, sight};
use super::{Consensus, Evaluation, store};
use crate::access::{Action, Resource, Viewer, accounts, may};
use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// An evaluation as somebody of the council may read it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// How far it has come. Declared interests that the viewer may not read are not in it.
    pub evaluation: Evaluation,
    /// Who evaluates, by name; whoever closed their account has none.
    pub names: HashMap<Uuid, String>,
    /// The bids, by label; none, if the viewer may not read them yet.
    pub bids: Vec<Blind>,
    /// The ranking, once quality is locked.
    pub ranking: Vec<Ranked>,
}

/// A bid as it is evaluated: what is kept back is not in it.
#[derive(Clone, Debug)]
pub struct Blind {
    /// What it is scored by: its id, or where suppliers are unnamed another number until quality is locked, which does
    /// not tell when it came in.
    pub id: Uuid,
    /// What it is called while its supplier is not named: stable, and not in the order of receipt.
    pub label: String,
    /// What became of it.
    pub state: bids::State,
    /// The pilot it is for.
    pub pilot: Uuid,
    /// What its bidder wrote.
    pub words: Words,
    /// The bid whole, once nothing of it is kept back.
    pub whole: Option<OpenedBid>,
    /// Whose it is, unless that is kept back.
    pub supplier: Option<Uuid>,
    /// Its price, unless that is kept back.
    pub price_pence: Option<i64>,
    /// The viewer's own scores, and everybody's once all are in.
    pub scores: Vec<Score>,
    /// What the panel came to, for those who may read everybody's scores.
    pub consensus: Vec<Consensus>,
}

/// What one evaluator gave a bid on one criterion.
#[derive(Clone, Debug)]
pub struct Score {
    /// Who, by their place on the panel.
    pub evaluator: i32,
    /// The criterion's place.
    pub ordinal: i32,
    /// Out of 100.
    pub score: i32,
    /// Why.
    pub reason: String,
    /// When.
    pub scored_at: DateTime<Utc>,
}

/// What counts of a bid's quality on one criterion.
#[derive(Clone, Debug)]
pub struct Final {
    /// Hundredths of a point.
    pub hundredths: i64,
    /// Why.
    pub reasons: Vec<String>,
}

/// What the viewer may read of the bids for a pilot; nothing, for those whose role does not let them read bids at all.
pub(in crate::pilots) async fn sight_of(app: &App, viewer: &Viewer, pilot: &Pilot) -> Result<Sight, Error> {
    if !may(viewer, Action::ReadBids, Resource::Council(pilot.council_id)) || !is_open(app, pilot).await? {
        return Ok(Sight::NOTHING);
    }
    Ok(seen_by(
        &store::evaluation(app.db.read(), pilot.id).await?,
        viewer,
        pilot,
    ))
}

/// By the database's clock, as bids are taken: while one node still takes them no other opens them.
async fn is_open(app: &App, pilot: &Pilot) -> Result<bool, Error> {
    let opened = |now| pilot.phase(now).bids_are_open();
    Ok(opened(app.clock.now()) && opened(app.db.time(app.db.read(), &app.clock).await?))
}

fn seen_by(evaluation: &Evaluation, viewer: &Viewer, pilot: &Pilot) -> Sight {
    let withheld = Withheld {
        names: pilot.said.suppliers_unnamed,
        prices: pilot.said.price_after_quality,
    };
    let who = viewer.person().map(|person| person.id);
    sight(&evaluation.panel, evaluation.locked_at.is_some(), withheld, who)
}

/// The evaluation of the bids for a pilot, for those of its council who read bids or name panels; nothing, for anybody
/// else.
///
/// # Errors
/// When the database fails or a seal is broken.
pub async fn of_pilot(app: &App, viewer: &Viewer, pilot: &Pilot) -> Result<Option<Seen>, Error> {
    let council = Resource::Council(pilot.council_id);
    let (reads, names) = (
        may(viewer, Action::ReadBids, council),
        may(viewer, Action::NamePanel, council),
    );
    if !reads && !names {
        return Ok(None);
    }
    let db = app.db.read();
    let mut evaluation = store::evaluation(db, pilot.id).await?;
    let sight = if reads && is_open(app, pilot).await? {
        seen_by(&evaluation, viewer, pilot)
    } else {
        Sight::NOTHING
    };
    let people: Vec<Uuid> = evaluation.panel.iter().map(|of| of.person).collect();
    let called = accounts::names(db, &people).await?;
    let bids = match sight.bids {
        true => blind(app, viewer, pilot, &evaluation, sight).await?,
        false => Vec::new(),
    };
    let ranking = match sight.points {
        true => ranking(pilot, bids.iter().filter_map(|bid| bid.whole.as_ref())),
        false => Vec::new(),
    };
    keep_interests_back(&mut evaluation, viewer, names);
    Ok(Some(Seen {
        evaluation,
        names: called,
        bids,
        ranking,
    }))
}

/// What somebody declared, and why it was decided as it was, is for themselves, the chair, and those who name panels.
fn keep_interests_back(evaluation: &mut Evaluation, viewer: &Viewer, names: bool) {
    let me = viewer.person().map(|person| person.id);
    let chairs = |of: &Evaluator| of.chair && of.standing() == rules::Standing::TakingPart;
    let chair = evaluation
        .panel
        .iter()
        .any(|of| Some(of.person) == me && chairs(of));
    for of in &mut evaluation.panel {
        if !names && !chair && Some(of.person) != me {
            // That there is one shows in where they stand; what it is does not.
            of.interest = of.interest.take().map(|_| String::new());
            of.decision = None;
        }
    }
}

async fn blind(
    app: &App,
    viewer: &Viewer,
    pilot: &Pilot,
    evaluation: &Evaluation,
    sight: Sight,
) -> Result<Vec<Blind>, Error> {
    let db = app.db.read();
    let opened = bids::all_of(app, db, pilot).await?;
    let ids: Vec<Uuid> = opened.iter().map(|bid| bid.id).collect();
    let (scores, consensus) = (store::scores(db, &ids).await?, store::consensus(db, &ids).await?);
    let labels: HashMap<Uuid, String> = labelled(app, &ids).into_iter().collect();
    let me = viewer.person().map(|person| person.id);
    let by = |person: Uuid| evaluation.panel.iter().find(|of| of.person == person);
    let mut blind: Vec<Blind> = Vec::with_capacity(opened.len());
    for bid in opened {
        let mine = scores
            .iter()
            .filter(|row| row.bid_id == bid.id && (sight.others || Some(row.evaluator_id) == me));
        let scores = mine.filter_map(|row| {
            Some(Score {
                evaluator: by(row.evaluator_id)?.ordinal,
                ordinal: row.ordinal,
                score: row.score,
                reason: row.reason.clone(),
                scored_at: row.scored_at,
            })
        });
        let scores = scores.collect();
        let mut words = bid.offer.words.clone();
        if !sight.names {
            files::unnamed(&mut words.attachments);
        }
        let came_to = consensus.iter().filter(|of| sight.others && of.bid == bid.id);
        blind.push(Blind {
            id: if sight.names { bid.id } else { alias(app, bid.id) },
            label: labels.get(&bid.id).cloned().unwrap_or_default(),
            state: bid.state,
            pilot: pilot.id,
            words,
            supplier: sight.names.then_some(bid.supplier_id),
            price_pence: sight.prices.then_some(bid.offer.price_pence),
            consensus: came_to.cloned().collect(),
            scores,
            whole: sight.is_whole().then_some(bid),
        });
    }
    blind.sort_by(|a, b| (a.label.len(), &a.label).cmp(&(b.label.len(), &b.label)));
    Ok(blind)
}

/// The number a bid goes by while its supplier is not named. A bid's own id tells when it came in.
pub(in crate::pilots) fn alias(app: &App, bid: Uuid) -> Uuid {
    let tag = app.secret.tag("bid label", bid.as_bytes());
    Uuid::from_slice(&tag[..16]).unwrap_or_default()
}

/// Labels of bids, in the order of their other numbers: which is not that of receipt, and nobody can choose theirs.
fn labelled(app: &App, bids: &[Uuid]) -> Vec<(Uuid, String)> {
    let by_alias: BTreeMap<Uuid, Uuid> = bids.iter().map(|bid| (alias(app, *bid), *bid)).collect();
    let in_order = by_alias.into_values().enumerate();
    in_order.map(|(place, bid)| (bid, rules::label(place))).collect()
}

/// A score as it was entered, and whether it stands.
#[derive(Clone, Debug)]
pub(in crate::pilots) struct Entered {
    /// Of which bid.
    pub(in crate::pilots) bid: Uuid,
    /// The criterion's place.
    pub(in crate::pilots) criterion: i32,
    /// Who, by their place on the panel; nobody, where the panel came to it.
    pub(in crate::pilots) evaluator: Option<i32>,
    /// Whether the panel came to it.
    pub(in crate::pilots) consensus: bool,
    /// 1 for what was entered first.
    pub(in crate::pilots) number: i32,
    /// Out of 100.
    pub(in crate::pilots) score: i32,
    /// Why.
    pub(in crate::pilots) reason: String,
    /// When.
    pub(in crate::pilots) entered_at: DateTime<Utc>,
    /// Whether nothing took its place.
    pub(in crate::pilots) stands: bool,
}

/// Every score of these bids and every consensus, as they were entered, in that order. Whoever calls has seen to it that
/// they may be read.
pub(in crate::pilots) async fn entered(
    db: &impl ConnectionTrait,
    evaluation: &Evaluation,
    bids: &[Uuid],
) -> Result<Vec<Entered>, Error> {
    let rows = store::entries(db, bids).await?;
    let mut last: HashMap<(Uuid, i32, Option<Uuid>), i32> = HashMap::new();
    for row in &rows {
        let number = last
            .entry((row.bid_id, row.ordinal, row.evaluator_id))
            .or_default();
        *number = row.number.max(*number);
    }
    let place = |person: Uuid| {
        let mut panel = evaluation.panel.iter();
        panel.find(|of| of.person == person).map(|of| of.ordinal)
    };
    let read = |row: entity::score_entry::Model| Entered {
        stands: last.get(&(row.bid_id, row.ordinal, row.evaluator_id)) == Some(&row.number),
        bid: row.bid_id,
        criterion: row.ordinal,
        evaluator: row.evaluator_id.and_then(place),
        consensus: row.evaluator_id.is_none(),
        number: row.number,
        score: row.score,
        reason: row.reason,
        entered_at: row.entered_at,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// The labels of the bids for a pilot, by bid.
pub(super) async fn labels(
    app: &App,
    db: &impl ConnectionTrait,
    pilot: Uuid,
) -> Result<Vec<(Uuid, String)>, Error> {
    let rows = tender_box::bids_of(app, db, pilot).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    Ok(labelled(app, &ids))
}

/// What counts of quality, by bid and criterion; nothing at all, until it is locked.
pub(in crate::pilots) async fn final_quality(
    db: &impl ConnectionTrait,
    pilot: Uuid,
    bids: &[(Uuid, i64)],
) -> Result<Option<HashMap<(Uuid, i32), Final>>, Error> {
    let evaluation = store::evaluation(db, pilot).await?;
    if evaluation.locked_at.is_none() {
        return Ok(None);
    }
    let ids: Vec<Uuid> = bids.iter().map(|(bid, _)| *bid).collect();
    let counts = |person: Uuid| {
        let mut panel = evaluation.panel.iter();
        panel.any(|of| of.person == person && of.counts())
    };
    let mut given: HashMap<(Uuid, i32), (Vec<i32>, Vec<String>)> = HashMap::new();
    let scores = store::scores(db, &ids).await?;
    for row in scores.into_iter().filter(|row| counts(row.evaluator_id)) {
        let (scores, reasons) = given.entry((row.bid_id, row.ordinal)).or_default();
        scores.push(row.score);
        reasons.push(row.reason);
    }
    let mut quality = HashMap::new();
    for (of, (scores, reasons)) in given {
        if let Some(hundredths) = quality_score(&scores) {
            quality.insert(of, Final { hundredths, reasons });
        }
    }
    for of in store::consensus(db, &ids).await? {
        let (hundredths, reasons) = (i64::from(of.score) * 100, vec![of.reason]);
        quality.insert((of.bid, of.ordinal), Final { hundredths, reasons });
    }
    Ok(Some(quality))
}

/// The ranking of opened bids that stand and are scored on everything.
pub(in crate::pilots) fn ranking<'a>(
    pilot: &Pilot,
    opened: impl Iterator<Item = &'a OpenedBid>,
) -> Vec<Ranked> {
    // Lots are drawn of all, the disqualified included: to disqualify one draws no others.
    let all: Vec<&OpenedBid> = opened.collect();
    let digests: Vec<Vec<u8>> = all.iter().map(|bid| bid.receipt.digest.clone()).collect();
    let lots = ranking::lots(&digests);
    let standing = all.into_iter().zip(lots);
    let standing = standing.filter(|(bid, _)| bid.state != bids::State::Disqualified);
    let entrants = standing.filter_map(|(bid, lot)| {
        let step = |criterion: &super::super::Criterion| {
            let points = bid.points.iter().find(|of| of.ordinal == criterion.ordinal)?;
            Some(Step {
                ordinal: criterion.ordinal,
                criterion: criterion.name.clone(),
                kind: criterion.kind,
                weight: criterion.weight,
                hundredths: points.hundredths,
            })
        };
        Some(Entrant {
            bid: bid.id,
            price_pence: bid.offer.price_pence,
            received_at: bid.receipt.received_at,
            lot,
            steps: pilot.said.criteria.iter().map(step).collect::<Option<_>>()?,
        })
    });
    ranking::rank(entrants.collect(), pilot.said.tie_rule)
}
