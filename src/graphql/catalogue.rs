//! Searching what suppliers list, in the graph: a page, and for each other choice how many there would be.

use super::councils::Service;
use super::errors::Told;
use super::ids::{Id, Sort};
use super::paging::{self, PageInfo};
use super::products::{Product, ProductEdge};
use super::profiles::Sector;
use crate::councils::directory;
use crate::councils::facts::{Kind, Region};
use crate::runtime::{App, Error};
use crate::suppliers::products::facets::{Chosen, Facets};
use crate::suppliers::products::{self, Hosting};
use crate::suppliers::{Size, sectors};
use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};

/// Products, to search.
#[derive(Debug, Default)]
pub struct CatalogueQuery;

/// Which published products; every part that is given must hold, and of a list one is enough.
#[derive(Debug, Default, InputObject)]
pub struct ProductSearchFilter {
    /// For one of these services, by Local Government Service List code.
    #[graphql(default)]
    services: Vec<i32>,
    /// With a Common Procurement Vocabulary code that begins so: `48`, or `4833`.
    cpv_prefix: Option<String>,
    /// That runs in one of these ways.
    #[graphql(default)]
    hosting: Vec<Hosting>,
    /// Of a supplier of one of these sizes, as its profile says.
    #[graphql(default)]
    sizes: Vec<Size>,
    /// Used by a council of this kind, as registers say.
    used_by_kind: Option<Kind>,
    /// Used by a council in this region; with a kind, by one council that is of that kind and in this region.
    used_by_region: Option<Region>,
    /// Used by a council like this one. A kind or region that is given beside it goes before its own.
    used_by_like: Option<CouncilLikeInput>,
}

/// A council, and in what another is like it.
#[derive(Debug, InputObject)]
pub struct CouncilLikeInput {
    /// The council, by id.
    council: Id,
    /// In what: all of these.
    #[graphql(default_with = "vec![Likeness::Kind]")]
    same: Vec<Likeness>,
}

/// In what councils are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "CouncilLikeness")]
pub enum Likeness {
    /// They are of the same kind.
    Kind,
    /// They are in the same region.
    Region,
}

impl ProductSearchFilter {
    fn read(self) -> Result<Chosen, Stopped> {
        let mut chosen = Chosen {
            services: self.services,
            cpv_prefix: self.cpv_prefix,
            hosting: self.hosting,
            sizes: self.sizes,
            used_by_kind: self.used_by_kind,
            used_by_region: self.used_by_region,
        };
        if let Some(like) = self.used_by_like {
            let council = like.council.of(Sort::Council).map_err(Stopped::Id)?;
            let facts = &directory().by_id(council).ok_or(Stopped::NoCouncil)?.facts;
            let kind = like.same.contains(&Likeness::Kind).then_some(facts.kind);
            let region = like.same.contains(&Likeness::Region).then_some(facts.region);
            chosen.used_by_kind = chosen.used_by_kind.or(kind);
            chosen.used_by_region = chosen.used_by_region.or(region);
        }
        Ok(chosen)
    }
}

/// Why a filter cannot be read.
enum Stopped {
    /// An id is of something else.
    Id(async_graphql::Error),
    /// There is no such council.
    NoCouncil,
}

/// A page of the products found, and how many there would be for each other choice.
#[derive(SimpleObject)]
pub struct ProductSearchConnection {
    /// The products of this page, with their cursors; those that fit the words best come first.
    edges: Vec<ProductEdge>,
    /// Where this page stands.
    page_info: PageInfo,
    /// How many there are in all.
    total_count: u64,
    /// For each value that could be chosen, how many products would be found.
    facets: ProductFacets,
}

