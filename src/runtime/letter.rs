//! How mails are worded: templates, a plain letter about one thing, money and days. What a mail says belongs to
//! those who write it; its bytes belong to [`super::mail`].

use super::mail::{Letter, clean};
use super::{App, Error};
use chrono::NaiveDate;
use minijinja::{Environment, context};
use std::sync::LazyLock;

/// A letter about one thing, to one person.
#[derive(Clone, Debug, Default)]
pub struct Plain {
    /// To whom.
    pub to: String,
    /// Subject and heading.
    pub heading: String,
    /// As "Dear Sam,".
    pub greeting: String,
    /// What it says.
    pub paragraphs: Vec<String>,
    /// What it says in figures: label and value.
    pub facts: Vec<(String, String)>,
    /// What to follow: label and address.
    pub action: Option<(String, String)>,
    /// Completes "You get this email because".
    pub reason: String,
    /// What the audit log had come to: see [`Letter::witness`].
    pub witness: String,
}

impl Plain {
    /// The letter as text and HTML.
    ///
    /// # Errors
    /// When a template cannot be rendered, which is a fault of ours.
    pub fn words(self, app: &App) -> Result<impl FnOnce(String) -> Letter, Error> {
        let (name, email) = app.mailer.sender();
        let subject = clean(&self.heading, 200);
        let action = self
            .action
            .map(|(label, url)| context! { label => label, url => url });
        let values = context! {
            subject => &subject,
            heading => self.heading,
            greeting => self.greeting,
            paragraphs => self.paragraphs,
            facts => self.facts,
            action => action,
            reason => self.reason,
            sender => context! { name => name, email => email },
        };
        let render = |template: &str| {
            let template = TEMPLATES.get_template(template).map_err(Error::fault)?;
            template.render(&values).map_err(Error::fault)
        };
        let (text, html) = (render("letter.txt")? + "\n", render("letter.html")?);
        let (to, date, witness) = (self.to, app.clock.now().into(), self.witness);
        Ok(move |message_id| Letter {
            to,
            subject,
            text,
            html,
            unsubscribe_url: None,
            message_id,
            date,
            witness,
        })
    }
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    templates(&[
        ("letter.txt", include_str!("letter/letter.txt")),
        ("letter.html", include_str!("letter/letter.html")),
    ])
});

/// Templates by name (`.html` ones escape), with the filter `wrap` for lines of mail.
pub fn templates(sources: &[(&'static str, &'static str)]) -> Environment<'static> {
    let mut templates = Environment::new();
    templates.add_filter("wrap", wrap);
    for (name, source) in sources {
        templates
            .add_template(name, source)
            .expect("the template is well formed");
    }
    templates
}

/// A day as letters write it: `31 March 2026`.
pub fn day(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

/// The bytes that a text takes in a mail, at most: all but plain letters take three (quoted-printable, RFC 2045), and
/// each line a little.
pub fn encoded_length(text: &str) -> usize {
    let plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n') && byte != b'=';
    let letters: usize = text.bytes().map(|byte| if plain(byte) { 1 } else { 3 }).sum();
    letters + letters / 70 * 3 + text.bytes().filter(|byte| *byte == b'\n').count()
}

/// Pence as pounds, whole ones without pence: `£1,234,567` or `£9,344.88`.
pub fn pounds(pence: i64) -> String {
    let digits = (pence.unsigned_abs() / 100).to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if pence < 0 { "-" } else { "" };
    match pence.unsigned_abs() % 100 {
        0 => format!("{sign}£{grouped}"),
        rest => format!("{sign}£{grouped}.{rest:02}"),
    }
}

/// Makes foreign text safe for lines of mail: control and direction marks go, white space becomes one blank,
/// lines break at 72, a longer word is cut. Lines after the first begin with `indent`.
fn wrap(value: &str, indent: Option<&str>) -> String {
    const WIDTH: usize = 72;
    let indent = indent.unwrap_or_default();
    let lead: String = value.chars().take_while(|c| *c == ' ').collect();
    let mut out = lead.clone();
    let (mut used, mut empty) = (lead.chars().count(), true);
    for word in value.split_whitespace() {
        let word: Vec<char> = clean(word, usize::MAX).chars().collect();
        for piece in word.chunks(WIDTH - indent.len().min(WIDTH / 2)) {
            if !empty && used + 1 + piece.len() > WIDTH {
                out.push('\n');
                out.push_str(indent);
                used = indent.chars().count();
            } else if !empty {
                out.push(' ');
                used += 1;
            }
            out.extend(piece);
            used += piece.len();
            empty = false;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_grouped_and_keeps_its_pence() {
        assert_eq!(pounds(123_456_700), "£1,234,567");
        assert_eq!(pounds(-934_488), "-£9,344.88");
        assert_eq!(pounds(0), "£0");
    }

    #[test]
    fn wrapped_text_has_short_lines_and_no_marks() {
        let text = wrap(&format!("a\r\nBcc: x\u{202e} {}", "y".repeat(3000)), Some("  "));
        assert!(text.lines().all(|line| line.chars().count() <= 74), "{text}");
        assert!(text.starts_with("a Bcc: x ") || text.starts_with("a Bcc: x\n"));
    }
}
