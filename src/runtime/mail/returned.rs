//! Reading what mail systems send back: delivery status notifications (RFC 3464) and complaints (RFC 5965). Pure, and
//! whatever it is given, it gives an answer.
//!
//! The words of a human being, or of a mail system that follows no standard, are [`Kind::Unknown`]: nobody's alerts end
//! because of a guess. Which mail it is about is for [`super::return_path`] to say, never for what is read here.

use super::clean;
use mail_parser::{MessageParser, MimeHeaders, PartType};

/// Notifications about more recipients than this are not of ours: each of our mails has one.
const RECIPIENTS: usize = 100;
/// As much of a mail system's own words is kept.
const SAID: usize = 300;

/// What has come back says that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Nothing that we understand.
    Unknown,
    /// It has arrived, or was handed on.
    Delivered,
    /// It has not arrived yet, or not for a reason that may pass.
    Later,
    /// It was refused for a reason that says nothing of the address (its size, its sender, where it was forwarded to).
    Refused,
    /// The address takes no mail.
    Failed,
    /// Its reader called it unwanted.
    Complaint,
}

/// A message that came back, as far as it was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// What it comes to.
    pub kind: Kind,
    /// The status (`5.1.1`) or the kind of complaint (`abuse`); blank when there is none.
    pub status: String,
    /// The mail system's own words, cut to a length.
    pub said: String,
}

impl Kind {
    /// As it is noted on the mail.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "not understood",
            Self::Delivered => "delivered",
            Self::Later => "not delivered yet",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Complaint => "complaint",
        }
    }
}

impl Returned {
    fn unknown(said: &str) -> Self {
        Self {
            kind: Kind::Unknown,
            status: String::new(),
            said: clean(said.trim(), SAID),
        }
    }

    /// In a line: `failed 5.1.1: 550 5.1.1 no such user`.
    pub fn in_words(&self) -> String {
        let parts = [self.kind.word(), &self.status].map(str::trim);
        let mut words = parts.join(" ").trim_end().to_owned();
        if !self.said.is_empty() {
            words.push_str(": ");
            words.push_str(&self.said);
        }
        words
    }
}

/// What a message says of a mail to this address. Only its own parts count, never those of the mail that it gives back.
pub fn read(message: &[u8], recipient: &str) -> Returned {
    let Some(parsed) = MessageParser::default().parse(message) else {
        return Returned::unknown("");
    };
    let mut found: Vec<Returned> = Vec::new();
    for part in &parsed.parts {
        let of_type = part.content_type().map(|kind| {
            let (main, sub) = (kind.ctype(), kind.subtype().unwrap_or_default());
            format!("{main}/{sub}").to_ascii_lowercase()
        });
        let text = match &part.body {
            PartType::Message(inner) => String::from_utf8_lossy(inner.raw_message()),
            _ => String::from_utf8_lossy(part.contents()),
        };
        match of_type.as_deref() {
            Some("message/delivery-status" | "message/global-delivery-status") => {
                let groups = groups(&text);
                let said = groups.iter().take(RECIPIENTS);
                found.extend(said.filter_map(|group| status(group, recipient)));
            }
            Some("message/feedback-report") => found.extend(complaint(&text)),
            _ => {}
        }
    }
    let worst = found.into_iter().max_by_key(|one| one.kind);
    worst.unwrap_or_else(|| Returned::unknown(parsed.subject().unwrap_or_default()))
}

/// Fields of a group, names in lower case, each value on one line.
type Fields = Vec<(String, String)>;

/// Groups of fields, parted by empty lines.
fn groups(text: &str) -> Vec<Fields> {
    let mut groups = vec![Fields::new()];
    for line in text.lines() {
        let last = groups.last_mut().expect("there is always one");
        match (line.starts_with([' ', '\t']), line.split_once(':')) {
            _ if line.trim().is_empty() => groups.push(Fields::new()),
            (true, _) => {
                if let Some((_, value)) = last.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            }
            (false, Some((name, value))) => {
                last.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
            }
            (false, None) => {}
        }
    }
    groups
}

fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|(of, _)| of == name)
        .map(|(_, value)| value.as_str())
}

/// What a group says of its recipient; nothing when it is about the message as a whole.
fn status(group: &Fields, recipient: &str) -> Option<Returned> {
    let action = field(group, "action")?
        .split_whitespace()
        .next()?
        .to_ascii_lowercase();
    let diagnostic = field(group, "diagnostic-code").unwrap_or_default();
    let said = field(group, "status").and_then(code);
    let code = said.or_else(|| diagnostic.split_whitespace().find_map(code));
    let kind = match (action.as_str(), code) {
        ("delivered" | "relayed" | "expanded", _) => Kind::Delivered,
        ("delayed", _) | ("failed", Some((4, ..))) => Kind::Later,
        ("failed", Some(code)) if no_such_address(code) && is_about(group, recipient) => Kind::Failed,
        ("failed", Some((5, ..))) => Kind::Refused,
        _ => Kind::Unknown,
    };
    let words = diagnostic.split_once(';').map_or(diagnostic, |(_, words)| words);
    Some(Returned {
        kind,
        status: code.map(|(a, b, c)| format!("{a}.{b}.{c}")).unwrap_or_default(),
        said: clean(words.trim(), SAID),
    })
}

/// Whether a status says that the address takes no mail (RFC 3463): not that its mailbox is full, or its server away.
fn no_such_address(code: (u16, u16, u16)) -> bool {
    match code {
        // Of the sender's address.
        (5, 1, 7 | 8) => false,
        (5, 1 | 5, _) | (5, 2, 1) | (5, 0, 0) => true,
        _ => false,
    }
}

/// Whether a group is about this recipient, or does not say whom it is about. A mail that was forwarded may fail
/// elsewhere.
fn is_about(group: &Fields, recipient: &str) -> bool {
    let named: Vec<_> = ["final-recipient", "original-recipient"]
        .iter()
        .filter_map(|name| field(group, name))
        .map(|value| value.split_once(';').map_or(value, |(_, address)| address))
        .map(|address| address.trim().trim_matches(['<', '>']).to_lowercase())
        .collect();
    named.is_empty() || named.contains(&recipient.to_lowercase())
}

/// The status at the beginning of a text (RFC 3463), whatever follows: `5.1.1 (no such user)`, `5.1.1;`, `#5.1.1`.
fn code(text: &str) -> Option<(u16, u16, u16)> {
    let text = text.trim_start_matches(['#', '(', '<']);
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let mut numbers = text[..end].split('.').map(|number| number.parse().ok());
    let code = (numbers.next()??, numbers.next()??, numbers.next()??);
    (numbers.next().is_none() && matches!(code.0, 2 | 4 | 5)).then_some(code)
}

