//! Mail as bytes: building a message that is fixed for good. `carrier` hands it to a server.
//!
//! When and to whom belongs to `alerts`; keeping it until it is accepted belongs to [`super::outbox`].

mod carrier;

pub use carrier::{Answer, Carrier, Parcel};

use carrier::Route;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, MultiPartKind, SinglePart};
use lettre::{Address, Message};
use std::time::SystemTime;

/// A display name longer than this is cut.
const NAME_LIMIT: usize = 128;

/// Hands mail on. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mailer {
    from: Mailbox,
    route: Route,
}

/// What a message says.
#[derive(Clone, Debug)]
pub struct Letter {
    /// To whom.
    pub to: String,
    /// Subject line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// Where one POST ends these mails (RFC 8058).
    pub unsubscribe_url: Option<String>,
    /// Stable for this mail, for ever: `local-part@domain` without brackets.
    pub message_id: String,
    /// The Date header.
    pub date: SystemTime,
    /// A header in which everybody who gets mail keeps what the audit log had come to; none where it is blank.
    pub witness: String,
}

struct Raw(&'static str, String);

impl Mailer {
    /// Mail by SMTP; `url` as lettre reads it.
    ///
    /// # Errors
    /// When the URL or the sender's address cannot be read; the text names which.
    pub fn smtp(url: &str, from: &str) -> Result<Self, String> {
        let from = from.parse().map_err(|e| format!("mail_from: {from:?} {e}"))?;
        Ok(Self {
            from,
            route: Route::smtp(url)?,
        })
    }

    /// Mail that is only kept: the demonstration, where it is read at `/mailbox`.
    pub fn kept() -> Self {
        let address = Address::new("alerts", "guildhall.example").expect("the address is well formed");
        Self {
            from: Mailbox::new(Some("Guildhall".into()), address),
            route: Route::kept(),
        }
    }

    /// The sender: name, then address.
    pub fn sender(&self) -> (String, String) {
        (
            self.from.name.clone().unwrap_or_else(|| "Guildhall".into()),
            self.from.email.to_string(),
        )
    }

    /// The envelope's sender: whom undeliverable mail goes back to.
    pub fn return_path(&self) -> String {
        self.from.email.to_string()
    }

    /// Offers a composed message to the server. It does not panic, and waits 45 seconds at most.
    pub async fn send(&self, return_path: &str, recipient: &str, message: &[u8]) -> Answer {
        let parcel = Parcel {
            return_path,
            recipient,
            message,
        };
        self.route.send(&parcel).await
    }

    /// The domain of Message-IDs.
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// The message as bytes, the same however often it is sent.
    ///
    /// # Errors
    /// When the recipient's address cannot be written in a header.
    pub fn compose(&self, letter: &Letter) -> Result<Vec<u8>, String> {
        let to: Mailbox = Mailbox::new(
            None,
            letter.to.parse().map_err(|e| format!("{:?} {e}", letter.to))?,
        );
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(clean(&letter.subject, 200))
            .date(letter.date)
            .message_id(Some(format!("<{}>", letter.message_id)));
        for Raw(name, value) in self.list_headers(letter) {
            builder = builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
        }
        let message = builder
            .multipart(
                MultiPart::builder()
                    .kind(MultiPartKind::Alternative)
                    // Fixed by the Message-ID: composing again gives the same bytes.
                    .boundary(format!(
                        "=_{}",
                        letter
                            .message_id
                            .replace(|c: char| !c.is_ascii_alphanumeric(), "_")
                    ))
                    .singlepart(
                        SinglePart::builder()
                            .header(ContentType::TEXT_PLAIN)
                            .body(letter.text.clone()),
                    )
                    .singlepart(
                        SinglePart::builder()
                            .header(ContentType::TEXT_HTML)
                            .body(letter.html.clone()),
                    ),
            )
            .map_err(|e| e.to_string())?;
        Ok(message.formatted())
    }

    fn list_headers(&self, letter: &Letter) -> Vec<Raw> {
        let mut headers = vec![Raw("Auto-Submitted", "auto-generated".into())];
        if !letter.witness.is_empty() {
            headers.push(Raw("Guildhall-Audit-Head", letter.witness.clone()));
        }
        if let Some(url) = &letter.unsubscribe_url {
            headers.push(Raw(
                "List-Id",
                format!("Guildhall alerts <alerts.{}>", self.domain()),
            ));
            headers.push(Raw("List-Unsubscribe", format!("<{url}>")));
            headers.push(Raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
        }
        headers
    }
}

/// Text for a header: control and direction marks dropped (lettre panics on CR LF in a name), cut to a length.
pub fn clean(text: &str, limit: usize) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars()
        .map(|c| if c == '\n' || c == '\t' { ' ' } else { c })
        .filter(|c| !hidden(*c))
        .take(limit)
        .collect()
}

/// A person's name for a header.
pub fn clean_name(name: &str) -> String {
    clean(name, NAME_LIMIT).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_subject_adds_no_header() {
        let letter = Letter {
            to: "a@b.example".into(),
            subject: "Ends soon\r\nBcc: everyone@b.example".into(),
            text: "x".into(),
            html: "<p>x</p>".into(),
            unsubscribe_url: Some("https://g.example/unsubscribe/t".into()),
            message_id: "m1@g.example".into(),
            date: SystemTime::UNIX_EPOCH,
            witness: String::new(),
        };
        let bytes = Mailer::kept().compose(&letter).unwrap();
        assert_eq!(
            bytes,
            Mailer::kept().compose(&letter).unwrap(),
            "composing twice gives the same bytes"
        );
        let message = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        assert!(message.bcc().is_none());
        assert_eq!(message.message_id(), Some("m1@g.example"));
        assert_eq!(
            message.header_raw("List-Unsubscribe-Post").unwrap().trim(),
            "List-Unsubscribe=One-Click"
        );
    }

    #[test]
    fn names_lose_line_breaks_and_direction_marks() {
        assert_eq!(clean_name("Ann\r\n\u{202e}Other"), "Ann Other");
        assert_eq!(clean_name(&"x".repeat(3000)).len(), 128);
    }
}
