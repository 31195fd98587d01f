//! Suppliers in the graph.

use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use crate::access::accounts::AccountErrorCode;
use crate::runtime::{App, Error};
use crate::suppliers::{self, SignUp, Size};
use async_graphql::{Context, InputObject, Object, Result};

/// Suppliers, to read.
#[derive(Debug, Default)]
pub struct SuppliersQuery;

/// Suppliers, to sign up.
#[derive(Debug, Default)]
pub struct SuppliersMutation;

payload! {
    /// What became of signing a supplier up.
    SupplierSignUpPayload { supplier: Supplier } SupplierSignUpError(AccountErrorCode)
}

/// A supplier and the person who signs it up.
#[derive(Debug, InputObject)]
pub struct SupplierSignUpInput {
    /// The person's address: they sign in with it, and alerts go to it.
    email: String,
    /// The person's name.
    name: String,
    /// A password of 8 to 1,024 bytes, taken exactly as typed.
    password: String,
    /// The supplier's name.
    supplier: String,
    /// Its size.
    size: Option<Size>,
    /// Whether it is a voluntary, community or social enterprise.
    #[graphql(default)]
    vcse: bool,
    /// Where it is.
    town: Option<String>,
    /// What it does, in a sentence.
    summary: Option<String>,
}

#[Object]
impl SuppliersQuery {
    /// A supplier by id; null when there is none.
    async fn supplier(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id,
    ) -> Result<Option<Supplier>> {
        let id = id.of(Sort::Supplier)?;
        let mut found = suppliers::by_ids(ctx.data_unchecked::<App>(), &[id])
            .await
            .told(ctx)?;
        Ok(found.remove(&id).map(Supplier))
    }
}

#[Object]
impl SuppliersMutation {
    /// Signs a supplier up, with the account of the person who does it. Anybody may.
    async fn supplier_sign_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The supplier and the person.")] input: SupplierSignUpInput,
    ) -> Result<SupplierSignUpPayload> {
        let app = ctx.data_unchecked::<App>();
        let signed_up = suppliers::sign_up(
            app,
            SignUp {
                email: input.email,
                name: input.name,
                password: input.password,
                supplier: input.supplier,
                size: input.size,
                vcse: input.vcse,
                town: input.town,
                summary: input.summary,
            },
        )
        .await;
        let supplier = match signed_up {
            Ok(id) => {
                let found = suppliers::by_ids(app, &[id]).await.told(ctx)?.remove(&id);
                found.map(Supplier).ok_or_else(|| Error::NotFound.into())
            }
            Err(stop) => Err(stop),
        };
        SupplierSignUpPayload::of(ctx, supplier)
    }
}

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
