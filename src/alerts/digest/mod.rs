//! What is due to a person, in one mail: grouped by council and by what it is about, the most urgent in full, the rest
//! counted, and never more than 100 kB. `summary` says what it comes to, `item` and `facts` what is said of one event,
//! `change` what changed, `mail` puts them together; the words around them are the templates'.

mod change;
mod facts;
mod item;
mod mail;
mod summary;
pub mod words;

pub(super) use facts::Known;
pub(super) use item::{item, organisation, urgency};
pub(super) use summary::Group;

use super::council_words;
use super::ledger::{self, Notified};
use super::searches::{Origin, SavedSearch, State};
use super::store;
use crate::access::accounts;
use crate::audit;
use crate::runtime::mail::Letter;
use crate::runtime::outbox::{self, Stream};
use crate::runtime::{App, Error};
use mail::{Digest, LISTED};
use sea_orm::DatabaseTransaction;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Rows of the ledger read at once.
const AT_A_TIME: i64 = 20_000;
/// Mails written in one transaction.
const MAILS: usize = 50;

/// Writes a mail for everybody who is due one. Gives how many.
///
/// # Errors
/// When the database fails; what was written stays, and the rest is due still.
pub(super) async fn write_due(app: &App) -> Result<usize, Error> {
    let mut mails = 0;
    let due = ledger::due(app.db.read(), app.clock.now()).await?;
    let mut rest = due.as_slice();
    while !rest.is_empty() {
        let mut rows = 0;
        let fits = |(_, count): &&(Uuid, i64)| {
            rows += count;
            rows <= AT_A_TIME
        };
        let some = rest.iter().take(MAILS).take_while(fits).count().max(1);
        let people: Vec<Uuid> = rest[..some].iter().map(|(person, _)| *person).collect();
        mails += write_each(app, people).await?;
        rest = &rest[some..];
    }
    Ok(mails)
}

/// Writes their mails; whoever's cannot be written is found out by halving, and nobody else waits for it.
async fn write_each(app: &App, people: Vec<Uuid>) -> Result<usize, Error> {
    let (mut mails, mut left) = (0, vec![people]);
    while let Some(mut some) = left.pop() {
        match write_some(app, &some).await {
            Ok(written) => mails += written,
            Err(Error::Fault(cause)) if some.len() == 1 => {
                tracing::error!(person = %some[0], cause, "a mail could not be written; the next tick tries again");
            }
            Err(Error::Fault(_)) => {
                let rest = some.split_off(some.len() / 2);
                left.extend([rest, some]);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(mails)
}

async fn write_some(app: &App, people: &[Uuid]) -> Result<usize, Error> {
    let due = ledger::due_of(app.db.read(), people, app.clock.now()).await?;
    let ids: HashSet<Uuid> = due.iter().flat_map(|row| row.because.iter().copied()).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut searches = store::by_ids(app.db.read(), &ids).await?;
    let belong = accounts::suppliers_of(app.db.read(), people).await?;
    searches.retain(|_, search| still_concerns(search, &belong));
    let (told, not) = sifted(due, &searches);
    let listed = || told.values().flat_map(|rows| rows.iter().take(LISTED));
    let known = Known::read(app, listed()).await?;
    let councils: HashSet<Uuid> = listed().map(|row| row.event.organisation_id).collect();
    let said = council_words::of(app.db.read(), councils).await?;
    let addresses = accounts::addresses(app.db.read(), people).await?;
    let txn = app.db.begin().await?;
    ledger::suppress(&txn, &not).await?;
    // Held from here on: whoever unsubscribes now waits, and then finds the mail to withdraw.
    let mut searches = store::by_ids_held(&txn, &ids).await?;
    searches.retain(|_, search| still_concerns(search, &belong));
    let (told, not) = sifted(told.into_values().flatten().collect(), &searches);
    ledger::suppress(&txn, &not).await?;
    let witness = audit::witness(app, &txn).await?;
    let mut mails = 0;
    for (person, rows) in &told {
        let Some(to) = addresses.get(person) else { continue };
        let mail = Digest::of(app, *person, rows, &searches, &known, &said);
        write(app, &txn, (to, *person), rows, mail, &witness).await?;
        mails += 1;
    }
    txn.commit().await?;
    Ok(mails)
}

/// Whether a watch that stands for the people of suppliers is still of one: who has left since it found something does not
/// hear of it.
fn still_concerns(search: &SavedSearch, belong: &HashMap<Uuid, Vec<Uuid>>) -> bool {
    let of = match search.origin {
        Origin::Bidder => &search.filter.bidders,
        Origin::Holder => &search.filter.holders,
        Origin::Search | Origin::Watch | Origin::Owner => return true,
    };
    let own = belong.get(&search.person_id).into_iter().flatten();
    own.into_iter().any(|supplier| of.contains(supplier))
}

/// What is to be told, by person and the most urgent first; and what is not any more, by why.
fn sifted(
    due: Vec<Notified>,
    searches: &HashMap<Uuid, SavedSearch>,
) -> (BTreeMap<Uuid, Vec<Notified>>, HashMap<String, Vec<Uuid>>) {
    let mut told: BTreeMap<Uuid, Vec<Notified>> = BTreeMap::new();
    let mut not: HashMap<String, Vec<Uuid>> = HashMap::new();
    for row in due {
        let states = row
            .because
            .iter()
            .filter_map(|id| searches.get(id))
            .map(|search| search.state);
        let states: Vec<State> = states.collect();
        let why = match (
            &row.event.void,
            states.iter().find(|state| **state != State::Active),
        ) {
            (Some(why), _) => why.clone(),
            _ if states.contains(&State::Active) => {
                told.entry(row.person_id).or_default().push(row);
                continue;
            }
            (None, Some(state)) => state.as_str().to_owned(),
            (None, None) => "the search was removed".to_owned(),
        };
        not.entry(why).or_default().push(row.id);
    }
    for rows in told.values_mut() {
        rows.sort_by_key(|row| urgency(&row.event));
    }
    (told, not)
}

async fn write(
    app: &App,
    txn: &DatabaseTransaction,
    (to, person): (&str, Uuid),
    rows: &[Notified],
    digest: Digest<'_>,
    witness: &str,
) -> Result<(), Error> {
    let words = digest.words(app)?;
    let mail = outbox::enqueue(app, txn, Stream::Alert, Some(person), |message_id| Letter {
        to: to.to_owned(),
        subject: words.subject,
        text: words.text,
        html: words.html,
        unsubscribe_url: Some(digest.unsubscribe_url.clone()),
        message_id,
        date: app.clock.now().into(),
        witness: witness.to_owned(),
    })
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    if ledger::mailed(txn, &ids, mail).await? == ids.len() as u64 {
        return Ok(());
    }
    Err(Error::Overloaded("another server writes these mails".to_owned()))
}
