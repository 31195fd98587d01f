//! The numbers a supplier states of itself: their form, and who has looked them up, when and how.
//!
//! A stated number claims nothing until an operator has looked it up; registers keep naming suppliers by their own.

use crate::access::{Action, Resource, Viewer, authorize};
use crate::audit;
use crate::runtime::{App, Error, Stop, based_on, words};
use chrono::{DateTime, Utc};
use entity::supplier_number::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

words! {
    /// Who gives the number.
    #[graphql(name = "SupplierNumberScheme")]
    Scheme {
        /// Companies House: two letters or digits and six digits (GB-COH).
        CompaniesHouse = "companies_house",
        /// A charity regulator of the UK: England and Wales (GB-CHC), Scotland (SC...) or Northern Ireland (NIC...).
        Charity = "charity",
    }
}

/// A number that a supplier states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// Who gives it.
    pub scheme: Scheme,
    /// In its usual form.
    pub number: String,
    /// Since when it is stated.
    pub stated_at: DateTime<Utc>,
    /// When somebody looked it up, if anybody has.
    pub verified_at: Option<DateTime<Utc>>,
    /// What was looked at.
    pub verified_how: Option<String>,
    /// Counts its changes.
    pub version: i32,
}

/// Why a number was not taken as looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum SupplierNumberErrorCode {
    /// The supplier states no such number.
    NotStated,
    /// What was looked at is not said, or in over 500 bytes.
    BadHow,
    /// It was changed since the version this was based on.
    Conflict,
}

impl Scheme {
    /// The number in its usual form: upper case, a company's padded with zeros. Nothing, when it cannot be one.
    pub fn read(self, text: &str) -> Option<String> {
        let text: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
            .to_uppercase();
        let digits = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
            lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        match self {
            Self::CompaniesHouse if digits(&text, 1..=8) => Some(format!("{text:0>8}")),
            Self::CompaniesHouse => {
                let (letters, rest) = text.split_at_checked(2)?;
                let lettered = letters.bytes().all(|byte| byte.is_ascii_uppercase());
                (lettered && digits(rest, 6..=6)).then(|| text.clone())
            }
            Self::Charity => {
                let rest = text.strip_prefix("SC").map(|rest| (rest, 6..=6));
                let rest = rest.or_else(|| text.strip_prefix("NIC").map(|rest| (rest, 6..=6)));
                let (rest, lengths) = rest.unwrap_or((&text, 6..=7));
                digits(rest, lengths).then(|| text.clone())
            }
        }
    }
}

/// States a supplier's numbers as part of its sign-up.
pub(super) async fn state(
    app: &App,
    txn: &DatabaseTransaction,
    supplier: Uuid,
    person: Uuid,
    numbers: Vec<(Scheme, String)>,
) -> Result<(), Error> {
    for (scheme, number) in numbers {
        let row = ActiveModel {
            supplier_id: Set(supplier),
            scheme: Set(scheme.as_str().into()),
            number: Set(number),
            stated_by: Set(Some(person)),
            stated_at: Set(app.clock.now()),
            verified_by: Set(None),
            verified_at: Set(None),
            verified_how: Set(None),
            version: Set(1),
        };
        Entity::insert(row).exec_without_returning(txn).await?;
    }
    Ok(())
}

/// The numbers that suppliers state, by supplier.
///
/// # Errors
/// When the database fails.
pub async fn of(app: &App, suppliers: &[Uuid]) -> Result<HashMap<Uuid, Vec<Number>>, Error> {
    let rows = Entity::find()
        .filter(Column::SupplierId.is_in(suppliers.iter().copied()))
        .order_by_desc(Column::Scheme)
        .all(app.db.read())
        .await?;
    let mut found: HashMap<Uuid, Vec<Number>> = HashMap::new();
    for row in rows {
        let supplier = row.supplier_id;
        found.entry(supplier).or_default().extend(read(row));
    }
    Ok(found)
}

fn read(row: Model) -> Option<Number> {
    Some(Number {
        scheme: Scheme::parse(&row.scheme)?,
        number: row.number,
        stated_at: row.stated_at,
        verified_at: row.verified_at,
        verified_how: row.verified_how,
        version: row.version,
    })
}

/// Notes that an operator has looked a stated number up, and how.
///
/// # Errors
/// [`SupplierNumberErrorCode`], or when the viewer may not.
pub async fn verify(
    app: &App,
    viewer: &Viewer,
    supplier: Uuid,
    scheme: Scheme,
    version: i32,
    how: &str,
) -> Result<(), Stop<SupplierNumberErrorCode>> {
    let permit = authorize(viewer, Action::Operate, Resource::System)?;
    let txn = app.db.begin().await?;
    let Some(found) = held(&txn, supplier, scheme).await? else {
        let message = "this supplier states no such number";
        return Err(Stop::refuse(
            SupplierNumberErrorCode::NotStated,
            "scheme",
            message,
        ));
    };
    based_on(version, found.version, SupplierNumberErrorCode::Conflict)?;
    if how.trim().is_empty() || how.len() > 500 {
        let message = "say what was looked at, in at most 500 bytes";
        return Err(Stop::refuse(SupplierNumberErrorCode::BadHow, "how", message));
    }
    Entity::update_many()
        .filter(Column::SupplierId.eq(supplier))
        .filter(Column::Scheme.eq(scheme.as_str()))
        .col_expr(Column::VerifiedBy, Expr::value(permit.actor()))
        .col_expr(Column::VerifiedAt, Expr::value(app.clock.now()))
        .col_expr(Column::VerifiedHow, Expr::value(how.trim()))
        .col_expr(Column::Version, Expr::value(found.version + 1))
        .exec(&txn)
        .await?;
    let detail = serde_json::json!({ "verified": scheme.as_str(), "how": how.trim() });
    audit::record(app, &txn, &permit, "supplier", supplier, &detail).await?;
    txn.commit().await?;
    Ok(())
}

async fn held(txn: &DatabaseTransaction, supplier: Uuid, scheme: Scheme) -> Result<Option<Model>, Error> {
    let mut query = Entity::find_by_id((supplier, scheme.as_str().to_owned()));
    if txn.get_database_backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    Ok(query.one(txn).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_their_usual_form_or_none() {
        let company = |text| Scheme::CompaniesHouse.read(text);
        assert_eq!(company("445790").as_deref(), Some("00445790"));
        assert_eq!(company(" sc 123456").as_deref(), Some("SC123456"));
        for wrong in ["", "123456789", "S1234567", "SC12345", "12345678X", "Ünïcödé1"] {
            assert_eq!(company(wrong), None, "{wrong}");
        }
        let charity = |text| Scheme::Charity.read(text);
        assert_eq!(charity("1089464").as_deref(), Some("1089464"));
        assert_eq!(charity("sc037711").as_deref(), Some("SC037711"));
        assert_eq!(charity("NIC100002").as_deref(), Some("NIC100002"));
        for wrong in ["12345", "12345678", "SC1234", "XX123456"] {
            assert_eq!(charity(wrong), None, "{wrong}");
        }
    }
}
