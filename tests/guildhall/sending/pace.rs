//! Each domain's allowance.

use super::{rows, write, write_in_turn};
use crate::world::World;
use chrono::Duration;
use guildhall::runtime::outbox::{self, Sending, Stream};
use std::sync::Arc;

#[tokio::test]
async fn a_domain_gets_its_allowance_in_order_and_others_do_not_wait_for_it() {
    let world = World::with(|app| app.sending = Arc::new(Sending::new(8, 60))).await;
    let big = (0..100).map(|number| format!("p{number}@Big.example"));
    write_in_turn(&world.app, Stream::Alert, big).await;
    write(&world.app, Stream::Alert, ["a@small.example".to_owned()]).await;
    write(
        &world.app,
        Stream::Security,
        (0..20).map(|number| format!("s{number}@big.example")),
    )
    .await;
    let sent = outbox::deliver_due(&world.app).await.unwrap();
    assert_eq!(
        sent,
        20 + 1 + 2,
        "security mail is exempt, and a second's allowance was unused"
    );
    let mut by_minute = Vec::new();
    for _ in 0..4 {
        let before = world.smtp.all().len();
        for _ in 0..60 {
            world.app.clock.advance(Duration::seconds(1));
            outbox::deliver_due(&world.app).await.unwrap();
        }
        by_minute.push(world.smtp.all().len() - before);
    }
    assert_eq!(by_minute, [60, 38, 0, 0]);
    let received = world.smtp.all();
    let numbers = received.iter().filter_map(|mail| {
        let local = mail.to[0].strip_suffix("@Big.example")?;
        local.strip_prefix('p')?.parse::<usize>().ok()
    });
    // Those that go at the same time may overtake each other.
    let numbers: Vec<_> = numbers.collect();
    assert!(
        numbers[2..].is_sorted() && numbers[..2].iter().all(|number| *number < 2),
        "{numbers:?}"
    );
    assert!(
        rows(&world.app)
            .await
            .iter()
            .all(|mail| mail.state == "sent" && mail.attempts == 1)
    );
}

#[tokio::test]
async fn two_processes_count_one_allowance_and_nothing_is_kept_of_it() {
    let world = World::with(|app| app.sending = Arc::new(Sending::new(8, 60))).await;
    let mut other = world.node().await;
    other.sending = Arc::new(Sending::new(8, 60));
    write(
        &world.app,
        Stream::Alert,
        (0..30).map(|number| format!("p{number}@big.example")),
    )
    .await;
    let (one, two) = tokio::join!(outbox::deliver_due(&world.app), outbox::deliver_due(&other));
    assert_eq!(one.unwrap() + two.unwrap(), 2);
    world.app.clock.advance(Duration::seconds(30));
    outbox::deliver_due(&world.app).await.unwrap();
    assert_eq!(world.smtp.all().len(), 30);
    world.app.clock.advance(Duration::minutes(2));
    outbox::deliver_due(&world.app).await.unwrap();
    use sea_orm::{EntityTrait, PaginatorTrait};
    let kept = entity::mail_domain::Entity::find()
        .count(world.app.db.read())
        .await;
    assert_eq!(kept.unwrap(), 0);
}

#[tokio::test]
async fn turns_that_were_missed_while_the_relay_was_away_do_not_all_come_at_once() {
    let world = World::with(|app| app.sending = Arc::new(Sending::new(8, 60))).await;
    write(
        &world.app,
        Stream::Alert,
        (0..60).map(|number| format!("p{number}@big.example")),
    )
    .await;
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 2);
    world.app.clock.advance(Duration::hours(1));
    assert_eq!(
        outbox::deliver_due(&world.app).await.unwrap(),
        2,
        "not the 58 whose turn is past"
    );
    for _ in 0..60 {
        world.app.clock.advance(Duration::seconds(1));
        outbox::deliver_due(&world.app).await.unwrap();
    }
    assert_eq!(world.smtp.all().len(), 60);
}
