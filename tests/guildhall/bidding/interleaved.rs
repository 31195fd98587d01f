//! Bidders, the council and the clock, in every order: what becomes of submitting, replacing, taking back, extending,
//! closing, opening and cancelling is what a model of a few lines says. `GUILDHALL_TEST_INTERLEAVINGS` sets how many orders
//! are tried; they are drawn from the seed that is printed.

use crate::alert_pages::uuid_of;
use crate::world::World;
use chrono::{DateTime, Duration, Utc};
use entity::bid;
use guildhall::access::{Viewer, sessions};
use guildhall::councils::directory;
use guildhall::pilots::bids::{self, BidErrorCode, Declaration, State, Submission, Words};
use guildhall::pilots::{self, Criterion, CriterionKind, Draft, Pilot, changes, ending};
use guildhall::runtime::{App, Stop};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

const SUPPLIERS: usize = 3;
const STEPS: usize = 12;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// For a price, in place of a version.
    Submit(usize, i64, i32),
    Withdraw(usize, i32),
    Extend(Duration),
    Cancel,
    /// Time goes to so much before or after the deadline, if that is later than now.
    Pass(Duration),
    /// What the clock brings is done.
    Tick,
}

/// What should be.
#[derive(Clone, Debug)]
struct Model {
    now: DateTime<Utc>,
    deadline: DateTime<Utc>,
    cancelled: bool,
    opened: bool,
    /// Version, state and price of each supplier's bid.
    bids: [Option<(i32, State, i64)>; SUPPLIERS],
}

impl Model {
    fn is_open(&self) -> bool {
        !self.cancelled && self.now < self.deadline
    }

    /// What becomes of a step: done, or the code that it is refused with; of the council's, that it is refused.
    fn step(&mut self, step: Step) -> Result<(), Option<BidErrorCode>> {
        let (open, due) = (self.is_open(), !self.cancelled && self.now >= self.deadline);
        match step {
            Step::Submit(..) | Step::Withdraw(..) if !open => return Err(Some(BidErrorCode::NotOpen)),
            Step::Submit(who, price, replaces) => {
                let version = self.bids[who].map_or(0, |(version, ..)| version);
                if replaces != version {
                    return Err(Some(BidErrorCode::Conflict));
                }
                self.bids[who] = Some((version + 1, State::Submitted, price));
            }
            Step::Withdraw(who, based_on) => {
                let Some((version, state, price)) = self.bids[who] else {
                    return Err(Some(BidErrorCode::NoBid));
                };
                if version != based_on {
                    return Err(Some(BidErrorCode::Conflict));
                }
                if state != State::Submitted {
                    return Err(Some(BidErrorCode::NoBid));
                }
                self.bids[who] = Some((version + 1, State::Withdrawn, price));
            }
            Step::Extend(by) if open && by > Duration::zero() => self.deadline += by,
            Step::Cancel if !self.cancelled => {
                self.opened |= due;
                self.cancelled = true;
            }
            Step::Extend(_) | Step::Cancel => return Err(None),
            Step::Pass(at) => self.now = self.now.max(self.deadline + at),
            Step::Tick => self.opened |= due,
        }
        Ok(())
    }
}

/// Steps are drawn so that most make sense and some do not.
fn draw(model: &Model, byte: impl Fn() -> u8) -> Step {
    let who = usize::from(byte()) % SUPPLIERS;
    let version = model.bids[who].map_or(0, |(version, ..)| version) - i32::from(byte() < 25);
    match byte() % 16 {
        0..=5 => Step::Submit(who, i64::from(byte()) + 1, version),
        6..=8 => Step::Withdraw(who, version),
        9 | 10 => Step::Extend(Duration::milliseconds(i64::from(byte() % 4) - 1)),
        11 => Step::Cancel,
        12 | 13 => Step::Pass(Duration::milliseconds(i64::from(byte() % 4) - 2)),
        _ => Step::Tick,
    }
}

struct Town {
    world: World,
    suppliers: Vec<(Uuid, Viewer)>,
}

impl Town {
    async fn build() -> Self {
        let world = World::new().await;
        let mut suppliers = Vec::new();
        for number in 0..SUPPLIERS {
            let name = format!("Supplier {number}");
            let supplier = world.supplier(&format!("s{number}@x.example"), &name).await;
            let viewer = sessions::viewer_of(&world.app, Some(&supplier.token))
                .await
                .unwrap();
            suppliers.push((uuid_of(&supplier.id), viewer));
        }
        Self { world, suppliers }
    }

    async fn published(&self, deadline: DateTime<Utc>) -> Pilot {
        let (app, system) = (&self.world.app, &Viewer::System);
        let criterion = |ordinal, kind, weight| Criterion {
            ordinal,
            kind,
            name: "c".into(),
            description: "d".into(),
            weight,
        };
        let said = Draft {
            title: "t".into(),
            summary: "s".into(),
            success_measures: "m".into(),
            cap_pence: 1000,
            weeks: 1,
            criteria: vec![
                criterion(1, CriterionKind::Quality, 60),
                criterion(2, CriterionKind::Price, 40),
            ],
            ..Draft::default()
        };
        let council = directory().find("norfolk").unwrap().id;
        let drafted = pilots::draft(app, system, council, said).await.unwrap();
        pilots::publish(app, system, drafted.id, drafted.version, deadline)
            .await
            .unwrap()
    }

