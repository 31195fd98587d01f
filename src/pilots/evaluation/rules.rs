//! Who of a panel takes part, and what of the bids somebody of the council may read. Pure.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Somebody on the panel that evaluates the bids for a pilot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluator {
    /// Who; their account may be gone.
    pub person: Uuid,
    /// Their place on the panel, by which the record calls them.
    pub ordinal: i32,
    /// Whether they chair it.
    pub chair: bool,
    /// When they declared what interests they have.
    pub declared_at: Option<DateTime<Utc>>,
    /// What they declared; nothing where they have no interest.
    pub interest: Option<String>,
    /// Whether they were excluded, once that was decided.
    pub excluded: Option<bool>,
    /// Why that was decided so.
    pub decision: Option<String>,
    /// When that was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// When they submitted their scores.
    pub submitted_at: Option<DateTime<Utc>>,
}

/// Where somebody on a panel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "EvaluatorStanding")]
pub enum Standing {
    /// Has not declared yet whether they have an interest: reads no bid.
    Named,
    /// Declared an interest that nobody has decided on yet: reads no bid.
    Waiting,
    /// Reads the bids, and scores them.
    TakingPart,
    /// Excluded: reads no bid, and their scores do not count.
    Excluded,
}

impl Evaluator {
    /// Somebody who has just been named.
    pub fn named(person: Uuid, ordinal: i32, chair: bool) -> Self {
        Self {
            person,
            ordinal,
            chair,
            declared_at: None,
            interest: None,
            excluded: None,
            decision: None,
            decided_at: None,
            submitted_at: None,
        }
    }

    /// Where they stand.
    pub fn standing(&self) -> Standing {
        match (self.excluded, self.declared_at, &self.interest) {
            (Some(true), ..) => Standing::Excluded,
            (_, None, _) => Standing::Named,
            (None, Some(_), Some(_)) => Standing::Waiting,
            (Some(false), Some(_), _) | (None, Some(_), None) => Standing::TakingPart,
        }
    }

    /// Whether their scores count.
    pub fn counts(&self) -> bool {
        self.standing() == Standing::TakingPart && self.submitted_at.is_some()
    }
}

/// Whether everybody on the panel who is not excluded has submitted, and somebody has.
pub fn all_in(panel: &[Evaluator]) -> bool {
    let mut awaited = panel
        .iter()
        .filter(|evaluator| evaluator.standing() != Standing::Excluded)
        .peekable();
    awaited.peek().is_some() && awaited.all(Evaluator::counts)
}

/// What a pilot keeps back from its own council until quality is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// Who bids.
    pub names: bool,
    /// What they ask.
    pub prices: bool,
}

/// What somebody of the council, whose role lets them read bids once they are open, may read of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// The bids themselves, and how many there are.
    pub bids: bool,
    /// Whose they are, and everything that tells.
    pub names: bool,
    /// Their prices.
    pub prices: bool,
    /// What others gave them.
    pub others: bool,
    /// The points that count, and the ranking.
    pub points: bool,
}

impl Sight {
    /// Nothing at all.
    pub const NOTHING: Self = Self {
        bids: false,
        names: false,
        prices: false,
        others: false,
        points: false,
    };

    /// Whether nothing of a bid is kept back.
    pub fn is_whole(self) -> bool {
        self.bids && self.names && self.prices
    }
}

/// What a viewer of the council may read of bids whose deadline has passed. Until quality is locked nobody reads them but
/// those on the panel who take part; then whoever may read bids, save those who were excluded or never declared.
pub fn sight(panel: &[Evaluator], locked: bool, withheld: Withheld, viewer: Option<Uuid>) -> Sight {
    let mine = panel.iter().find(|evaluator| Some(evaluator.person) == viewer);
    let bids = match mine.map(Evaluator::standing) {
        Some(standing) => standing == Standing::TakingPart,
        None => locked,
    };
    if !bids {
        return Sight::NOTHING;
    }
    Sight {
        bids,
        names: locked || !withheld.names,
        prices: locked || !withheld.prices,
        others: locked || all_in(panel),
        points: locked,
    }
}

