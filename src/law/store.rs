//! The table of law in the database.

use super::{Entry, Rule, Said};
use crate::access::Permit;
use crate::councils::facts::Nation;
use crate::runtime::Error;
use crate::runtime::page::{Cut, Item, Page};
use chrono::NaiveDate;
use entity::law_rule::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

/// Entries that the table may have: it is read whole.
const MOST: u64 = 2_000;

pub(super) async fn all(db: &impl ConnectionTrait) -> Result<Vec<Entry>, Error> {
    let rows = Entity::find()
        .order_by_asc(Column::Id)
        .limit(MOST)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Every entry, which nobody else can change until the transaction ends.
pub(super) async fn held(txn: &impl ConnectionTrait) -> Result<Vec<Entry>, Error> {
    // The table, not its rows: of two entries that are added at once the second sees the first.
    if txn.get_database_backend() == DbBackend::Postgres {
        txn.execute_unprepared("LOCK TABLE law_rule IN SHARE ROW EXCLUSIVE MODE")
            .await?;
    }
    let query = Entity::find().order_by_asc(Column::Id).limit(MOST);
    query.all(txn).await?.into_iter().map(read).collect()
}

pub(super) async fn list(
    db: &impl ConnectionTrait,
    on: Option<NaiveDate>,
    cut: &Cut,
) -> Result<Page<Entry>, Error> {
    let mut query = Entity::find().order_by_asc(Column::Id).limit(cut.first + 1);
    if let Some(on) = on {
        let ends = Condition::any()
            .add(Column::ToOn.is_null())
            .add(Column::ToOn.gte(on));
        query = query.filter(Column::FromOn.lte(on)).filter(ends);
    }
    if let Some((_, id)) = &cut.after {
        query = query.filter(Column::Id.gt(*id));
    }
    let rows = query.all(db).await?;
    let items = rows.into_iter().map(|row| {
        Ok(Item {
            key: String::new(),
            id: row.id,
            value: read(row)?,
        })
    });
    let items = items.collect::<Result<Vec<_>, Error>>()?;
    Ok(Page::from_one_more(items, cut, None))
}

pub(super) async fn put(txn: &impl ConnectionTrait, _permit: &Permit, entry: &Entry) -> Result<(), Error> {
    let said = entry.said.clone();
    let row = Model {
        id: entry.id,
        rule: said.rule.as_str().to_owned(),
        nation: said.nation.map(|nation| nation.as_str().to_owned()),
        amount: said.amount,
        with_vat: said.with_vat,
        from_on: said.from_on,
        to_on: said.to_on,
        source: said.source,
        version: entry.version,
    };
    let replace = OnConflict::column(Column::Id)
        .update_columns([
            Column::Rule,
            Column::Nation,
            Column::Amount,
            Column::WithVat,
            Column::FromOn,
            Column::ToOn,
            Column::Source,
            Column::Version,
        ])
        .to_owned();
    Entity::insert(ActiveModel::from(row).reset_all())
        .on_conflict(replace)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

fn read(row: Model) -> Result<Entry, Error> {
    let unknown = |word: &str| Error::fault(format!("the table of law has {word:?}, which means nothing"));
    let nation = row.nation.as_deref();
    Ok(Entry {
        id: row.id,
        said: Said {
            rule: Rule::parse(&row.rule).ok_or_else(|| unknown(&row.rule))?,
            nation: nation
                .map(|word| Nation::parse(word).ok_or_else(|| unknown(word)))
                .transpose()?,
            amount: row.amount,
            with_vat: row.with_vat,
            from_on: row.from_on,
            to_on: row.to_on,
            source: row.source,
        },
        version: row.version,
    })
}
