//! Which supplier a register means: by number, else by name; those nobody knew are made.
//!
//! A stated rule, not a guess, and each answer says how it came about: a Companies House number decides, then a charity's;
//! without one, a name that is the same but for case, punctuation and legal form ([`name_key`]), where no number of either
//! side contradicts. A name that suppliers of different numbers share tells none of them: a row without a number gets a
//! supplier of its own. A number that joins a supplier read from the same file without one becomes that supplier's.

use super::naming::name_key;
use crate::access::Permit;
use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use entity::supplier;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, IntoCondition, LockType};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeMap, HashMap, HashSet};
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
    /// Whether it is called a small or medium enterprise.
    pub sme: Option<bool>,
    /// Whether it is a voluntary, community or social enterprise.
    pub vcse: Option<bool>,
}

impl Mention {
    /// Whether another mention certainly means the same supplier, or its name is the same and no number contradicts.
    pub fn is_same(&self, other: &Self) -> bool {
        let both = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
        if both(&self.companies_house, &other.companies_house) || both(&self.charity, &other.charity) {
            return true;
        }
        let one = One::of(Uuid::nil(), self);
        !one.contradicts(other) && name_key(&self.name) == name_key(&other.name)
    }
}

/// How it was told which supplier a mention means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By its Companies House or charity number.
    Number,
    /// By its name, written in the same way (but for case), with no number on either side.
    Name,
    /// By its name in another spelling: punctuation, "&", "The", or legal form.
    Spelling,
    /// By its name, where only one of the two states a number.
    OneNumber,
    /// Nobody was known by its number or its name.
    New,
    /// Several suppliers of the name state different numbers, and this mention states none: it is none of them.
    Shared,
}

/// The supplier that a mention means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Its id.
    pub id: Uuid,
    /// How that was told.
    pub how: How,
}

/// The suppliers meant, one for each mention; a few statements for any number of them.
///
/// # Errors
/// When the database fails.
pub async fn resolve(
    app: &App,
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    mentions: &[Mention],
) -> Result<Vec<Resolved>, Error> {
    let (resolved, mut fresh) = decide(app, txn, mentions).await?;
    while !fresh.is_empty() {
        let rest = fresh.split_off(fresh.len().min(AT_A_TIME));
        supplier::Entity::insert_many(std::mem::replace(&mut fresh, rest))
            .exec_without_returning(txn)
            .await?;
    }
    called(txn, &resolved, mentions).await?;
    Ok(resolved)
}

/// Notes what suppliers are called, small or medium or not, where nobody has said so before.
async fn called(
    txn: &impl ConnectionTrait,
    resolved: &[Resolved],
    mentions: &[Mention],
) -> Result<(), Error> {
    for sme in [true, false] {
        let said = resolved
            .iter()
            .zip(mentions)
            .filter(|(_, mention)| mention.sme == Some(sme));
        let ids: HashSet<Uuid> = said.map(|(one, _)| one.id).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        for ids in ids.chunks(AT_A_TIME) {
            supplier::Entity::update_many()
                .col_expr(supplier::Column::SaidSme, Expr::value(sme))
                .filter(supplier::Column::Id.is_in(ids.iter().copied()))
                .filter(supplier::Column::SaidSme.is_null())
                .exec(txn)
                .await?;
        }
    }
    Ok(())
}

async fn decide(
    app: &App,
    db: &impl ConnectionTrait,
    mentions: &[Mention],
) -> Result<(Vec<Resolved>, Vec<supplier::ActiveModel>), Error> {
    let mut known = Known::load(db, mentions).await?;
    let now = app.clock.now();
    let mut fresh: Vec<supplier::ActiveModel> = Vec::new();
    let mut fresh_at: HashMap<Uuid, usize> = HashMap::new();
    let mut resolved = Vec::with_capacity(mentions.len());
    for mention in mentions {
        let key = name_key(&mention.name);
        let (found, how) = known.find(mention, &key);
        let id = if let Some(at) = found {
            let one = &mut known.all[at];
            // Not yet written: it may as well have the number from the start.
            if let Some(row) = fresh_at.get(&one.id).and_then(|at| fresh.get_mut(*at)) {
                row.companies_house = Set(one.companies_house.clone().or(mention.companies_house.clone()));
                row.charity = Set(one.charity.clone().or(mention.charity.clone()));
            }
            known.take_numbers(at, mention);
            known.all[at].id
        } else {
            let id = app.entropy.id(now);
            known.learn(One::of(id, mention), key.clone());
            fresh_at.insert(id, fresh.len());
            fresh.push(row(id, mention, key, now));
            id
        };
        resolved.push(Resolved { id, how });
    }
    Ok((resolved, fresh))
}