    async fn does(&self, pilot: &mut Pilot, step: Step) -> Result<(), Option<BidErrorCode>> {
        let (app, system) = (&self.world.app, &Viewer::System);
        let of_bid = |stop| match stop {
            Stop::Refused(why) => Some(one_code(
                &why.iter()
                    .map(|of: &guildhall::runtime::Refusal<_>| of.code)
                    .collect::<Vec<_>>(),
            )),
            Stop::Failed(error) => panic!("{step:?}: {error:?}"),
        };
        match step {
            Step::Submit(who, price, replaces) => {
                let words = Words {
                    answer: "How".into(),
                    declarations: Declaration::ALL.to_vec(),
                    ..Words::default()
                };
                let (supplier, viewer) = &self.suppliers[who];
                let given = Submission::Given(price, words);
                let done = bids::submit(app, viewer, pilot.id, *supplier, Some(replaces), given).await;
                done.map(drop).map_err(of_bid)
            }
            Step::Withdraw(who, version) => {
                let (supplier, viewer) = &self.suppliers[who];
                let done = bids::withdraw(app, viewer, pilot.id, *supplier, version).await;
                done.map(drop).map_err(of_bid)
            }
            Step::Extend(by) => {
                let later = pilot.deadline_at.unwrap() + by;
                let done = pilots::extend(app, system, pilot.id, pilot.version, later).await;
                *pilot = done.map_err(|_| None)?;
                Ok(())
            }
            Step::Cancel => {
                let done = ending::cancel(app, system, pilot.id, pilot.version, "r").await;
                *pilot = done.map_err(|_| None)?;
                Ok(())
            }
            Step::Pass(at) => {
                app.clock
                    .set(app.clock.now().max(pilot.deadline_at.unwrap() + at));
                Ok(())
            }
            Step::Tick => {
                changes::open_due(app).await.unwrap();
                Ok(())
            }
        }
    }

    /// What is there, as the bidders see it; and that bids have rows only once they were taken out.
    async fn is_as(&self, pilot: &Pilot, model: &Model) {
        let app: &App = &self.world.app;
        for ((supplier, viewer), bid) in self.suppliers.iter().zip(&model.bids) {
            let own = bids::of_pilot(app, viewer, pilot).await.unwrap();
            assert!(own.iter().all(|bid| bid.supplier_id == *supplier));
            let own = own
                .first()
                .map(|bid| (bid.version, bid.state, bid.offer.price_pence));
            assert_eq!(own, *bid, "{model:?}");
        }
        let rows = bid::Entity::find()
            .filter(bid::Column::PilotId.eq(pilot.id))
            .count(app.db.read())
            .await
            .unwrap();
        let there = model.bids.iter().flatten().count();
        let expected = if model.opened { there } else { 0 };
        assert_eq!(rows, expected as u64, "{model:?}");
    }
}

/// The one code of a refusal, however often.
fn one_code(codes: &[BidErrorCode]) -> BidErrorCode {
    assert!(codes.windows(2).all(|pair| pair[0] == pair[1]), "{codes:?}");
    codes[0]
}

#[tokio::test]
async fn in_whatever_order_things_happen_to_a_pilot_its_bids_are_as_a_model_says() {
    let town = Town::build().await;
    let app = &town.world.app;
    let orders = std::env::var("GUILDHALL_TEST_INTERLEAVINGS");
    let orders: usize = orders.map_or(60, |many| many.parse().unwrap());
    let (begun, mut done, mut refused) = (app.clock.now(), 0, 0);
    for order in 0..orders {
        app.clock.set(begun);
        let deadline = begun + Duration::hours(1);
        let mut pilot = town.published(deadline).await;
        let mut model = Model {
            now: begun,
            deadline,
            cancelled: false,
            opened: false,
            bids: [None; SUPPLIERS],
        };
        let mut steps = Vec::new();
        for _ in 0..STEPS {
            let step = draw(&model, || app.entropy.bytes::<1>()[0]);
            steps.push(step);
            let expected = model.step(step);
            let came = town.does(&mut pilot, step).await;
            assert_eq!(came, expected, "order {order}: {steps:?} {model:?}");
            if came.is_ok() {
                done += 1
            } else {
                refused += 1
            }
            town.is_as(&pilot, &model).await;
        }
        if (order + 1) % 1000 == 0 {
            println!("{} of {orders} orders", order + 1);
        }
    }
    println!("{orders} orders: {done} steps done, {refused} refused, each as the model says");
    assert!(done > orders * 3 && refused > orders, "{done} {refused}");
}
