//! Products in the graph.

use super::councils::Service;
use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use super::paging::{self, connection};
use super::suppliers::Supplier;
use crate::access::Viewer;
use crate::councils::directory;
use crate::runtime::App;
use crate::suppliers::products::{self, Hosting, Listing, ProductErrorCode, State};
use async_graphql::{Context, InputObject, Object, Result};
use chrono::{DateTime, Utc};

/// Products, to read.
#[derive(Debug, Default)]
pub struct ProductsQuery;

/// Products, to list.
#[derive(Debug, Default)]
pub struct ProductsMutation;

/// What a supplier makes.
#[derive(Clone, Debug)]
pub struct Product(products::Product);

impl From<products::Product> for Product {
    fn from(inner: products::Product) -> Self {
        Self(inner)
    }
}

connection!(ProductConnection, ProductEdge, Product, "products");

payload! {
    /// What became of drafting a product.
    ProductDraftPayload { product: Product } ProductDraftError(ProductErrorCode)
}
payload! {
    /// What became of writing a product anew.
    ProductRevisePayload { product: Product } ProductReviseError(ProductErrorCode, current_version)
}
payload! {
    /// What became of publishing a product.
    ProductPublishPayload { product: Product } ProductPublishError(ProductErrorCode, current_version)
}
payload! {
    /// What became of archiving a product.
    ProductArchivePayload { product: Product } ProductArchiveError(ProductErrorCode, current_version)
}

/// Which products; every part that is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct ProductFilter {
    /// Of this supplier; its own people see drafts and archived ones too.
    supplier: Option<Id>,
    /// For this service, by Local Government Service List code.
    service: Option<i32>,
    /// With these letters in name or summary, in any case.
    text: Option<String>,
}

/// What a supplier says of a product.
#[derive(Debug, InputObject)]
pub struct ProductListingInput {
    /// Name, at most 200 bytes.
    name: String,
    /// In a line, at most 500 bytes.
    summary: String,
    /// What it does, at most 20,000 bytes.
    description: String,
    /// The services it is for, by Local Government Service List code.
    #[graphql(default)]
    services: Vec<i32>,
    /// Common Procurement Vocabulary codes it falls under, eight digits each.
    #[graphql(default)]
    cpv: Vec<String>,
    /// Where it runs, if it is software.
    hosting: Option<Hosting>,
    /// How it is charged.
    price_model: Option<String>,
}

impl From<ProductListingInput> for Listing {
    fn from(input: ProductListingInput) -> Self {
        Self {
            name: input.name,
            summary: input.summary,
            description: input.description,
            lgsl: input.services,
            cpv: input.cpv,
            hosting: input.hosting,
            price_model: input.price_model,
        }
    }
}

fn given<'a>(ctx: &Context<'a>) -> (&'a App, &'a Viewer) {
    (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>())
}

#[Object]
impl ProductsQuery {
    /// A product by id; null when there is none that the viewer may know of. Drafts are for their supplier's own.
    async fn product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id,
    ) -> Result<Option<Product>> {
        let (app, viewer) = given(ctx);
        let found = products::one(app, viewer, id.of(Sort::Product)?)
            .await
            .told(ctx)?;
        Ok(found.map(Product))
    }

    /// Published products, by name.
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] filter: Option<ProductFilter>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<ProductConnection> {
        let (app, viewer) = given(ctx);
        let filter = filter.unwrap_or_default();
        let filter = products::ProductFilter {
            supplier: filter.supplier.map(|id| id.of(Sort::Supplier)).transpose()?,
            lgsl: filter.service,
            text: filter.text,
        };
        let cut = paging::cut(first, after.as_deref())?;
        let page = products::list(app, viewer, &filter, &cut).await.told(ctx)?;
        Ok(paging::slice(page, Product).into())
    }
}

#[Object]
impl ProductsMutation {
    /// Drafts a product of a supplier. Needs a member of the supplier.
    async fn product_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose it is.")] supplier: Id,
        #[graphql(desc = "What is said of it.")] listing: ProductListingInput,
    ) -> Result<ProductDraftPayload> {
        let (app, viewer) = given(ctx);
        let supplier = supplier.of(Sort::Supplier)?;
        let drafted = products::draft(app, viewer, supplier, listing.into()).await;
        ProductDraftPayload::of(ctx, drafted.map(Product))
    }

    /// Writes a product anew; what it said before is kept. Needs a member of the supplier.
    async fn product_revise(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product.")] product: Id,
        #[graphql(desc = "The version of the product that this is based on.")] version: i32,
        #[graphql(desc = "What is said of it now.")] listing: ProductListingInput,
    ) -> Result<ProductRevisePayload> {
        let (app, viewer) = given(ctx);
        let revised =
            products::revise(app, viewer, product.of(Sort::Product)?, version, listing.into()).await;
        ProductRevisePayload::of(ctx, revised.map(Product))
    }

    /// Lets everybody find a product. Needs a member of the supplier.
    async fn product_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product.")] product: Id,
        #[graphql(desc = "The version of the product that this is based on.")] version: i32,
    ) -> Result<ProductPublishPayload> {
        let (app, viewer) = given(ctx);
        let product = product.of(Sort::Product)?;
        let done = products::put_in_state(app, viewer, product, version, State::Published).await;
        ProductPublishPayload::of(ctx, done.map(Product))
    }

    /// Lists a product no more. Needs a member of the supplier.
    async fn product_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product.")] product: Id,
        #[graphql(desc = "The version of the product that this is based on.")] version: i32,
    ) -> Result<ProductArchivePayload> {
        let (app, viewer) = given(ctx);
        let product = product.of(Sort::Product)?;
        let done = products::put_in_state(app, viewer, product, version, State::Archived).await;
        ProductArchivePayload::of(ctx, done.map(Product))
    }
}

/// What a supplier makes.
#[Object]
impl Product {
    /// Opaque identifier.
    pub(super) async fn id(&self) -> Id {
        Id::new(Sort::Product, self.0.id)
    }
    /// Whose it is.
    async fn supplier(&self, ctx: &Context<'_>) -> Result<Option<Supplier>> {
        super::suppliers::supplier(ctx, self.0.supplier_id).await
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.listing.name
    }
    /// In a line.
    async fn summary(&self) -> &str {
        &self.0.listing.summary
    }
    /// What it does.
    async fn description(&self) -> &str {
        &self.0.listing.description
    }
    /// The services it is for, of the Local Government Service List.
    async fn services(&self) -> Vec<Service> {
        let codes = self.0.listing.lgsl.iter();
        codes
            .filter_map(|code| directory().service(*code))
            .map(|fact| Service(*fact))
            .collect()
    }
    /// Common Procurement Vocabulary codes it falls under.
    async fn cpv(&self) -> &[String] {
        &self.0.listing.cpv
    }
    /// Where it runs, if it is software.
    async fn hosting(&self) -> Option<Hosting> {
        self.0.listing.hosting
    }
    /// How it is charged.
    async fn price_model(&self) -> Option<&str> {
        self.0.listing.price_model.as_deref()
    }
    /// Its state.
    async fn state(&self) -> State {
        self.0.state
    }
    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
    /// Counts its changes: what changes it says which version it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
