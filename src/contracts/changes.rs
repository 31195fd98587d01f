//! What a contract said before and says now, field by field, for the record of who changed it.

use crate::runtime::Error;
use entity::{contract, contract_supplier};
use sea_orm::sea_query::sea_value_to_json_value;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IdenStatic, Iterable, ModelTrait,
    QueryFilter, QueryOrder,
};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// Ids that fit in one statement of either database.
const AT_A_TIME: usize = 500;

/// What contracts say before they are written anew.
#[derive(Default)]
pub(super) struct Before {
    rows: HashMap<Uuid, contract::Model>,
    suppliers: HashMap<Uuid, Vec<Uuid>>,
}

impl Before {
    pub(super) async fn read(txn: &impl ConnectionTrait, contracts: &[Uuid]) -> Result<Self, Error> {
        let mut before = Self::default();
        for ids in contracts.chunks(AT_A_TIME) {
            let ids = || ids.iter().copied();
            let rows = contract::Entity::find().filter(contract::Column::Id.is_in(ids()));
            before
                .rows
                .extend(rows.all(txn).await?.into_iter().map(|row| (row.id, row)));
            let suppliers = contract_supplier::Entity::find()
                .filter(contract_supplier::Column::ContractId.is_in(ids()))
                .order_by_asc(contract_supplier::Column::Ordinal)
                .all(txn)
                .await?;
            for row in suppliers {
                before
                    .suppliers
                    .entry(row.contract_id)
                    .or_default()
                    .push(row.supplier_id);
            }
        }
        Ok(before)
    }

    /// What is different now, as `{ "currentEndsOn": { "from": ..., "to": ... } }`; nothing for a contract that is new.
    pub(super) fn changes(&self, now: &contract::ActiveModel, suppliers: &[Uuid]) -> Option<Value> {
        let id = now.id.clone().take()?;
        let before = self.rows.get(&id)?;
        let mut changes = Map::new();
        for column in contract::Column::iter().filter(|column| is_said(*column)) {
            let to = now.get(column).into_value().map(as_json);
            let (from, to) = (as_json(before.get(column)), to.unwrap_or_default());
            if from != to {
                changes.insert(camel(column.as_str()), json!({ "from": from, "to": to }));
            }
        }
        let from = self.suppliers.get(&id).map(Vec::as_slice).unwrap_or_default();
        if from != suppliers {
            changes.insert("suppliers".into(), json!({ "from": from, "to": suppliers }));
        }
        Some(Value::Object(changes))
    }
}

fn as_json(value: sea_orm::Value) -> Value {
    match value {
        // SeaORM's own way puts quotes around it.
        sea_orm::Value::ChronoDate(date) => json!(date),
        other => sea_value_to_json_value(&other),
    }
}

/// Whether a column is what the contract says, and not how it is kept.
fn is_said(column: contract::Column) -> bool {
    use contract::Column as C;
    !matches!(
        column,
        C::Id
            | C::CouncilId
            | C::RowKey
            | C::EndsKey
            | C::EndUnknown
            | C::OwnerId
            | C::CreatedAt
            | C::UpdatedAt
            | C::Version
    )
}

/// `review_lead_days` as the graph spells it.
pub(super) fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |path, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        path + &head.to_uppercase() + tail
    })
}
