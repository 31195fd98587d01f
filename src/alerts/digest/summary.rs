//! What a mail comes to: how many of what, in which councils, and what most of it has in common. Pure.

use super::words;
use crate::contracts::windows::WindowKind;
use crate::events::{About, Event, Kind};
use crate::runtime::letter::day;
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// What events are told together, within a council. In the order that mails have them: what is about to close, what has
/// opened by the kind of window, and then the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::alerts) struct Group {
    rank: u8,
    kind: Kind,
    /// In the order of [`WindowKind::ALL`].
    window: Option<u8>,
}

impl Group {
    pub(super) fn of(event: &Event) -> Self {
        Self::new(event.kind, kind_of_window(event))
    }

    pub(in crate::alerts) fn new(kind: Kind, window: Option<WindowKind>) -> Self {
        let rank = match (kind, window) {
            (Kind::WindowClosing, _) => 0,
            (_, Some(_)) => 1,
            (_, None) => 2,
        };
        let window = window.map(|kind| kind as u8);
        Self { rank, kind, window }
    }

    pub(in crate::alerts) fn name(self) -> String {
        let window = self.window.and_then(|at| WindowKind::ALL.get(usize::from(at)));
        match (self.kind, window) {
            (Kind::WindowClosing, Some(kind)) => {
                format!("{}: {}", words::event(self.kind), words::window(*kind))
            }
            (_, Some(kind)) => words::window(*kind).to_owned(),
            (kind, None) => words::event(kind).to_owned(),
        }
    }

    /// Whether it is of windows that opened or are about to close.
    pub(super) fn is_of_windows(self) -> bool {
        self.rank < 2
    }
}

/// The kind of an event's window, of one.
pub(super) fn kind_of_window(event: &Event) -> Option<WindowKind> {
    let window = event.window.as_ref()?;
    WindowKind::parse(&window.kind)
}

/// How many of what a mail tells.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    pub(super) count: usize,
    pub(super) of: BTreeMap<Group, usize>,
    pub(super) councils: HashMap<Uuid, BTreeMap<Group, usize>>,
    /// Windows by what they are for and when they close.
    closing: BTreeMap<(NaiveDate, u8), usize>,
    windows: usize,
    /// What the rest is about.
    news: HashSet<About>,
}

