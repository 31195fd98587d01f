//! Leases: of dead workers, of clocks that jump, of two processes; and relays that are not there.

use super::{addresses, attempts, row, rows, sized, write, write_in_turn};
use crate::smtp::{Fault, Step};
use crate::world::World;
use chrono::Duration;
use entity::outbox::{Column, Entity};
use guildhall::runtime::App;
use guildhall::runtime::mail::{Answer, Carrier, Parcel};
use guildhall::runtime::outbox::{self, Stream};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration as Span;
use uuid::Uuid;

/// As if a worker had taken the mail and died.
async fn died_over(world: &World, id: Uuid) {
    let now = world.now();
    let txn = world.app.db.begin().await.unwrap();
    Entity::update_many()
        .filter(Column::Id.eq(id))
        .col_expr(Column::State, Expr::value("leased"))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::Unanswered, Expr::col(Column::Unanswered).add(1))
        .col_expr(Column::LeaseToken, Expr::value(Some(Uuid::from_u128(1))))
        .col_expr(
            Column::LeasedUntil,
            Expr::value(Some(now + Duration::seconds(60))),
        )
        .exec(&txn)
        .await
        .unwrap();
    txn.commit().await.unwrap();
}

#[tokio::test]
async fn a_dead_workers_mail_is_taken_up_when_its_lease_ends_and_at_once_where_nobody_else_can_have_it() {
    let world = World::new().await;
    let ids = write(&world.app, Stream::Alert, addresses(2)).await;
    died_over(&world, ids[0]).await;
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 1, "the other one");
    world.app.clock.advance(Duration::seconds(61));
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 1);
    let told = attempts(&world, ids[0]).await;
    let outcomes: Vec<_> = told.iter().map(|(outcome, _)| outcome.as_str()).collect();
    assert_eq!(outcomes, ["unanswered", "sent"]);
    let third = write(&world.app, Stream::Alert, addresses(1)).await[0];
    died_over(&world, third).await;
    outbox::free_leases(&world.app).await.unwrap();
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 1);
}

#[tokio::test]
async fn a_lease_from_before_the_clock_was_set_back_has_ended() {
    let world = World::new().await;
    let id = write(&world.app, Stream::Alert, addresses(1)).await[0];
    world.app.clock.advance(Duration::hours(1));
    died_over(&world, id).await;
    world.app.clock.advance(Duration::hours(-1));
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 1);
}

#[tokio::test]
async fn a_mail_over_which_twenty_workers_died_is_parked() {
    let world = World::new().await;
    let id = write(&world.app, Stream::Alert, addresses(1)).await[0];
    let before = row(&world, id).await;
    world.app.clock.advance(Duration::seconds(1));
    for death in 1..=20 {
        assert_eq!(row(&world, id).await.state, "queued", "after {death}");
        died_over(&world, id).await;
        outbox::free_leases(&world.app).await.unwrap();
    }
    let found = row(&world, id).await;
    assert_eq!(found.state, "parked");
    assert!(found.last_answer.unwrap().contains("20 workers in a row"));
    assert_eq!(attempts(&world, id).await.len(), 20);
    assert_eq!(before.message, found.message);
}

/// Holds every mail until it is told to go on.
#[derive(Debug, Default)]
struct Slow {
    goes_on: AtomicBool,
    carried: std::sync::Mutex<Vec<String>>,
}

#[async_trait::async_trait]
impl Carrier for Slow {
    async fn carry(&self, mail: &Parcel<'_>, _: Span) -> Answer {
        self.carried.lock().unwrap().push(mail.recipient.to_owned());
        while !self.goes_on.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        Answer::Accepted("250 at last".into())
    }
}

