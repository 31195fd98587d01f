//! Mails to bidders while nobody else may know that they are: sealed in the queue, address and all, and gone once they are
//! sent. Whoever has the database is not to learn from it who has bid.

use super::super::app::App;
use super::super::mail::Answer;
use super::Stream;
use entity::outbox::Model;

/// What the server's secret is used for here.
const USE: &str = "mail in the queue";

/// Seals a mail that is about to be written, if it is one of these.
pub(super) fn seal(app: &App, mail: &mut Model) {
    if mail.stream != Stream::Sealed.as_str() {
        return;
    }
    let plain = [
        mail.recipient.as_bytes(),
        b"\n",
        mail.subject.as_bytes(),
        b"\n",
        &mail.message,
    ]
    .concat();
    mail.message = app
        .secret
        .seal(USE, mail.id.as_bytes(), app.entropy.bytes(), &plain);
    (mail.recipient, mail.subject) = (String::new(), String::new());
    mail.person_id = None;
}

/// A mail as it leaves. One that does not open has no address.
pub(super) fn open(app: &App, mut mail: Model) -> Model {
    if mail.stream != Stream::Sealed.as_str() {
        return mail;
    }
    let Some(plain) = app.secret.open(USE, mail.id.as_bytes(), &mail.message) else {
        tracing::error!(mail = %mail.id, "a sealed mail does not open: was the server's secret changed?");
        return mail;
    };
    let mut parts = plain.splitn(3, |byte| *byte == b'\n');
    let mut next = || parts.next().unwrap_or_default().to_vec();
    let (recipient, subject) = (next(), next());
    mail.recipient = String::from_utf8_lossy(&recipient).into_owned();
    mail.subject = String::from_utf8_lossy(&subject).into_owned();
    mail.message = next();
    mail
}

/// Whether a mail cannot be offered, because this server's secret does not open it: it waits for the one that does.
pub(super) fn is_shut(mail: &Model) -> bool {
    mail.stream == Stream::Sealed.as_str() && mail.recipient.is_empty()
}

/// What is kept of an answer: of one to these the code alone, for mail servers repeat whom a mail is to.
pub(super) fn kept(mail: &Model, answer: Answer) -> Answer {
    if mail.stream != Stream::Sealed.as_str() {
        return answer;
    }
    let code = |said: String| said.chars().take(3).collect();
    match answer {
        Answer::Accepted(said) => Answer::Accepted(code(said)),
        Answer::Later(said) => Answer::Later(code(said)),
        Answer::Refused(said) => Answer::Refused(code(said)),
        Answer::Broken(_) => Answer::Broken("it could not be sent".into()),
        Answer::Unreached(how) => Answer::Unreached(how),
    }
}
