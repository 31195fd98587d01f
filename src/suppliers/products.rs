//! Products that suppliers list: drafted, published, archived; every version is kept ([`versions`]).
//!
//! [`search()`] finds published ones and counts the choices there are, and [`usage`] says from the registers who uses one.

pub mod facets;
mod listing;
mod search;
mod store;
pub mod usage;
pub mod versions;

pub use listing::{CaseStudy, Listing};
pub use search::{Found, search};

use crate::access::{Action, Permit, Resource, Viewer, authorize, may, signed_in};
use crate::audit;
use crate::runtime::page::{Cut, Page};
use crate::runtime::{App, Error, Stop, based_on, words};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use std::collections::HashMap;
use uuid::Uuid;

words! {
    /// The state of a product.
    #[graphql(name = "ProductState")]
    State {
        /// Being written: for its supplier's own.
        Draft = "draft",
        /// Everybody finds it.
        Published = "published",
        /// No longer sold: found by its id, listed no more.
        Archived = "archived",
    }
}

words! {
    /// Where software runs.
    Hosting {
        /// The supplier's cloud.
        Cloud = "cloud",
        /// The council's own machines.
        OnPremises = "on_premises",
    }
}

/// A product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Identifier.
    pub id: Uuid,
    /// Whose it is.
    pub supplier_id: Uuid,
    /// What is said of it.
    pub listing: Listing,
    /// Its state.
    pub state: State,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts its changes.
    pub version: i32,
}

/// Why a product was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum ProductErrorCode {
    /// A text is blank or too long.
    BadText,
    /// A service is not in the Local Government Service List.
    UnknownService,
    /// A CPV code does not have eight digits.
    BadCpv,
    /// More than 50 services or codes, 30 systems or standards, or 10 case studies.
    TooMany,
    /// There is no such council.
    UnknownCouncil,
    /// An address does not begin with `https://` or `http://`, or is over 500 bytes.
    BadUrl,
    /// It was changed since the version this was based on.
    Conflict,
}

/// Drafts a product of a supplier.
///
/// # Errors
/// Every reason it makes no sense; or the viewer may not.
pub async fn draft(
    app: &App,
    viewer: &Viewer,
    supplier_id: Uuid,
    listing: Listing,
) -> Result<Product, Stop<ProductErrorCode>> {
    let permit = authorize(viewer, Action::EditSupplier, Resource::Supplier(supplier_id))?;
    listing::check(&listing).stop()?;
    let product = Product {
        id: app.new_id(),
        supplier_id,
        listing,
        state: State::Draft,
        updated_at: app.clock.now(),
        version: 1,
    };
    let txn = app.db.begin().await?;
    write(app, txn, &permit, &product).await?;
    Ok(product)
}

/// Writes a product anew, in whatever state it is; what it said before is kept.
///
/// # Errors
/// When it has another version, every reason it makes no sense; or the viewer may not.
pub async fn revise(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    listing: Listing,
) -> Result<Product, Stop<ProductErrorCode>> {
    change(app, viewer, id, version, |product| product.listing = listing).await
}

/// Publishes a product, or archives it.
///
/// # Errors
/// When it has another version, the viewer may not, or there is none.
pub async fn put_in_state(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    state: State,
) -> Result<Product, Stop<ProductErrorCode>> {
    change(app, viewer, id, version, |product| product.state = state).await
}

async fn change(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    change: impl FnOnce(&mut Product),
) -> Result<Product, Stop<ProductErrorCode>> {
    signed_in(viewer)?;
    let txn = app.db.begin().await?;
    let found = store::locked(&txn, id).await?;
    let mut product = visible(&txn, viewer, found).await?.ok_or(Error::NotFound)?;
    let permit = authorize(
        viewer,
        Action::EditSupplier,
        Resource::Supplier(product.supplier_id),
    )?;
    based_on(version, product.version, ProductErrorCode::Conflict)?;
    change(&mut product);
    listing::check(&product.listing).stop()?;
    (product.updated_at, product.version) = (app.clock.now(), product.version + 1);
    write(app, txn, &permit, &product).await?;
    Ok(product)
}

/// Which products; every part that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct ProductFilter {
    /// Of this supplier; its own people see drafts and archived ones too.
    pub supplier: Option<Uuid>,
    /// For this service, by Local Government Service List code.
    pub lgsl: Option<i32>,
    /// With these letters in name or summary, in any case.
    pub text: Option<String>,
}

/// A page of products by name.
///
/// # Errors
/// When the database fails.
pub async fn list(
    app: &App,
    viewer: &Viewer,
    filter: &ProductFilter,
    cut: &Cut,
) -> Result<Page<Product>, Error> {
    let own = filter
        .supplier
        .is_some_and(|id| may(viewer, Action::SeeDrafts, Resource::Supplier(id)));
    store::list(app.db.read(), filter, own, cut).await
}

/// A product that the viewer may know of.
///
/// # Errors
/// When the database fails.
pub async fn one(app: &App, viewer: &Viewer, id: Uuid) -> Result<Option<Product>, Error> {
    let found = store::one(app.db.read(), id).await?;
    visible(app.db.read(), viewer, found).await
}

/// The published products of suppliers, by supplier and name, in one statement.
///
/// # Errors
/// When the database fails.
pub async fn published_of(app: &App, suppliers: &[Uuid]) -> Result<HashMap<Uuid, Vec<Product>>, Error> {
    let mut of: HashMap<Uuid, Vec<Product>> = HashMap::new();
    for product in store::published_of(app.db.read(), suppliers).await? {
        of.entry(product.supplier_id).or_default().push(product);
    }
    Ok(of)
}

/// Those of these products that are published, by id, in one statement.
///
/// # Errors
/// When the database fails.
pub async fn published(app: &App, ids: &[Uuid]) -> Result<HashMap<Uuid, Product>, Error> {
    let found = store::published(app.db.read(), ids).await?;
    Ok(found.into_iter().map(|product| (product.id, product)).collect())
}

/// Those of these products that everybody may know of, by id: what was ever published.
///
/// # Errors
/// When the database fails.
pub async fn public(app: &App, ids: &[Uuid]) -> Result<HashMap<Uuid, Product>, Error> {
    let found = store::by_ids(app.db.read(), ids).await?;
    let archived = found.iter().filter(|product| product.state == State::Archived);
    let archived: Vec<Uuid> = archived.map(|product| product.id).collect();
    let once = store::once_published(app.db.read(), &archived).await?;
    let seen = |product: &Product| product.state == State::Published || once.contains(&product.id);
    let found = found.into_iter().filter(seen);
    Ok(found.map(|product| (product.id, product)).collect())
}

/// A product, if the viewer may know of it: once published it can be found for good, but a draft that was archived
/// never became public.
async fn visible(
    db: &impl ConnectionTrait,
    viewer: &Viewer,
    found: Option<Product>,
) -> Result<Option<Product>, Error> {
    let Some(product) = found else {
        return Ok(None);
    };
    let seen = may(viewer, Action::SeeDrafts, Resource::Supplier(product.supplier_id))
        || match product.state {
            State::Published => true,
            State::Draft => false,
            State::Archived => store::was_published(db, product.id).await?,
        };
    Ok(seen.then_some(product))
}

async fn write(app: &App, txn: DatabaseTransaction, permit: &Permit, product: &Product) -> Result<(), Error> {
    store::put(&txn, permit, product).await?;
    let detail = serde_json::json!({ "state": product.state.as_str(), "version": product.version });
    audit::record(app, &txn, permit, "product", product.id, &detail).await?;
    Ok(txn.commit().await?)
}
