//! Sending queued digests of 40 kB against a bare lettre loop over as many pooled connections to the same mail server.
//!
//! `cargo bench --bench sending` on SQLite; with `DATABASE_URL=postgres://...` on that database, which must be empty. The
//! mail server is a process of its own: its time is not counted. Processor seconds, statements and peak memory for 1,000
//! and 5,000 mails, in turns; only the ratio travels between machines.

mod support;

use guildhall::runtime::App;
use guildhall::runtime::mail::{Letter, Mailer};
use guildhall::runtime::outbox::{self, Stream};
use lettre::address::Envelope;
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use support::cpu_micros;

const SIZES: [usize; 2] = [1000, 5000];
const AT_ONCE: usize = 8;
/// Memory is looked at so often.
const LOOK: Duration = Duration::from_millis(20);
const SERVER: &str = "--mail-server";

/// What a run has cost.
struct Cost {
    seconds: f64,
    cpu: f64,
    grown_mb: f64,
}

fn main() {
    if std::env::args().any(|argument| argument == SERVER) {
        return serve();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(measure());
}

async fn measure() {
    let server = Server::start();
    let place = support::application().await;
    let app = App {
        mailer: Mailer::smtp(&server.url, "Guildhall <alerts@guildhall.example>").expect("a mailer"),
        ..place.app.clone()
    };
    println!("on {}", place.url);
    for size in SIZES {
        let bare = bare(&app, &server.url, size).await;
        write(&app, size).await;
        let statements = app.db.statements();
        let ours = costing(async {
            let sent = outbox::deliver_due(&app).await.expect("the database answers");
            assert_eq!(sent, size);
        })
        .await;
        let each = (app.db.statements() - statements) as f64 / size as f64;
        println!("{size} digests:");
        for (what, cost) in [("bare lettre", &bare), ("the outbox", &ours)] {
            println!(
                "  {what:12} {:6.2} s of CPU, {:6.2} s, {:7.0} mails/s, memory up by {:.1} MB",
                cost.cpu,
                cost.seconds,
                size as f64 / cost.seconds,
                cost.grown_mb
            );
        }
        println!(
            "  {:.2} x the CPU, {:.2} x the time; {each:.2} statements a mail",
            ours.cpu / bare.cpu,
            ours.seconds / bare.seconds
        );
    }
    drop(place.folder);
}

async fn costing(work: impl Future<Output = ()>) -> Cost {
    let (started, cpu, before) = (Instant::now(), cpu_micros(), memory_mb());
    let (mut work, mut most) = (pin!(work), before);
    while tokio::time::timeout(LOOK, &mut work).await.is_err() {
        most = most.max(memory_mb());
    }
    Cost {
        seconds: started.elapsed().as_secs_f64(),
        cpu: (cpu_micros() - cpu) as f64 / 1e6,
        grown_mb: most - before,
    }
}

/// A digest of forty windows, some 40 kB as it is sent.
fn digest(to: String, message_id: String) -> Letter {
    let line = "Contract R12345 for waste collection software, Norfolk County Council, ends on 31 March 2026; the window \
                to plan its replacement is open until 30 September 2025. Source: register of 1 March 2015, row 217.";
    Letter {
        to,
        subject: "40 windows have opened".into(),
        text: format!("{line}\n\n").repeat(40),
        html: format!("<tr><td style=\"padding:4px\"><p>{line}</p><p>{line}</p><p>{line}</p></td></tr>\n")
            .repeat(40),
        unsubscribe_url: Some("https://guildhall.example/unsubscribe/token".into()),
        message_id,
        date: std::time::SystemTime::UNIX_EPOCH,
        witness: String::new(),
    }
}

async fn write(app: &App, count: usize) {
    let txn = app.db.begin().await.expect("a transaction");
    for number in 0..count {
        let to = format!("p{number}@b.example");
        outbox::enqueue(app, &txn, Stream::Alert, None, |id| digest(to, id))
            .await
            .expect("a mail");
    }
    txn.commit().await.expect("committed");
}

async fn bare(app: &App, url: &str, count: usize) -> Cost {
    let pool = PoolConfig::new().max_size(AT_ONCE as u32);
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).expect("a URL");
    let transport = builder.pool_config(pool).build();
    let letter = digest("p@b.example".into(), "m@guildhall.example".into());
    let message: Arc<[u8]> = app.mailer.compose(&letter).expect("a message").into();
    println!("a digest is {} bytes", message.len());
    let next = Arc::new(AtomicUsize::new(0));
    costing(async {
        let senders: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let (transport, message, next) = (transport.clone(), message.clone(), next.clone());
                tokio::spawn(async move {
                    while next.fetch_add(1, Ordering::Relaxed) < count {
                        let from = "alerts@guildhall.example".parse().expect("an address");
                        let to = "p@b.example".parse().expect("an address");
                        let envelope = Envelope::new(Some(from), vec![to]).expect("an envelope");
                        transport.send_raw(&envelope, &message).await.expect("taken");
                    }
                })
            })
            .collect();
        for sender in senders {
            sender.await.expect("no panic");
        }
    })
    .await
}

/// Memory of our own: pages of the database's file that are mapped can be dropped at any time.
fn memory_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("RssAnon"));
    let kb: f64 = line
        .and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or_default();
    kb / 1024.0
}

/// The mail server's process: gone when this is.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start() -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .arg(SERVER)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let told = child.stdout.take().expect("its output");
        BufReader::new(told).read_line(&mut line).expect("its address");
        Self {
            child,
            url: format!("smtp://{}", line.trim()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Takes everything and keeps nothing.
fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("{}", listener.local_addr().expect("an address"));
    for socket in listener.incoming().flatten() {
        std::thread::spawn(move || converse(&socket));
    }
}

fn converse(socket: &TcpStream) -> std::io::Result<()> {
    let _ = socket.set_nodelay(true);
    let (mut reader, mut writer) = (BufReader::with_capacity(64 * 1024, socket), socket);
    writer.write_all(b"220 bench\r\n")?;
    let (mut line, mut in_message) = (Vec::new(), false);
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let answer: &[u8] = match (in_message, line.get(..4)) {
            (true, _) if line == b".\r\n" => {
                in_message = false;
                b"250 taken\r\n"
            }
            (true, _) => continue,
            (false, Some(b"DATA")) => {
                in_message = true;
                b"354 go on\r\n"
            }
            (false, Some(b"EHLO")) => b"250-bench\r\n250 8BITMIME\r\n",
            _ => b"250 fine\r\n",
        };
        writer.write_all(answer)?;
    }
}
