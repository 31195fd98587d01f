//! Products in the database.

use super::{Hosting, Listing, Product, ProductFilter, State};
use crate::access::Permit;
use crate::runtime::Error;
use crate::runtime::page::{Cut, Item, Page};
use entity::{product, product_version};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, OnConflict, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
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
        .filter(product_version::Column::ProductId.eq(id))
        .all(db)
        .await?;
    Ok(kept
        .iter()
        .any(|version| version.listing["state"] == State::Published.as_str()))
}

/// Writes a product, and keeps this version of it.
pub(super) async fn put(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    product: &Product,
) -> Result<(), Error> {
    use product::Column as C;
    let row = row(product);
    let kept = product_version::ActiveModel {
        product_id: Set(product.id),
        version: Set(product.version),
        listing: Set(listing_of(&row)),
        made_at: Set(product.updated_at),
    };
    let said = [
        C::Name,
        C::Summary,
        C::Description,
        C::Lgsl,
        C::Cpv,
        C::Hosting,
        C::PriceModel,
    ];
    let replace = OnConflict::column(C::Id)
        .update_columns(said)
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

fn listing_of(row: &product::Model) -> serde_json::Value {
    serde_json::json!({
        "name": row.name, "summary": row.summary, "description": row.description, "lgsl": row.lgsl,
        "cpv": row.cpv, "hosting": row.hosting, "price_model": row.price_model, "state": row.state,
    })
}

fn row(product: &Product) -> product::Model {
    let listing = product.listing.clone();
    product::Model {
        id: product.id,
        supplier_id: product.supplier_id,
        name: listing.name,
        summary: listing.summary,
        description: listing.description,
        lgsl: serde_json::json!(listing.lgsl),
        cpv: serde_json::json!(listing.cpv),
        hosting: listing.hosting.map(|hosting| hosting.as_str().to_owned()),
        price_model: listing.price_model,
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
        },
    })
}
