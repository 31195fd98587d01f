//! What bidders are told of their bids: a receipt to whoever submitted one; and when a pilot ends, when that is undone and
//! when a bid is disqualified, a mail to everybody of each supplier. Each in the transaction that does it.
//! The mails hold what their bidder may read in the graph, and nothing of the other bids but the winner's scores.

use super::bids::OpenedBid;
use super::evaluation::ranking::Decided;
use super::evaluation::read::ranking;
use super::receipt::Receipt;
use super::{Pilot, Points, scoring, store, tender_box};
use crate::access::{Permit, Resource, accounts};
use crate::audit::{self, Head};
use crate::councils::directory;
use crate::runtime::clock::in_words;
use crate::runtime::letter::{Plain, pounds};
use crate::runtime::mail::clean;
use crate::runtime::outbox::{self, Stream};
use crate::runtime::{App, Error};
use crate::suppliers;
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
        format!(
            "Keep this mail. Once bids are open it shows what was received and when, without this server: save the \
             bid\u{2019}s `canonicalContent` as a file, and run `guildhall receipt verify MAIL --content FILE --key {}`.",
            hex::encode(audit::public_key(&app.secret))
        ),
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
        action: Some((
            "See the pilot".into(),
            format!("{}/pilot/{}", app.public_url, pilot.id.simple()),
        )),
        reason: "you submitted this bid".to_owned(),
        witness: receipt.head.as_ref().map(Head::line).unwrap_or_default(),
    };
    outbox::enqueue(app, txn, Stream::Sealed, Some(person), letter.words(app)?).await?;
    Ok(())
}

/// An instant to the millisecond, which may be what matters: `31 March 2026, 10:59:59.999 UTC`.
fn exactly(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M:%S%.3f UTC").to_string()
}

/// Tells every bidder what became of the bid: who won and with what total, feedback, and points beside the winner's.
pub(super) async fn tell(
    app: &App,
    txn: &DatabaseTransaction,
    pilot: &Pilot,
    opened: &[OpenedBid],
    winners: &[Uuid],
    feedback: &HashMap<Uuid, String>,
) -> Result<(), Error> {
    let won: Vec<&OpenedBid> = opened.iter().filter(|bid| winners.contains(&bid.id)).collect();
    let best = won
        .iter()
        .max_by_key(|bid| scoring::total(pilot, &bid.points))
        .copied();
    let title = clean(&pilot.said.title, 120);
    let ranking = ranking(pilot, opened.iter());
    let suppliers: Vec<Uuid> = won.iter().map(|bid| bid.supplier_id).collect();
    let names = suppliers::by_ids_in(txn, &suppliers).await?;
    let names: Vec<String> = suppliers
        .iter()
        .filter_map(|id| Some(clean(&names.get(id)?.name, 120)))
        .collect();
    for bid in opened {
        let wins = winners.contains(&bid.id);
        let heading = match winners {
            [] => format!("No bid was chosen: {title}"),
            _ if wins => format!("Your bid has won: {title}"),
            _ => format!("Your bid was not chosen: {title}"),
        };
        let mut paragraphs = vec![decided(pilot, bid, wins, &names)];
        let place = ranking.iter().find(|of| of.entrant.bid == bid.id);
        let tie = place.and_then(|of| of.tie.as_ref());
        paragraphs.extend(
            tie.filter(|_| !won.is_empty())
                .map(|tie| by_tie(tie.decided).to_owned()),
        );
        paragraphs.extend(
            feedback
                .get(&bid.id)
                .map(|told| format!("What the council says of your bid: {told}")),
        );
        let why = pilot.outcome_reason.as_ref();
        paragraphs.extend(why.map(|why| format!("Why it decided so: {why}")));
        if let Some(until) = pilot.standstill_until {
            let until = in_words(until);
            paragraphs.push(format!(
                "The award stands still until {until}: whoever doubts it says so to the council before then."
            ));
        }
        let facts = facts(
            pilot,
            &bid.points,
            best.filter(|_| !wins).map(|best| best.points.as_slice()),
        );
        write(app, txn, pilot, bid.supplier_id, (heading, paragraphs, facts)).await?;
    }
    Ok(())
}

/// In a sentence: what was decided, for this bidder.
fn decided(pilot: &Pilot, bid: &OpenedBid, wins: bool, winners: &[String]) -> String {
    let price = pounds(bid.offer.price_pence);
    match winners {
        [] => "The council has chosen none of the bids.".to_owned(),
        _ if wins => format!(
            "Your bid has won: the council awards you a contract of {} weeks at your price of {price}, VAT excluded.",
            pilot.said.weeks
        ),
        [one] => format!("The council has chosen the bid of {one}."),
        several => format!("The council has chosen the bids of {}.", several.join(" and ")),
    }
}

/// What told bids of the same total apart.
fn by_tie(decided: Decided) -> &'static str {
    match decided {
        Decided::ByQuality => {
            "Bids had the same total. As the pilot said, the higher score for quality came first."
        }
        Decided::ByPrice => "Bids had the same total. As the pilot said, the lower price came first.",
        Decided::ByReceipt => {
            "Bids had the same total. As the pilot said, the one received earlier came first."
        }
        Decided::ByLot => "Bids had the same total. As the pilot said, lots were drawn.",
        Decided::Shared => "Bids had the same total, and nothing told them apart.",
    }
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

