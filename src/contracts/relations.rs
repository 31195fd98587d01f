//! What hangs on contracts: further buyers, options and windows, each for many contracts in one
//! statement; and the departments that a register names.

use super::term::{ExtensionOption, ExtensionState, Length};
use super::windows::{Window, WindowKind};
use crate::runtime::{App, Error};
use entity::{contract, contract_buyer, contract_window, extension_option};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// The councils that buy beside the one whose register it is.
///
/// # Errors
/// When the database fails.
pub async fn buyers_of(app: &App, contracts: &[Uuid]) -> Result<HashMap<Uuid, Vec<Uuid>>, Error> {
    let rows = contract_buyer::Entity::find()
        .filter(contract_buyer::Column::ContractId.is_in(contracts.iter().copied()))
        .all(app.db.read())
        .await?;
    Ok(grouped(
        rows.into_iter().map(|row| (row.contract_id, row.council_id)),
    ))
}

/// The departments that a council's register names, in the order of their names; at most 1,000.
///
/// # Errors
/// When the database fails.
pub async fn departments_of(app: &App, council: Uuid) -> Result<Vec<String>, Error> {
    let found: Vec<Option<String>> = contract::Entity::find()
        .select_only()
        .column(contract::Column::Department)
        .distinct()
        .filter(contract::Column::CouncilId.eq(council))
        .filter(contract::Column::Department.is_not_null())
        .order_by_asc(contract::Column::Department)
        .limit(1000)
        .into_tuple()
        .all(app.db.read())
        .await?;
    Ok(found.into_iter().flatten().collect())
}

/// The windows of these contracts, by the day they open.
///
/// # Errors
/// When the database fails.
pub async fn windows_of(app: &App, contracts: &[Uuid]) -> Result<HashMap<Uuid, Vec<Window>>, Error> {
    let rows = contract_window::Entity::find()
        .filter(contract_window::Column::ContractId.is_in(contracts.iter().copied()))
        .order_by_asc(contract_window::Column::OpensOn)
        .order_by_asc(contract_window::Column::Kind)
        .all(app.db.read())
        .await?;
    Ok(grouped(
        rows.into_iter()
            .filter_map(|row| Some((row.contract_id, window(&row)?))),
    ))
}

pub(super) fn window(row: &contract_window::Model) -> Option<Window> {
    Some(Window {
        kind: WindowKind::parse(&row.kind)?,
        ordinal: u16::try_from(row.ordinal).ok()?,
        opens_on: row.opens_on,
        closes_on: row.closes_on,
    })
}

/// The extension options of these contracts, in order.
///
/// # Errors
/// When the database fails.
pub async fn options_of(app: &App, contracts: &[Uuid]) -> Result<HashMap<Uuid, Vec<ExtensionOption>>, Error> {
    options_in(app.db.read(), contracts).await
}

/// The same, within a transaction.
pub(super) async fn options_in(
    db: &impl ConnectionTrait,
    contracts: &[Uuid],
) -> Result<HashMap<Uuid, Vec<ExtensionOption>>, Error> {
    let rows = extension_option::Entity::find()
        .filter(extension_option::Column::ContractId.is_in(contracts.iter().copied()))
        .order_by_asc(extension_option::Column::Ordinal)
        .all(db)
        .await?;
    Ok(grouped(
        rows.into_iter()
            .filter_map(|row| Some((row.contract_id, option(&row)?))),
    ))
}

fn option(row: &extension_option::Model) -> Option<ExtensionOption> {
    let length = match (row.months, row.until_on) {
        (Some(months), _) => Length::Months(u16::try_from(months).ok()?),
        (None, Some(date)) => Length::Until(date),
        (None, None) => return None,
    };
    let state = match row.state.as_str() {
        "available" => ExtensionState::Available,
        "exercised" => ExtensionState::Exercised,
        "declined" => ExtensionState::Declined,
        _ => ExtensionState::Lapsed,
    };
    Some(ExtensionOption {
        ordinal: u16::try_from(row.ordinal).ok()?,
        length,
        notice_by: row.notice_by,
        state,
    })
}

pub(super) fn grouped<T>(pairs: impl Iterator<Item = (Uuid, T)>) -> HashMap<Uuid, Vec<T>> {
    let mut groups: HashMap<Uuid, Vec<T>> = HashMap::new();
    for (contract, item) in pairs {
        groups.entry(contract).or_default().push(item);
    }
    groups
}
