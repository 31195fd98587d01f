//! Pieces of tender boxes in the database.

use super::piece::{Lid, Piece};
use crate::runtime::Error;
use entity::bid_piece::{ActiveModel, Column, Entity};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// Pieces in one statement.
const AT_A_TIME: usize = 250;

/// The outsides of a pilot's pieces, in order.
pub(super) async fn lids(db: &impl ConnectionTrait, pilot: Uuid) -> Result<Vec<Lid>, Error> {
    let lids = Entity::find()
        .select_only()
        .columns([Column::Ordinal, Column::Mask, Column::Owner])
        .filter(Column::PilotId.eq(pilot))
        .order_by_asc(Column::Ordinal);
    let lids: Vec<(i32, Vec<u8>, Vec<u8>)> = lids.into_tuple().all(db).await?;
    let lid = |(ordinal, mask, owner)| Lid { ordinal, mask, owner };
    Ok(lids.into_iter().map(lid).collect())
}

/// A pilot's pieces: those of some ordinals, or all.
pub(super) async fn pieces(
    db: &impl ConnectionTrait,
    pilot: Uuid,
    ordinals: Option<&[i32]>,
) -> Result<Vec<Piece>, Error> {
    let mut query = Entity::find().filter(Column::PilotId.eq(pilot));
    if let Some(ordinals) = ordinals {
        query = query.filter(Column::Ordinal.is_in(ordinals.iter().copied()));
    }
    Ok(query.order_by_asc(Column::Ordinal).all(db).await?)
}

/// Writes pieces, over what was in their places.
pub(super) async fn put(txn: &impl ConnectionTrait, pieces: Vec<Piece>) -> Result<(), Error> {
    for some in pieces.chunks(AT_A_TIME) {
        let over = OnConflict::columns([Column::PilotId, Column::Ordinal])
            .update_columns([Column::Mask, Column::Owner, Column::Sealed])
            .to_owned();
        let rows = some
            .iter()
            .cloned()
            .map(|piece| ActiveModel::from(piece).reset_all());
        Entity::insert_many(rows)
            .on_conflict(over)
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

/// Takes all of a pilot's pieces away.
pub(super) async fn clear(txn: &impl ConnectionTrait, pilot: Uuid) -> Result<(), Error> {
    Entity::delete_many()
        .filter(Column::PilotId.eq(pilot))
        .exec(txn)
        .await?;
    Ok(())
}