#[tokio::test]
async fn a_worker_that_was_thought_dead_changes_nothing_and_a_process_takes_nothing_from_itself() {
    let world = World::new().await;
    let slow = Arc::new(Slow::default());
    let stuck = App {
        mailer: world.app.mailer.clone().carried_by(slow.clone()),
        ..world.app.clone()
    };
    let id = write(&world.app, Stream::Alert, addresses(1)).await[0];
    let sending = tokio::spawn({
        let stuck = stuck.clone();
        async move { outbox::deliver_due(&stuck).await }
    });
    while slow.carried.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    world.app.clock.advance(Duration::minutes(10));
    let other = world.node().await;
    assert_eq!(
        outbox::deliver_due(&other).await.unwrap(),
        1,
        "its lease has ended"
    );
    let sent = row(&world, id).await;
    slow.goes_on.store(true, Ordering::SeqCst);
    sending.await.unwrap().unwrap();
    assert_eq!(row(&world, id).await, sent, "the late answer is not written");
    assert_eq!(slow.carried.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn eight_are_under_way_at_a_time_and_an_urgent_one_goes_first() {
    let world = World::new().await;
    write(&world.app, Stream::Alert, addresses(40)).await;
    write(&world.app, Stream::Security, ["urgent@b.example".to_owned()]).await;
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 41);
    let received = world.smtp.all();
    let place = received.iter().position(|mail| mail.to == ["urgent@b.example"]);
    assert!(place.unwrap() < 8, "among the first eight");
    assert!(world.smtp.most_at_once() <= 8);
    assert!(world.smtp.connections() <= 8);
}

#[tokio::test]
async fn a_relay_that_is_down_for_two_days_loses_nothing_and_is_soon_found_again() {
    let world = World::new().await;
    world.smtp.fault_always(Some((Step::Greeting, Fault::Close)));
    write_in_turn(&world.app, Stream::Alert, addresses(50)).await;
    for _ in 0..2 * 24 * 60 {
        outbox::deliver_due(&world.app).await.unwrap();
        world.app.clock.advance(Duration::minutes(1));
    }
    let tried = world.smtp.connections();
    assert!(tried < 2 * 24 * 60 + 20, "one mail tries it each minute: {tried}");
    let waiting = rows(&world.app).await;
    assert!(
        waiting
            .iter()
            .all(|mail| mail.state == "queued" && mail.attempts == 0)
    );
    assert!(
        waiting[0]
            .last_answer
            .as_ref()
            .unwrap()
            .contains("cannot be reached")
    );
    write(&world.app, Stream::Security, ["urgent@b.example".to_owned()]).await;
    world.app.clock.advance(Duration::hours(40));
    outbox::deliver_due(&world.app).await.unwrap();
    world.smtp.fault_always(None);
    world.app.clock.advance(Duration::minutes(1));
    assert_eq!(
        outbox::deliver_due(&world.app).await.unwrap(),
        51,
        "older than 72 hours, but never offered"
    );
    let received: Vec<_> = world
        .smtp
        .all()
        .into_iter()
        .map(|mail| mail.to.concat())
        .collect();
    assert_eq!(received[0], "urgent@b.example");
    let all: Vec<_> = addresses(50).collect();
    assert_eq!(
        received[1..10],
        all[..9],
        "in the order in which they were due, one at a time to begin with"
    );
    assert_eq!(received.len(), 51);
}

#[tokio::test]
async fn a_relay_that_turns_some_connections_away_gets_fewer_and_all_the_mail() {
    let world = World::new().await;
    write(&world.app, Stream::Alert, addresses(40)).await;
    for _ in 0..4 {
        world
            .smtp
            .fault_next(Step::Greeting, Fault::Say("421 too many connections".into()));
    }
    assert_eq!(
        outbox::deliver_due(&world.app).await.unwrap(),
        40,
        "it does not rest"
    );
    assert!(rows(&world.app).await.iter().all(|mail| mail.attempts == 1));
}

#[tokio::test]
async fn two_processes_share_the_sending_and_send_nothing_twice() {
    let world = World::new().await;
    if !world.url().starts_with("postgres") {
        println!("skipped: one process owns a SQLite file");
        return;
    }
    let count = sized(200, 2000);
    write(&world.app, Stream::Alert, addresses(count)).await;
    let (one, two) = (world.node().await, world.node().await);
    let (one, two) = tokio::join!(outbox::deliver_due(&one), outbox::deliver_due(&two));
    let (one, two) = (one.unwrap(), two.unwrap());
    println!("{one} by one, {two} by the other");
    assert_eq!(one + two, count);
    assert!(one > 0 && two > 0);
    let received: Vec<_> = world
        .smtp
        .all()
        .into_iter()
        .map(|mail| mail.to.concat())
        .collect();
    assert_eq!(received.len(), count);
    assert_eq!(received.iter().collect::<BTreeSet<_>>().len(), count);
}
