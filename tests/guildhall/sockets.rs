//! What a socket may ask of the server, and how it ends.

use crate::websocket::{Client, Served};
use crate::world::World;
use guildhall::http::SocketLimits;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio_tungstenite::tungstenite::Message;

const ALERTS: &str = "subscription A { alerts { subject } }";
const SOON: Duration = Duration::from_millis(50);

async fn served(world: &World, limits: SocketLimits) -> Served {
    Served::start(world.site.clone().with_sockets(limits)).await
}

async fn signed_in(world: &World) -> String {
    world.person("ann@b.example", "Ann").await;
    world.token("ann@b.example").await
}

#[tokio::test]
async fn only_subscriptions_are_taken_and_they_are_judged_as_queries_are() {
    let world = World::new().await;
    let token = signed_in(&world).await;
    let served = Served::start(world.site.clone()).await;
    let mut client = served.client(Some(&token)).await;
    let deep = "[".repeat(40);
    let twice = "subscription A { a: alerts { subject } b: alerts { subject } }";
    let nothing = "subscription A { ...F } fragment F on Subscription { alerts { subject } }";
    let many = format!("subscription A {{ alerts {{ {} }} }}", "x ".repeat(2_100));
    for (n, (query, code)) in [
        ("query Q { viewer { email } }", "MALFORMED"),
        ("mutation M { signOut { ended } }", "MALFORMED"),
        ("subscription A { alerts { nonsense } }", "MALFORMED"),
        ("{", "MALFORMED"),
        (nothing, "MALFORMED"),
        (twice, "QUERY_TOO_COSTLY"),
        (&deep, "QUERY_TOO_DEEP"),
        (&many, "QUERY_TOO_LONG"),
    ]
    .into_iter()
    .enumerate()
    {
        let refused = client.subscribe(&n.to_string(), query, json!({})).await;
        assert_eq!(refused["extensions"]["code"], code, "{query}: {refused}");
    }
    let who = world
        .data(&token, "query Q { viewer { email } }", json!({}))
        .await;
    assert_eq!(who["viewer"]["email"], "ann@b.example", "nobody was signed out");
    let refused = world.refusal(&token, ALERTS, json!({})).await;
    assert_eq!(refused, "MALFORMED", "and subscriptions are not taken by POST");
}

#[tokio::test]
async fn a_socket_has_ten_operations_and_may_end_each() {
    let world = World::new().await;
    let token = signed_in(&world).await;
    let served = Served::start(world.site.clone()).await;
    let mut client = served.client(Some(&token)).await;
    for n in 0..10 {
        assert_eq!(
            client.subscribe(&n.to_string(), ALERTS, json!({})).await,
            Value::Null
        );
    }
    let refused = client.subscribe("10", ALERTS, json!({})).await;
    assert_eq!(refused["extensions"]["code"], "TOO_MANY_OPERATIONS");
    client.say(json!({ "type": "complete", "id": "3" })).await;
    assert_eq!(client.subscribe("10", ALERTS, json!({})).await, Value::Null);
    let again = json!({ "type": "subscribe", "id": "10", "payload": { "query": ALERTS } });
    client.say(again).await;
    assert_eq!(client.closed().await.0, 4409, "an id is one operation's");
}

#[tokio::test]
async fn whoever_does_not_keep_to_the_protocol_is_closed() {
    let world = World::new().await;
    let served = Served::start(world.site.clone()).await;
    let text = |message: Value| Message::text(message.to_string());
    let init = json!({ "type": "connection_init" });
    let early = json!({ "type": "subscribe", "id": "a", "payload": { "query": ALERTS } });
    let long = json!({ "type": "subscribe", "id": "x".repeat(65), "payload": { "query": ALERTS } });
    let zero = json!({ "type": "connection_init", "payload": { "authorization": "a\0b" } });
    let unknown = json!({ "type": "connection_init", "payload": { "authorization": "Bearer unknown" } });
    let too_long = json!({ "type": "ping", "payload": "x".repeat(64 * 1024) });
    let flood = vec![text(json!({ "type": "ping" })); 60];
    for (sent, code) in [
        (vec![text(early)], 4401),
        (vec![text(init.clone()), text(init.clone())], 4429),
        (vec![text(init), text(long)], 4409),
        (vec![text(zero)], 4400),
        (vec![text(unknown)], 4403),
        (vec![Message::text("{")], 4400),
        (vec![Message::text("{\"type\":\"nonsense\"}")], 4400),
        (vec![Message::binary(b"x".to_vec())], 1003),
        (vec![text(too_long)], 1009),
        (flood, 4429),
    ] {
        let mut client = served.open(&[]).await.unwrap();
        for message in sent.clone() {
            if !client.try_send(message).await {
                break;
            }
        }
        let (told, reason) = client.closed().await;
        assert_eq!(told, code, "{reason} after {:?}", sent.first());
    }
}