/// What a bid is called while nobody is to know whose it is: `Bid A` to `Bid Z`, `Bid AA` and so on, by its place among
/// the others.
pub fn label(place: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = place + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or_default()));
        rest /= 26;
    }
    letters.reverse();
    format!("Bid {}", letters.into_iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const THEN: DateTime<Utc> = DateTime::UNIX_EPOCH;
    const NONE_WITHHELD: Withheld = Withheld {
        names: false,
        prices: false,
    };
    const BOTH_WITHHELD: Withheld = Withheld {
        names: true,
        prices: true,
    };

    fn evaluator(number: u128, interest: Option<&str>, excluded: Option<bool>, submitted: bool) -> Evaluator {
        Evaluator {
            declared_at: Some(THEN),
            interest: interest.map(str::to_owned),
            excluded,
            submitted_at: submitted.then_some(THEN),
            ..Evaluator::named(Uuid::from_u128(number), 1, false)
        }
    }

    #[test]
    fn an_interest_keeps_out_until_it_is_decided_and_an_exclusion_for_good() {
        assert_eq!(Evaluator::named(Uuid::nil(), 1, true).standing(), Standing::Named);
        assert_eq!(evaluator(1, None, None, false).standing(), Standing::TakingPart);
        assert_eq!(
            evaluator(1, Some("shares"), None, false).standing(),
            Standing::Waiting
        );
        assert_eq!(
            evaluator(1, Some("shares"), Some(false), false).standing(),
            Standing::TakingPart
        );
        for interest in [None, Some("shares")] {
            assert_eq!(
                evaluator(1, interest, Some(true), true).standing(),
                Standing::Excluded
            );
        }
        let undeclared = Evaluator {
            excluded: Some(false),
            ..Evaluator::named(Uuid::nil(), 1, true)
        };
        assert_eq!(undeclared.standing(), Standing::Named, "cleared of nothing");
    }

    #[test]
    fn nobody_is_waited_for_but_those_who_are_not_excluded() {
        let (done, waiting) = (evaluator(1, None, None, true), evaluator(2, None, None, false));
        let excluded = evaluator(3, None, Some(true), false);
        let named = Evaluator::named(Uuid::from_u128(4), 4, false);
        assert!(all_in(&[done.clone(), excluded.clone()]));
        for panel in [
            vec![],
            vec![excluded.clone()],
            vec![done.clone(), waiting],
            vec![done, named],
        ] {
            assert!(!all_in(&panel), "{panel:?}");
        }
    }

    #[test]
    fn before_the_lock_only_who_takes_part_reads_and_not_what_is_withheld() {
        let panel = [
            evaluator(1, None, None, true),
            evaluator(2, None, None, false),
            evaluator(3, Some("shares"), None, false),
            evaluator(4, None, Some(true), false),
            Evaluator::named(Uuid::from_u128(5), 5, false),
        ];
        let of = |number, locked, withheld| sight(&panel, locked, withheld, Some(Uuid::from_u128(number)));
        let own = of(1, false, BOTH_WITHHELD);
        assert!(own.bids && !own.names && !own.prices && !own.others && !own.points);
        assert!(of(2, false, NONE_WITHHELD).is_whole());
        for outside in [3, 4, 5, 6] {
            assert_eq!(of(outside, false, NONE_WITHHELD), Sight::NOTHING, "{outside}");
        }
        assert_eq!(sight(&panel, false, NONE_WITHHELD, None), Sight::NOTHING);
        for outside in [3, 4, 5] {
            assert_eq!(
                of(outside, true, NONE_WITHHELD),
                Sight::NOTHING,
                "{outside} after the lock"
            );
        }
        let after = of(6, true, BOTH_WITHHELD);
        assert!(after.is_whole() && after.others && after.points);
    }

    #[test]
    fn labels_go_on_after_z() {
        let labels = [0, 25, 26, 51, 52, 701, 702].map(label);
        let expected = [
            "Bid A", "Bid Z", "Bid AA", "Bid AZ", "Bid BA", "Bid ZZ", "Bid AAA",
        ];
        assert_eq!(labels, expected);
    }

    proptest! {
        #[test]
        fn locking_takes_nothing_from_anybody(
            standings in prop::collection::vec((0..4_u8, any::<bool>()), 0..6),
            viewer in 0..8_u128,
            names: bool,
            prices: bool,
        ) {
            let panel: Vec<Evaluator> = standings.iter().enumerate().map(|(number, (standing, submitted))| {
                let number = number as u128;
                match standing {
                    0 => Evaluator::named(Uuid::from_u128(number), 1, false),
                    1 => evaluator(number, Some("x"), None, false),
                    2 => evaluator(number, None, Some(true), *submitted),
                    _ => evaluator(number, None, None, *submitted),
                }
            }).collect();
            let withheld = Withheld { names, prices };
            let before = sight(&panel, false, withheld, Some(Uuid::from_u128(viewer)));
            let after = sight(&panel, true, withheld, Some(Uuid::from_u128(viewer)));
            prop_assert!(!before.points, "no points before the lock");
            prop_assert!(before.bids || before == Sight::NOTHING);
            prop_assert!(!(before.names && names || before.prices && prices));
            for (before, after) in [
                (before.bids, after.bids), (before.names, after.names), (before.prices, after.prices),
                (before.others, after.others),
            ] {
                prop_assert!(!before || after);
            }
        }
    }
}