/// Tells whoever works on a bid what is new about a pilot that takes bids. Once bids are open, alerts do.
pub(super) async fn tell_news(
    app: &App,
    txn: &DatabaseTransaction,
    pilot: &Pilot,
    heading: &str,
    paragraphs: Vec<String>,
) -> Result<(), Error> {
    if pilot.opened_at.is_some() {
        return Ok(());
    }
    let heading = format!("{heading}: {}", clean(&pilot.said.title, 120));
    for kept in tender_box::bidders(app, txn, pilot.id).await? {
        let words = (heading.clone(), paragraphs.clone(), Vec::new());
        write(app, txn, pilot, kept.supplier, words).await?;
    }
    Ok(())
}

/// Tells whoever asked a question that it has an answer, and what it is.
pub(super) async fn tell_asker(
    app: &App,
    txn: &DatabaseTransaction,
    pilot: &Pilot,
    (supplier, question, answer): (Uuid, &str, &str),
) -> Result<(), Error> {
    let heading = format!("Your question is answered: {}", clean(&pilot.said.title, 120));
    let paragraphs = vec![
        format!("You asked: {question}"),
        format!("The council answers: {answer}"),
    ];
    let words = (heading, paragraphs, Vec::new());
    let reason = "your organisation asked this question";
    send(app, txn, pilot, supplier, words, (Stream::Outcome, reason)).await?;
    Ok(())
}

/// Tells those who have a draft and no bid that the deadline is near.
pub(super) async fn tell_unfinished(
    app: &App,
    txn: &DatabaseTransaction,
    pilot: &Pilot,
) -> Result<(), Error> {
    let Some(deadline) = pilot.deadline_at else {
        return Ok(());
    };
    let heading = format!("Your draft is not submitted: {}", clean(&pilot.said.title, 120));
    for kept in tender_box::bidders(app, txn, pilot.id).await? {
        if kept.is_in() {
            continue;
        }
        let says = format!(
            "Bids are taken until {}. Your organisation has a draft, and no bid is in: a draft is not a bid until you submit it.",
            in_words(deadline)
        );
        write(
            app,
            txn,
            pilot,
            kept.supplier,
            (heading.clone(), vec![says], Vec::new()),
        )
        .await?;
    }
    Ok(())
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

/// The points by criterion and in all, beside the winner's where that is another's.
fn facts(pilot: &Pilot, own: &[Points], winners: Option<&[Points]>) -> Vec<(String, String)> {
    let points = |hundredths: i64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
    let beside = |own: i64, winner: Option<i64>| {
        let winner = winner.map(|winner| format!(" (the winner: {})", points(winner)));
        points(own) + &winner.unwrap_or_default()
    };
    let line = |own: &Points| {
        let winner = winners.and_then(|list| list.iter().find(|of| of.ordinal == own.ordinal));
        let mut value = beside(own.hundredths, winner.map(|of| of.hundredths));
        if !own.reasons.is_empty() {
            value += &format!(". {}", own.reasons.join("; "));
        }
        let criterion = pilot.said.criteria.iter().find(|of| of.ordinal == own.ordinal);
        let weight = criterion.map_or(0, |of| of.weight);
        (format!("{} (weight {weight})", own.criterion), value)
    };
    let mut facts: Vec<(String, String)> = own.iter().map(line).collect();
    let total = scoring::total(pilot, own);
    let of_winner = winners.and_then(|winners| scoring::total(pilot, winners));
    facts.extend(total.map(|total| ("Total of 100".to_owned(), beside(total, of_winner))));
    facts
}

/// Writes to everybody of a bidder. While nobody may know who bids, or for good where the pilot was stopped before, no
/// list of them is left anywhere.
async fn write(
    app: &App,
    txn: &DatabaseTransaction,
    pilot: &Pilot,
    supplier: Uuid,
    words: (String, Vec<String>, Vec<(String, String)>),
) -> Result<(), Error> {
    let sealed = pilot.opened_at.is_none();
    let (stream, works) = match sealed {
        true => (
            Stream::Sealed,
            "your organisation bids for this pilot, or drafts a bid",
        ),
        false => (Stream::Outcome, "your organisation bid for this pilot"),
    };
    let mails = send(app, txn, pilot, supplier, words, (stream, works)).await?;
    for mail in mails.into_iter().filter(|_| !sealed) {
        store::put_mail(txn, (mail, pilot.id, supplier), app.clock.now()).await?;
    }
    Ok(())
}

/// Writes to everybody of a supplier; the mails.
async fn send(
    app: &App,
    txn: &DatabaseTransaction,
    pilot: &Pilot,
    supplier: Uuid,
    (heading, paragraphs, facts): (String, Vec<String>, Vec<(String, String)>),
    (stream, reason): (Stream, &str),
) -> Result<Vec<Uuid>, Error> {
    let council = directory()
        .by_id(pilot.council_id)
        .map_or("the council", |council| council.facts.name);
    let witness = audit::witness(app, txn).await?;
    let mut mails = Vec::new();
    for (person, to, name) in accounts::members_of_supplier(txn, supplier).await? {
        let letter = Plain {
            to,
            heading: heading.clone(),
            greeting: format!("Dear {},", clean(&name, 120)),
            paragraphs: paragraphs.clone(),
            facts: facts.clone(),
            action: Some((
                "See the pilot".into(),
                format!("{}/pilot/{}", app.public_url, pilot.id.simple()),
            )),
            reason: format!("{reason} of {council}"),
            witness: witness.clone(),
        };
        mails.push(outbox::enqueue(app, txn, stream, Some(person), letter.words(app)?).await?);
    }
    Ok(mails)
}