fn row(id: Uuid, mention: &Mention, key: String, now: DateTime<Utc>) -> supplier::ActiveModel {
    supplier::ActiveModel {
        id: Set(id),
        name: Set(mention.name.clone()),
        name_key: Set(key),
        companies_house: Set(mention.companies_house.clone()),
        charity: Set(mention.charity.clone()),
        size: Set(None),
        staff: Set(None),
        turnover_pence: Set(None),
        balance_sheet_pence: Set(None),
        size_confirmed_on: Set(None),
        said_sme: Set(mention.sme),
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
    }
}

/// Writes every supplier's [`name_key`] anew, where the rule has changed since it was written.
///
/// # Errors
/// When the database fails.
pub async fn rekey(app: &App) -> Result<(), Error> {
    use supplier::Column::{Id, Name, NameKey};
    let kept: Vec<(Uuid, String, String)> = supplier::Entity::find()
        .select_only()
        .columns([Id, Name, NameKey])
        .into_tuple()
        .all(app.db.read())
        .await?;
    let stale: Vec<(Uuid, String)> = kept
        .into_iter()
        .map(|(id, name, kept)| (id, name_key(&name), kept))
        .filter(|(_, key, kept)| key != kept)
        .map(|(id, key, _)| (id, key))
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    let txn = app.db.begin().await?;
    for (id, key) in stale {
        supplier::Entity::update_many()
            .col_expr(NameKey, Expr::value(key))
            .filter(Id.eq(id))
            .exec(&txn)
            .await?;
    }
    Ok(txn.commit().await?)
}

/// A supplier as it is told from others.
struct One {
    id: Uuid,
    name: String,
    companies_house: Option<String>,
    charity: Option<String>,
}

impl One {
    fn of(id: Uuid, mention: &Mention) -> Self {
        Self {
            id,
            name: mention.name.clone(),
            companies_house: mention.companies_house.clone(),
            charity: mention.charity.clone(),
        }
    }

    fn has_number(&self) -> bool {
        self.companies_house.is_some() || self.charity.is_some()
    }

    fn contradicts(&self, mention: &Mention) -> bool {
        let differ = |a: &Option<String>, b: &Option<String>| matches!((a, b), (Some(a), Some(b)) if a != b);
        differ(&self.companies_house, &mention.companies_house) || differ(&self.charity, &mention.charity)
    }
}

/// Id, name, company number, charity number, and the name's key.
type Row = (Uuid, String, Option<String>, Option<String>, String);

#[derive(Default)]
struct Known {
    all: Vec<One>,
    by_companies_house: HashMap<String, usize>,
    by_charity: HashMap<String, usize>,
    by_key: HashMap<String, Vec<usize>>,
}

/// Suppliers of which this holds, by id, with the keys of their names.
async fn with(
    db: &impl ConnectionTrait,
    this: impl IntoCondition,
) -> Result<impl Iterator<Item = (Uuid, (One, String))>, Error> {
    use supplier::Column::{Charity, CompaniesHouse, Id, Name, NameKey};
    let mut query = supplier::Entity::find();
    if db.get_database_backend() == DbBackend::Postgres {
        // Nobody takes one out meanwhile (`withdraw`). What refers to them locks them so as well.
        query = query.lock(LockType::KeyShare);
    }
    let found: Vec<Row> = query
        .select_only()
        .columns([Id, Name, CompaniesHouse, Charity, NameKey])
        .filter(this.into_condition())
        .into_tuple()
        .all(db)
        .await?;
    let one = |(id, name, companies_house, charity, key): Row| {
        let one = One {
            id,
            name,
            companies_house,
            charity,
        };
        (id, (one, key))
    };
    Ok(found.into_iter().map(one))
}

impl Known {
    async fn load(db: &impl ConnectionTrait, mentions: &[Mention]) -> Result<Self, Error> {
        use supplier::Column::{Charity, CompaniesHouse, NameKey};
        let mut found: BTreeMap<Uuid, (One, String)> = BTreeMap::new();
        for chunk in mentions.chunks(AT_A_TIME) {
            let keys: Vec<String> = chunk.iter().map(|mention| name_key(&mention.name)).collect();
            let numbers = chunk.iter().filter_map(|mention| mention.companies_house.clone());
            let charities = chunk.iter().filter_map(|mention| mention.charity.clone());
            // One by one: for all three in one statement SQLite walks over every supplier.
            for (column, values) in [
                (NameKey, keys),
                (CompaniesHouse, numbers.collect()),
                (Charity, charities.collect()),
            ] {
                if !values.is_empty() {
                    found.extend(with(db, column.is_in(values)).await?);
                }
            }
        }
        let mut known = Self::default();
        for (one, key) in found.into_values() {
            known.learn(one, key);
        }
        Ok(known)
    }

    fn learn(&mut self, one: One, key: String) {
        let at = self.all.len();
        self.number(at, one.companies_house.clone(), one.charity.clone());
        self.by_key.entry(key).or_default().push(at);
        self.all.push(one);
    }

