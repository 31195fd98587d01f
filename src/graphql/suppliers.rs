//! Suppliers in the graph.

use super::errors::{Told, payload};
use super::evidence::SupplierEvidence;
use super::ids::{Id, Sort};
use super::paging::{self, connection};
use super::products::Product;
use super::profiles::{Sector, SupplierAddress, SupplierAreas, SupplierProfileInput};
use super::relations::{AreasOf, EvidenceOf, NumbersOf, ProductsOf, SectorsOf, SupplierKey, load, refer};
use crate::access::Viewer;
use crate::councils::facts::Region;
use crate::runtime::{App, Error};
use crate::suppliers::numbers::{self, Scheme, SupplierNumberErrorCode};
use crate::suppliers::sectors::DIVISIONS;
use crate::suppliers::{self, Figures, SignUp, Size, SupplierProfileErrorCode, SupplierSignUpErrorCode};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// Suppliers, to read.
#[derive(Debug, Default)]
pub struct SuppliersQuery;

/// Suppliers, to sign up, and what they say of themselves.
#[derive(Debug, Default)]
pub struct SuppliersMutation;

payload! {
    /// What became of signing a supplier up.
    SupplierSignUpPayload { supplier: Supplier } SupplierSignUpError(SupplierSignUpErrorCode)
}

payload! {
    /// What became of a number that was looked up.
    SupplierNumberVerifyPayload { supplier: Supplier } SupplierNumberVerifyError(SupplierNumberErrorCode, current_version)
}

payload! {
    /// What became of confirming a supplier's size.
    SupplierConfirmSizePayload { supplier: Supplier } SupplierConfirmSizeError(SupplierProfileErrorCode, current_version)
}

payload! {
    /// What became of a supplier's profile.
    SupplierEditProfilePayload { supplier: Supplier } SupplierEditProfileError(SupplierProfileErrorCode, current_version)
}

connection!(SupplierConnection, SupplierEdge, Supplier, "suppliers");

/// Which suppliers; every part that is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct SupplierFilter {
    /// Whose name has these words in it, in any case.
    name: Option<String>,
    /// Of one of these sizes, as their profile says.
    sizes: Option<Vec<Size>>,
    /// Whether it is a voluntary, community or social enterprise.
    vcse: Option<bool>,
    /// That serve this council, by id, as their profile says: itself, its whole region, or everywhere.
    serves: Option<Id>,
    /// That serve the whole of this region, or everywhere.
    serves_region: Option<Region>,
    /// In one of these trades: divisions of the Common Procurement Vocabulary, two digits each.
    sectors: Option<Vec<String>>,
}

/// A supplier that signs up.
#[derive(Debug, InputObject)]
pub struct SupplierSignUpInput {
    /// Its name.
    name: String,
    /// Its Companies House number; its form is checked, and it is shown as stated until an operator looks it up.
    companies_house: Option<String>,
    /// Its charity number; likewise.
    charity: Option<String>,
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

/// A number that a supplier states of itself.
#[derive(Clone, Debug, SimpleObject)]
pub struct SupplierNumber {
    /// Who gives it.
    scheme: Scheme,
    /// In its usual form.
    number: String,
    /// Since when it is stated.
    stated_at: DateTime<Utc>,
    /// When an operator looked it up; null when nobody has.
    verified_at: Option<DateTime<Utc>>,
    /// What was looked at.
    verified_how: Option<String>,
    /// Counts its changes: what changes it says which version it is based on.
    version: i32,
}

impl From<numbers::Number> for SupplierNumber {
    fn from(number: numbers::Number) -> Self {
        Self {
            scheme: number.scheme,
            number: number.number,
            stated_at: number.stated_at,
            verified_at: number.verified_at,
            verified_how: number.verified_how,
            version: number.version,
        }
    }
}

#[Object]
impl SuppliersQuery {
    /// A supplier by id; null when there is none.
    async fn supplier(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id,
    ) -> Result<Option<Supplier>> {
        supplier(ctx, id.of(Sort::Supplier)?).await
    }

