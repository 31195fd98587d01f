//! What only the record of a pilot asks of the database: the mails that told what became of bids.

use crate::runtime::Error;
use chrono::{DateTime, Utc};
use entity::pilot_mail;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
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

/// Which mails told what became of bids, in the order they were written.
pub(in crate::pilots) async fn mails(
    db: &impl ConnectionTrait,
    pilot: Uuid,
) -> Result<Vec<pilot_mail::Model>, Error> {
    let noted = pilot_mail::Entity::find()
        .filter(pilot_mail::Column::PilotId.eq(pilot))
        .order_by_asc(pilot_mail::Column::WrittenAt)
        .order_by_asc(pilot_mail::Column::MailId);
    Ok(noted.all(db).await?)
}
