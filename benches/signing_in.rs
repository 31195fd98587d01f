//! Bars A2 and A3 by the clock and by memory: 500 sign-ins at once, and known addresses against unknown ones.
//!
//! `cargo bench --bench signing_in`; it fails when memory grows by more than the permitted hashes and 64 MB, or when
//! known addresses take a tenth more or less than unknown ones, by the median of pairs: the two of a pair are asked one
//! after the other, so that whatever else the machine does falls on both.

mod support;

use guildhall::access::accounts::{self, NewAccount};
use guildhall::access::sessions::{self, Attempt};
use guildhall::access::{Origin, credentials};
use guildhall::runtime::{App, Hashing};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};
use support::cpu_micros;

const AT_ONCE: usize = 4;
const SIGN_INS: u32 = 500;
const ROUNDS: usize = 300;
const SLACK_KB: u64 = 64 * 1024;

#[tokio::main]
async fn main() {
    let place = support::application().await;
    let app = App {
        hashing: Hashing::at_once(AT_ONCE),
        ..place.app.clone()
    };
    let account = NewAccount {
        email: "known@b.example".into(),
        name: "Known".into(),
        password: "correct horse battery".into(),
        operator: false,
    };
    let hash = accounts::prepare(&app, &account).await.expect("a good account");
    let txn = app.db.begin().await.expect("a transaction");
    accounts::create(&app, &txn, &account, hash)
        .await
        .expect("an account");
    txn.commit().await.expect("committed");
    println!("on {}", place.url);
    at_once(&app).await;
    alike(&app).await;
    drop(place.folder);
}

async fn at_once(app: &App) {
    // Once beforehand: what the allocator keeps for each thread is not of the 500.
    wrong(app, "first@b.example".into(), 0).await;
    let before = memory("VmRSS");
    let (started, cpu) = (Instant::now(), cpu_micros());
    let tries: Vec<_> = (0..SIGN_INS)
        .map(|index| {
            let app = app.clone();
            tokio::spawn(async move { wrong(&app, format!("p{index}@b.example"), index).await })
        })
        .collect();
    for tried in tries {
        tried.await.expect("no panic");
    }
    let (grown, meter) = (memory("VmHWM").saturating_sub(before), &app.hashing.meter);
    println!(
        "{SIGN_INS} sign-ins at once in {:?}, {:.1} s of CPU: {} hashed, {} at a time, memory up {:.1} MB at most",
        started.elapsed(),
        (cpu_micros() - cpu) as f64 / 1e6,
        meter.hashes() - 2,
        meter.most_at_once(),
        grown as f64 / 1024.0
    );
    assert!(meter.most_at_once() <= AT_ONCE);
    let permitted = u64::from(app.hashing.memory_kib) * AT_ONCE as u64;
    assert!(grown <= permitted + SLACK_KB, "it grows by {grown} kB");
}

async fn wrong(app: &App, email: String, source: u32) -> bool {
    let attempt = Attempt {
        email: &email,
        password: "not it at all",
        origin: Origin {
            source: Some(IpAddr::V4(Ipv4Addr::from(0x0A00_0000 + source))),
            ..Origin::default()
        },
        ..Attempt::default()
    };
    sessions::sign_in(app, attempt).await.is_err()
}

async fn alike(app: &App) {
    let emails = ["known@b.example", "nobody@b.example"];
    let mut times: [[Vec<Duration>; 2]; 3] = Default::default();
    for round in 0..ROUNDS {
        app.clock.advance(chrono::Duration::hours(1));
        for turn in [round % 2, 1 - round % 2] {
            let (email, origin) = (emails[turn], Origin::default());
            let started = Instant::now();
            assert!(wrong(app, email.into(), 0).await);
            times[0][turn].push(started.elapsed());
            let started = Instant::now();
            accounts::register(app, email, "Name", &origin)
                .await
                .expect("asked");
            times[1][turn].push(started.elapsed());
            let started = Instant::now();
            credentials::request_reset(app, email, &origin)
                .await
                .expect("asked");
            times[2][turn].push(started.elapsed());
        }
    }
    for (what, [known, unknown]) in ["sign in", "register", "reset"].iter().zip(times) {
        let pairs = known.iter().zip(&unknown);
        let ratio = median(pairs.map(|(a, b)| a.as_secs_f64() / b.as_secs_f64()).collect());
        let [known, unknown] =
            [known, unknown].map(|times| median(times.iter().map(Duration::as_secs_f64).collect()));
        println!(
            "{what}: known {:.2} ms, unknown {:.2} ms, medians of {ROUNDS}; of pairs {ratio:.3} x",
            known * 1e3,
            unknown * 1e3
        );
        assert!((0.9..1.1).contains(&ratio), "{what} tells them apart");
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A line of `/proc/self/status`, in kB.
fn memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find(|text| text.starts_with(line));
    let number = found.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    number.unwrap_or_default()
}
