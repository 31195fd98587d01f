//! What is due to a person, in one mail: grouped by council and by what it is about, the most urgent in full, the rest
//! counted, and never more than 100 kB. What one event says is [`item`]'s; the words around it are the templates'.

mod item;

use super::ledger::{self, Notified};
use super::links::{self, Purpose};
use super::searches::{Origin, SavedSearch, State};
use super::store;
use crate::access::accounts;
use crate::audit;
use crate::runtime::letter::{self, day};
use crate::runtime::mail::{Letter, clean};
use crate::runtime::outbox::{self, Stream};
use crate::runtime::{App, Error};
use item::{Item, Known};
use minijinja::{Environment, context};
use sea_orm::DatabaseTransaction;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;
use uuid::Uuid;

/// Mail programs clip what is longer.
const MOST_BYTES: usize = 100_000;
/// Told in full in one mail; less, where that would be too long.
const LISTED: usize = 60;
/// Councils that have a part of their own.
const COUNCILS: usize = 25;
/// Rows of the ledger read at once.
const AT_A_TIME: i64 = 20_000;
/// Mails written in one transaction.
const MAILS: usize = 50;
/// Reasons named in one mail.
const REASONS: usize = 10;

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
        mails += write_some(app, &people).await?;
        rest = &rest[some..];
    }
    Ok(mails)
}

async fn write_some(app: &App, people: &[Uuid]) -> Result<usize, Error> {
    let due = ledger::due_of(app.db.read(), people, app.clock.now()).await?;
    let ids: HashSet<Uuid> = due.iter().flat_map(|row| row.because.iter().copied()).collect();
    let searches = store::by_ids(app.db.read(), &ids.into_iter().collect::<Vec<_>>()).await?;
    let (told, not) = sifted(due, &searches);
    let listed: Vec<&Notified> = told.values().flat_map(|rows| rows.iter().take(LISTED)).collect();
    let known = Known::read(app, &listed).await?;
    let addresses = accounts::addresses(app.db.read(), people).await?;
    let txn = app.db.begin().await?;
    ledger::suppress(&txn, &not).await?;
    let witness = audit::witness(app, &txn).await?;
    let mut mails = 0;
    for (person, rows) in &told {
        let Some(to) = addresses.get(person) else { continue };
        let mail = Digest::of(app, *person, rows, &searches, &known);
        write(app, &txn, (to, *person), rows, mail, &witness).await?;
        mails += 1;
    }
    txn.commit().await?;
    Ok(mails)
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
        rows.sort_by_key(|row| item::urgency(&row.event));
    }
    (told, not)
}

async fn write(
    app: &App,
    txn: &DatabaseTransaction,
    (to, person): (&str, Uuid),
    rows: &[Notified],
    digest: Digest,
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
    ledger::mailed(txn, &ids, mail).await
}

/// What one mail tells.
struct Digest {
    items: Vec<Item>,
    /// How many there are by council and what they are about, those that are not told in full included.
    counts: BTreeMap<(String, (u8, String)), usize>,
    reasons: Vec<String>,
    as_of: String,
    unsubscribe_url: String,
    settings_url: String,
    rest_url: String,
}

struct Words {
    subject: String,
    text: String,
    html: String,
}

impl Digest {
    fn of(
        app: &App,
        person: Uuid,
        rows: &[Notified],
        searches: &HashMap<Uuid, SavedSearch>,
        known: &Known,
    ) -> Self {
        let today = app.clock.today();
        let items = item::of_rows(app, rows, known, today, LISTED);
        let mut counts = BTreeMap::new();
        for row in rows {
            *counts
                .entry((item::council(&row.event), item::group(&row.event)))
                .or_insert(0) += 1;
        }
        let settings_url = links::link(app, Purpose::Alerts, person);
        Self {
            items,
            counts,
            reasons: reasons(rows, searches),
            as_of: day(today),
            unsubscribe_url: links::link(app, Purpose::Unsubscribe, person),
            rest_url: format!("{settings_url}/told?at={}", app.clock.now().timestamp_micros()),
            settings_url,
        }
    }

    /// The mail's words: as much in full as 100 kB hold.
    fn words(&self, app: &App) -> Result<Words, Error> {
        let mut listed = self.items.len();
        loop {
            let words = self.render(app, listed)?;
            // A little for headers, and for what the encoding of letters outside ASCII adds.
            if letter::encoded_length(&words.text) + letter::encoded_length(&words.html) + 4_000 <= MOST_BYTES
                || listed == 0
            {
                return Ok(words);
            }
            listed = listed * 3 / 4;
        }
    }