impl Summary {
    pub(super) fn of<'a>(events: impl Iterator<Item = &'a Event>) -> Self {
        let mut summary = Self::default();
        for event in events {
            let group = Group::of(event);
            summary.count += 1;
            *summary.of.entry(group).or_default() += 1;
            let council = summary.councils.entry(event.organisation_id).or_default();
            *council.entry(group).or_default() += 1;
            let closes = event.window.as_ref().and_then(|window| window.closes_on);
            if let (Some(closes), Some(window)) = (closes, group.window) {
                *summary.closing.entry((closes, window)).or_default() += 1;
            }
            if group.is_of_windows() {
                summary.windows += 1;
            } else {
                summary.news.insert(event.about);
            }
        }
        summary
    }

    /// What it comes to in a line, for more than one: how many of what, and what most have in common.
    pub(super) fn heading(&self, today: NaiveDate) -> String {
        let windows = self.windows;
        if windows < self.count {
            return format!("{} things to know: {}", words::number(self.count), self.sorts());
        }
        let what = if self.of.keys().all(|group| group.kind == Kind::WindowClosing) {
            "contract windows about to close"
        } else {
            "contract windows"
        };
        let heading = format!("{} {what}", words::number(windows));
        let common = self
            .closing
            .iter()
            .max_by_key(|((closes, _), count)| (**count, std::cmp::Reverse(*closes)));
        if let Some(((closes, kind), count)) =
            common.filter(|(_, count)| **count > 1 && **count * 2 >= windows)
        {
            let said = words::windows_close(WindowKind::ALL[usize::from(*kind)], *closes);
            return match *count == windows {
                true => format!("{heading}, all {said}"),
                false => format!("{heading}: {} {said}", words::number(*count)),
            };
        }
        let councils = match self.councils.len() {
            1 => String::new(),
            many => format!(" in {many} councils"),
        };
        let first = self
            .closing
            .keys()
            .map(|(closes, _)| *closes)
            .find(|closes| *closes >= today);
        match first {
            Some(first) => format!("{heading}{councils}: the first closes on {}", day(first)),
            None => format!("{heading}{councils}"),
        }
    }

    /// Windows, and what there is news of.
    fn sorts(&self) -> String {
        let many = |of: fn(&About) -> bool| self.news.iter().filter(|about| of(about)).count();
        let told = [
            (
                many(|about| matches!(about, About::Contract(_))),
                "contract",
                "contracts",
            ),
            (many(|about| matches!(about, About::Need(_))), "need", "needs"),
            (many(|about| matches!(about, About::Pilot(_))), "pilot", "pilots"),
            (
                many(|about| matches!(about, About::Evidence(_))),
                "certificate",
                "certificates",
            ),
        ];
        let count = |many: usize, one, more| words::count(i64::try_from(many).unwrap_or(i64::MAX), one, more);
        let told = told.into_iter().filter(|(many, ..)| *many > 0);
        let told: Vec<String> = told.map(|(many, one, more)| count(many, one, more)).collect();
        let news = format!("news of {}", told.join(", "));
        match self.windows {
            0 => news,
            windows => format!(
                "{}, {news}",
                count(windows, "contract window", "contract windows")
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::OfWindow;
    use chrono::DateTime;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn event(kind: Kind, window: Option<(WindowKind, &str)>, council: u128) -> Event {
        Event {
            id: Uuid::nil(),
            kind,
            key: String::new(),
            organisation_id: Uuid::from_u128(council),
            about: About::Contract(Uuid::nil()),
            window: window.map(|(kind, closes)| OfWindow {
                kind: kind.as_str().to_owned(),
                ordinal: 0,
                opens_on: day("2025-01-01"),
                closes_on: Some(day(closes)),
            }),
            detail: serde_json::json!({}),
            happened_at: DateTime::UNIX_EPOCH,
            void: None,
        }
    }

    fn opened(kind: WindowKind, closes: &str) -> Event {
        event(Kind::WindowOpened, Some((kind, closes)), 1)
    }

    fn heading(events: &[Event]) -> String {
        Summary::of(events.iter()).heading(day("2026-01-01"))
    }

    #[test]
    fn a_thousand_windows_are_told_by_the_day_most_of_them_end() {
        let mut events = vec![opened(WindowKind::Expiry, "2026-03-31"); 940];
        events.extend(vec![opened(WindowKind::Review, "2026-02-28"); 60]);
        assert_eq!(
            heading(&events),
            "1,000 contract windows: 940 end on 31 March 2026"
        );
        assert_eq!(
            heading(&events[..940]),
            "940 contract windows, all end on 31 March 2026"
        );
    }

    #[test]
    fn windows_with_nothing_in_common_are_told_by_the_first_to_close() {
        let mut events = vec![
            opened(WindowKind::Expiry, "2026-03-31"),
            opened(WindowKind::Review, "2026-02-28"),
            opened(WindowKind::Expiry, "2025-12-31"),
        ];
        assert_eq!(
            heading(&events),
            "3 contract windows: the first closes on 28 February 2026",
            "what has closed is not the first"
        );
        events[0].organisation_id = Uuid::from_u128(2);
        assert_eq!(
            heading(&events),
            "3 contract windows in 2 councils: the first closes on 28 February 2026"
        );
    }

    #[test]
    fn mixed_news_is_counted_by_what_it_is_about() {
        let mut need = event(Kind::NeedStated, None, 1);
        need.about = About::Need(Uuid::nil());
        let events = [
            opened(WindowKind::Expiry, "2026-03-31"),
            event(Kind::DatesChanged, None, 1),
            need,
        ];
        assert_eq!(
            heading(&events),
            "3 things to know: 1 contract window, news of 1 contract, 1 need"
        );
        let twice = [events[2].clone(), events[2].clone()];
        assert_eq!(heading(&twice), "2 things to know: news of 1 need");
    }
}
