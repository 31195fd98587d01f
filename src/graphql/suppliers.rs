//! Suppliers in the graph.

use super::ids::{Id, Sort};
use crate::suppliers;
use async_graphql::Object;

/// A supplier, whether it signed up or was read from a register.
#[derive(Clone, Debug)]
pub struct Supplier(suppliers::Supplier);

impl From<suppliers::Supplier> for Supplier {
    fn from(supplier: suppliers::Supplier) -> Self {
        Self(supplier)
    }
}

/// A supplier, whether it signed up or was read from a register.
#[Object]
impl Supplier {
    /// Opaque identifier.
    pub(super) async fn id(&self) -> Id {
        Id::new(Sort::Supplier, self.0.id)
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Companies House number: two letters or digits and six digits.
    async fn companies_house(&self) -> Option<&str> {
        self.0.companies_house.as_deref()
    }
    /// Charity number.
    async fn charity(&self) -> Option<&str> {
        self.0.charity.as_deref()
    }
    /// Size: `micro`, `small`, `medium` or `large`.
    async fn size(&self) -> Option<&str> {
        self.0.size.as_deref()
    }
    /// Whether it is a voluntary, community or social enterprise.
    async fn vcse(&self) -> Option<bool> {
        self.0.vcse
    }
    /// Where it is.
    async fn town(&self) -> Option<&str> {
        self.0.town.as_deref()
    }
    /// Its website.
    async fn website(&self) -> Option<&str> {
        self.0.website.as_deref()
    }
    /// What it does.
    async fn summary(&self) -> Option<&str> {
        self.0.summary.as_deref()
    }
}
