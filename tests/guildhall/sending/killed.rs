//! Bar J1: a server that is killed again and again while mails go out loses none of them.

use super::{addresses, sized, write};
use crate::binary::Binary;
use crate::smtp::Smtp;
use crate::world::World;
use guildhall::runtime::App;
use guildhall::runtime::clock::Clock;
use guildhall::runtime::entropy::Entropy;
use guildhall::runtime::outbox::{Stream, queue};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Mails under way at a time, and so the most that a kill can make twice.
const AT_ONCE: usize = 8;
/// A lease lasts a minute; what a killed server had is taken up by then, and sent.
const LEASES_END: Duration = Duration::from_secs(90);

/// The program, serving this database and sending to this mail server.
fn server(url: &str, objects: &str, smtp: &Smtp) -> Binary {
    let environment = [
        ("GUILDHALL_DATABASE_URL", url),
        ("GUILDHALL_OBJECTS", objects),
        ("GUILDHALL_PUBLIC_URL", "https://guildhall.example"),
        ("GUILDHALL_SECRET", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="),
        ("GUILDHALL_SMTP_URL", &smtp.url()),
        ("GUILDHALL_MAIL_FROM", "Guildhall <alerts@guildhall.example>"),
        ("GUILDHALL_MAIL_PER_DOMAIN_PER_MINUTE", "0"),
        ("GUILDHALL_LOG", "warn"),
    ];
    Binary::start(&["serve"], &environment)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_after_kill_no_mail_is_lost_and_few_come_twice_and_those_are_equal() {
    let world = World::with(|app| app.clock = Clock::system()).await;
    let (kills, mails) = (sized(6, 200), sized(300, 5000));
    write(&world.app, Stream::Alert, addresses(mails)).await;
    // A relay that takes its time: so eight are under way when the kill comes.
    world.smtp.answers_after(Duration::from_millis(10));
    let entropy: Entropy = world.app.entropy.clone();
    let mut before = 0;
    for kill in 0..kills {
        let mut server = server(world.url(), &world.objects_url(), &world.smtp);
        // Early in this server's share: what was under way when the last one was killed counts towards it.
        let share = (mails * 9 / 10).saturating_sub(before) / (kills - kill) / 2;
        let random = usize::from(u16::from_le_bytes(entropy.bytes()));
        before += 1 + random % share.max(1);
        before = before.max(world.smtp.all().len() + 1);
        // Towards the end all that is left may be leased to servers that were killed.
        world.smtp.received_within(before.min(mails), LEASES_END).await;
        server.kill();
        before = world.smtp.all().len();
    }
    let at_the_last = Instant::now();
    let last = server(world.url(), &world.objects_url(), &world.smtp);
    let copies = all_came(&world.smtp, mails).await;
    nothing_is_under_way(&world.app).await;
    let twice: usize = copies.values().map(|copies| copies.len() - 1).sum();
    println!(
        "J1: {kills} kills over {mails} mails: 0 lost, {twice} copies too many (at most {}), all equal; nothing leased {:?} \
         after the last start",
        kills * AT_ONCE,
        at_the_last.elapsed()
    );
    assert!(twice <= kills * AT_ONCE, "{twice}");
    for (to, copies) in &copies {
        assert!(
            copies.iter().all(|copy| *copy == copies[0]),
            "{to}: the same bytes, Message-ID and all"
        );
    }
    drop(last);
}

/// Every mail that came, by recipient, once each of so many has one.
async fn all_came(smtp: &Smtp, mails: usize) -> BTreeMap<String, Vec<Vec<u8>>> {
    let started = Instant::now();
    loop {
        let mut copies: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
        for mail in smtp.all() {
            copies.entry(mail.to.concat()).or_default().push(mail.bytes);
        }
        if copies.len() == mails {
            return copies;
        }
        assert!(
            started.elapsed() < LEASES_END + Duration::from_millis(20) * u32::try_from(mails).unwrap(),
            "{} of {mails} came: the others are lost",
            copies.len()
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn nothing_is_under_way(app: &App) {
    let started = Instant::now();
    loop {
        let queue = queue::queue(app).await.unwrap();
        if (queue.queued, queue.leased, queue.parked) == (0, 0, 0) {
            return;
        }
        assert!(started.elapsed() < LEASES_END, "{queue:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
