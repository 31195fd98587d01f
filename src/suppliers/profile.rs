//! What a supplier says of itself. Its name and numbers are not its own to change here: registers name it by them.

use super::{Supplier, by_ids_in, read};
use crate::access::{Action, Permit, Resource, Viewer, authorize};
use crate::audit;
use crate::runtime::{App, Error, Stop, Wrong, based_on, words};
use entity::supplier::{Column, Entity};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

words! {
    /// Size of a supplier by staff (Companies Act 2006 and Commission Recommendation 2003/361/EC).
    #[graphql(name = "SupplierSize")]
    Size {
        /// Fewer than 10 staff.
        Micro = "micro",
        /// Fewer than 50.
        Small = "small",
        /// Fewer than 250.
        Medium = "medium",
        /// 250 or more; not an SME.
        Large = "large",
    }
}

impl Size {
    /// Whether it is a small or medium enterprise.
    pub fn is_sme(self) -> bool {
        self != Self::Large
    }
}

/// What a supplier says of itself. What is not given is taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Its size by staff.
    pub size: Option<Size>,
    /// Whether it is a voluntary, community or social enterprise.
    pub vcse: bool,
    /// Where it is.
    pub town: Option<String>,
    /// Its website: an address that begins with `https://` or `http://`.
    pub website: Option<String>,
    /// What it does.
    pub summary: Option<String>,
}

/// Why a profile was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum SupplierProfileErrorCode {
    /// A text is over 2,000 bytes.
    BadText,
    /// The website's address does not begin with `https://` or `http://`, or is over 200 bytes.
    BadWebsite,
    /// It was changed since the version this was based on.
    Conflict,
}

/// Writes a supplier's profile.
///
/// # Errors
/// When it has another version, every reason it makes no sense; or the viewer may not.
pub async fn edit(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    profile: Profile,
) -> Result<Supplier, Stop<SupplierProfileErrorCode>> {
    let permit = authorize(viewer, Action::EditSupplier, Resource::Supplier(id))?;
    let txn = app.db.begin().await?;
    let found = read::held(&txn, id).await?.ok_or(Error::NotFound)?;
    based_on(version, found.version, SupplierProfileErrorCode::Conflict)?;
    check(&profile).stop()?;
    let detail = serde_json::json!({ "size": profile.size.map(Size::as_str), "vcse": profile.vcse });
    write(app, &txn, &permit, id, profile).await?;
    audit::record(app, &txn, &permit, "supplier", id, &detail).await?;
    let supplier = by_ids_in(&txn, &[id]).await?.remove(&id).ok_or(Error::NotFound)?;
    txn.commit().await.map_err(Error::from)?;
    Ok(supplier)
}

fn check(profile: &Profile) -> Wrong<SupplierProfileErrorCode> {
    let mut wrong = Wrong::default();
    for (path, text) in [("town", &profile.town), ("summary", &profile.summary)] {
        let long = text.as_ref().is_some_and(|text| text.len() > 2_000);
        let message = format!("give {path} in at most 2,000 bytes");
        wrong.when(long, SupplierProfileErrorCode::BadText, path, message);
    }
    let website = profile.website.as_deref().unwrap_or("https://");
    wrong.when(
        website.len() > 200 || !(website.starts_with("https://") || website.starts_with("http://")),
        SupplierProfileErrorCode::BadWebsite,
        "website",
        "give an address of at most 200 bytes that begins with https:// or http://",
    );
    wrong
}

async fn write(
    app: &App,
    txn: &DatabaseTransaction,
    _permit: &Permit,
    id: Uuid,
    profile: Profile,
) -> Result<(), Error> {
    Entity::update_many()
        .filter(Column::Id.eq(id))
        .col_expr(Column::Size, Expr::value(profile.size.map(Size::as_str)))
        .col_expr(Column::Vcse, Expr::value(profile.vcse))
        .col_expr(Column::Town, Expr::value(profile.town))
        .col_expr(Column::Website, Expr::value(profile.website))
        .col_expr(Column::Summary, Expr::value(profile.summary))
        .col_expr(Column::UpdatedAt, Expr::value(app.clock.now()))
        .col_expr(Column::Version, Expr::cust("version + 1"))
        .exec(txn)
        .await?;
    Ok(())
}
