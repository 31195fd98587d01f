//! Products in the graph.

use super::councils::{self, Council, Service};
use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use super::paging::{self, connection};
use super::relations::{AllVersionsOf, PublishedVersionsOf, UsesOf, load};
use super::suppliers::Supplier;
use crate::access::Viewer;
use crate::councils::directory;
use crate::runtime::App;
use crate::suppliers::products::versions::{self, Version};
use crate::suppliers::products::{self, CaseStudy, Hosting, Listing, ProductErrorCode, State};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
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
    /// How it is charged, in at most 500 bytes.
    price_model: Option<String>,
    /// The business systems it works with, by name: at most 30, of 100 bytes each.
    #[graphql(default)]
    integrations: Vec<String>,
    /// The standards it keeps, by name, such as `WCAG 2.2 AA`: at most 30, of 100 bytes each.
    #[graphql(default)]
    standards: Vec<String>,
    /// How people with disabilities can use it, and what is not done yet: at most 5,000 bytes.
    accessibility: Option<String>,
    /// What came of it elsewhere; at most 10.
    #[graphql(default)]
    case_studies: Vec<ProductCaseStudyInput>,
}

/// What came of a product somewhere.
#[derive(Debug, InputObject)]
pub struct ProductCaseStudyInput {
    /// In a line, at most 200 bytes.
    title: String,
    /// The council it is of, by id, if it is of one.
    council: Option<Id>,
    /// What came of it, in at most 2,000 bytes.
    outcome: String,
    /// Where more is said: an address that begins with `https://` or `http://`.
    url: Option<String>,
}

impl ProductListingInput {
    fn read(self) -> Result<Listing> {
        let study = |study: ProductCaseStudyInput| -> Result<CaseStudy> {
            Ok(CaseStudy {
                title: study.title,
                council_id: study.council.map(|id| id.of(Sort::Council)).transpose()?,
                outcome: study.outcome,
                url: study.url,
            })
        };
        let input = self;
        Ok(Listing {
            name: input.name,
            summary: input.summary,
            description: input.description,
            lgsl: input.services,
            cpv: input.cpv,
            hosting: input.hosting,
            price_model: input.price_model,
            integrations: input.integrations,
            standards: input.standards,
            accessibility: input.accessibility,
            case_studies: input.case_studies.into_iter().map(study).collect::<Result<_>>()?,
        })
    }
}

/// What came of a product somewhere, as its supplier says.
#[derive(Clone, Debug, SimpleObject)]
pub struct ProductCaseStudy {
    /// In a line.
    title: String,
    /// The council it is of, if it is of one.
    council: Option<Council>,
    /// What came of it.
    outcome: String,
    /// Where more is said.
    url: Option<String>,
}

/// A council that uses a product, as registers say.
#[derive(Clone, Debug, SimpleObject)]
pub struct ProductUse {
    /// The council.
    council: Council,
    /// Its contracts that name the product and run today.
    contracts: i64,
}

/// What was said of a product at a time.
#[derive(Clone, Debug)]
pub struct ProductVersion(Version);

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
        let drafted = products::draft(app, viewer, supplier, listing.read()?).await;
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
        let product = product.of(Sort::Product)?;
        let revised = products::revise(app, viewer, product, version, listing.read()?).await;
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
        services(&self.0.listing)
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
    /// The business systems it works with, by name.
    async fn integrations(&self) -> &[String] {
        &self.0.listing.integrations
    }
    /// The standards it keeps, by name.
    async fn standards(&self) -> &[String] {
        &self.0.listing.standards
    }
    /// How people with disabilities can use it, and what is not done yet.
    async fn accessibility(&self) -> Option<&str> {
        self.0.listing.accessibility.as_deref()
    }
    /// What came of it elsewhere, as its supplier says.
    async fn case_studies(&self) -> Vec<ProductCaseStudy> {
        case_studies(&self.0.listing)
    }
    /// The councils that use it, as their registers say, those with most contracts first; at most 100. A contract counts that
    /// runs today and has the product's name, in any case, as its product, or is with the supplier and has that name in its
    /// title.
    async fn used_by(&self, ctx: &Context<'_>) -> Result<Vec<ProductUse>> {
        let uses = load(ctx, UsesOf(self.0.id)).await?;
        let told = uses.into_iter().take(100).filter_map(|one| {
            Some(ProductUse {
                council: councils::council(one.council_id)?,
                contracts: one.contracts,
            })
        });
        Ok(told.collect())
    }
    /// How many councils use it.
    async fn used_by_count(&self, ctx: &Context<'_>) -> Result<usize> {
        Ok(load(ctx, UsesOf(self.0.id)).await?.len())
    }
    /// What was said of it and when, newest first; at most 20. To everybody those versions that were published, to the
    /// supplier's own people all.
    async fn versions(&self, ctx: &Context<'_>) -> Result<Vec<ProductVersion>> {
        let (_, viewer) = given(ctx);
        let found = match versions::sees_all(viewer, &self.0) {
            true => load(ctx, AllVersionsOf(self.0.id)).await?,
            false => load(ctx, PublishedVersionsOf(self.0.id)).await?,
        };
        Ok(found.into_iter().map(ProductVersion).collect())
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

/// What was said of a product at a time.
#[Object]
impl ProductVersion {
    /// Which version.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// The state that it was in.
    async fn state(&self) -> State {
        self.0.state
    }
    /// When it was written.
    async fn made_at(&self) -> DateTime<Utc> {
        self.0.made_at
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
        services(&self.0.listing)
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
    /// The business systems it works with, by name.
    async fn integrations(&self) -> &[String] {
        &self.0.listing.integrations
    }
    /// The standards it keeps, by name.
    async fn standards(&self) -> &[String] {
        &self.0.listing.standards
    }
    /// How people with disabilities can use it, and what is not done yet.
    async fn accessibility(&self) -> Option<&str> {
        self.0.listing.accessibility.as_deref()
    }
    /// What came of it elsewhere, as its supplier says.
    async fn case_studies(&self) -> Vec<ProductCaseStudy> {
        case_studies(&self.0.listing)
    }
}

fn services(listing: &Listing) -> Vec<Service> {
    let codes = listing.lgsl.iter();
    codes
        .filter_map(|code| directory().service(*code))
        .map(|fact| Service(*fact))
        .collect()
}

fn case_studies(listing: &Listing) -> Vec<ProductCaseStudy> {
    let told = |study: &CaseStudy| ProductCaseStudy {
        title: study.title.clone(),
        council: study.council_id.and_then(councils::council),
        outcome: study.outcome.clone(),
        url: study.url.clone(),
    };
    listing.case_studies.iter().map(told).collect()
}
