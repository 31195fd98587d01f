//! Which councils use a product, as their registers say: nobody types it.
//!
//! A contract uses a product when it runs today and names it: its product has the product's name, in any case; or it is
//! with the product's supplier and has that name in its title or product. Names are matched, and nothing else: another
//! supplier's product of the same name is taken for it.

use crate::contracts::RUNNING;
use crate::councils::directory;
use crate::runtime::{App, Error};
use chrono::NaiveDate;
use sea_orm::{DbBackend, FromQueryResult, Statement, Value};
use std::collections::HashMap;
use uuid::Uuid;

/// A council that uses a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// The council: the register's own, or another buyer of the contract.
    pub council_id: Uuid,
    /// Its contracts that use it.
    pub contracts: i64,
}

#[derive(FromQueryResult)]
struct Row {
    product_id: Uuid,
    council_id: Uuid,
    contracts: i64,
}

/// Who uses products, by product, those with most contracts first.
///
/// # Errors
/// When the database fails.
pub async fn of_products(app: &App, products: &[Uuid]) -> Result<HashMap<Uuid, Vec<Use>>, Error> {
    let mut found = read(app, Some(products)).await?;
    let slug = |one: &Use| {
        directory()
            .by_id(one.council_id)
            .map(|council| council.facts.slug)
    };
    for uses in found.values_mut() {
        uses.sort_by_key(|one| (-one.contracts, slug(one)));
    }
    Ok(found)
}

/// Who uses any published product, by product, in one statement.
pub(super) async fn of_published(app: &App) -> Result<HashMap<Uuid, Vec<Use>>, Error> {
    read(app, None).await
}

async fn read(app: &App, products: Option<&[Uuid]>) -> Result<HashMap<Uuid, Vec<Use>>, Error> {
    let statement = statement(app.db.backend(), products, app.clock.today());
    let rows = Row::find_by_statement(statement).all(app.db.read()).await?;
    let mut found: HashMap<Uuid, Vec<Use>> = HashMap::new();
    for row in rows {
        found.entry(row.product_id).or_default().push(Use {
            council_id: row.council_id,
            contracts: row.contracts,
        });
    }
    Ok(found)
}

fn statement(backend: DbBackend, products: Option<&[Uuid]>, today: NaiveDate) -> Statement {
    let mut values = vec![Value::from(today)];
    let which = match products {
        None => "product.state = 'published'".to_owned(),
        Some([]) => "1 = 0".to_owned(),
        Some(ids) => {
            values.extend(ids.iter().map(|id| Value::from(*id)));
            let places: Vec<String> = (2..=values.len()).map(|at| format!("${at}")).collect();
            format!("product.id IN ({})", places.join(", "))
        }
    };
    let position = match backend {
        DbBackend::Postgres => "strpos",
        _ => "instr",
    };
    let sql = format!(
        "WITH named AS (
            SELECT product.id AS product_id, contract.id AS contract_id, contract.council_id AS council_id
            FROM product JOIN contract ON lower(contract.product_name) = lower(product.name)
            WHERE {which} AND contract.product_name IS NOT NULL AND {RUNNING}
            UNION
            SELECT product.id, contract.id, contract.council_id
            FROM product JOIN contract_supplier ON contract_supplier.supplier_id = product.supplier_id
            JOIN contract ON contract.id = contract_supplier.contract_id
            WHERE {which} AND {RUNNING} AND {position}(lower(contract.title || ' ' || coalesce(contract.product_name, '')),
                lower(product.name)) > 0
        ), bought AS (
            SELECT product_id, contract_id, council_id FROM named
            UNION
            SELECT named.product_id, named.contract_id, contract_buyer.council_id
            FROM named JOIN contract_buyer ON contract_buyer.contract_id = named.contract_id
        )
        SELECT product_id, council_id, count(*) AS contracts FROM bought GROUP BY product_id, council_id"
    );
    Statement::from_sql_and_values(backend, sql, values)
}
