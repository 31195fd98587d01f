//! Writers at once, with transactions that are held and ended in any order, while a mirror follows.

use super::mirror::Mirror;
use crate::world::World;
use entity::supplier;
use guildhall::changes;
use guildhall::runtime::{App, Error};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use uuid::Uuid;

/// Writers, and transactions of each.
const WRITERS: u64 = 6;
const ROUNDS: u64 = 40;
/// Suppliers of each writer: so many that most are written once, and a change that is missed is not made up for by the
/// next.
const OWN: u64 = 100;

fn id(writer: u64, own: u64) -> Uuid {
    Uuid::from_u128(u128::from(1_000 * (writer + 1) + own))
}

fn row(id: Uuid, name: String, app: &App) -> supplier::ActiveModel {
    let now = app.clock.now();
    supplier::ActiveModel {
        id: Set(id),
        name_key: Set(name.to_uppercase()),
        name: Set(name),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(1),
        ..Default::default()
    }
}

/// Makes a supplier, renames it, or takes it away: whatever is there.
async fn write(app: &App, txn: &DatabaseTransaction, id: Uuid, name: String, remove: bool) {
    let found = supplier::Entity::find_by_id(id).one(txn).await.unwrap();
    match (found, remove) {
        (None, _) => {
            let row = row(id, name, app);
            supplier::Entity::insert(row)
                .exec_without_returning(txn)
                .await
                .unwrap();
        }
        (Some(_), true) => _ = supplier::Entity::delete_by_id(id).exec(txn).await.unwrap(),
        (Some(was), false) => {
            let row = supplier::ActiveModel {
                id: Unchanged(id),
                name: Set(name),
                version: Set(was.version + 1),
                ..Default::default()
            };
            supplier::Entity::update(row).exec(txn).await.unwrap();
        }
    }
}

/// Numbers from a seed: the same in every run of one.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        // Knuth's MMIX; the high bits are the good ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    /// Stays where it is for some round trips to the database.
    async fn dawdle(&mut self, txn: &DatabaseTransaction) {
        for _ in 0..self.below(6) {
            txn.execute_unprepared("SELECT 1").await.unwrap();
        }
    }
}

async fn writer(app: App, writer: u64, seed: u64) {
    let mut dice = Dice(seed ^ (writer << 32));
    for round in 0..ROUNDS {
        let txn = app.db.begin().await.unwrap();
        for _ in 0..=dice.below(3) {
            let id = id(writer, dice.below(OWN));
            write(&app, &txn, id, format!("{writer} in {round}"), dice.below(5) == 0).await;
            dice.dawdle(&txn).await;
        }
        changes::settle(&app, &txn).await.unwrap();
        dice.dawdle(&txn).await;
        match dice.below(5) {
            0 => txn.rollback().await.unwrap(),
            _ => txn.commit().await.unwrap(),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mirror_among_writers_that_commit_in_any_order_misses_nothing() {
    let world = World::new().await;
    let seed = u64::from_le_bytes(world.app.entropy.bytes());
    let mut mirror = Mirror::fresh(&world).await;
    let at_work = Arc::new(AtomicUsize::new(usize::try_from(WRITERS).unwrap()));
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| {
            let (app, at_work) = (world.app.clone(), at_work.clone());
            tokio::spawn(async move {
                writer(app, number, seed).await;
                at_work.fetch_sub(1, Ordering::SeqCst);
            })
        })
        .collect();
    let mut pages = 0;
    while at_work.load(Ordering::SeqCst) > 0 {
        // Large pages: a mirror that lags behind meets nothing that is under way.
        mirror.step(&world, 50).await;
        pages += 1;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    mirror.follow(&world, 3).await;
    let all = supplier::Entity::find().all(world.app.db.read()).await.unwrap();
    println!(
        "{pages} pages among the writers; {} told, {} removed, {} left",
        mirror.told,
        mirror.removed,
        all.len()
    );
    let named: Vec<_> = all.iter().map(|row| row.name.as_str()).collect();
    let mut held: Vec<_> = mirror
        .of("Supplier")
        .iter()
        .map(|node| node["name"].as_str().unwrap())
        .collect();
    held.sort_unstable();
    let mut named = named;
    named.sort_unstable();
    assert_eq!(held, named, "the database itself is the oracle");
    assert!(mirror.removed > 0 && pages > 5, "{pages} {}", mirror.removed);
    mirror.is_whole(&world).await;
}

#[tokio::test]
async fn what_was_written_first_and_committed_last_is_told_last_and_told() {
    let world = World::new().await;
    if world.app.db.backend() != DbBackend::Postgres {
        println!("skipped: SQLite has one writer at a time");
        return;
    }
    let mut mirror = Mirror::fresh(&world).await;
    let (first, second) = (id(0, 0), id(0, 1));
    let slow = world.app.db.begin().await.unwrap();
    write(&world.app, &slow, first, "first".into(), false).await;
    let quick = world.app.db.begin().await.unwrap();
    write(&world.app, &quick, second, "second".into(), false).await;
    changes::settle(&world.app, &quick).await.unwrap();
    quick.commit().await.unwrap();
    mirror.follow(&world, 9).await;
    assert_eq!(mirror.of("Supplier").len(), 1, "the one that is committed");
    changes::settle(&world.app, &slow).await.unwrap();
    let third = world.app.db.begin().await.unwrap();
    write(&world.app, &third, id(0, 2), "third".into(), false).await;
    third
        .execute_unprepared("SET LOCAL lock_timeout = '50ms'")
        .await
        .unwrap();
    let waited = changes::settle(&world.app, &third).await;
    assert!(
        matches!(waited, Err(Error::Overloaded(_))),
        "nobody is numbered before what is not committed is: {waited:?}"
    );
    third.rollback().await.unwrap();
    mirror.follow(&world, 9).await;
    assert_eq!(mirror.of("Supplier").len(), 1);
    slow.commit().await.unwrap();
    mirror.follow(&world, 9).await;
    assert_eq!(
        mirror.of("Supplier").len(),
        2,
        "and the one that was written first"
    );
}
