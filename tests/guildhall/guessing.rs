//! Bars A2 and A3: guessing is counted, alike for what exists and what does not, and never costs more than it may.
//! The oracle for work is the count of hashes, not a clock; `cargo bench --bench signing_in` measures the time.

use crate::operations::{CONFIRM, REGISTER, REQUEST_RESET, SIGN_IN, codes};
use crate::world::{PASSWORD, World, body, text};
use chrono::Duration;
use entity::person;
use futures_util::future::join_all;
use guildhall::access::Origin;
use guildhall::access::sessions::{self, Attempt, SignInErrorCode};
use guildhall::http;
use guildhall::runtime::{App, Hashing, Stop};
use poem::EndpointExt;
use poem::test::TestClient;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};

const ANN: &str = "ann@b.example";

fn attempt(email: &str) -> Attempt<'_> {
    Attempt {
        email,
        password: "not it at all",
        ..Attempt::default()
    }
}

fn from(source: u32) -> Origin {
    Origin {
        source: Some(IpAddr::V4(Ipv4Addr::from(0x0A00_0000 + source))),
        ..Origin::default()
    }
}

fn sign_in(email: &str) -> Value {
    json!({ "input": { "email": email, "password": "not it at all" } })
}

/// Bar A3: four accounts that an answer could tell apart, and one that is none.
#[tokio::test]
async fn a3_known_and_unknown_addresses_are_alike_in_bytes_and_work() {
    let world = World::new().await;
    for email in [ANN, "sso@b.example", "old@b.example"] {
        world.person(email, "Somebody").await;
    }
    let sso = person::Entity::update_many()
        .filter(person::Column::Email.eq("sso@b.example"))
        .col_expr(person::Column::PasswordHash, Expr::value(None::<String>));
    let txn = world.app.db.begin().await.unwrap();
    sso.exec(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let (mut answers, mut work) = (Vec::new(), Vec::new());
    for email in [ANN, "sso@b.example", "old@b.example", "nobody@b.example"] {
        let meter = &world.app.hashing.meter;
        let before = (meter.hashes(), meter.kib_passes());
        let mut told = String::new();
        for (query, variables) in [
            (SIGN_IN, sign_in(email)),
            (
                REGISTER,
                json!({ "input": { "email": email, "name": "Somebody" } }),
            ),
            (REQUEST_RESET, json!({ "email": email })),
        ] {
            let call = json!({ "query": query, "variables": variables });
            let response = world.post(&call).send().await;
            told += &format!("{:?} ", response.0.headers());
            told += &text(response).await.replace(email, "ADDRESS");
        }
        // Content-Length alone differs with the address that is repeated.
        answers.push(told.replace(&email.len().to_string(), "LENGTH"));
        work.push((meter.hashes() - before.0, meter.kib_passes() - before.1));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    assert!(work.iter().all(|work| *work == (1, 19_456 * 2)), "{work:?}");
}

/// Bar A3: an account whose hash is older and cheaper than hashes now are is refused after as much work.
#[tokio::test]
async fn a3_an_older_hash_is_not_told_by_its_cheapness() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let raised = App {
        hashing: Hashing {
            memory_kib: 40 * 1024,
            passes: 3,
            ..Hashing::at_once(2)
        },
        ..world.app.clone()
    };
    let mut work = Vec::new();
    for email in [ANN, "nobody@b.example"] {
        let before = raised.hashing.meter.kib_passes();
        assert!(sessions::sign_in(&raised, attempt(email)).await.is_err());
        work.push(raised.hashing.meter.kib_passes() - before);
    }
    assert!(work[0].abs_diff(work[1]) <= 3, "{work:?}");
}

/// How many of these sign-ins had their password checked; the rest were too many.
async fn checked(nodes: &[App], attempts: Vec<Attempt<'_>>) -> usize {
    let tried = attempts
        .into_iter()
        .enumerate()
        .map(|(index, attempt)| sessions::sign_in(&nodes[index % nodes.len()], attempt));
    let mut checked = 0;
    for tried in join_all(tried).await {
        match tried {
            Err(Stop::Refused(why)) if why[0].code == SignInErrorCode::Wrong => checked += 1,
            Err(Stop::Refused(why)) if why[0].code == SignInErrorCode::TooManyAttempts => {}
            other => panic!("{other:?}"),
        }
    }
    checked
}

/// Bar A3: 1,000 sign-ins by every spelling, from a thousand sources, on two servers.
#[tokio::test(flavor = "multi_thread")]
async fn a3_a_thousand_sign_ins_on_two_nodes_are_ten_checks_and_the_owner_gets_in() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let known = Attempt {
        password: PASSWORD,
        ..attempt(ANN)
    };
    let device = sessions::sign_in(&world.app, known.clone()).await.unwrap().device;
    world.app.clock.advance(Duration::minutes(6));
    let nodes = [world.node().await, world.node().await];
    let spellings = [
        ANN,
        "Ann@B.example",
        " ann@b.example",
        "ANN@B.EXAMPLE",
        "ann@\u{FF42}.example",
    ];
    let mut all = 0;
    for batch in 0..10 {
        let attempts = (0..100).map(|index| Attempt {
            origin: Origin {
                // Half of them claim a device that is nobody's.
                device: (index % 2 == 0).then(|| format!("device{index}")),
                ..from(batch * 100 + index)
            },
            ..attempt(spellings[index as usize % spellings.len()])
        });
        all += checked(&nodes, attempts.collect()).await;
    }
    let hashes: u64 = nodes.iter().map(|node| node.hashing.meter.hashes()).sum();
    assert_eq!(u64::try_from(all).unwrap(), hashes, "no hash without its count");
    assert!((1..=10).contains(&all), "{all}");
    let owner = Attempt {
        origin: Origin { device, ..from(5000) },
        ..known.clone()
    };
    assert!(
        sessions::sign_in(&nodes[0], owner.clone()).await.is_ok(),
        "the owner, on a device of theirs"
    );
    assert!(
        sessions::sign_in(&nodes[1], known).await.is_err(),
        "the right password from elsewhere is too many"
    );
    // A stolen device token adds four and no more: ten in all.
    let with_device = (0..50).map(|_| Attempt {
        password: "not it at all",
        ..owner.clone()
    });
    all += checked(&nodes, with_device.collect()).await;
    assert!(all <= 10, "{all}");
    for node in nodes {
        node.db.close().await.unwrap();
    }
}

