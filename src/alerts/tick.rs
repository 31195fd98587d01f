//! The scheduler. A tick takes the windows that have opened and were not announced, writes who is told and their
//! mails, and marks them announced, all in one transaction: late, twice or on two machines are all harmless.

use super::digest::{self, Told as ToldOf};
use super::searches;
use crate::audit;
use crate::contracts::openings::{Opening, take_opened};
use crate::contracts::windows::event_key;
use crate::runtime::outbox::{self, Stream};
use crate::runtime::{App, Error};
use chrono::NaiveDate;
use entity::{notification, person};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// Rows in one statement.
const AT_A_TIME: usize = 1000;

/// What a tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Windows that opened.
    pub openings: usize,
    /// Mails written.
    pub mails: usize,
}

/// Tells what has opened that was not told yet.
///
/// # Errors
/// When the database fails; the next tick then finds the same.
pub async fn tick(app: &App) -> Result<Told, Error> {
    let today = app.clock.today();
    let txn = app.db.begin().await?;
    let opened = take_opened(&txn, today).await?;
    let mut told = Told {
        openings: opened.len(),
        mails: 0,
    };
    if !opened.is_empty() {
        told.mails = tell(app, &txn, &opened, today).await?;
    }
    txn.commit().await?;
    if told.mails > 0 {
        app.work.wrote();
    }
    Ok(told)
}

async fn tell(
    app: &App,
    txn: &DatabaseTransaction,
    opened: &[Opening],
    today: NaiveDate,
) -> Result<usize, Error> {
    let mut of_person: BTreeMap<Uuid, Vec<ToldOf<'_>>> = BTreeMap::new();
    for (person, search) in searches::active(txn).await? {
        let since = crate::runtime::clock::london_date(search.created_at);
        let matching: Vec<&Opening> = opened
            .iter()
            .filter(|o| o.window.opens_on >= since || o.armed_at >= search.created_at)
            .filter(|opening| search.filter.matches(opening))
            .collect();
        let known = known(txn, search.id, &matching).await?;
        let fresh: Vec<&Opening> = matching
            .into_iter()
            .filter(|o| !known.contains(&key(o)))
            .collect();
        if !fresh.is_empty() {
            of_person.entry(person).or_default().push(ToldOf {
                search,
                openings: fresh,
            });
        }
    }
    let people = person::Entity::find()
        .filter(person::Column::Id.is_in(of_person.keys().copied()))
        .all(txn)
        .await?;
    let mut mails = 0;
    for person in people {
        if let Some(told) = of_person.get(&person.id) {
            write(app, txn, &person, told, today).await?;
            mails += 1;
        }
    }
    Ok(mails)
}

fn key(opening: &Opening) -> String {
    event_key(opening.contract_id, &opening.window)
}

async fn known(
    txn: &DatabaseTransaction,
    search: Uuid,
    matching: &[&Opening],
) -> Result<HashSet<String>, Error> {
    let mut known = HashSet::new();
    for chunk in matching.chunks(AT_A_TIME) {
        let found: Vec<String> = notification::Entity::find()
            .select_only()
            .column(notification::Column::EventKey)
            .filter(notification::Column::SavedSearchId.eq(search))
            .filter(notification::Column::EventKey.is_in(chunk.iter().map(|opening| key(opening))))
            .into_tuple()
            .all(txn)
            .await?;
        known.extend(found);
    }
    Ok(known)
}

async fn write(
    app: &App,
    txn: &DatabaseTransaction,
    person: &person::Model,
    told: &[ToldOf<'_>],
    today: NaiveDate,
) -> Result<(), Error> {
    let words = digest::words(app, person.id, told, today)?;
    let witness = audit::witness(app, txn).await?;
    let outbox_id = outbox::enqueue(app, txn, Stream::Alert, Some(person.id), |message_id| {
        digest::letter(app, &person.email, words, witness, message_id)
    })
    .await?;
    let now = app.clock.now();
    let mut rows = Vec::new();
    for told in told {
        for opening in &told.openings {
            rows.push(notification::ActiveModel {
                id: Set(app.entropy.id(now)),
                saved_search_id: Set(told.search.id),
                event_key: Set(key(opening)),
                contract_id: Set(opening.contract_id),
                outbox_id: Set(outbox_id),
                created_at: Set(now),
            });
        }
    }
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(AT_A_TIME));
        let chunk = std::mem::replace(&mut rows, rest);
        notification::Entity::insert_many(chunk)
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}
