//! Bars M3 and M1: what the outbox says after each thing that can go wrong at each step, and that no mail is lost by it.

use super::{addresses, attempts, row, rows, sized, write};
use crate::smtp::{Fault, Step};
use crate::world::World;
use chrono::Duration;
use guildhall::runtime::App;
use guildhall::runtime::mail::Mailer;
use guildhall::runtime::outbox::{self, Sending, Stream};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

const STEPS: [(&str, Step); 6] = [
    ("greeting", Step::Greeting),
    ("EHLO", Step::Hello),
    ("MAIL", Step::Mail),
    ("RCPT", Step::Recipient),
    ("DATA", Step::Data),
    ("message", Step::Message),
];

/// Afterwards the mail is `kept` (queued as if it had never been taken, for it was not offered), to be tried `later`, or
/// `parked`. What a relay has against us, the sender, is for now only. Where the message had come and its answer was lost, the next offer makes a second copy: `twice`.
const TABLE: &str = "
            4xx    5xx     close  reset  stall  drip   garbage lost
  greeting  kept   kept    kept   kept   kept   kept   kept    -
  EHLO      kept   kept    kept   kept   kept   kept   kept    -
  MAIL      later  later   later  later  later  later  later   -
  RCPT      later  parked  later  later  later  later  later   -
  DATA      later  parked  later  later  later  later  later   -
  message   later  parked  later  later  later  later  later   twice
";

fn faults() -> [(&'static str, Fault); 8] {
    [
        ("4xx", Fault::Say("451 4.3.0 not now".into())),
        ("5xx", Fault::Say("554 5.7.1 never".into())),
        ("close", Fault::Close),
        ("reset", Fault::Reset),
        ("stall", Fault::Stall),
        ("drip", Fault::Drip),
        ("garbage", Fault::Garbage),
        ("lost", Fault::Lose),
    ]
}

/// A process that has heard of no relay yet, and opens connections of its own.
fn process(world: &World, patience: Option<std::time::Duration>) -> App {
    let mailer = Mailer::smtp(&world.smtp.url(), "Guildhall <alerts@guildhall.example>").unwrap();
    App {
        mailer: patience.map_or(mailer.clone(), |patience| mailer.answered_within(patience)),
        sending: Arc::new(Sending::new(1, 0)),
        ..world.app.clone()
    }
}

#[tokio::test]
async fn after_every_fault_at_every_step_the_outbox_is_as_the_table_says() {
    let world = World::new().await;
    let mut told = format!("\n{:12}", "");
    told += &faults().map(|(name, _)| format!("{name:8}")).concat();
    for (name, step) in STEPS {
        told += &format!("\n  {name:10}");
        for (fault_name, fault) in faults() {
            let came = match (fault_name, step) {
                ("lost", Step::Greeting | Step::Hello | Step::Mail | Step::Recipient | Step::Data) => "-",
                _ => after(&world, step, fault).await,
            };
            told += &format!("{came:8}");
        }
    }
    let words = |table: &str| table.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&told), words(TABLE), "{told}");
}

/// What a fault leaves; and then, without it, that the mail arrives.
async fn after(world: &World, step: Step, fault: Fault) -> &'static str {
    let received = world.smtp.all().len();
    let id = write(&world.app, Stream::Alert, ["a@b.example".to_owned()]).await[0];
    let written = row(world, id).await;
    let waits = matches!(fault, Fault::Stall | Fault::Drip);
    let patience = waits.then(|| std::time::Duration::from_millis(300));
    world.smtp.fault_always(Some((step, fault.clone())));
    let started = Instant::now();
    outbox::deliver_due(&process(world, patience)).await.unwrap();
    assert!(
        started.elapsed() < std::time::Duration::from_secs(20),
        "{step:?} {fault:?} hung"
    );
    world.smtp.fault_always(None);
    let found = row(world, id).await;
    assert!(
        found.lease_token.is_none() && found.leased_until.is_none(),
        "{found:?}"
    );
    let (tried, reason) = (attempts(world, id).await, found.last_answer.clone().unwrap());
    if let Fault::Say(said) = &fault {
        assert!(
            reason.ends_with(said),
            "operators read what the server said: {reason}"
        );
    }
    let offered = tried.len() == 1 && tried[0].1 == reason && found.attempts == 1;
    let came = match (found.state.as_str(), found.due_at > written.due_at) {
        ("queued", false) if tried.is_empty() && found.attempts == 0 => "kept",
        ("queued", true) if offered && tried[0].0 == "later" => "later",
        ("parked", _) if offered && tried[0].0 == "refused" => "parked",
        _ => panic!("{step:?} {fault:?}: {found:?} {tried:?}"),
    };
    if came == "parked" {
        let txn = world.app.db.begin().await.unwrap();
        assert_eq!(
            outbox::queue::redrive(&world.app, &txn, Some(id)).await.unwrap(),
            1
        );
        txn.commit().await.unwrap();
    }
    world.app.clock.advance(Duration::minutes(2));
    assert_eq!(outbox::deliver_due(&process(world, None)).await.unwrap(), 1);
    let copies = world.smtp.all().split_off(received);
    assert!(
        copies.iter().all(|copy| copy.bytes == copies[0].bytes),
        "byte for byte"
    );
    match (copies.len(), came) {
        (1, came) => came,
        (2, "later") if fault == Fault::Lose => "twice",
        (count, _) => panic!("{step:?} {fault:?}: {count} copies"),
    }
}