    fn render(&self, app: &App, listed: usize) -> Result<Words, Error> {
        let count: usize = self.counts.values().sum();
        let heading = match self.items.first() {
            Some(only) if count == 1 => only.heading.clone(),
            _ => format!("{count} things to know"),
        };
        let heading = self.heading(count).unwrap_or(heading);
        let subject = match self.items.first() {
            Some(only) if count == 1 => format!("{}: {}", only.group.1, clean(&only.title, 120)),
            _ => heading.clone(),
        };
        let (name, email) = app.mailer.sender();
        let (councils, more) = self.councils(listed);
        let values = context! {
            subject => &subject,
            heading => heading,
            reasons => &self.reasons,
            as_of => &self.as_of,
            unsubscribe_url => &self.unsubscribe_url,
            settings_url => &self.settings_url,
            rest_url => &self.rest_url,
            sender => context! { name => name, email => email },
            councils => minijinja::value::Serde(councils),
            more => minijinja::value::Serde(more),
        };
        let render = |template: &str| {
            let template = TEMPLATES.get_template(template).map_err(Error::fault)?;
            template.render(&values).map_err(Error::fault)
        };
        Ok(Words {
            text: render("alert.txt")? + "\n",
            html: render("alert.html")?,
            subject,
        })
    }

    /// What everything is, where it is all of one sort.
    fn heading(&self, count: usize) -> Option<String> {
        let opened = |(_, (order, _)): &(String, (u8, String))| *order < item::WINDOWS;
        (count > 1 && self.counts.keys().all(opened)).then(|| format!("{count} contract windows have opened"))
    }

    /// The councils with the most urgent items, in the order of their names; and what the rest come to.
    fn councils(&self, listed: usize) -> (Vec<OfCouncil>, Option<More>) {
        let mut names: Vec<&String> = Vec::new();
        let all = self
            .items
            .iter()
            .map(|item| &item.council)
            .chain(self.counts.keys().map(|(name, _)| name));
        for name in all {
            if names.len() < COUNCILS && !names.contains(&name) {
                names.push(name);
            }
        }
        names.sort();
        let (mut councils, mut rest) = (Vec::new(), 0);
        for ((name, group), count) in &self.counts {
            if !names.contains(&name) {
                rest += count;
                continue;
            }
            let of = |item: &&Item| item.council == *name && item.group == *group;
            let items: Vec<Item> = self.items[..listed].iter().filter(of).cloned().collect();
            if councils
                .last()
                .is_none_or(|council: &OfCouncil| council.name != *name)
            {
                councils.push(OfCouncil {
                    name: name.clone(),
                    groups: Vec::new(),
                });
            }
            // Two events of one contract can be told as one item.
            let told: usize = items.iter().map(|item| item.events).sum();
            if let Some(council) = councils.last_mut() {
                let more = count.saturating_sub(told);
                council.groups.push(OfGroup {
                    name: group.1.clone(),
                    total: items.len() + more,
                    items,
                    more,
                });
            }
        }
        (councils, (rest > 0).then_some(More { count: rest }))
    }
}

#[derive(Serialize)]
struct OfCouncil {
    name: String,
    groups: Vec<OfGroup>,
}

#[derive(Serialize)]
struct OfGroup {
    name: String,
    total: usize,
    items: Vec<Item>,
    more: usize,
}

#[derive(Serialize)]
struct More {
    count: usize,
}

/// Why the mail came, each search once.
fn reasons(rows: &[Notified], searches: &HashMap<Uuid, SavedSearch>) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    for search in rows
        .iter()
        .flat_map(|row| &row.because)
        .filter_map(|id| searches.get(id))
    {
        if search.state != State::Active {
            continue;
        }
        let name = format!("\u{2018}{}\u{2019}", clean(&search.name, 100));
        let reason = match search.origin {
            Origin::Search => format!("you saved the search {name}"),
            Origin::Watch => format!("you watch {name}"),
            Origin::Owner => "you look after a contract".to_owned(),
            Origin::Bidder => "your organisation bids for a pilot".to_owned(),
        };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let more = reasons.len().saturating_sub(REASONS);
    if more > 0 {
        reasons.truncate(REASONS);
        reasons.push(format!(
            "{more} more of your searches and watches found something"
        ));
    }
    reasons
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    letter::templates(&[
        ("alert.txt", include_str!("../mail/alert.txt")),
        ("alert.html", include_str!("../mail/alert.html")),
    ])
});
