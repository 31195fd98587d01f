//! Bar J6: a send that panics and one that never ends are parked with reasons, harm no other, and can be redriven.

use super::{addresses, attempts, row, rows, sized, write};
use crate::smtp::{Fault, Step};
use crate::world::World;
use chrono::Duration;
use guildhall::runtime::App;
use guildhall::runtime::mail::{Answer, Carrier, Mailer, Parcel};
use guildhall::runtime::outbox::{self, Stream};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration as Span;
use uuid::Uuid;

/// Panics over one mail and never ends over another.
#[derive(Debug)]
struct Sabotaged(Mailer);

#[async_trait::async_trait]
impl Carrier for Sabotaged {
    async fn carry(&self, mail: &Parcel<'_>, _: Span) -> Answer {
        match mail.recipient {
            "p7@b.example" => panic!("over p7"),
            "p13@b.example" => std::future::pending().await,
            _ => self.0.send(mail.return_path, mail.recipient, mail.message).await,
        }
    }
}

#[tokio::test]
async fn a_panicking_and_a_never_ending_send_are_parked_with_reasons_and_the_rest_arrives() {
    let world = World::new().await;
    let count = sized(200, 1000);
    let sabotaged = Arc::new(Sabotaged(world.app.mailer.clone()));
    let app = App {
        mailer: world
            .app
            .mailer
            .clone()
            .carried_by(sabotaged)
            .answered_within(Span::from_secs(2)),
        ..world.app.clone()
    };
    let ids = write(&world.app, Stream::Alert, addresses(count)).await;
    assert_eq!(outbox::deliver_due(&app).await.unwrap(), count - 2);
    assert_eq!(world.smtp.all().len(), count - 2);
    let impatient = App {
        mailer: app.mailer.clone().answered_within(Span::from_millis(20)),
        ..app
    };
    for _ in 0..80 {
        world
            .app
            .clock
            .advance(Duration::hours(1) + Duration::minutes(20));
        outbox::deliver_due(&impatient).await.unwrap();
    }
    let mut parked = rows(&world.app).await;
    parked.retain(|mail| mail.state != "sent");
    parked.sort_by_key(|mail| mail.recipient.len());
    let told: Vec<_> = parked
        .iter()
        .map(|mail| {
            (
                mail.recipient.as_str(),
                mail.state.as_str(),
                mail.last_answer.as_deref().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("p7@b.example", "parked", "sending broke down: over p7"),
            (
                "p13@b.example",
                "parked",
                "given up after 72 hours; the last time: no answer within 20ms"
            )
        ]
    );
    assert_eq!(
        attempts(&world, ids[7]).await.len(),
        1,
        "a panic is not tried again"
    );
    assert!(attempts(&world, ids[13]).await.len() > 50);
    let txn = world.app.db.begin().await.unwrap();
    assert_eq!(outbox::queue::redrive(&world.app, &txn, None).await.unwrap(), 2);
    txn.commit().await.unwrap();
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 2);
    let received = world.smtp.all();
    for mail in &parked {
        let copies: Vec<_> = received
            .iter()
            .filter(|copy| copy.to == [mail.recipient.clone()])
            .collect();
        assert_eq!(copies.len(), 1);
        let id = mail.message_id.as_bytes();
        assert!(
            copies[0].bytes.windows(id.len()).any(|bytes| bytes == id),
            "the same Message-ID"
        );
        assert!(copies[0].bytes.starts_with(&mail.message), "and the same bytes");
    }
}

#[tokio::test]
async fn whoever_unsubscribes_gets_nothing_that_was_parked_however_it_is_redriven() {
    let world = World::new().await;
    let ann = world.person("ann@b.example", "Ann").await;
    let ids = write(
        &world.app,
        Stream::Alert,
        ["ann@b.example", "c@b.example"].map(str::to_owned),
    )
    .await;
    world
        .smtp
        .fault_always(Some((Step::Recipient, Fault::Say("550 nobody".into()))));
    outbox::deliver_due(&world.app).await.unwrap();
    world.smtp.fault_always(None);
    let txn = world.app.db.begin().await.unwrap();
    outbox::adopt(&txn, "ann@b.example", ann).await.unwrap();
    assert_eq!(outbox::suppress(&txn, ann, "unsubscribed").await.unwrap(), 1);
    assert_eq!(outbox::queue::redrive(&world.app, &txn, None).await.unwrap(), 1);
    txn.commit().await.unwrap();
    outbox::deliver_due(&world.app).await.unwrap();
    let received: Vec<_> = world
        .smtp
        .all()
        .into_iter()
        .map(|mail| mail.to.concat())
        .collect();
    assert_eq!(received, ["c@b.example"]);
    assert_eq!(row(&world, ids[0]).await.state, "suppressed");
}

#[tokio::test]
async fn what_was_refused_in_so_many_words_can_be_withdrawn_and_what_may_have_arrived_cannot() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for (to, fault) in [
        ("later", Fault::Say("451 not now".into())),
        ("parked", Fault::Say("550 nobody".into())),
        ("lost", Fault::Lose),
    ] {
        ids.extend(write(&world.app, Stream::Alert, [format!("{to}@b.example")]).await);
        world.smtp.fault_next(Step::Message, fault);
        outbox::deliver_due(&world.app).await.unwrap();
    }
    ids.extend(write(&world.app, Stream::Alert, ["new@b.example".to_owned()]).await);
    let many: Vec<Uuid> = (0..40_000).map(Uuid::from_u128).chain(ids.clone()).collect();
    let txn = world.app.db.begin().await.unwrap();
    let withdrawn = outbox::withdraw(&txn, &many, "not so any more").await.unwrap();
    txn.commit().await.unwrap();
    let withdrawn: BTreeSet<_> = withdrawn.into_iter().collect();
    assert_eq!(withdrawn, BTreeSet::from([ids[0], ids[1], ids[3]]));
    assert_eq!(row(&world, ids[2]).await.state, "queued", "it may have come");
}