/// Bar M1.
#[tokio::test]
async fn when_the_relays_250_is_lost_each_has_one_or_two_equal_copies_and_never_none() {
    let world = World::new().await;
    let count = sized(40, 500);
    write(&world.app, Stream::Alert, addresses(count)).await;
    for _ in 0..count {
        world.smtp.fault_next(Step::Message, Fault::Lose);
    }
    for _ in 0..5 {
        outbox::deliver_due(&world.app).await.unwrap();
        world.app.clock.advance(Duration::minutes(5));
    }
    let mut copies: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for mail in world.smtp.all() {
        copies.entry(mail.to.concat()).or_default().push(mail.bytes);
    }
    assert_eq!(copies.len(), count, "never none");
    for (to, copies) in &copies {
        assert!(
            copies.len() <= 2 && copies.iter().all(|copy| *copy == copies[0]),
            "{to}"
        );
    }
    let twice = copies.values().filter(|copies| copies.len() == 2).count();
    println!("M1: {count} lost: {twice} twice, {} once, 0 never", count - twice);
    assert_eq!(twice, count);
    assert!(rows(&world.app).await.iter().all(|mail| mail.state == "sent"));
}

#[tokio::test]
async fn what_no_database_takes_of_a_servers_words_is_dropped() {
    let world = World::new().await;
    for (said, kept, state) in [
        ("250 a\0b", "250 ab", "sent"),
        ("451 a\0b", "451 ab", "queued"),
        ("550 a\0b\u{202e}", "550 ab", "parked"),
    ] {
        let id = write(&world.app, Stream::Alert, ["a@b.example".to_owned()]).await[0];
        world.smtp.answer_next(Step::Message, said);
        outbox::deliver_due(&world.app).await.unwrap();
        let found = row(&world, id).await;
        assert_eq!(
            (found.state.as_str(), found.last_answer.as_deref()),
            (state, Some(kept))
        );
        assert_eq!(attempts(&world, id).await[0].1, kept);
    }
    let id = write(&world.app, Stream::Alert, ["a@b.example".to_owned()]).await[0];
    world
        .smtp
        .answer_next(Step::Message, &format!("550 {}", "x".repeat(600)));
    outbox::deliver_due(&world.app).await.unwrap();
    assert_eq!(row(&world, id).await.last_answer.unwrap().len(), 500);
}

#[tokio::test]
async fn a_connection_that_died_while_it_was_kept_costs_no_attempt() {
    let world = World::new().await;
    let id = write(&world.app, Stream::Alert, ["a@b.example".to_owned()]).await[0];
    outbox::deliver_due(&world.app).await.unwrap();
    assert_eq!(row(&world, id).await.state, "sent");
    for fault in [
        Fault::Close,
        Fault::Reset,
        Fault::Garbage,
        Fault::Say("421 idle for too long".into()),
    ] {
        let before = world.smtp.connections();
        let id = write(&world.app, Stream::Alert, ["a@b.example".to_owned()]).await[0];
        world.smtp.fault_next(Step::Mail, fault.clone());
        assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 1, "{fault:?}");
        assert_eq!(attempts(&world, id).await.len(), 1);
        assert_eq!(world.smtp.connections(), before + 1, "a fresh connection");
    }
    let before = world.smtp.connections();
    write(&world.app, Stream::Alert, addresses(5)).await;
    outbox::deliver_due(&world.app).await.unwrap();
    assert!(world.smtp.connections() < before + 5, "connections are kept");
}

#[tokio::test]
async fn an_answer_that_came_too_late_is_never_taken_for_the_next_mails() {
    let world = World::new().await;
    let hasty = process(&world, Some(std::time::Duration::from_millis(300)));
    let first = write(&world.app, Stream::Alert, ["a@b.example".to_owned()]).await[0];
    world.smtp.fault_next(Step::Message, Fault::Stall);
    assert_eq!(outbox::deliver_due(&hasty).await.unwrap(), 0);
    assert_eq!(row(&world, first).await.state, "queued");
    let second = write(&world.app, Stream::Alert, ["c@b.example".to_owned()]).await[0];
    world
        .smtp
        .fault_next(Step::Recipient, Fault::Say("550 nobody".into()));
    outbox::deliver_due(&hasty).await.unwrap();
    let second = row(&world, second).await;
    assert_eq!(
        (second.state.as_str(), second.last_answer.as_deref()),
        ("parked", Some("550 nobody"))
    );
}
