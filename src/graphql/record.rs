//! The record of a pilot in the graph, for whoever audits it. What of it is told by when is for `pilots::pack` to say; what
//! the pilot itself tells (terms, questions, panel, ranking, decisions) is not told twice here but is in the whole as JSON.

use super::errors::Told;
use super::ids::{Id, Sort};
use super::paging::{self, Sliced, connection};
use super::pilots::Pilot;
use crate::access::Viewer;
use crate::pilots;
use crate::pilots::pack::{self, Pack, parts};
use crate::runtime::App;
use crate::runtime::page::{Cut, Item, Page};
use async_graphql::{Context, Object, OutputType, Result, SimpleObject};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Records of pilots, to read.
#[derive(Debug, Default)]
pub struct RecordQuery;

/// The record of a pilot, as far as the viewer may read it by now.
#[derive(Clone, Debug)]
pub struct PilotRecord {
    pilot: pilots::Pilot,
    pack: Pack,
    text: String,
}

/// A part of a record that is kept back.
#[derive(Clone, Debug, SimpleObject)]
pub struct PilotRecordWithheld {
    /// The part, as the JSON names it.
    part: String,
    /// Why.
    why: String,
}

/// A deadline that was set, or moved.
#[derive(Clone, Debug, SimpleObject)]
pub struct PilotRecordDeadline {
    /// When.
    at: DateTime<Utc>,
    /// By whom: their address then, `erased`, or `guildhall` for the program itself.
    by: String,
    /// By which right, as the policy names it.
    right: String,
    /// What it was; null when it was set first.
    from: Option<DateTime<Utc>>,
    /// What it became.
    to: DateTime<Utc>,
    /// The entry of the audit log.
    entry: Id,
}

/// A version of a bid that came in.
#[derive(Clone, Debug, SimpleObject)]
pub struct PilotRecordReceipt {
    /// The bid.
    bid: Id,
    /// Whose it is.
    supplier: Id,
    /// Its name.
    supplier_name: String,
    /// Which version of the bid.
    version: i64,
    /// The database's clock when it was taken.
    received_at: DateTime<Utc>,
    /// SHA-256 of what was received, in hexadecimal.
    digest: String,
    /// `replaced`, `withdrawn`, or what became of the bid.
    state: String,
    /// Who submitted it: their address then, or `erased`.
    by: String,
    /// The receipt as its bidder holds it, signed: `guildhall receipt verify` reads it.
    line: String,
    /// The entry of the audit log.
    entry: Id,
}

/// A score, or what the panel came to, as it was entered.
#[derive(Clone, Debug, SimpleObject)]
pub struct PilotRecordScore {
    /// Of which bid.
    bid: Id,
    /// The criterion's place among the pilot's, from 1.
    criterion: i32,
    /// Who, by their place on the panel; null, where the panel came to it.
    evaluator: Option<i32>,
    /// Whether the panel came to it.
    consensus: bool,
    /// 1 for what was entered first; a higher number took its place.
    number: i32,
    /// Out of 100.
    score: i32,
    /// Why.
    reason: String,
    /// When.
    entered_at: DateTime<Utc>,
    /// Whether nothing took its place.
    stands: bool,
}

/// A mail to a bidder.
#[derive(Clone, Debug, SimpleObject)]
pub struct PilotRecordMail {
    /// `receipt` or `outcome`.
    kind: String,
    /// Whose people it went to.
    supplier: Id,
    /// To whom; `erased`, once they have closed their account.
    to: String,
    /// Its subject, unless it was erased.
    subject: Option<String>,
    /// Its Message-ID, unless it was erased.
    message_id: Option<String>,
    /// When it was written.
    written_at: DateTime<Utc>,
    /// When a mail server took it; null of receipts, of which nothing is kept once they are sent: while bids are sealed
    /// nobody is to tell from the queue who has bid.
    sent_at: Option<DateTime<Utc>>,
    /// `queued`, `leased`, `sent`, `parked`, `suppressed` or `erased`; receipts are `erased` when they are sent.
    state: String,
}

