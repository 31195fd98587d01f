//! The mails to a pilot's bidders. A receipt goes with each submission, to whoever submitted, and is erased once it is
//! sent; what became of a bid is known by a note that was written with the mail. Who watches a pilot is nobody's to know: alerts are not among them.

use super::super::{Pilot, store};
use super::parts::Mail;
use super::timeline::Submitted;
use crate::runtime::{App, Error, outbox};
use uuid::Uuid;

/// The mails in the order they were written, to the people of these bids' suppliers.
pub(super) async fn of(
    app: &App,
    pilot: &Pilot,
    submitted: &[Submitted<'_>],
    supplier: impl Fn(Uuid) -> Option<Uuid>,
) -> Result<Vec<Mail>, Error> {
    let receipts = submitted.iter().filter_map(|of| {
        // Where the account is gone, so is the address.
        let to = of.entry.actor.as_ref().map_or("erased", |who| &who.name);
        Some(Mail {
            kind: "receipt",
            supplier: supplier(of.receipt.bid_id)?,
            to: to.to_owned(),
            subject: None,
            message_id: None,
            written_at: of.receipt.received_at,
            sent_at: None,
            state: "erased".into(),
        })
    });
    let mut mails: Vec<Mail> = receipts.collect();
    let db = app.db.read();
    let noted = store::mails(db, pilot.id).await?;
    let ids: Vec<Uuid> = noted.iter().map(|note| note.mail_id).collect();
    let mut left = outbox::outcomes(db, &ids).await?;
    mails.extend(noted.into_iter().map(|note| {
        let mail = left.remove(&note.mail_id);
        let erased = || "erased".to_owned();
        Mail {
            kind: "outcome",
            supplier: note.supplier_id,
            to: mail.as_ref().map_or_else(erased, |mail| mail.recipient.clone()),
            subject: mail.as_ref().map(|mail| mail.subject.clone()),
            message_id: mail.as_ref().map(|mail| mail.message_id.clone()),
            written_at: note.written_at,
            sent_at: mail.as_ref().and_then(|mail| mail.sent_at),
            state: mail.map_or_else(erased, |mail| mail.state),
        }
    }));
    mails.sort_by_key(|mail| mail.written_at);
    Ok(mails)
}
