//! Which supplier a register means: by number, else by name; those nobody knew are made.
//!
//! A stated rule, not a guess: a Companies House number decides; without one, a name that is the same but for
//! case, punctuation and legal form, among suppliers without a number of their own that contradicts.

use crate::access::Permit;
use crate::runtime::{App, Error};
use entity::supplier;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// SQLite takes 32,766 values a statement.
const AT_A_TIME: usize = 500;

/// A supplier as a register names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mention {
    /// As written.
    pub name: String,
    /// Two letters or digits and six digits.
    pub companies_house: Option<String>,
    /// Charity number.
    pub charity: Option<String>,
    /// Whether it is a voluntary, community or social enterprise.
    pub vcse: Option<bool>,
}

/// The ids of the suppliers meant, one for each mention; a few statements for any number of them.
///
/// # Errors
/// When the database fails.
pub async fn resolve(
    app: &App,
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    mentions: &[Mention],
) -> Result<Vec<Uuid>, Error> {
    let mut known = Known::load(txn, mentions).await?;
    let now = app.clock.now();
    let mut fresh = Vec::new();
    let mut ids = Vec::with_capacity(mentions.len());
    for mention in mentions {
        let key = name_key(&mention.name);
        let id = known.find(mention, &key).unwrap_or_else(|| {
            let id = app.entropy.id(now);
            known.learn(id, mention.companies_house.clone(), key.clone());
            fresh.push(supplier::ActiveModel {
                id: Set(id),
                name: Set(mention.name.clone()),
                name_key: Set(key.clone()),
                companies_house: Set(mention.companies_house.clone()),
                charity: Set(mention.charity.clone()),
                size: Set(None),
                staff: Set(None),
                turnover_pence: Set(None),
                balance_sheet_pence: Set(None),
                size_confirmed_on: Set(None),
                vcse: Set(mention.vcse),
                address: Set(None),
                town: Set(None),
                postcode: Set(None),
                country: Set(None),
                region: Set(None),
                website: Set(None),
                summary: Set(None),
                created_at: Set(now),
                updated_at: Set(now),
                version: Set(1),
            });
            id
        });
        ids.push(id);
    }
    while !fresh.is_empty() {
        let rest = fresh.split_off(fresh.len().min(AT_A_TIME));
        supplier::Entity::insert_many(std::mem::replace(&mut fresh, rest))
            .exec_without_returning(txn)
            .await?;
    }
    Ok(ids)
}

#[derive(Default)]
struct Known {
    by_number: HashMap<String, Uuid>,
    /// The first of the name, and its number if it has one.
    by_key: HashMap<String, (Uuid, Option<String>)>,
}

impl Known {
    async fn load(db: &impl ConnectionTrait, mentions: &[Mention]) -> Result<Self, Error> {
        use supplier::Column::{CompaniesHouse, Id, NameKey};
        let mut known = Self::default();
        for chunk in mentions.chunks(AT_A_TIME) {
            let keys = chunk.iter().map(|mention| name_key(&mention.name));
            let numbers = chunk.iter().filter_map(|mention| mention.companies_house.clone());
            let found: Vec<(Uuid, Option<String>, String)> = supplier::Entity::find()
                .select_only()
                .columns([Id, CompaniesHouse, NameKey])
                .filter(
                    Condition::any()
                        .add(NameKey.is_in(keys))
                        .add(CompaniesHouse.is_in(numbers)),
                )
                .order_by_asc(Id)
                .into_tuple()
                .all(db)
                .await?;
            for (id, number, key) in found {
                known.learn(id, number, key);
            }
        }
        Ok(known)
    }

    fn learn(&mut self, id: Uuid, number: Option<String>, key: String) {
        if let Some(number) = &number {
            self.by_number.entry(number.clone()).or_insert(id);
        }
        self.by_key.entry(key).or_insert((id, number));
    }

    fn find(&self, mention: &Mention, key: &str) -> Option<Uuid> {
        if let Some(id) = mention
            .companies_house
            .as_ref()
            .and_then(|number| self.by_number.get(number))
        {
            return Some(*id);
        }
        let (id, number) = self.by_key.get(key)?;
        let contradicts = matches!((&mention.companies_house, number), (Some(a), Some(b)) if a != b);
        (!contradicts).then_some(*id)
    }
}

/// A name as it is matched: upper case, words only, without the legal form at its end.
pub fn name_key(name: &str) -> String {
    let upper = name.to_uppercase().replace('&', " AND ");
    let mut words: Vec<&str> = upper
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    while words.len() > 1
        && matches!(
            words[words.len() - 1],
            "LIMITED" | "LTD" | "PLC" | "LLP" | "CIC" | "INC"
        )
    {
        words.pop();
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_but_for_case_punctuation_and_legal_form() {
        for name in ["Smith & Sons Ltd.", "SMITH AND SONS LIMITED", "smith & sons"] {
            assert_eq!(name_key(name), "SMITH AND SONS", "{name}");
        }
        assert_eq!(name_key("Limited"), "LIMITED");
        assert_ne!(name_key("Smith and Daughters Ltd"), "SMITH AND SONS");
    }

    #[test]
    fn a_number_decides_and_a_different_one_contradicts_the_name() {
        let mut known = Known::default();
        known.learn(Uuid::from_u128(1), Some("00000001".into()), "A".into());
        let mention = |number: Option<&str>| Mention {
            name: "A".into(),
            companies_house: number.map(str::to_owned),
            ..Mention::default()
        };
        assert_eq!(
            known.find(&mention(Some("00000001")), "B"),
            Some(Uuid::from_u128(1))
        );
        assert_eq!(known.find(&mention(None), "A"), Some(Uuid::from_u128(1)));
        assert_eq!(known.find(&mention(Some("00000002")), "A"), None);
    }
}
