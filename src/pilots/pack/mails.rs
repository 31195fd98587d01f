//! The mails to a pilot's bidders. A receipt goes with each submission, to whoever submitted, and is erased once it is
//! sent; what became of a bid is known by a note that was written with the mail. Who watches a pilot is nobody's to know: alerts are not among them.

use super::super::{Pilot, store};
use super::parts::Mail;
use super::timeline::Submitted;
use crate::runtime::{App, Error};
use entity::outbox;
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
    for (note, mail) in store::mails(app.db.read(), pilot.id).await? {
        mails.push(match mail {
            Some(mail) => told(note.supplier_id, mail),
            None => Mail {
                kind: "outcome",
                supplier: note.supplier_id,
                to: "erased".into(),
                subject: None,
                message_id: None,
                written_at: note.written_at,
                sent_at: None,
                state: "erased".into(),
            },
        });
    }
    mails.sort_by_key(|mail| mail.written_at);
    Ok(mails)
}

fn told(supplier: Uuid, mail: outbox::Model) -> Mail {
    Mail {
        kind: "outcome",
        supplier,
        to: mail.recipient,
        subject: Some(mail.subject),
        message_id: Some(mail.message_id),
        written_at: mail.created_at,
        sent_at: mail.sent_at,
        state: mail.state,
    }
}
