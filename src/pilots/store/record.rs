//! What only the record of a pilot asks of the database: the mails that told what became of bids.

use crate::runtime::Error;
use chrono::{DateTime, Utc};
use entity::{outbox, pilot_mail};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

/// Notes that a mail told a supplier's people what became of their bid.
pub(in crate::pilots) async fn put_mail(
    txn: &impl ConnectionTrait,
    (mail, pilot, supplier): (Uuid, Uuid, Uuid),
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let row = pilot_mail::ActiveModel {
        mail_id: Set(mail),
        pilot_id: Set(pilot),
        supplier_id: Set(supplier),
        written_at: Set(now),
    };
    pilot_mail::Entity::insert(row)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// The mails that told what became of bids, in the order they were written, each with what is left of it.
pub(in crate::pilots) async fn mails(
    db: &impl ConnectionTrait,
    pilot: Uuid,
) -> Result<Vec<(pilot_mail::Model, Option<outbox::Model>)>, Error> {
    let noted = pilot_mail::Entity::find()
        .filter(pilot_mail::Column::PilotId.eq(pilot))
        .order_by_asc(pilot_mail::Column::WrittenAt)
        .order_by_asc(pilot_mail::Column::MailId)
        .all(db)
        .await?;
    let mut left: HashMap<Uuid, outbox::Model> = HashMap::new();
    for some in noted.chunks(500) {
        let ids = outbox::Column::Id.is_in(some.iter().map(|row| row.mail_id));
        let rows = outbox::Entity::find().filter(ids).all(db).await?;
        left.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(noted
        .into_iter()
        .map(|row| {
            let mail = left.remove(&row.mail_id);
            (row, mail)
        })
        .collect())
}