/// For each value that could be chosen in a search, how many products would be found if it were chosen in place of what
/// is chosen of its own sort, all else as it is. The most frequent come first, at most 100 of each.
#[derive(SimpleObject)]
pub struct ProductFacets {
    /// By service.
    services: Vec<ServiceCount>,
    /// By the division of the Common Procurement Vocabulary, for `cpvPrefix`.
    sectors: Vec<SectorCount>,
    /// By where it runs.
    hosting: Vec<HostingCount>,
    /// By size of its supplier.
    sizes: Vec<SupplierSizeCount>,
    /// By kind of a council that uses it; in the region that is chosen, if one is.
    used_by_kinds: Vec<CouncilKindCount>,
    /// By region of a council that uses it; of the kind that is chosen, if one is.
    used_by_regions: Vec<RegionCount>,
}

/// How many products are for a service.
#[derive(SimpleObject)]
pub struct ServiceCount {
    /// The service.
    service: Service,
    /// How many.
    count: u64,
}

/// How many products are of a sector.
#[derive(SimpleObject)]
pub struct SectorCount {
    /// The sector.
    sector: Sector,
    /// How many.
    count: u64,
}

/// How many products run so.
#[derive(SimpleObject)]
pub struct HostingCount {
    /// Where they run.
    hosting: Hosting,
    /// How many.
    count: u64,
}

/// How many products are of suppliers of a size.
#[derive(SimpleObject)]
pub struct SupplierSizeCount {
    /// The size.
    size: Size,
    /// How many.
    count: u64,
}

/// How many products are used by councils of a kind.
#[derive(SimpleObject)]
pub struct CouncilKindCount {
    /// The kind.
    kind: Kind,
    /// How many.
    count: u64,
}

/// How many products are used by councils in a region.
#[derive(SimpleObject)]
pub struct RegionCount {
    /// The region.
    region: Region,
    /// How many.
    count: u64,
}

impl From<Facets> for ProductFacets {
    fn from(facets: Facets) -> Self {
        let service = |(code, count)| {
            let service = Service(*directory().service(code)?);
            Some(ServiceCount { service, count })
        };
        let sector = |(number, count): (String, u64)| {
            let sector = sectors::division(&number)?.into();
            Some(SectorCount { sector, count })
        };
        let hosting = |(hosting, count)| HostingCount { hosting, count };
        let size = |(size, count)| SupplierSizeCount { size, count };
        let kind = |(kind, count)| CouncilKindCount { kind, count };
        let region = |(region, count)| RegionCount { region, count };
        Self {
            services: facets.services.into_iter().filter_map(service).collect(),
            sectors: facets.divisions.into_iter().filter_map(sector).collect(),
            hosting: facets.hosting.into_iter().map(hosting).collect(),
            sizes: facets.sizes.into_iter().map(size).collect(),
            used_by_kinds: facets.council_kinds.into_iter().map(kind).collect(),
            used_by_regions: facets.regions.into_iter().map(region).collect(),
        }
    }
}

#[Object]
impl CatalogueQuery {
    /// Searches published products by words and choices. Each word must begin a word of the name, the summary or the
    /// description; a word in the name counts more than one in the summary, and that more than one in the description.
    async fn product_search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Words to look for, at most eight; all products, if none are given.")] words: Option<
            String,
        >,
        #[graphql(desc = "Which ones.")] filter: Option<ProductSearchFilter>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<ProductSearchConnection> {
        let cut = paging::cut(first, after.as_deref())?;
        let chosen = match filter.unwrap_or_default().read() {
            Ok(chosen) => chosen,
            Err(Stopped::Id(error)) => return Err(error),
            Err(Stopped::NoCouncil) => return Err(Error::NotFound).told(ctx),
        };
        let app = ctx.data_unchecked::<App>();
        let text = words.unwrap_or_default();
        let found = products::search(app, &text, &chosen, &cut).await.told(ctx)?;
        let sliced = paging::slice(found.page, Product::from);
        let edges = sliced.edges.into_iter();
        Ok(ProductSearchConnection {
            edges: edges.map(|(cursor, node)| ProductEdge { cursor, node }).collect(),
            page_info: sliced.page_info,
            total_count: sliced.total.unwrap_or_default(),
            facets: found.facets.into(),
        })
    }
}
