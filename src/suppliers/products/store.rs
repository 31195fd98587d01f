//! Products in the database.

use super::facets::Candidate;
use super::search::words;
use super::versions::{self, Version};
use super::{CaseStudy, Hosting, Listing, Product, ProductFilter, State};
use crate::access::Permit;
use crate::runtime::Error;
use crate::runtime::page::{Cut, Item, Page};
use crate::suppliers::Size;
use entity::{product, product_version, supplier};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{
    CaseStatement, Expr, ExprTrait, Func, LikeExpr, OnConflict, Order, Query, SimpleExpr,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, JoinType, QueryFilter,
    QueryOrder, QuerySelect, RelationDef,
};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

pub(super) async fn one(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Product>, Error> {
    product::Entity::find_by_id(id)
        .one(db)
        .await?
        .map(read)
        .transpose()
}

/// A product whose row nobody else can change until the transaction ends.
pub(super) async fn locked(txn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Product>, Error> {
    let mut query = product::Entity::find_by_id(id);
    if txn.get_database_backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    query.one(txn).await?.map(read).transpose()
}

pub(super) async fn list(
    db: &impl ConnectionTrait,
    filter: &ProductFilter,
    unpublished_too: bool,
    cut: &Cut,
) -> Result<Page<Product>, Error> {
    use product::Column::{Id, Name, SupplierId};
    let mut query = product::Entity::find()
        .order_by_asc(Name)
        .order_by_asc(Id)
        .limit(cut.first + 1);
    if !unpublished_too {
        query = query.filter(product::Column::State.eq(State::Published.as_str()));
    }
    if let Some(supplier) = filter.supplier {
        query = query.filter(SupplierId.eq(supplier));
    }
    if let Some(code) = filter.lgsl {
        query = query.filter(serves(db.get_database_backend(), code));
    }
    if let Some(text) = &filter.text {
        query = query.filter(mentions(text));
    }
    if let Some((name, id)) = &cut.after {
        let same = Condition::all().add(Name.eq(name)).add(Id.gt(*id));
        query = query.filter(Condition::any().add(Name.gt(name)).add(same));
    }
    let found = query.all(db).await?.into_iter().map(|row| {
        read(row).map(|product| Item {
            key: product.listing.name.clone(),
            id: product.id,
            value: product,
        })
    });
    Ok(Page::from_one_more(found.collect::<Result<_, _>>()?, cut, None))
}

fn serves(backend: DbBackend, lgsl: i32) -> SimpleExpr {
    match backend {
        DbBackend::Postgres => Expr::cust_with_values("product.lgsl @> to_jsonb($1::int)", [lgsl]),
        _ => Expr::cust_with_values(
            "EXISTS (SELECT 1 FROM json_each(product.lgsl) WHERE json_each.value = ?)",
            [lgsl],
        ),
    }
}

fn mentions(text: &str) -> Condition {
    let escaped = text
        .to_lowercase()
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    let within = |column: product::Column| {
        let lower = Expr::expr(Func::lower(Expr::col((product::Entity, column))));
        lower.like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
    };
    Condition::any()
        .add(within(product::Column::Name))
        .add(within(product::Column::Summary))
}

pub(super) async fn published_of(
    db: &impl ConnectionTrait,
    suppliers: &[Uuid],
) -> Result<Vec<Product>, Error> {
    let rows = product::Entity::find()
        .filter(product::Column::SupplierId.is_in(suppliers.iter().copied()))
        .filter(product::Column::State.eq(State::Published.as_str()))
        .order_by_asc(product::Column::Name)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

pub(super) async fn published(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Product>, Error> {
    let rows = product::Entity::find()
        .filter(product::Column::Id.is_in(ids.iter().copied()))
        .filter(product::Column::State.eq(State::Published.as_str()))
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Whether any version of a product was public.
pub(super) async fn was_published(db: &impl ConnectionTrait, id: Uuid) -> Result<bool, Error> {
    let kept = product_version::Entity::find()
        .select_only()
        .column(product_version::Column::Version)
        .filter(product_version::Column::ProductId.eq(id))
        .filter(product_version::Column::State.eq(State::Published.as_str()))
        .limit(1);
    Ok(kept.into_tuple::<i32>().one(db).await?.is_some())
}

/// Those of these products of which any version was public.
pub(super) async fn once_published(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashSet<Uuid>, Error> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let kept = product_version::Entity::find()
        .select_only()
        .column(product_version::Column::ProductId)
        .distinct()
        .filter(product_version::Column::ProductId.is_in(ids.iter().copied()))
        .filter(product_version::Column::State.eq(State::Published.as_str()));
    Ok(kept.into_tuple::<Uuid>().all(db).await?.into_iter().collect())
}

pub(super) async fn by_ids(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Product>, Error> {
    let rows = product::Entity::find()
        .filter(product::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

/// The latest versions of products, newest first; of one state, if it is given.
pub(super) async fn versions(
    db: &impl ConnectionTrait,
    products: &[Uuid],
    state: Option<State>,
) -> Result<HashMap<Uuid, Vec<Version>>, Error> {
    use product_version::Column as V;
    const PLACED: &str = "placed";
    let mut placed = Query::select();
    placed
        .columns([V::ProductId, V::Version, V::State, V::Listing, V::MadeAt])
        .expr_as(
            Expr::cust("row_number() OVER (PARTITION BY product_id ORDER BY version DESC)"),
            "place",
        )
        .from(product_version::Entity)
        .and_where(V::ProductId.is_in(products.iter().copied()));
    if let Some(state) = state {
        placed.and_where(V::State.eq(state.as_str()));
    }
    let mut latest = Query::select();
    latest
        .columns([V::ProductId, V::Version, V::State, V::Listing, V::MadeAt])
        .from_subquery(placed, PLACED)
        .and_where(Expr::col("place").lte(versions::MOST))
        .order_by(V::Version, Order::Desc);
    let statement = db.get_database_backend().build(&latest);
    let rows = product_version::Model::find_by_statement(statement)
        .all(db)
        .await?;
    let mut found: HashMap<Uuid, Vec<Version>> = HashMap::new();
    for row in rows {
        let said: Said = serde_json::from_value(row.listing).map_err(Error::fault)?;
        let unknown = || {
            Error::fault(format!(
                "product {} has a state that means nothing",
                row.product_id
            ))
        };
        found.entry(row.product_id).or_default().push(Version {
            version: row.version,
            state: State::parse(&row.state).ok_or_else(unknown)?,
            listing: said.into(),
            made_at: row.made_at,
        });
    }
    Ok(found)
}

/// Published products that have all of these words, each at the beginning of a word, and how well: a word counts most in
/// the name, less in the summary, least in the description, and once.
pub(super) async fn candidates(db: &impl ConnectionTrait, words: &[String]) -> Result<Vec<Candidate>, Error> {
    use product::Column as P;
    let begins = |column: P, word: &str| {
        let within = Expr::col((product::Entity, column));
        within.like(LikeExpr::new(format!("% {word}%")).escape('\\'))
    };
    let mut score = Expr::cust("0");
    let mut query = product::Entity::find()
        .select_only()
        .columns([P::Id, P::Name, P::Lgsl, P::Cpv, P::Hosting])
        .column_as(supplier::Column::Size, "size")
        .join(JoinType::InnerJoin, of_supplier())
        .filter(P::State.eq(State::Published.as_str()));
    for word in words {
        let (name, summary) = (begins(P::WordsOfName, word), begins(P::WordsOfSummary, word));
        let description = begins(P::WordsOfDescription, word);
        let anywhere = name.clone().or(summary.clone()).or(description);
        query = query.filter(anywhere);
        let place = CaseStatement::new()
            .case(name, Expr::cust("4"))
            .case(summary, Expr::cust("2"))
            .finally(Expr::cust("1"));
        score = score.add(place);
    }
    let rows = query.column_as(score, "score").into_model::<CandidateRow>();
    rows.all(db).await?.into_iter().map(CandidateRow::read).collect()
}

fn of_supplier() -> RelationDef {
    product::Entity::belongs_to(supplier::Entity)
        .from(product::Column::SupplierId)
        .to(supplier::Column::Id)
        .into()
}

#[derive(FromQueryResult)]
struct CandidateRow {
    id: Uuid,
    name: String,
    score: i32,
    lgsl: serde_json::Value,
    cpv: serde_json::Value,
    hosting: Option<String>,
    size: Option<Size>,
}

impl CandidateRow {
    fn read(self) -> Result<Candidate, Error> {
        Ok(Candidate {
            id: self.id,
            name: self.name,
            score: self.score,
            lgsl: serde_json::from_value(self.lgsl).map_err(Error::fault)?,
            cpv: serde_json::from_value(self.cpv).map_err(Error::fault)?,
            hosting: self.hosting.as_deref().and_then(Hosting::parse),
            size: self.size,
            used_by: Vec::new(),
        })
    }
}

/// Writes a product, and keeps this version of it.
pub(super) async fn put(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    product: &Product,
) -> Result<(), Error> {
    use product::Column as C;
    let said = Said::from(product.listing.clone());
    let row = row(product, &said);
    let kept = product_version::ActiveModel {
        product_id: Set(product.id),
        version: Set(product.version),
        state: Set(row.state.clone()),
        listing: Set(serde_json::to_value(&said).map_err(Error::fault)?),
        made_at: Set(product.updated_at),
    };
    let columns = [
        C::Name,
        C::Summary,
        C::Description,
        C::Lgsl,
        C::Cpv,
        C::Hosting,
        C::PriceModel,
        C::Integrations,
        C::Standards,
        C::Accessibility,
        C::CaseStudies,
        C::WordsOfName,
        C::WordsOfSummary,
        C::WordsOfDescription,
    ];
    let replace = OnConflict::column(C::Id)
        .update_columns(columns)
        .update_columns([C::State, C::UpdatedAt, C::Version])
        .to_owned();
    product::Entity::insert(sea_orm::ActiveModelTrait::reset_all(product::ActiveModel::from(
        row,
    )))
    .on_conflict(replace)
    .exec_without_returning(txn)
    .await?;
    product_version::Entity::insert(kept)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// What is said of a product, as a version keeps it: what came later may be lacking.
#[derive(Serialize, Deserialize)]
struct Said {
    name: String,
    summary: String,
    description: String,
    lgsl: Vec<i32>,
    cpv: Vec<String>,
    hosting: Option<String>,
    price_model: Option<String>,
    #[serde(default)]
    integrations: Vec<String>,
    #[serde(default)]
    standards: Vec<String>,
    accessibility: Option<String>,
    #[serde(default)]
    case_studies: Vec<CaseStudy>,
}

impl From<Listing> for Said {
    fn from(listing: Listing) -> Self {
        Self {
            name: listing.name,
            summary: listing.summary,
            description: listing.description,
            lgsl: listing.lgsl,
            cpv: listing.cpv,
            hosting: listing.hosting.map(|hosting| hosting.as_str().to_owned()),
            price_model: listing.price_model,
            integrations: listing.integrations,
            standards: listing.standards,
            accessibility: listing.accessibility,
            case_studies: listing.case_studies,
        }
    }
}

impl From<Said> for Listing {
    fn from(said: Said) -> Self {
        Self {
            name: said.name,
            summary: said.summary,
            description: said.description,
            lgsl: said.lgsl,
            cpv: said.cpv,
            hosting: said.hosting.as_deref().and_then(Hosting::parse),
            price_model: said.price_model,
            integrations: said.integrations,
            standards: said.standards,
            accessibility: said.accessibility,
            case_studies: said.case_studies,
        }
    }
}

fn row(product: &Product, said: &Said) -> product::Model {
    product::Model {
        id: product.id,
        supplier_id: product.supplier_id,
        name: said.name.clone(),
        summary: said.summary.clone(),
        description: said.description.clone(),
        words_of_name: words(&said.name),
        words_of_summary: words(&said.summary),
        words_of_description: words(&said.description),
        lgsl: serde_json::json!(said.lgsl),
        cpv: serde_json::json!(said.cpv),
        hosting: said.hosting.clone(),
        price_model: said.price_model.clone(),
        integrations: serde_json::json!(said.integrations),
        standards: serde_json::json!(said.standards),
        accessibility: said.accessibility.clone(),
        case_studies: serde_json::json!(said.case_studies),
        state: product.state.as_str().to_owned(),
        created_at: product.updated_at,
        updated_at: product.updated_at,
        version: product.version,
    }
}

fn read(row: product::Model) -> Result<Product, Error> {
    let unknown = || Error::fault(format!("product {} has a state that means nothing", row.id));
    Ok(Product {
        id: row.id,
        supplier_id: row.supplier_id,
        state: State::parse(&row.state).ok_or_else(unknown)?,
        updated_at: row.updated_at,
        version: row.version,
        listing: Listing {
            name: row.name,
            summary: row.summary,
            description: row.description,
            lgsl: serde_json::from_value(row.lgsl).map_err(Error::fault)?,
            cpv: serde_json::from_value(row.cpv).map_err(Error::fault)?,
            hosting: row.hosting.as_deref().and_then(Hosting::parse),
            price_model: row.price_model,
            integrations: serde_json::from_value(row.integrations).map_err(Error::fault)?,
            standards: serde_json::from_value(row.standards).map_err(Error::fault)?,
            accessibility: row.accessibility,
            case_studies: serde_json::from_value(row.case_studies).map_err(Error::fault)?,
        },
    })
}
