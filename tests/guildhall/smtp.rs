//! A mail server on the loopback that keeps what it is given, byte for byte, and answers as it is told to.
//!
//! It is the oracle for mail: tests read its log, never the outbox.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
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

/// At which step something other than the good answer is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Greeting,
    Hello,
    Mail,
    Recipient,
    Data,
    /// After the whole message has come.
    Message,
}

/// What is done at a step in place of the good answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Another answer, such as `451 try later`.
    Say(String),
    /// The connection is closed.
    Close,
    /// The connection is reset.
    Reset,
    /// Nothing, for ever.
    Stall,
    /// An answer that comes byte by byte and has no end.
    Drip,
    /// Something that is no answer.
    Garbage,
    /// The good answer is meant, and lost on the way.
    Lose,
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
    /// Done once each, in this order.
    once: Mutex<VecDeque<(Step, Fault)>>,
    /// Done every time.
    always: Mutex<Option<(Step, Fault)>>,
    /// Milliseconds that it thinks about a message.
    thinks: AtomicUsize,
    connections: AtomicUsize,
    under_way: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Smtp {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            received: watch::Sender::new(Vec::new()),
            once: Mutex::default(),
            always: Mutex::default(),
            thinks: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            under_way: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
        });
        let shared = state.clone();
        let serving = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
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
        self.fault_next(step, Fault::Say(answer.to_owned()));
    }

    /// Does this to the next mail to reach this step.
    pub(crate) fn fault_next(&self, step: Step, fault: Fault) {
        let mut once = self.state.once.lock().unwrap_or_else(PoisonError::into_inner);
        once.push_back((step, fault));
    }

    /// Does this to whatever reaches this step, until told otherwise.
    pub(crate) fn fault_always(&self, fault: Option<(Step, Fault)>) {
        *self.state.always.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// Thinks so long about each message before it answers.
    pub(crate) fn answers_after(&self, time: Duration) {
        let millis = usize::try_from(time.as_millis()).unwrap();
        self.state.thinks.store(millis, Ordering::SeqCst);
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// The most mails that were under way at the same time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.state.most_at_once.load(Ordering::SeqCst)
    }

    /// Everything received so far.
    pub(crate) fn all(&self) -> Vec<Received> {
        self.state.received.borrow().clone()
    }

    /// Waits until `count` mails have been received, and gives all there are.
    pub(crate) async fn received(&self, count: usize) -> Vec<Received> {
        self.received_within(count, PATIENCE).await
    }

    /// The same, where they may take so long.
    pub(crate) async fn received_within(&self, count: usize, patience: Duration) -> Vec<Received> {
        let mut received = self.state.received.subscribe();
        let enough = received.wait_for(|mails| mails.len() >= count);
        match tokio::time::timeout(patience, enough).await {
            Ok(mails) => mails.unwrap().clone(),
            Err(_) => panic!("{} of {count} mails came in {patience:?}", self.all().len()),
        }
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl State {
    fn fault(&self, step: Step) -> Option<Fault> {
        let always = self.always.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, fault)) = always.as_ref().filter(|(at, _)| *at == step) {
            return Some(fault.clone());
        }
        let mut once = self.once.lock().unwrap_or_else(PoisonError::into_inner);
        let is_next = once.front().is_some_and(|(at, _)| *at == step);
        is_next
            .then(|| once.pop_front())
            .flatten()
            .map(|(_, fault)| fault)
    }
}

/// One connection.
struct Conversation {
    stream: BufReader<TcpStream>,
    state: Arc<State>,
    mail: Option<Received>,
}

/// Whatever breaks a conversation, breaks it for the client too.
async fn converse(socket: TcpStream, state: Arc<State>) -> Option<()> {
    let mut conversation = Conversation {
        stream: BufReader::new(socket),
        state,
        mail: None,
    };
    conversation.answer(Step::Greeting, "220 loopback").await?;
    loop {
        let line = String::from_utf8(line(&mut conversation.stream).await?).ok()?;
        let line = line.trim_end();
        let (verb, rest) = line.split_once([' ', ':']).unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "QUIT" => return conversation.say("221 bye").await,
            verb => conversation.reply(verb, rest).await?,
        }
    }
}