/// What a reader said of a mail. `not-spam` is praise, and reports of failed signatures are no reader's.
fn complaint(text: &str) -> Option<Returned> {
    let fields: Fields = groups(text).into_iter().flatten().collect();
    let kind = field(&fields, "feedback-type")?.to_ascii_lowercase();
    let known = ["abuse", "fraud", "opt-out", "opt-out-list", "other"];
    Some(Returned {
        kind: if known.contains(&kind.as_str()) {
            Kind::Complaint
        } else {
            Kind::Unknown
        },
        status: clean(&kind, 20),
        said: clean(field(&fields, "user-agent").unwrap_or_default(), SAID),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/returned");

    /// A fixture's name begins with what it is: `failed-5.1.1-postfix.eml`.
    #[test]
    fn every_message_of_the_corpus_is_read_as_its_name_says() {
        let mut read_all = 0;
        for entry in std::fs::read_dir(FIXTURES).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let returned = read(&std::fs::read(&path).unwrap(), "Ann@Council.example");
            let kind = match name.split('-').next().unwrap() {
                "failed" => Kind::Failed,
                "refused" => Kind::Refused,
                "later" => Kind::Later,
                "delivered" => Kind::Delivered,
                "complaint" => Kind::Complaint,
                _ => Kind::Unknown,
            };
            assert_eq!(returned.kind, kind, "{name}: {returned:?}");
            let status = name.split('-').nth(1).unwrap();
            let told = kind != Kind::Unknown;
            assert!(!told || returned.status == status, "{name}: {returned:?}");
            read_all += 1;
        }
        assert!(read_all >= 20, "{read_all}");
    }

    #[test]
    fn a_status_is_found_whatever_stands_around_it() {
        for (text, found) in [
            ("5.1.1", Some((5, 1, 1))),
            ("5.1.1 (no such user)", Some((5, 1, 1))),
            ("#5.1.10", Some((5, 1, 10))),
            ("(4.4.1)", Some((4, 4, 1))),
            ("5.1", None),
            ("5.1.1.1", None),
            ("192.0.2", None),
            ("3.1.1", None),
            ("five", None),
            ("5.99999999.1", None),
        ] {
            assert_eq!(code(text), found, "{text}");
        }
    }

    #[test]
    fn only_what_is_said_of_our_own_recipient_and_of_the_address_is_a_failure() {
        let ours = "Final-Recipient: rfc822; <ann@council.example>\n";
        let alias = "Final-Recipient: rfc822; a.smith@inner.example\nOriginal-Recipient: rfc822;Ann@council.example\n";
        let others = "Final-Recipient: rfc822; b@council.example\n";
        for (whose, code, kind) in [
            (ours, "5.1.1", Kind::Failed),
            (alias, "5.1.1", Kind::Failed),
            ("", "5.1.1", Kind::Failed),
            (others, "5.1.1", Kind::Refused),
            (ours, "5.0.0", Kind::Failed),
            (ours, "5.2.1", Kind::Failed),
            (ours, "5.5.0", Kind::Failed),
            (ours, "5.1.8", Kind::Refused),
            (ours, "5.2.2", Kind::Refused),
            (ours, "5.3.4", Kind::Refused),
            (ours, "5.4.4", Kind::Refused),
            (ours, "5.7.1", Kind::Refused),
        ] {
            let group = format!("{whose}Action: failed\nStatus: {code}\n");
            let told = status(&groups(&group)[0], "ann@council.example").unwrap();
            assert_eq!(told.kind, kind, "{group}");
        }
    }

    #[test]
    fn the_words_of_a_notification_are_kept_short_and_clean() {
        let long = format!(
            "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550\u{202e} {}\n",
            "x".repeat(5000)
        );
        let told = status(&groups(&long)[0], "").unwrap();
        assert_eq!(told.said.chars().count(), SAID);
        assert!(
            told.in_words().starts_with("failed 5.1.1: 550 xxx"),
            "{}",
            told.in_words()
        );
    }

    fn pieces() -> impl Strategy<Value = String> {
        let known = prop::sample::select(vec![
            "Content-Type: multipart/report; boundary=b\r\n",
            "Content-Type: message/delivery-status\r\n",
            "Content-Type: message/rfc822\r\n",
            "Content-Transfer-Encoding: base64\r\n",
            "\r\n",
            "--b\r\n",
            "--b--\r\n",
            "Action: failed\r\n",
            "Status: 5.1.1\r\n",
            " \r\n",
            "\0\u{fffd}:",
        ]);
        prop_oneof![known.prop_map(str::to_owned), any::<String>()]
    }

    proptest! {
        #[test]
        fn whatever_comes_back_is_answered(pieces in prop::collection::vec(pieces(), 0..40), raw in any::<Vec<u8>>()) {
            let text = pieces.concat();
            prop_assert!(read(text.as_bytes(), "").said.chars().count() <= SAID);
            read(&raw, "");
            read(&[text.as_bytes(), &raw].concat(), "");
        }

        #[test]
        fn a_cut_notification_is_never_worse_than_the_whole(at in 0usize..2000) {
            let whole = std::fs::read(format!("{FIXTURES}/failed-5.1.1-postfix.eml")).unwrap();
            let cut = read(&whole[..at.min(whole.len())], "ann@council.example");
            prop_assert!(matches!(cut.kind, Kind::Unknown | Kind::Failed | Kind::Refused), "{cut:?}");
        }
    }
}
