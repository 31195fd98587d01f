//! What bidders are told of their bids: a receipt to whoever submitted one; and when a pilot ends, when that is undone and
//! when a bid is disqualified, a mail to everybody of each supplier. Each in the transaction that does it.
//! The mails hold what their bidder may read in the graph, and nothing of the other bids but the winner's scores.

use super::bids::OpenedBid;
use super::receipt::Receipt;
use super::{Pilot, Points, scoring, store, tender_box};
use crate::access::{Permit, Resource, accounts};
use crate::audit::{self, Head};
use crate::councils::directory;
use crate::runtime::clock::in_words;
use crate::runtime::letter::Plain;
use crate::runtime::mail::clean;
use crate::runtime::outbox::{self, Stream};
use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use std::collections::HashMap;
use uuid::Uuid;

/// Mails the receipt to whoever submitted the bid. It says nothing of what the bid says.
pub(super) async fn confirm(
    app: &App,
    txn: &DatabaseTransaction,
    permit: &Permit,
    pilot: &Pilot,
    receipt: &Receipt,
) -> Result<(), Error> {
    let Resource::Supplier(supplier) = permit.resource() else {
        return Ok(());
    };
    let members = accounts::members_of_supplier(txn, supplier).await?;
    let bidder = members
        .into_iter()
        .find(|(person, ..)| Some(*person) == permit.actor());
    let Some((person, to, name)) = bidder else {
        return Ok(());
    };
    let (title, line) = (clean(&pilot.said.title, 120), receipt.line(&app.secret));
    let mut paragraphs = vec![
        "Your bid was received in time. Until the deadline nobody but your organisation can read it. You can replace it \
         or take it back until then."
            .to_owned(),
        "Keep this mail. Once bids are open it shows what was received and when: `guildhall receipt verify` checks the \
         bid\u{2019}s canonical content against it, without this server."
            .to_owned(),
    ];
    paragraphs.push(line);
    let mut facts = vec![
        ("Pilot".to_owned(), title.clone()),
        ("Version".to_owned(), receipt.version.to_string()),
        ("Received".to_owned(), exactly(receipt.received_at)),
    ];
    facts.extend(pilot.deadline_at.map(|at| ("Deadline".to_owned(), exactly(at))));
    let letter = Plain {
        to,
        heading: format!("Your bid is in: {title}"),
        greeting: format!("Dear {},", clean(&name, 120)),
        paragraphs,
        facts,
        action: None,
        reason: "you submitted this bid".to_owned(),
        witness: receipt.head.as_ref().map(Head::line).unwrap_or_default(),
    };
    outbox::enqueue(app, txn, Stream::Receipt, Some(person), letter.words(app)?).await?;
    Ok(())
}

/// An instant to the millisecond, which may be what matters: `31 March 2026, 10:59:59.999 UTC`.
fn exactly(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M:%S%.3f UTC").to_string()
}

/// Tells every bidder what became of the bid, with feedback and points.
pub(super) async fn tell(
    app: &App,
    txn: &DatabaseTransaction,
    pilot: &Pilot,
    opened: &[OpenedBid],
    winners: &[Uuid],
    feedback: &HashMap<Uuid, String>,
) -> Result<(), Error> {
    let won = opened.iter().filter(|bid| winners.contains(&bid.id));
    let best = won.max_by_key(|bid| scoring::total(pilot, &bid.points));
    let best = best.map(|bid| bid.points.as_slice());
    for bid in opened {
        let title = clean(&pilot.said.title, 120);
        let wins = winners.contains(&bid.id);
        let heading = match winners {
            [] => format!("No bid was chosen: {title}"),
            _ if wins => format!("Your bid has won: {title}"),
            _ => format!("Your bid was not chosen: {title}"),
        };
        let mut paragraphs = Vec::new();
        paragraphs.extend(feedback.get(&bid.id).cloned());
        paragraphs.extend(pilot.outcome_reason.as_ref().map(|why| format!("Why: {why}")));
        if let Some(until) = pilot.standstill_until {
            let until = in_words(until);
            paragraphs.push(format!(
                "The award stands still until {until}: whoever doubts it says so to the council before then."
            ));
        }
        let facts = facts(&bid.points, best.filter(|_| !wins));
        write(app, txn, pilot, bid.supplier_id, (heading, paragraphs, facts)).await?;
    }
    Ok(())
}

