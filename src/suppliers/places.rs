//! Where a supplier is, and where it works: its address, the areas it serves, and who serves a council.
//!
//! An area is kept as a word: `everywhere`, a region's as `region/london`, or a council's as `council/norfolk`. It knows
//! no map: which areas border each other is for people to say.

use crate::access::Permit;
use crate::councils::facts::Region;
use crate::councils::{Council, directory};
use crate::runtime::{App, Error};
use entity::supplier_area::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

const EVERYWHERE: &str = "everywhere";

/// Councils that a supplier may name one by one; whoever serves more serves regions.
pub(super) const MOST_COUNCILS: usize = 100;

/// The country whose postcodes are known by their form.
pub const UNITED_KINGDOM: &str = "GB";

/// Where a supplier can be found and written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The lines before the town; one to four.
    pub lines: Vec<String>,
    /// Postcode, in its usual form.
    pub postcode: Option<String>,
    /// Two capital letters (ISO 3166-1): `GB` for the United Kingdom.
    pub country: String,
    /// The region, or the nation that has none, that it lies in.
    pub region: Option<Region>,
}

/// Where a supplier works.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    /// For every council of the United Kingdom.
    pub everywhere: bool,
    /// For the councils of these regions.
    pub regions: Vec<Region>,
    /// For these councils.
    pub councils: Vec<Uuid>,
}

impl Areas {
    /// Whether it serves a council.
    pub fn serves(&self, council: &Council) -> bool {
        self.everywhere || self.regions.contains(&council.facts.region) || self.councils.contains(&council.id)
    }

    fn words(&self) -> Vec<String> {
        let regions = self.regions.iter().map(|region| of_region(*region));
        let councils = self.councils.iter().filter_map(|id| directory().by_id(*id));
        let mut words: Vec<String> = regions.chain(councils.map(of_council)).collect();
        words.extend(self.everywhere.then(|| EVERYWHERE.to_owned()));
        words.sort_unstable();
        words.dedup();
        words
    }

    fn learn(&mut self, word: &str) {
        match word.split_once('/') {
            Some(("region", region)) => self.regions.extend(Region::parse(region)),
            Some(("council", slug)) => self
                .councils
                .extend(directory().find(slug).map(|council| council.id)),
            _ => self.everywhere |= word == EVERYWHERE,
        }
    }
}

fn of_region(region: Region) -> String {
    format!("region/{}", region.as_str())
}

fn of_council(council: &Council) -> String {
    format!("council/{}", council.facts.slug)
}

/// The words of the areas that a council lies in.
pub(super) fn around(council: &Council) -> Vec<String> {
    let region = of_region(council.facts.region);
    vec![EVERYWHERE.to_owned(), region, of_council(council)]
}

/// The words of the areas that take in a whole region.
pub(super) fn over(region: Region) -> Vec<String> {
    vec![EVERYWHERE.to_owned(), of_region(region)]
}

/// The suppliers that serve one of these areas.
pub(super) fn serving(words: Vec<String>) -> SelectStatement {
    let mut select = Query::select();
    select.column(Column::SupplierId).from(Entity);
    select.and_where(Column::Area.is_in(words));
    select
}

/// Writes where a supplier works, in place of what was there.
pub(super) async fn put(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    supplier: Uuid,
    areas: &Areas,
) -> Result<(), Error> {
    let of = Column::SupplierId.eq(supplier);
    Entity::delete_many().filter(of).exec(txn).await?;
    let rows: Vec<ActiveModel> = areas
        .words()
        .into_iter()
        .map(|area| ActiveModel {
            supplier_id: Set(supplier),
            area: Set(area),
        })
        .collect();
    if !rows.is_empty() {
        Entity::insert_many(rows).exec_without_returning(txn).await?;
    }
    Ok(())
}

/// Where suppliers work, by supplier.
///
/// # Errors
/// When the database fails.
pub async fn areas_of(app: &App, suppliers: &[Uuid]) -> Result<HashMap<Uuid, Areas>, Error> {
    let rows = Entity::find()
        .filter(Column::SupplierId.is_in(suppliers.iter().copied()))
        .order_by_asc(Column::Area)
        .all(app.db.read())
        .await?;
    let mut found: HashMap<Uuid, Areas> = HashMap::new();
    for row in rows {
        found.entry(row.supplier_id).or_default().learn(&row.area);
    }
    Ok(found)
}

/// A postcode of the United Kingdom in its usual form, capitals with a space before the last three; nothing, when it
/// cannot be one. Whether it was given out is not looked up.
pub fn postcode(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bare = bare.to_uppercase();
    if !bare.is_ascii() || !(5..=7).contains(&bare.len()) {
        return None;
    }
    let (outward, inward) = bare.split_at(bare.len() - 3);
    let shape = |text: &str| -> String {
        let kind = |c: char| if c.is_ascii_digit() { '9' } else { 'A' };
        text.chars().map(kind).collect()
    };
    let known = ["A9", "A99", "AA9", "AA99", "A9A", "AA9A"].contains(&&*shape(outward));
    let letters = bare.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (known && letters && shape(inward) == "9AA").then(|| format!("{outward} {inward}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postcodes_take_their_usual_form_or_none() {
        for (text, expected) in [
            ("nr1 2dh", Some("NR1 2DH")),
            ("M11AE", Some("M1 1AE")),
            (" sw1a2aa ", Some("SW1A 2AA")),
            ("W1A 0AX", Some("W1A 0AX")),
            ("NR1 2D", None),
            ("NR1 DDD", None),
            ("1NR 2DH", None),
            ("NR1-2DH", None),
            ("Ñ1 2DH", None),
            ("", None),
        ] {
            assert_eq!(postcode(text).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn an_area_reads_back_and_serves_what_lies_in_it() {
        let council = |slug| directory().find(slug).unwrap();
        let (norfolk, camden, fife) = (council("norfolk"), council("camden"), council("fife"));
        let areas = Areas {
            everywhere: false,
            regions: vec![Region::London],
            councils: vec![norfolk.id],
        };
        let mut read = Areas::default();
        areas.words().iter().for_each(|word| read.learn(word));
        assert_eq!(read, areas);
        assert!(areas.serves(norfolk) && areas.serves(camden) && !areas.serves(fife));
        for council in [norfolk, camden, fife] {
            let words = areas.words();
            let found = around(council).iter().any(|word| words.contains(word));
            assert_eq!(found, areas.serves(council), "{}", council.facts.slug);
        }
        let all = Areas {
            everywhere: true,
            ..Areas::default()
        };
        assert!(all.serves(fife) && all.words() == ["everywhere"]);
    }
}
