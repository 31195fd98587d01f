//! The demonstration's needs, pilots, bids and saved searches through the front doors. What happened in the past
//! is done with the clock set back to its day.

use super::world::{DemoPilot, DemoSearch, DemoWorld, Home, NeedState, PilotState};
use crate::access::{Viewer, accounts};
use crate::alerts::{filter::Filter, searches};
use crate::cli::user::refused;
use crate::cli::{Failure, failed};
use crate::needs::{self, Statement};
use crate::pilots::bids::{self, Offer};
use crate::pilots::{self, Criterion, CriterionKind, Draft, award};
use crate::runtime::App;
use crate::runtime::clock::london_instant;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// Ten in the morning in London.
fn morning(day: NaiveDate) -> DateTime<Utc> {
    london_instant(day.and_hms_opt(10, 0, 0).unwrap_or_default())
}

pub(super) async fn load(
    app: &App,
    world: &DemoWorld,
    councils: &[Uuid],
    suppliers: &[Uuid],
    password: &str,
) -> Result<(), Failure> {
    let now = app.clock.now();
    let mut needs = HashMap::new();
    for (index, need) in world
        .needs
        .iter()
        .enumerate()
        .filter(|(_, need)| need.state == NeedState::Stated)
    {
        let statement = Statement {
            title: need.title.to_owned(),
            problem: need.problem.to_owned(),
            outcomes: need.outcomes.to_owned(),
            systems: need.systems.map(str::to_owned),
            lgsl: need.lgsl.map(i32::from),
            cpv: Some(need.cpv_code.to_owned()),
            budget_min_pence: Some(need.budget_min_pence),
            budget_max_pence: Some(need.budget_max_pence),
        };
        let stated = needs::state(app, &Viewer::System, councils[need.council], statement)
            .await
            .map_err(refused)?;
        needs.insert(index, stated.id);
    }
    for pilot in &world.pilots {
        let need = pilot.need.and_then(|index| needs.get(&index).copied());
        let done = one_pilot(
            app,
            world,
            pilot,
            need,
            councils[pilot.council],
            suppliers,
            password,
        )
        .await;
        app.clock.set(now);
        done?;
    }
    for search in &world.searches {
        let session = accounts::sign_in(app, &world.people[search.person].email, password)
            .await
            .map_err(refused)?;
        let viewer = Viewer::Person(session.person);
        searches::save(app, &viewer, search.name, filter(search))
            .await
            .map_err(refused)?;
    }
    Ok(())
}

fn filter(search: &DemoSearch) -> Filter {
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
    Filter {
        window_kinds: search
            .window_kinds
            .iter()
            .map(|kind| kind.word().replace("re_procurement", "reprocurement"))
            .collect(),
        regions: search
            .regions
            .iter()
            .map(|region| region.to_lowercase().replace(' ', "_"))
            .collect(),
        council_kinds: search
            .council_kinds
            .iter()
            .map(|kind| kind.word().to_owned())
            .collect(),
        cpv_prefixes: words(search.cpv_prefixes),
        words: search.words.map(str::to_owned),
        ..Filter::default()
    }
}

/// A pilot as far as it has come. Those that ended without an award wait for the front door that ends them so.
async fn one_pilot(
    app: &App,
    world: &DemoWorld,
    pilot: &DemoPilot,
    need: Option<Uuid>,
    council: Uuid,
    suppliers: &[Uuid],
    password: &str,
) -> Result<(), Failure> {
    use PilotState::{Awarded, Draft as Drafted, Evaluating, InReview, Published};
    if !matches!(pilot.state, Drafted | InReview | Published | Evaluating | Awarded) {
        return Ok(());
    }
    if let Some(day) = pilot.published_on {
        app.clock.set(morning(day));
    }
    let made = pilots::draft(app, &Viewer::System, council, draft(pilot, need))
        .await
        .map_err(refused)?;
    if pilot.published_on.is_none() {
        return Ok(());
    }
    let deadline = london_instant(pilot.deadline_on.and_hms_opt(17, 0, 0).unwrap_or_default());
    pilots::publish(app, &Viewer::System, made.id, deadline)
        .await
        .map_err(refused)?;
    let mut receipts = Vec::new();
    for bid in &pilot.bids {
        app.clock.set(morning(bid.submitted_on));
        let answer = bid
            .answers
            .iter()
            .map(|answer| answer.text)
            .collect::<Vec<_>>()
            .join("\n\n");
        let offer = Offer {
            price_pence: bid.price_pence,
            answer,
        };
        let receipt = bids::submit(app, &Viewer::System, made.id, suppliers[bid.supplier], offer).await;
        receipts.push((bid, receipt.map_err(refused)?.bid_id));
    }
    if !matches!(pilot.state, Evaluating | Awarded) {
        return Ok(());
    }
    app.clock
        .set(pilot.decided_on.map_or(deadline, morning).max(deadline));
    let evaluator = evaluator(world, pilot.council).ok_or_else(|| failed("a pilot without an evaluator"))?;
    let session = accounts::sign_in(app, evaluator, password)
        .await
        .map_err(refused)?;
    let viewer = Viewer::Person(session.person);
    for (bid, id) in &receipts {
        for answer in &bid.answers {
            let Some(score) = &answer.score else { continue };
            let ordinal = i32::try_from(answer.criterion + 1).unwrap_or(i32::MAX);
            let points = i32::try_from(score.score).unwrap_or(i32::MAX);
            award::score(app, &viewer, made.id, *id, ordinal, points, score.reason)
                .await
                .map_err(refused)?;
        }
    }
    let won = receipts
        .iter()
        .find(|(bid, _)| bid.state == super::world::BidState::Awarded);
    if let Some((_, winner)) = won {
        let feedback: HashMap<Uuid, String> = receipts
            .iter()
            .map(|(bid, id)| (*id, bid.feedback.unwrap_or("Thank you for your bid.").to_owned()))
            .collect();
        let reason = pilot.outcome_reason.unwrap_or("The highest total.");
        award::award(app, &Viewer::System, made.id, *winner, &feedback, reason)
            .await
            .map_err(refused)?;
    }
    Ok(())
}

fn evaluator(world: &DemoWorld, council: usize) -> Option<&str> {
    let of_council = |person: &&super::world::DemoPerson| {
        person.signs_in
            && person.home == Home::Council(council)
            && person.role == super::world::DemoRole::Evaluator
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
        criteria: criteria.collect(),
    }
}
