//! What a process knows of its relay: how many conversations it holds at a time, and when it is not there at all.
//! Pure: mails that were never offered are not for the worse by it.

use chrono::{DateTime, Duration, Utc};

/// First rest when no conversation comes about; it doubles (5 s, 10 s, 20 s, 40 s, 60 s).
const FIRST_REST: Duration = Duration::seconds(5);
/// Longest rest: a relay that is back is noticed as soon.
const LAST_REST: Duration = Duration::seconds(60);
/// After so many conversations in a row, one more is held at a time.
const CALM: u32 = 10;

/// What is known of the relay.
#[derive(Debug)]
pub(super) struct Relay {
    at_once: usize,
    /// Conversations held at a time: fewer where the relay turns some away.
    width: usize,
    calm: u32,
    rests: u32,
    until: Option<DateTime<Utc>>,
}

impl Relay {
    pub(super) fn new(at_once: usize) -> Self {
        Self {
            at_once,
            width: at_once,
            calm: 0,
            rests: 0,
            until: None,
        }
    }

    /// How many conversations may be held now: none while it rests, and one to try it after that.
    pub(super) fn places(&self, now: DateTime<Utc>) -> usize {
        if self.rests_until(now).is_some() {
            0
        } else {
            self.width
        }
    }

    /// Until when it rests. A rest that would last longer than rests do is one from before the clock was set back.
    pub(super) fn rests_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.until
            .filter(|until| now < *until && *until - now <= LAST_REST)
    }

    /// A conversation took place, whatever was said in it. Says whether there had been none for a while.
    pub(super) fn conversed(&mut self) -> bool {
        self.rests = 0;
        self.calm += 1;
        if self.calm >= CALM && self.width < self.at_once {
            self.width += 1;
            self.calm = 0;
        }
        self.until.take().is_some()
    }

    /// None came about: one place fewer, and a rest when there is none left. Gives how long it is, when one begins.
    pub(super) fn unreached(&mut self, now: DateTime<Utc>) -> Option<Duration> {
        self.calm = 0;
        if self.rests_until(now).is_some() {
            return None;
        }
        self.width -= 1;
        if self.width > 0 {
            return None;
        }
        self.width = 1;
        let rest = (FIRST_REST * 2_i32.pow(self.rests.min(4))).min(LAST_REST);
        self.rests += 1;
        self.until = Some(now + rest);
        Some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn a_dead_relay_is_tried_by_one_mail_at_ever_longer_intervals_up_to_a_minute() {
        let mut relay = Relay::new(8);
        let mut rests = Vec::new();
        let mut now = at(0);
        for _ in 0..20 {
            if let Some(rest) = relay.unreached(now) {
                rests.push(rest.num_seconds());
                assert_eq!((relay.places(now), relay.places(now + rest)), (0, 1));
                now += rest;
            }
        }
        assert_eq!(
            rests[..6],
            [5, 10, 20, 40, 60, 60],
            "the first after eight failures"
        );
        assert!(relay.conversed(), "it is back");
        assert!(!relay.conversed());
        assert_eq!(relay.places(now), 1);
        (0..70).for_each(|_| {
            relay.conversed();
        });
        assert_eq!(relay.places(now), 8);
        relay.unreached(now);
        assert_eq!(relay.places(now), 7, "one was turned away: the others go on");
    }

    #[test]
    fn a_clock_that_is_set_back_ends_a_rest() {
        let mut relay = Relay::new(1);
        assert!(relay.unreached(at(7200)).is_some());
        assert_eq!(relay.places(at(7201)), 0);
        assert_eq!(relay.places(at(0)), 1);
    }
}
