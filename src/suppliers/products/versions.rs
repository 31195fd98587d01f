//! What was said of a product before: every version is kept, and those that were public can be read by everybody.

use super::{Listing, Product, State, store};
use crate::access::{Action, Resource, Viewer, may};
use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// The latest versions of a product that are read at once.
pub const MOST: i32 = 20;

/// A product as it was said at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Which.
    pub version: i32,
    /// The state that it was in.
    pub state: State,
    /// What was said of it.
    pub listing: Listing,
    /// When.
    pub made_at: DateTime<Utc>,
}

/// Whether somebody reads every version of a product, or those that were published.
pub fn sees_all(viewer: &Viewer, product: &Product) -> bool {
    may(viewer, Action::SeeDrafts, Resource::Supplier(product.supplier_id))
}

/// The latest versions of products that were published, newest first.
///
/// # Errors
/// When the database fails.
pub async fn published_of(app: &App, products: &[Uuid]) -> Result<HashMap<Uuid, Vec<Version>>, Error> {
    store::versions(app.db.read(), products, Some(State::Published)).await
}

/// The latest versions of products in any state, newest first.
///
/// # Errors
/// When the database fails.
pub async fn all_of(app: &App, products: &[Uuid]) -> Result<HashMap<Uuid, Vec<Version>>, Error> {
    store::versions(app.db.read(), products, None).await
}
