//! Hostile requests against the real routes: each answered small, in the same process, and without a fault.

use crate::world::World;
use std::time::{Duration, Instant};

#[path = "../corpus/hostile.rs"]
mod corpus;

/// Bar G1's 100 ms, with room for a debug build on a busy machine: what it must catch takes seconds.
const LONGEST: Duration = Duration::from_secs(2);

#[tokio::test]
async fn every_hostile_request_gets_a_small_answer_at_once() {
    let world = World::new().await;
    let corpus = corpus::hostile();
    assert!(corpus.len() >= 60, "{}", corpus.len());
    for (name, body) in corpus {
        let started = Instant::now();
        let request = world
            .client
            .post("/graphql")
            .content_type("application/json")
            .body(body);
        let answer = request.send().await.0.into_body().into_bytes().await.unwrap();
        let took = started.elapsed();
        assert!(took < LONGEST, "{name} took {took:?}");
        assert!(answer.len() <= 16 * 1024, "{name}: {} bytes", answer.len());
        let text = String::from_utf8_lossy(&answer);
        assert!(!text.contains("FAULT"), "{name}: {text}");
    }
}
