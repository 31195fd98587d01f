//! The mails to a pilot's bidders. A receipt is known by what is signed in it; what became of a bid, by a note that was
//! written with the mail. Who watches a pilot is nobody's to know: alerts are not among them.

use super::super::receipt::Receipt;
use super::super::{Pilot, store};
use super::parts::Mail;
use super::timeline::Submitted;
use crate::audit;
use crate::runtime::{App, Error};
use entity::outbox;
use mail_parser::MessageParser;
use uuid::Uuid;

/// The mails in the order they were written, to the people of these bids' suppliers.
pub(super) async fn of(
    app: &App,
    pilot: &Pilot,
    submitted: &[Submitted<'_>],
    supplier: impl Fn(Uuid) -> Option<Uuid>,
) -> Result<Vec<Mail>, Error> {
    let db = app.db.read();
    let mut people: Vec<Uuid> = submitted
        .iter()
        .filter_map(|of| of.entry.actor.as_ref()?.person)
        .collect();
    people.sort_unstable();
    people.dedup();
    let mut mails = Vec::new();
    if let Some(since) = pilot.published_at {
        let key = audit::public_key(&app.secret);
        for mail in store::receipt_mails(db, &people, since).await? {
            let receipt = receipt(&mail, &key).filter(|receipt| receipt.pilot_id == pilot.id);
            let to = receipt.and_then(|receipt| supplier(receipt.bid_id));
            mails.extend(to.map(|to| told("receipt", to, mail)));
        }
    }
    for (note, mail) in store::mails(db, pilot.id).await? {
        mails.push(match mail {
            Some(mail) => told("outcome", note.supplier_id, mail),
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

fn receipt(mail: &outbox::Model, key: &[u8; 32]) -> Option<Receipt> {
    let message = MessageParser::default().parse(&mail.message)?;
    Receipt::read(&message.body_text(0)?, key).ok()
}

fn told(kind: &'static str, supplier: Uuid, mail: outbox::Model) -> Mail {
    Mail {
        kind,
        supplier,
        to: mail.recipient,
        subject: Some(mail.subject),
        message_id: Some(mail.message_id),
        written_at: mail.created_at,
        sent_at: mail.sent_at,
        state: mail.state,
    }
}
