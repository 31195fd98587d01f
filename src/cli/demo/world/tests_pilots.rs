//! Whether the demonstration's pilots, bids and people hold together: order of days, sealing, eligibility.

use super::tests::{day, worlds};
use super::*;
use chrono::{Datelike, Weekday};
use std::collections::HashSet;

#[test]
fn weights_add_to_100_and_one_criterion_is_the_price() {
    for pilot in world(day(2026, 11, 23), 1).pilots {
        assert_eq!(
            pilot.criteria.iter().map(|each| each.weight).sum::<u32>(),
            100,
            "{}",
            pilot.title
        );
        assert_eq!(pilot.criteria.iter().filter(|each| each.is_price).count(), 1);
    }
}

#[test]
fn pilots_are_at_every_stage_and_several_are_open() {
    for world in worlds() {
        let states: HashSet<_> = world.pilots.iter().map(|each| each.state).collect();
        assert_eq!(states.len(), 8);
        let published = || {
            world
                .pilots
                .iter()
                .filter(|each| each.state == PilotState::Published)
        };
        let open = published().filter(|each| each.deadline_on > world.today);
        assert!(open.map(|each| each.deadline_on).collect::<HashSet<_>>().len() >= 4);
        assert!(published().any(|each| each.deadline_on < world.today));
    }
}

#[test]
fn what_happens_to_a_pilot_happens_in_order_on_working_days() {
    for world in worlds() {
        for pilot in &world.pilots {
            let published = pilot.published_on.unwrap_or(world.today);
            assert!(!matches!(
                pilot.deadline_on.weekday(),
                Weekday::Sat | Weekday::Sun
            ));
            assert!(
                published <= world.today && published < pilot.deadline_on,
                "{}",
                pilot.title
            );
            assert!(pilot.deadline_on < pilot.decides_on);
            assert!(pilot.decided_on.is_none_or(|day| day < world.today));
            for question in &pilot.questions {
                assert!(published <= question.asked_on && question.asked_on < pilot.deadline_on);
                assert_eq!(question.answer.is_some(), question.answered_on.is_some());
                let answered_on = question.answered_on.unwrap_or(question.asked_on);
                assert!(question.asked_on <= answered_on && answered_on < pilot.deadline_on);
            }
        }
    }
}

#[test]
fn bids_come_in_time_and_within_the_cap_and_stay_sealed() {
    for world in worlds() {
        for pilot in &world.pilots {
            let published = pilot.published_on.unwrap_or(world.today);
            for bid in &pilot.bids {
                assert!(
                    published < bid.submitted_on && bid.submitted_on < pilot.deadline_on,
                    "{}",
                    pilot.title
                );
                assert!(bid.submitted_on < world.today);
                assert!(bid.price_pence > 0 && bid.price_pence <= pilot.cap_pence);
            }
            let scored = pilot
                .bids
                .iter()
                .flat_map(|bid| &bid.answers)
                .any(|answer| answer.score.is_some());
            assert!(
                !scored || pilot.deadline_on < world.today,
                "{} is sealed",
                pilot.title
            );
        }
    }
}

#[test]
fn every_bid_answers_each_quality_criterion_and_outcomes_have_feedback() {
    for pilot in world(day(2026, 11, 23), 1).pilots {
        let quality: Vec<_> = (0..pilot.criteria.len())
            .filter(|&at| !pilot.criteria[at].is_price)
            .collect();
        let decided = matches!(pilot.state, PilotState::Awarded | PilotState::NoneSuitable);
        for bid in &pilot.bids {
            assert_eq!(
                bid.answers.iter().map(|each| each.criterion).collect::<Vec<_>>(),
                quality
            );
            assert_eq!(decided, bid.feedback.is_some());
            let scores = bid.answers.iter().filter_map(|each| each.score.as_ref());
            assert!(
                scores
                    .clone()
                    .all(|score| score.score <= 100 && !score.reason.is_empty())
            );
            assert!(!decided || scores.count() == quality.len());
        }
    }
}

#[test]
fn the_awarded_bid_has_the_highest_total() {
    for pilot in world(day(2026, 11, 23), 1).pilots {
        let Some(won) = pilot.bids.iter().position(|bid| bid.state == BidState::Awarded) else {
            continue;
        };
        let lowest = pilot.bids.iter().map(|bid| bid.price_pence).min().unwrap();
        let price = pilot.criteria.iter().find(|each| each.is_price).unwrap().weight;
        let total = |bid: &DemoBid| {
            let scores = bid.answers.iter();
            let quality: u32 = scores
                .map(|each| each.score.as_ref().unwrap().score * pilot.criteria[each.criterion].weight)
                .sum();
            i64::from(quality) + i64::from(price) * 100 * lowest / bid.price_pence
        };
        let best = pilot
            .bids
            .iter()
            .enumerate()
            .max_by_key(|(_, bid)| total(bid))
            .unwrap();
        assert_eq!(best.0, won);
        assert_eq!(total(best.1) / 10, 847, "the outcome's reason says 84.7");
    }
}

#[test]
fn bidders_may_bid_where_a_pilot_is_reserved() {
    let world = world(day(2026, 11, 23), 1);
    for pilot in &world.pilots {
        let council = &world.councils[pilot.council];
        assert!(pilot.reservation == Reservation::None || council.nation == "England");
        for bidder in pilot.bids.iter().map(|bid| &world.suppliers[bid.supplier]) {
            let eligible = match pilot.reservation {
                Reservation::None => true,
                Reservation::Sme => bidder.size != SupplierSize::Large,
                Reservation::Vcse => bidder.vcse,
                Reservation::Local => bidder.region == council.region,
            };
            assert!(eligible, "{} for {}", bidder.name, pilot.title);
        }
    }
}

#[test]
fn pilots_that_name_a_need_find_it_in_the_same_council() {
    let world = world(day(2026, 11, 23), 1);
    let answering: Vec<_> = world
        .pilots
        .iter()
        .filter_map(|pilot| Some((pilot, pilot.need?)))
        .collect();
    let named = super::pilots::rows().filter(|row| !row.need.is_empty());
    assert_eq!(answering.len(), named.count());
    assert!(
        answering
            .iter()
            .all(|(pilot, need)| world.needs[*need].council == pilot.council)
    );
}

#[test]
fn everybody_can_be_acted_for_and_no_address_can_receive_mail() {
    let world = world(day(2026, 11, 23), 1);
    let somebody = |home: Home, role: DemoRole| {
        assert!(
            world
                .people
                .iter()
                .any(|each| each.home == home && each.role == role),
            "{home:?} {role:?}"
        );
    };
    (0..world.councils.len()).for_each(|at| somebody(Home::Council(at), DemoRole::Officer));
    (0..world.suppliers.len()).for_each(|at| somebody(Home::Supplier(at), DemoRole::SupplierMember));
    for pilot in &world.pilots {
        somebody(Home::Council(pilot.council), DemoRole::Approver);
        if pilot
            .bids
            .iter()
            .flat_map(|bid| &bid.answers)
            .any(|answer| answer.score.is_some())
        {
            somebody(Home::Council(pilot.council), DemoRole::Evaluator);
        }
    }
    let emails: HashSet<_> = world.people.iter().map(|each| &each.email).collect();
    assert_eq!(emails.len(), world.people.len());
    assert!(
        emails
            .iter()
            .all(|email| email.ends_with(".example") && email.is_ascii())
    );
}
