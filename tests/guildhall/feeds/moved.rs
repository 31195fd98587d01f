//! Windows that move, go and come back, as calendar programs follow them.

use super::*;

#[tokio::test]
async fn a_date_that_moves_is_the_same_event_in_a_higher_sequence() {
    let (world, token) = world(&register("31/03/2016")).await;
    let link = make(&world, &token, &world.council("norfolk").await).await;
    let before = seen("calendar", &read(&world, &link.calendar).await);
    world.app.clock.advance(Duration::hours(1));
    world.register(&register("31/03/2017"), false).await;
    let after = seen("calendar", &read(&world, &link.calendar).await);
    let Some((before, after)) = before.zip(after) else {
        return;
    };
    let of = |calendar: &Value| {
        let events = end_of(calendar, "Round planning");
        let [event] = events[..] else { panic!("{events:?}") };
        event.clone()
    };
    let (was, is) = (of(&before), of(&after));
    assert_eq!(
        (&was["start"], &is["start"]),
        (&json!("2016-03-31"), &json!("2017-03-31"))
    );
    assert_eq!(was["uid"], is["uid"]);
    assert_eq!((&was["sequence"], &is["sequence"]), (&json!(0), &json!(1)));
    assert!(was["stamp"].as_str() < is["stamp"].as_str());
    let events = after["events"].as_array().unwrap();
    let (moved, stayed): (Vec<_>, Vec<_>) = events.iter().partition(|event| event["sequence"] == 1);
    let of_others = |event: &&Value| !event["summary"].as_str().unwrap().ends_with(": Round planning");
    assert_eq!(moved.iter().filter(|event| of_others(event)).count(), 0);
    assert!(
        stayed.iter().all(of_others),
        "every window of the contract moved: {stayed:#?}"
    );
}

#[tokio::test]
async fn a_window_that_goes_is_cancelled_and_newer_when_it_comes_back() {
    let (with, without) = (register("31/03/2016"), register(""));
    let (world, token) = world(&with).await;
    let council = make(&world, &token, &world.council("norfolk").await).await;
    let filter = json!({ "words": "planning", "windowKinds": ["EXPIRY"] });
    let search = make(&world, &token, &search(&world, &token, "planning", filter).await).await;
    for (register, sequence, status) in [
        (&with, 0, "CONFIRMED"),
        (&without, 1, "CANCELLED"),
        (&without, 1, "CANCELLED"),
        (&with, 2, "CONFIRMED"),
        (&without, 3, "CANCELLED"),
    ] {
        world.app.clock.advance(Duration::hours(1));
        world.register(register, false).await;
        for link in [&council, &search] {
            let Some(calendar) = seen("calendar", &read(&world, &link.calendar).await) else {
                return;
            };
            let ends = end_of(&calendar, "Round planning");
            let [end] = ends[..] else { panic!("{ends:?}") };
            assert_eq!(
                (&end["sequence"], &end["status"]),
                (&json!(sequence), &json!(status))
            );
            assert_eq!(end["start"], "2016-03-31", "cancelled where it stood");
        }
    }
}

#[tokio::test]
async fn cancellations_survive_other_lead_times_and_are_forgotten_after_400_days() {
    let (world, token) = world(&register("31/03/2016")).await;
    let council = world.council("norfolk").await;
    let link = make(&world, &token, &council).await;
    world.register(&register(""), false).await;
    let cancelled = async || {
        read(&world, &link.calendar)
            .await
            .matches("STATUS:CANCELLED")
            .count()
    };
    let before = cancelled().await;
    assert!(before > 0);
    let administrator = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let set = "mutation L($council: ID!) { councilSetLeadTimes(council: $council, version: 0,
        leadTimes: { expiryLeadDays: 77 }) { errors { code } } }";
    world
        .data(&administrator, set, json!({ "council": council }))
        .await;
    let written = read(&world, &link.calendar).await;
    assert!(
        written.contains("SEQUENCE:1\r\n") && !written.contains("SEQUENCE:2\r\n"),
        "windows that open on another day count on, once"
    );
    assert_eq!(cancelled().await, before, "what is gone stays gone");
    world.app.clock.advance(Duration::days(401));
    world
        .register(
            &register("").replace("01-Apr-2013,31/03/2016", "01-Apr-2013,"),
            false,
        )
        .await;
    let remembered = window_gone::Entity::find()
        .all(world.app.db.read())
        .await
        .unwrap();
    assert!(!remembered.is_empty());
    assert!(
        remembered.iter().all(|row| row.gone_at == world.now()),
        "{remembered:?}"
    );
}