    /// Suppliers, by name.
    async fn suppliers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] filter: Option<SupplierFilter>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<SupplierConnection> {
        let filter = filter.unwrap_or_default();
        let filter = suppliers::SupplierFilter {
            name: filter.name,
            sizes: filter.sizes.unwrap_or_default(),
            vcse: filter.vcse,
            serves: filter.serves.map(|id| id.of(Sort::Council)).transpose()?,
            serves_region: filter.serves_region,
            sectors: filter.sectors.unwrap_or_default(),
        };
        let cut = paging::cut(first, after.as_deref())?;
        let page = suppliers::list(ctx.data_unchecked::<App>(), &filter, &cut)
            .await
            .told(ctx)?;
        Ok(paging::slice(page, Supplier).into())
    }

    /// The trades there are for suppliers to be in: the divisions of the Common Procurement Vocabulary, by number.
    async fn sectors(&self) -> Vec<Sector> {
        DIVISIONS.into_iter().map(Sector::from).collect()
    }
}

/// A supplier that another object refers to.
pub(super) async fn supplier(ctx: &Context<'_>, id: Uuid) -> Result<Option<Supplier>> {
    Ok(refer(ctx, SupplierKey(id)).await?.map(Supplier))
}

#[Object]
impl SuppliersMutation {
    /// Writes what a supplier says of itself; what is not given is taken out. Needs a member of the supplier.
    async fn supplier_edit_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The supplier.")] supplier: Id,
        #[graphql(desc = "The version of the supplier that this is based on.")] version: i32,
        #[graphql(desc = "What it says of itself.")] profile: SupplierProfileInput,
    ) -> Result<SupplierEditProfilePayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let supplier = supplier.of(Sort::Supplier)?;
        let edited = suppliers::edit(app, viewer, supplier, version, profile.read()?).await;
        SupplierEditProfilePayload::of(ctx, edited.map(Supplier))
    }

    /// Confirms that a supplier is still of the size that its profile states: a pilot that is reserved for small and
    /// medium enterprises asks that this was said in the last 12 months. Needs a member of the supplier.
    async fn supplier_confirm_size(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The supplier.")] supplier: Id,
        #[graphql(desc = "The version of the supplier that this is based on.")] version: i32,
    ) -> Result<SupplierConfirmSizePayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let confirmed = suppliers::confirm_size(app, viewer, supplier.of(Sort::Supplier)?, version).await;
        SupplierConfirmSizePayload::of(ctx, confirmed.map(Supplier))
    }

    /// Signs a supplier up; the viewer becomes its administrator. Needs a session of one's own.
    async fn supplier_sign_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The supplier.")] input: SupplierSignUpInput,
    ) -> Result<SupplierSignUpPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let sign_up = SignUp {
            name: input.name,
            companies_house: input.companies_house,
            charity: input.charity,
            size: input.size,
            vcse: input.vcse,
            town: input.town,
            summary: input.summary,
        };
        let supplier = match suppliers::sign_up(app, viewer, sign_up).await {
            Ok(id) => found(app, id).await.map_err(Into::into),
            Err(stop) => Err(stop),
        };
        SupplierSignUpPayload::of(ctx, supplier)
    }

    /// Notes that a number which a supplier states was looked up, and how. Needs an operator.
    async fn supplier_number_verify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The supplier.")] supplier: Id,
        #[graphql(desc = "Which of its numbers.")] scheme: Scheme,
        #[graphql(desc = "The version of the number that this is based on.")] version: i32,
        #[graphql(desc = "What was looked at.")] how: String,
    ) -> Result<SupplierNumberVerifyPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let id = supplier.of(Sort::Supplier)?;
        let supplier = match numbers::verify(app, viewer, id, scheme, version, &how).await {
            Ok(()) => found(app, id).await.map_err(Into::into),
            Err(stop) => Err(stop),
        };
        SupplierNumberVerifyPayload::of(ctx, supplier)
    }
}