#[tokio::test]
async fn a_socket_that_says_nothing_is_closed() {
    let world = World::new().await;
    let mute = SocketLimits {
        init: SOON,
        ..SocketLimits::default()
    };
    let mut client = served(&world, mute).await.open(&[]).await.unwrap();
    assert_eq!(client.closed().await.0, 4408);
    let idle = SocketLimits {
        beat: SOON,
        idle: 1,
        ..SocketLimits::default()
    };
    let served = served(&world, idle).await;
    let mut client = served.client(None).await;
    assert_eq!(
        client.closed().await,
        (1000, "no operation was under way".to_owned())
    );
}

#[tokio::test]
async fn a_socket_that_does_not_read_is_closed_and_nothing_piles_up() {
    let world = World::new().await;
    let slow = SocketLimits {
        messages: usize::MAX,
        sending: SOON,
        ..SocketLimits::default()
    };
    let served = served(&world, slow).await;
    let near = TcpSocket::new_v4().unwrap();
    near.set_recv_buffer_size(4 * 1024).unwrap();
    let mut client = served
        .open_over(near.connect(served.address).await.unwrap(), &[])
        .await
        .unwrap();
    client.init(None).await;
    // Refused with some kilobytes of reasons, none of which is read.
    let wrong: String = (0..20).map(|n| format!("{}{n} ", "unknown".repeat(18))).collect();
    let query = format!("subscription A {{ pilotChanged(pilot: \"x\") {{ {wrong} }} }}");
    let message = json!({ "type": "subscribe", "id": "a", "payload": { "query": query } }).to_string();
    for _ in 0..20_000 {
        if !client.try_send(Message::text(message.clone())).await {
            return;
        }
    }
    panic!("the server took everything");
}

#[tokio::test]
async fn a_person_and_a_source_have_so_many_sockets_and_get_them_back() {
    let world = World::new().await;
    let token = signed_in(&world).await;
    let of_person = SocketLimits {
        of_person: 2,
        ..SocketLimits::default()
    };
    let one = served(&world, of_person).await;
    let _held: [Client; 2] = [one.client(Some(&token)).await, one.client(Some(&token)).await];
    let mut third = one.open(&[]).await.unwrap();
    let init = json!({ "type": "connection_init", "payload": { "authorization": token } });
    third.say(init).await;
    assert_eq!(
        third.closed().await,
        (4429, "you have too many sockets open".to_owned())
    );
    let of_source = SocketLimits {
        of_source: 2,
        ..SocketLimits::default()
    };
    let two = served(&world, of_source).await;
    let mut held = [two.client(Some(&token)).await, two.client(None).await];
    assert_eq!(two.open(&[]).await.err(), Some(503));
    held[0].part().await;
    let _again = two.client(None).await;
    assert_eq!(two.open(&[]).await.err(), Some(503));
}

#[tokio::test]
async fn a_server_that_stops_says_so_and_does_not_wait_for_anybody() {
    let world = World::new().await;
    let token = signed_in(&world).await;
    let mut served = Served::start(world.site.clone()).await;
    let mut clients = [
        served.client(Some(&token)).await,
        served.client(None).await,
        served.open(&[]).await.unwrap(),
    ];
    served.stop();
    for client in &mut clients {
        assert_eq!(client.closed().await.0, 1001);
    }
    served.stopped().await;
}
