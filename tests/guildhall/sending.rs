//! Mail gets out of the outbox, whatever the mail server, the process and the clock do: each of these worlds has the
//! mail server's log for its oracle. `GUILDHALL_FULL=1` for the sizes of the bars.

mod faults;
mod held;
mod killed;
mod leases;
mod operated;
mod pace;
mod parked;

use crate::world::World;
use entity::mail_attempt;
use entity::outbox::{self, Column};
use guildhall::runtime::App;
use guildhall::runtime::mail::Letter;
use guildhall::runtime::outbox::{Stream, enqueue};
use sea_orm::{EntityTrait, QueryOrder};
use uuid::Uuid;

/// The small size, or that of the bar.
pub(crate) fn sized(small: usize, full: usize) -> usize {
    if std::env::var_os("GUILDHALL_FULL").is_some() {
        full
    } else {
        small
    }
}

/// Writes a mail to each of these addresses in one transaction.
pub(crate) async fn write(app: &App, stream: Stream, to: impl IntoIterator<Item = String>) -> Vec<Uuid> {
    let txn = app.db.begin().await.unwrap();
    let mut ids = Vec::new();
    for to in to {
        let letter = |message_id| Letter {
            subject: format!("For {to}"),
            text: format!("Only {to} is to read this.\n"),
            html: format!("<p>Only {to} is to read this.</p>"),
            to,
            unsubscribe_url: None,
            message_id,
            date: app.clock.now().into(),
            witness: String::new(),
        };
        ids.push(enqueue(app, &txn, stream, None, letter).await.unwrap());
    }
    txn.commit().await.unwrap();
    ids
}

/// The same, one after the other: each is due a little later than the last.
pub(crate) async fn write_in_turn(app: &App, stream: Stream, to: impl IntoIterator<Item = String>) {
    for to in to {
        write(app, stream, [to]).await;
        app.clock.advance(chrono::Duration::milliseconds(1));
    }
}

pub(crate) fn addresses(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("p{number}@b.example"))
}

/// A mail as the outbox has it now.
async fn row(world: &World, id: Uuid) -> outbox::Model {
    let found = outbox::Entity::find_by_id(id).one(world.app.db.read()).await;
    found.unwrap().unwrap()
}

/// Every mail as the outbox has it now, in the order in which they were written.
async fn rows(app: &App) -> Vec<outbox::Model> {
    let all = outbox::Entity::find().order_by_asc(Column::Id);
    all.all(app.db.read()).await.unwrap()
}

/// What came of offering a mail: outcomes with their answers.
async fn attempts(world: &World, id: Uuid) -> Vec<(String, String)> {
    let found = guildhall::runtime::outbox::queue::attempts(&world.app, &[id]).await;
    let attempts: Vec<mail_attempt::Model> = found.unwrap().remove(&id).unwrap_or_default();
    attempts
        .into_iter()
        .map(|one| (one.outcome, one.answer))
        .collect()
}