/// Something that was done about a pilot, or tried and refused.
#[derive(Clone, Debug, SimpleObject)]
pub struct PilotRecordEntry {
    /// The entry of the audit log.
    entry: Id,
    /// When.
    at: DateTime<Utc>,
    /// By whom: their address then, `erased`, `unnamed` for who asked a question, or `guildhall` for the program itself.
    by: String,
    /// Of which organisation, by name; null for who asked a question.
    organisation: Option<String>,
    /// By which right, as the policy names it.
    right: String,
    /// Whether it was tried and not done.
    refused: bool,
    /// What was done, in a sentence.
    what: String,
    /// What was done, as JSON; `null` where it is about bids and these are kept back.
    detail: String,
}

connection!(
    PilotRecordReceiptConnection,
    PilotRecordReceiptEdge,
    PilotRecordReceipt,
    "receipts"
);
connection!(
    PilotRecordScoreConnection,
    PilotRecordScoreEdge,
    PilotRecordScore,
    "scores"
);
connection!(
    PilotRecordMailConnection,
    PilotRecordMailEdge,
    PilotRecordMail,
    "mails"
);
connection!(
    PilotRecordEntryConnection,
    PilotRecordEntryEdge,
    PilotRecordEntry,
    "entries"
);

#[Object]
impl RecordQuery {
    /// The record of a pilot, for whoever audits it: approvers and administrators of the council. Null to everybody else; that
    /// somebody who is signed in asked all the same is on the record. Bids, scores and mails are in it once the pilot is
    /// decided, and never for whoever was kept out of the evaluation.
    async fn pilot_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
    ) -> Result<Option<PilotRecord>> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let id = pilot.of(Sort::Pilot)?;
        let Some(pack) = pack::of(app, viewer, id).await.told(ctx)? else {
            return Ok(None);
        };
        let text = pack.text().told(ctx)?;
        let found = pilots::one(app, viewer, id).await.told(ctx)?;
        Ok(found.map(|pilot| PilotRecord { pilot, pack, text }))
    }
}

