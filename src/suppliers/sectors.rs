//! What trades a supplier is in: divisions of the Common Procurement Vocabulary.
//!
//! CPV and not the Local Government Service List: CPV names what is bought, of works, goods and services alike, and its
//! 45 divisions are few enough to choose from in a form. The service list has over a thousand entries that name what
//! residents ask of a council, and none for a supplier of desks. Notices and registers carry CPV codes already, so a
//! division finds both.

use crate::access::Permit;
use crate::runtime::{App, Error};
use entity::supplier_sector::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

/// A division and its name, shortened where the Vocabulary lists exceptions.
pub type Division = (&'static str, &'static str);

/// The divisions of the Common Procurement Vocabulary (Regulation (EC) No 213/2008), by number.
pub const DIVISIONS: [Division; 45] = [
    (
        "03",
        "Agricultural, farming, fishing, forestry and related products",
    ),
    (
        "09",
        "Petroleum products, fuel, electricity and other sources of energy",
    ),
    ("14", "Mining, basic metals and related products"),
    ("15", "Food, beverages, tobacco and related products"),
    ("16", "Agricultural machinery"),
    ("18", "Clothing, footwear, luggage articles and accessories"),
    ("19", "Leather and textile fabrics, plastic and rubber materials"),
    ("22", "Printed matter and related products"),
    ("24", "Chemical products"),
    ("30", "Office and computing machinery, equipment and supplies"),
    (
        "31",
        "Electrical machinery, apparatus, equipment and consumables; lighting",
    ),
    (
        "32",
        "Radio, television, communication and telecommunication equipment",
    ),
    (
        "33",
        "Medical equipment, pharmaceuticals and personal care products",
    ),
    (
        "34",
        "Transport equipment and auxiliary products to transportation",
    ),
    ("35", "Security, fire-fighting, police and defence equipment"),
    (
        "37",
        "Musical instruments, sport goods, games, toys, handicraft and art materials",
    ),
    ("38", "Laboratory, optical and precision equipment"),
    (
        "39",
        "Furniture, furnishings, domestic appliances and cleaning products",
    ),
    ("41", "Collected and purified water"),
    ("42", "Industrial machinery"),
    ("43", "Machinery for mining, quarrying and construction"),
    ("44", "Construction structures and materials"),
    ("45", "Construction work"),
    ("48", "Software packages and information systems"),
    ("50", "Repair and maintenance services"),
    ("51", "Installation services"),
    ("55", "Hotel, restaurant and retail trade services"),
    ("60", "Transport services"),
    ("63", "Supporting transport services; travel agencies"),
    ("64", "Postal and telecommunications services"),
    ("65", "Public utilities"),
    ("66", "Financial and insurance services"),
    ("70", "Real estate services"),
    (
        "71",
        "Architectural, construction, engineering and inspection services",
    ),
    (
        "72",
        "IT services: consulting, software development, internet and support",
    ),
    ("73", "Research and development services"),
    ("75", "Administration, defence and social security services"),
    ("76", "Services related to the oil and gas industry"),
    ("77", "Agricultural, forestry and horticultural services"),
    (
        "79",
        "Business services: law, marketing, consulting, recruitment, printing and security",
    ),
    ("80", "Education and training services"),
    ("85", "Health and social work services"),
    ("90", "Sewage, refuse, cleaning and environmental services"),
    ("92", "Recreational, cultural and sporting services"),
    ("98", "Other community, social and personal services"),
];

/// The division of two digits, if there is one.
pub fn division(number: &str) -> Option<Division> {
    let at = DIVISIONS.binary_search_by_key(&number, |(number, _)| number);
    at.ok().map(|at| DIVISIONS[at])
}

/// The suppliers in one of these trades.
pub(super) fn within(sectors: &[String]) -> SelectStatement {
    let mut select = Query::select();
    select.column(Column::SupplierId).from(Entity);
    select.and_where(Column::Division.is_in(sectors));
    select
}

/// Writes what trades a supplier is in, in place of what was there.
pub(super) async fn put(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    supplier: Uuid,
    sectors: &[Division],
) -> Result<(), Error> {
    let of = Column::SupplierId.eq(supplier);
    Entity::delete_many().filter(of).exec(txn).await?;
    let row = |(number, _): &Division| ActiveModel {
        supplier_id: Set(supplier),
        division: Set((*number).to_owned()),
    };
    if !sectors.is_empty() {
        Entity::insert_many(sectors.iter().map(row))
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

/// The trades of suppliers, by supplier.
///
/// # Errors
/// When the database fails.
pub async fn sectors_of(app: &App, suppliers: &[Uuid]) -> Result<HashMap<Uuid, Vec<Division>>, Error> {
    let rows = Entity::find()
        .filter(Column::SupplierId.is_in(suppliers.iter().copied()))
        .order_by_asc(Column::Division)
        .all(app.db.read())
        .await?;
    let mut found: HashMap<Uuid, Vec<Division>> = HashMap::new();
    for row in rows {
        found
            .entry(row.supplier_id)
            .or_default()
            .extend(division(&row.division));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_division_is_found_by_its_number_and_nothing_else_is() {
        for known in DIVISIONS {
            assert_eq!(division(known.0), Some(known));
        }
        let found = (0..100).filter(|n| division(&format!("{n:02}")).is_some());
        assert_eq!(found.count(), 45);
        assert_eq!(
            (division(""), division("7"), division("72000000")),
            (None, None, None)
        );
    }
}