/// Tells every bidder that what was decided does not hold.
pub(super) async fn tell_undone(
    app: &App,
    txn: &DatabaseTransaction,
    pilot: &Pilot,
    reason: &str,
) -> Result<(), Error> {
    for row in tender_box::bids_of(app, txn, pilot.id).await? {
        let heading = format!("Decision undone: {}", clean(&pilot.said.title, 120));
        let paragraphs = vec![
            "What you were told of this pilot's outcome does not hold any more. The council decides anew, and you \
                will be told."
                .to_owned(),
            format!("Why: {reason}"),
        ];
        write(
            app,
            txn,
            pilot,
            row.supplier_id,
            (heading, paragraphs, Vec::new()),
        )
        .await?;
    }
    Ok(())
}

/// Tells a bidder that the bid is not counted.
pub(super) async fn tell_disqualified(
    app: &App,
    txn: &DatabaseTransaction,
    pilot: &Pilot,
    supplier: Uuid,
    reason: &str,
) -> Result<(), Error> {
    let heading = format!("Your bid is not counted: {}", clean(&pilot.said.title, 120));
    let paragraphs = vec![
        "The council has disqualified your bid.".to_owned(),
        format!("Why: {reason}"),
    ];
    write(app, txn, pilot, supplier, (heading, paragraphs, Vec::new())).await
}

/// Tells every bidder that the pilot was stopped. Nothing is opened for it.
pub(super) async fn tell_cancelled(app: &App, txn: &DatabaseTransaction, pilot: &Pilot) -> Result<(), Error> {
    let why = pilot.outcome_reason.clone().unwrap_or_default();
    for row in tender_box::bids_of(app, txn, pilot.id).await? {
        let heading = format!("Cancelled: {}", clean(&pilot.said.title, 120));
        let sealed = "Your bid stays sealed: nobody has read it, and nobody will.";
        // Once the deadline has passed the council may have read the bids.
        let sealed = pilot
            .deadline_at
            .is_some_and(|deadline| app.clock.now() < deadline)
            .then(|| sealed.to_owned());
        let paragraphs = [Some(format!("Why: {why}")), sealed]
            .into_iter()
            .flatten()
            .collect();
        write(
            app,
            txn,
            pilot,
            row.supplier_id,
            (heading, paragraphs, Vec::new()),
        )
        .await?;
    }
    Ok(())
}

fn facts(own: &[Points], winners: Option<&[Points]>) -> Vec<(String, String)> {
    let points = |of: &Points| format!("{}.{:02}", of.hundredths / 100, of.hundredths % 100);
    let line = |own: &Points| {
        let mut value = points(own);
        let winner = winners.and_then(|list| list.iter().find(|p| p.ordinal == own.ordinal));
        if let Some(winner) = winner {
            value += &format!(" (the winner: {})", points(winner));
        }
        for reason in &own.reasons {
            value += &format!(". {reason}");
        }
        (own.criterion.clone(), value)
    };
    own.iter().map(line).collect()
}

async fn write(
    app: &App,
    txn: &DatabaseTransaction,
    pilot: &Pilot,
    supplier: Uuid,
    (heading, paragraphs, facts): (String, Vec<String>, Vec<(String, String)>),
) -> Result<(), Error> {
    let council = directory()
        .by_id(pilot.council_id)
        .map_or("the council", |council| council.facts.name);
    let witness = audit::witness(app, txn).await?;
    for (person, to, name) in accounts::members_of_supplier(txn, supplier).await? {
        let letter = Plain {
            to,
            heading: heading.clone(),
            greeting: format!("Dear {},", clean(&name, 120)),
            paragraphs: paragraphs.clone(),
            facts: facts.clone(),
            action: Some((
                "See it in Guildhall".into(),
                format!("{}/graphiql", app.public_url),
            )),
            reason: format!("your organisation bid for this pilot of {council}"),
            witness: witness.clone(),
        };
        let mail = outbox::enqueue(app, txn, Stream::Outcome, Some(person), letter.words(app)?).await?;
        // Whose bids stay sealed for good leave no list of bidders here.
        if pilot
            .deadline_at
            .is_none_or(|deadline| deadline <= app.clock.now())
        {
            store::put_mail(txn, (mail, pilot.id, supplier), app.clock.now()).await?;
        }
    }
    Ok(())
}
