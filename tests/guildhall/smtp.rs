//! A mail server on the loopback that keeps what it is given, byte for byte, and answers as it is told to.
//!
//! It is the oracle for mail: tests read its log, never the outbox.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A mail that has not come after this long is not coming.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mail as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// What came after DATA, with the doubled dots taken out and without the final dot.
    pub(crate) bytes: Vec<u8>,
}

/// At which step an answer other than the good one is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Mail,
    Recipient,
    /// After the whole message has come.
    Message,
}

/// The server. It stops when this is dropped.
#[derive(Debug)]
pub(crate) struct Smtp {
    address: SocketAddr,
    state: Arc<State>,
    serving: tokio::task::JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    received: watch::Sender<Vec<Received>>,
    answers: Mutex<VecDeque<(Step, String)>>,
}

impl Smtp {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            received: watch::Sender::new(Vec::new()),
            answers: Mutex::default(),
        });
        let shared = state.clone();
        let serving = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(converse(socket, shared.clone()));
            }
        });
        Self {
            address,
            state,
            serving,
        }
    }

    /// Its URL, as the configuration's `smtp_url` has it.
    pub(crate) fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Answers the next mail to reach this step with `answer`, such as `451 try later`.
    pub(crate) fn answer_next(&self, step: Step, answer: &str) {
        let mut answers = self.state.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.push_back((step, answer.to_owned()));
    }

    /// Everything received so far.
    pub(crate) fn all(&self) -> Vec<Received> {
        self.state.received.borrow().clone()
    }

    /// Waits until `count` mails have been received, and gives all there are.
    pub(crate) async fn received(&self, count: usize) -> Vec<Received> {
        let mut received = self.state.received.subscribe();
        let enough = received.wait_for(|mails| mails.len() >= count);
        match tokio::time::timeout(PATIENCE, enough).await {
            Ok(mails) => mails.unwrap().clone(),
            Err(_) => panic!("{} of {count} mails came in {PATIENCE:?}", self.all().len()),
        }
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl State {
    fn answer(&self, step: Step, good: &str) -> String {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        match answers.front() {
            Some((at, _)) if *at == step => answers.pop_front().map(|(_, answer)| answer).unwrap_or_default(),
            _ => good.to_owned(),
        }
    }
}

impl State {
    /// The answer to a command that is one line.
    fn reply(&self, verb: &str, rest: &str, mail: &mut Option<Received>) -> Option<String> {
        let good = match (verb, mail.as_mut()) {
            ("EHLO", _) => "250-loopback\r\n250 8BITMIME",
            ("HELO" | "NOOP", _) => "250 fine",
            ("QUIT", _) => "221 bye",
            ("RSET", _) => {
                *mail = None;
                "250 forgotten"
            }
            ("MAIL", _) => {
                let (from, to, bytes) = (address(rest)?, Vec::new(), Vec::new());
                let answer = self.answer(Step::Mail, "250 go on");
                *mail = answer.starts_with('2').then_some(Received { from, to, bytes });
                return Some(answer);
            }
            ("RCPT", Some(mail)) => {
                let answer = self.answer(Step::Recipient, "250 known");
                if answer.starts_with('2') {
                    mail.to.push(address(rest)?);
                }
                return Some(answer);
            }
            ("RCPT" | "DATA", _) => "503 not yet",
            _ => "502 what?",
        };
        Some(good.to_owned())
    }
}

/// One connection. Whatever breaks it, breaks it for the client too.
async fn converse(socket: TcpStream, state: Arc<State>) -> Option<()> {
    let mut stream = BufReader::new(socket);
    let mut mail: Option<Received> = None;
    say(&mut stream, "220 loopback").await?;
    loop {
        let line = String::from_utf8(line(&mut stream).await?).ok()?;
        let line = line.trim_end();
        let (verb, rest) = line.split_once([' ', ':']).unwrap_or((line, ""));
        let verb = verb.to_ascii_uppercase();
        let answer = match mail.take_if(|mail| verb == "DATA" && !mail.to.is_empty()) {
            Some(mail) => take(&mut stream, mail, &state).await?,
            None => state.reply(&verb, rest, &mut mail)?,
        };
        say(&mut stream, &answer).await?;
        if verb == "QUIT" {
            return Some(());
        }
    }
}

async fn take(stream: &mut BufReader<TcpStream>, mut mail: Received, state: &State) -> Option<String> {
    say(stream, "354 go on").await?;
    loop {
        let line = line(stream).await?;
        if line == b".\r\n" {
            break;
        }
        mail.bytes
            .extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
    let answer = state.answer(Step::Message, "250 taken");
    if answer.starts_with('2') {
        state.received.send_modify(|mails| mails.push(mail));
    }
    Some(answer)
}

async fn line(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    let bytes = stream.read_until(b'\n', &mut line).await.ok()?;
    (bytes > 0).then_some(line)
}

async fn say(stream: &mut BufReader<TcpStream>, answer: &str) -> Option<()> {
    stream.write_all(format!("{answer}\r\n").as_bytes()).await.ok()
}

/// The address within `FROM:<a@b>` or `TO:<a@b>`.
fn address(text: &str) -> Option<String> {
    let start = text.find('<')? + 1;
    let end = text.rfind('>')?;
    text.get(start..end).map(str::to_owned)
}