    fn number(&mut self, at: usize, companies_house: Option<String>, charity: Option<String>) {
        if let Some(number) = companies_house {
            self.by_companies_house.entry(number).or_insert(at);
        }
        if let Some(number) = charity {
            self.by_charity.entry(number).or_insert(at);
        }
    }

    /// What a mention states of a supplier that stated none: another number contradicts from here on.
    fn take_numbers(&mut self, at: usize, mention: &Mention) {
        let one = &mut self.all[at];
        one.companies_house = one
            .companies_house
            .take()
            .or_else(|| mention.companies_house.clone());
        one.charity = one.charity.take().or_else(|| mention.charity.clone());
        let (companies_house, charity) = (one.companies_house.clone(), one.charity.clone());
        self.number(at, companies_house, charity);
    }

    fn find(&self, mention: &Mention, key: &str) -> (Option<usize>, How) {
        let by = |map: &HashMap<String, usize>, number: &Option<String>| {
            number.as_ref().and_then(|number| map.get(number)).copied()
        };
        if let Some(at) = by(&self.by_companies_house, &mention.companies_house) {
            return (Some(at), How::Number);
        }
        let charity = by(&self.by_charity, &mention.charity);
        if let Some(at) = charity.filter(|at| !self.all[*at].contradicts(mention)) {
            return (Some(at), How::Number);
        }
        let of_name: Vec<usize> = self.by_key.get(key).cloned().unwrap_or_default();
        let mut possible = of_name
            .iter()
            .copied()
            .filter(|at| !self.all[*at].contradicts(mention));
        let states = mention.companies_house.is_some() || mention.charity.is_some();
        let without = possible.clone().find(|at| !self.all[*at].has_number());
        let found = match (without, possible.next(), possible.next()) {
            (Some(at), ..) | (None, Some(at), None) => at,
            (None, Some(at), Some(_)) if states => at,
            (None, Some(_), Some(_)) => return (None, How::Shared),
            (None, None, _) => return (None, How::New),
        };
        let one = &self.all[found];
        let how = if one.has_number() != states {
            How::OneNumber
        } else if one.name.to_lowercase() == mention.name.to_lowercase() {
            How::Name
        } else {
            How::Spelling
        };
        (Some(found), how)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mention(name: &str, company: Option<&str>, charity: Option<&str>) -> Mention {
        Mention {
            name: name.into(),
            companies_house: company.map(str::to_owned),
            charity: charity.map(str::to_owned),
            ..Mention::default()
        }
    }

    fn told(known: &[Mention], mention: &Mention) -> (Option<usize>, How) {
        let mut all = Known::default();
        for (at, one) in known.iter().enumerate() {
            all.learn(One::of(Uuid::from_u128(at as u128), one), name_key(&one.name));
        }
        all.find(mention, &name_key(&mention.name))
    }

    #[test]
    fn a_number_decides_and_a_different_one_contradicts_the_name() {
        let known = [
            mention("A Ltd", Some("00000001"), None),
            mention("C", None, Some("123456")),
        ];
        let told = |name, company, charity| told(&known, &mention(name, company, charity));
        assert_eq!(told("B", Some("00000001"), None), (Some(0), How::Number));
        assert_eq!(told("B", None, Some("123456")), (Some(1), How::Number));
        assert_eq!(told("A Ltd", None, None), (Some(0), How::OneNumber));
        assert_eq!(told("A Ltd", Some("00000002"), None), (None, How::New));
        assert_eq!(told("C", None, Some("654321")), (None, How::New));
        assert_eq!(
            told("C", Some("00000003"), None),
            (Some(1), How::Name),
            "each has a number of its own kind"
        );
    }

    #[test]
    fn a_name_shared_by_two_numbers_tells_neither() {
        let known = [
            mention("A", Some("00000001"), None),
            mention("A", Some("00000002"), None),
        ];
        assert_eq!(told(&known, &mention("A", None, None)), (None, How::Shared));
        let [one, two] = known;
        let known = [one, two, mention("A", None, None)];
        assert_eq!(told(&known, &mention("a", None, None)), (Some(2), How::Name));
        assert_eq!(
            told(&known, &mention("The A", None, None)),
            (Some(2), How::Spelling)
        );
    }

    #[test]
    fn a_number_taken_by_a_name_contradicts_the_next() {
        let mut known = Known::default();
        known.learn(One::of(Uuid::nil(), &mention("A", None, None)), "A".into());
        let first = mention("A", Some("00000001"), None);
        assert_eq!(known.find(&first, "A"), (Some(0), How::OneNumber));
        known.take_numbers(0, &first);
        assert_eq!(known.find(&first, "A"), (Some(0), How::Number));
        assert_eq!(
            known.find(&mention("A", Some("00000002"), None), "A"),
            (None, How::New)
        );
    }
}