/// Bar A3: 1,000 through the door, as many to a request as it takes.
#[tokio::test]
async fn a3_aliases_in_one_request_are_counted_one_by_one() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let before = world.app.hashing.meter.hashes();
    let mut answered = 0;
    for _ in 0..100 {
        let aliases: String = (0..10)
            .map(|index| {
                format!(
                    "a{index}: signIn(input: {{ email: \"{}@b.example\", password: \"x{index}\" }}) {{ errors {{ code }} }} ",
                    if index % 2 == 0 { "ann" } else { "ANN" }
                )
            })
            .collect();
        let answer = world
            .query(None, &format!("mutation M {{ {aliases} }}"), json!({}))
            .await;
        answered += answer["data"].as_object().map_or(0, serde_json::Map::len);
    }
    let hashes = world.app.hashing.meter.hashes() - before;
    assert_eq!((answered, hashes), (1_000, 6));
}

#[tokio::test]
async fn one_source_tries_sixty_passwords_in_five_minutes_over_all_accounts() {
    let world = World::new().await;
    let site = world.site.clone().behind(1);
    let client = TestClient::new(http::routes(site).boxed());
    let ask = async |index: usize, source: &str| {
        let call = json!({ "query": SIGN_IN, "variables": sign_in(&format!("p{index}@b.example")) });
        let request = client.post("/graphql").body_json(&call);
        let request = request.header("x-forwarded-for", format!("192.0.2.{index}, {source}"));
        codes(&body(request.send().await).await["data"])
    };
    let mut checked = 0;
    for index in 0..70 {
        match &*ask(index, "198.51.100.7").await[0] {
            "WRONG" => checked += 1,
            "TOO_MANY_ATTEMPTS" => {}
            other => panic!("{other}"),
        }
    }
    assert_eq!(
        checked, 60,
        "what the first hops wrote into the header counts for nothing"
    );
    assert_eq!(ask(99, "198.51.100.8").await, ["WRONG"]);
}

#[tokio::test]
async fn strangers_use_up_nobodys_way_to_a_new_password() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    for email in [ANN, "nobody@b.example"] {
        let mut refused = 0;
        for _ in 0..6 {
            let input = json!({ "input": { "email": email, "name": "Stranger" } });
            refused += codes(&world.data((), REGISTER, input).await).len();
        }
        assert_eq!(refused, 2, "four mails an hour, alike: {email}");
        assert_eq!(world.mails(email).await.len(), 4);
    }
    assert!(codes(&world.data((), REQUEST_RESET, json!({ "email": ANN })).await).is_empty());
    world.link(ANN, "reset").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_link_is_no_way_to_keep_the_server_hashing() {
    let world = World::new().await;
    let input = json!({ "input": { "email": ANN, "name": "Ann" } });
    world.data((), REGISTER, input).await;
    let link = world.link(ANN, "register").await;
    let confirm = json!({ "input": { "token": link, "password": PASSWORD } });
    join_all((0..40).map(|_| world.query(None, CONFIRM, confirm.clone()))).await;
    let hashes = world.app.hashing.meter.hashes();
    assert!((1..=10).contains(&hashes), "{hashes}");
}

/// Bar A2, small: the bench `signing_in` runs 500 against the program and reads its memory.
#[tokio::test(flavor = "multi_thread")]
async fn a2_no_more_hashes_are_under_way_than_there_are_permits() {
    let world = World::new().await;
    let emails: Vec<String> = (0..60).map(|index| format!("p{index}@b.example")).collect();
    let all = emails
        .iter()
        .map(|email| sessions::sign_in(&world.app, attempt(email)));
    assert!(join_all(all).await.iter().all(Result::is_err));
    let meter = &world.app.hashing.meter;
    assert!(meter.hashes() > 2 && meter.most_at_once() <= 2, "{meter:?}");
}