impl Conversation {
    /// Answers a command.
    async fn reply(&mut self, verb: &str, rest: &str) -> Option<()> {
        match (verb, self.mail.is_some()) {
            ("EHLO", _) => {
                let good = "250-loopback\r\n250 8BITMIME";
                self.answer(Step::Hello, good).await.map(|_| ())
            }
            ("HELO" | "NOOP", _) => self.say("250 fine").await,
            ("RSET", _) => {
                self.mail = None;
                self.say("250 forgotten").await
            }
            ("MAIL", _) => {
                let (from, to, bytes) = (address(rest)?, Vec::new(), Vec::new());
                let goes_on = self.answer(Step::Mail, "250 go on").await?;
                self.mail = goes_on.then_some(Received { from, to, bytes });
                Some(())
            }
            ("RCPT", true) => {
                if self.answer(Step::Recipient, "250 known").await? {
                    self.mail.as_mut()?.to.push(address(rest)?);
                }
                Some(())
            }
            ("DATA", true) if self.mail.as_ref().is_some_and(|mail| !mail.to.is_empty()) => self.take().await,
            ("RCPT" | "DATA", _) => self.say("503 not yet").await,
            _ => self.say("502 what?").await,
        }
    }

    async fn take(&mut self) -> Option<()> {
        if !self.answer(Step::Data, "354 go on").await? {
            return Some(());
        }
        let state = self.state.clone();
        let now = state.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        state.most_at_once.fetch_max(now, Ordering::SeqCst);
        let taken = self.read().await;
        let thinks = state.thinks.load(Ordering::SeqCst);
        if thinks > 0 {
            tokio::time::sleep(Duration::from_millis(thinks as u64)).await;
        }
        state.under_way.fetch_sub(1, Ordering::SeqCst);
        let mail = taken?;
        let fault = self.state.fault(Step::Message);
        if matches!(fault, None | Some(Fault::Lose)) {
            self.state.received.send_modify(|mails| mails.push(mail));
        }
        self.done(fault, "250 taken").await.map(|_| ())
    }

    async fn read(&mut self) -> Option<Received> {
        let mut mail = self.mail.take()?;
        loop {
            let line = line(&mut self.stream).await?;
            if line == b".\r\n" {
                return Some(mail);
            }
            mail.bytes
                .extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
    }

    /// Gives the good answer, or does what was to be done here; whether the client goes on.
    async fn answer(&mut self, step: Step, good: &str) -> Option<bool> {
        let fault = self.state.fault(step);
        self.done(fault, good).await
    }

    async fn done(&mut self, fault: Option<Fault>, good: &str) -> Option<bool> {
        match fault {
            None => self.say(good).await.map(|()| true),
            Some(Fault::Say(other)) => self.say(&other).await.map(|()| other.starts_with(['2', '3'])),
            Some(Fault::Close | Fault::Lose) => None,
            Some(Fault::Reset) => {
                self.stream.get_ref().set_zero_linger().ok()?;
                None
            }
            Some(Fault::Garbage) => {
                self.stream.write_all(b"\x00\xff%%%\r\n~\r\n").await.ok()?;
                Some(false)
            }
            Some(Fault::Stall) => {
                // Until the client gives up.
                while line(&mut self.stream).await.is_some() {}
                None
            }
            Some(Fault::Drip) => {
                for byte in b"250 ".iter().chain(std::iter::repeat(&b'x')) {
                    self.stream.write_all(&[*byte]).await.ok()?;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                None
            }
        }
    }

    async fn say(&mut self, answer: &str) -> Option<()> {
        let line = format!("{answer}\r\n");
        self.stream.write_all(line.as_bytes()).await.ok()
    }
}

async fn line(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    let bytes = stream.read_until(b'\n', &mut line).await.ok()?;
    (bytes > 0).then_some(line)
}

/// The address within `FROM:<a@b>` or `TO:<a@b>`.
fn address(text: &str) -> Option<String> {
    let start = text.find('<')? + 1;
    let end = text.rfind('>')?;
    text.get(start..end).map(str::to_owned)
}