async fn found(app: &App, id: Uuid) -> std::result::Result<Supplier, Error> {
    let found = suppliers::by_ids(app, &[id]).await?.remove(&id);
    found.map(Supplier).ok_or(Error::NotFound)
}

/// A supplier, whether it signed up or was read from a register.
#[derive(Clone, Debug)]
pub struct Supplier(suppliers::Supplier);

impl From<suppliers::Supplier> for Supplier {
    fn from(supplier: suppliers::Supplier) -> Self {
        Self(supplier)
    }
}

impl Supplier {
    /// Its figures of money, for its own people.
    fn own_figures(&self, ctx: &Context<'_>) -> Figures {
        let own = suppliers::sees_figures(ctx.data_unchecked::<Viewer>(), self.0.id);
        if own { self.0.figures() } else { Figures::default() }
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
    /// The numbers it states of itself, and whether an operator has looked them up.
    async fn numbers(&self, ctx: &Context<'_>) -> Result<Vec<SupplierNumber>> {
        let found = load(ctx, NumbersOf(self.0.id)).await?;
        Ok(found.into_iter().map(SupplierNumber::from).collect())
    }
    /// The certificates and insurance that it says it holds or held, what expires first first.
    async fn evidence(&self, ctx: &Context<'_>) -> Result<Vec<SupplierEvidence>> {
        let found = load(ctx, EvidenceOf(self.0.id)).await?;
        Ok(found.into_iter().map(SupplierEvidence::from).collect())
    }
    /// Its size by staff, as it says.
    async fn size(&self) -> Option<Size> {
        self.0.size
    }
    /// People who work for it, by heads, as it says: what its size rests on.
    async fn staff(&self) -> Option<i32> {
        self.0.staff
    }
    /// What it took in its last year, in pence, as it says. Needs a member of the supplier; null to everybody else.
    async fn turnover_pence(&self, ctx: &Context<'_>) -> Option<i64> {
        self.own_figures(ctx).turnover_pence
    }
    /// The total of its last balance sheet, in pence, as it says. Needs a member of the supplier; null to everybody else.
    async fn balance_sheet_pence(&self, ctx: &Context<'_>) -> Option<i64> {
        self.own_figures(ctx).balance_sheet_pence
    }
    /// When its size was last stated or confirmed. It counts for 12 months.
    async fn size_confirmed_on(&self) -> Option<NaiveDate> {
        self.0.size_confirmed_on
    }
    /// The products it has published, by name.
    async fn products(&self, ctx: &Context<'_>) -> Result<Vec<Product>> {
        let found = load(ctx, ProductsOf(self.0.id)).await?;
        Ok(found.into_iter().map(Product::from).collect())
    }
    /// Whether it is a voluntary, community or social enterprise.
    async fn vcse(&self) -> Option<bool> {
        self.0.vcse
    }
    /// The town it is in.
    async fn town(&self) -> Option<&str> {
        self.0.town.as_deref()
    }
    /// Its address.
    async fn address(&self) -> Option<SupplierAddress> {
        self.0.address().map(SupplierAddress::from)
    }
    /// Where it works.
    async fn areas_served(&self, ctx: &Context<'_>) -> Result<SupplierAreas> {
        Ok(load(ctx, AreasOf(self.0.id)).await?.into())
    }
    /// What trades it is in.
    async fn sectors(&self, ctx: &Context<'_>) -> Result<Vec<Sector>> {
        let found = load(ctx, SectorsOf(self.0.id)).await?;
        Ok(found.into_iter().map(Sector::from).collect())
    }
    /// Its website.
    async fn website(&self) -> Option<&str> {
        self.0.website.as_deref()
    }
    /// What it does.
    async fn summary(&self) -> Option<&str> {
        self.0.summary.as_deref()
    }
    /// Counts its changes: what changes it says which version it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