/// The record of a pilot, as far as the viewer may read it by now.
#[Object]
impl PilotRecord {
    /// The pilot: its terms, addenda, questions, panel, ranking and decisions, as its own fields tell them.
    async fn pilot(&self) -> Pilot {
        Pilot::from(self.pilot.clone())
    }
    /// What the form of the record is called.
    async fn schema(&self) -> &str {
        self.pack.schema
    }
    /// When it was put together.
    async fn made_at(&self) -> DateTime<Utc> {
        self.pack.made_at
    }
    /// What is kept back, and why; empty for a whole record.
    async fn withheld(&self) -> Vec<PilotRecordWithheld> {
        let told = self.pack.withheld.iter().map(|of| PilotRecordWithheld {
            part: of.part.into(),
            why: of.why.into(),
        });
        told.collect()
    }
    /// Who set the deadline, and each time that it was moved; at most 51.
    async fn deadlines(&self) -> Vec<PilotRecordDeadline> {
        let told = self.pack.deadlines.iter().map(|of| PilotRecordDeadline {
            at: of.at,
            by: of.by.clone(),
            right: of.right.clone(),
            from: of.from,
            to: of.to,
            entry: Id::new(Sort::AuditEntry, of.entry),
        });
        told.collect()
    }
    /// Every bid that came in, each version, those taken back too; null while that is kept back.
    async fn receipts(
        &self,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<Option<PilotRecordReceiptConnection>> {
        listed(self.pack.receipts.as_deref(), first, after, receipt)
    }
    /// Scores and consensus as they were entered, in that order; null while that is kept back.
    async fn scores(
        &self,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<Option<PilotRecordScoreConnection>> {
        listed(self.pack.scores.as_deref(), first, after, score)
    }
    /// The mails to bidders, receipts and outcomes; null while that is kept back.
    async fn mails(
        &self,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<Option<PilotRecordMailConnection>> {
        listed(self.pack.mails.as_deref(), first, after, mail)
    }
    /// Every entry of the audit log about it, in the log's order; those about bids while these are not kept back.
    async fn timeline(
        &self,
        #[graphql(desc = "Only what was tried and refused.", default)] refused: bool,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<Option<PilotRecordEntryConnection>> {
        let of = if refused {
            &self.pack.attempts
        } else {
            &self.pack.timeline
        };
        listed(Some(of), first, after, entry)
    }
    /// When quality was locked: no score of it changed any more.
    async fn quality_locked_at(&self) -> Option<DateTime<Utc>> {
        self.pack.quality_locked_at
    }
    /// From when anybody of the council could read prices: its panel after the deadline, or once quality was locked.
    async fn prices_opened_at(&self) -> Option<DateTime<Utc>> {
        self.pack.prices_opened_at
    }
    /// From when anybody of the council could read who bid, likewise.
    async fn names_opened_at(&self) -> Option<DateTime<Utc>> {
        self.pack.names_opened_at
    }
    /// What the audit log had come to, signed, on one line; null while bids are kept back, for it grows with each.
    async fn head(&self) -> Option<&str> {
        self.pack.head.as_deref()
    }
    /// The whole as JSON, to be kept: more than the fields here tell.
    async fn json(&self) -> &str {
        &self.text
    }
    /// SHA-256 of that text, in hexadecimal.
    async fn sha256(&self) -> String {
        Pack::digest(&self.text)
    }
}

/// A page of a list that is there whole. A cursor is a place in it: it is only added to.
fn listed<P, T, C>(
    all: Option<&[P]>,
    first: Option<i32>,
    after: Option<String>,
    wrap: impl Fn(&P) -> T,
) -> Result<Option<C>>
where
    T: OutputType,
    C: From<Sliced<T>>,
{
    let cut = paging::cut(first, after.as_deref())?;
    let Some(all) = all else {
        return Ok(None);
    };
    let from = after_place(&cut)?;
    let some = all.iter().enumerate().skip(from);
    let some = some.take(usize::try_from(cut.first).unwrap_or(usize::MAX).saturating_add(1));
    let items = some.map(|(place, value)| Item {
        key: place.to_string(),
        id: Uuid::nil(),
        value,
    });
    let page = Page::from_one_more(items.collect(), &cut, u64::try_from(all.len()).ok());
    Ok(Some(paging::slice(page, wrap).into()))
}

fn after_place(cut: &Cut) -> Result<usize> {
    let Some((key, _)) = &cut.after else {
        return Ok(0);
    };
    let place = key.parse::<usize>().ok().and_then(|place| place.checked_add(1));
    place.ok_or_else(paging::bad_cursor)
}

fn receipt(of: &parts::Received) -> PilotRecordReceipt {
    PilotRecordReceipt {
        bid: Id::new(Sort::Bid, of.bid),
        supplier: Id::new(Sort::Supplier, of.supplier),
        supplier_name: of.supplier_name.clone(),
        version: of.version,
        received_at: of.received_at,
        digest: of.digest.clone(),
        state: of.state.clone(),
        by: of.by.clone(),
        line: of.line.clone(),
        entry: Id::new(Sort::AuditEntry, of.entry),
    }
}

fn score(of: &parts::Scored) -> PilotRecordScore {
    PilotRecordScore {
        bid: Id::new(Sort::Bid, of.bid),
        criterion: of.criterion,
        evaluator: of.evaluator,
        consensus: of.consensus,
        number: of.number,
        score: of.score,
        reason: of.reason.clone(),
        entered_at: of.entered_at,
        stands: of.stands,
    }
}

fn mail(of: &parts::Mail) -> PilotRecordMail {
    PilotRecordMail {
        kind: of.kind.into(),
        supplier: Id::new(Sort::Supplier, of.supplier),
        to: of.to.clone(),
        subject: of.subject.clone(),
        message_id: of.message_id.clone(),
        written_at: of.written_at,
        sent_at: of.sent_at,
        state: of.state.clone(),
    }
}

fn entry(of: &parts::Happened) -> PilotRecordEntry {
    PilotRecordEntry {
        entry: Id::new(Sort::AuditEntry, of.entry),
        at: of.at,
        by: of.by.clone(),
        organisation: of.organisation.clone(),
        right: of.right.clone(),
        refused: of.refused,
        what: of.what.clone(),
        detail: of.detail.to_string(),
    }
}
