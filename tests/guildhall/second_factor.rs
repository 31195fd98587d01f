//! The second factor: codes and recovery codes each get in once, and nothing but its owner switches it off.

use crate::operations::{
    CONFIRM_SECOND, END_SECOND, MAKE_TOKEN, REQUEST_RESET, REQUIRE_SECOND, RESET, SIGN_IN, START_SECOND, WHO,
    codes,
};
use crate::world::{PASSWORD, World};
use chrono::Duration;
use futures_util::future::join_all;
use guildhall::access::sessions::{self, Attempt, SignInErrorCode};
use guildhall::access::{CouncilRole, Origin};
use guildhall::runtime::{App, Hashing, Stop};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

const ANN: &str = "ann@b.example";
const NEW: &str = "gravel otter lantern plum";

/// Somebody with a second factor.
struct Guarded {
    /// Of the session in which it was put in force.
    token: String,
    /// Their authenticator.
    totp: Totp,
    recovery: Vec<String>,
}

impl Guarded {
    /// Puts a second factor in force for whoever the token is of.
    async fn make(world: &World, token: String) -> Self {
        let started = world
            .data(&token, START_SECOND, json!({ "present": PASSWORD }))
            .await;
        let secret = started["secondFactorStart"]["enrolment"]["secret"]
            .as_str()
            .unwrap();
        let secret = Secret::try_from_base32(secret).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        let mut guarded = Self {
            token,
            totp,
            recovery: Vec::new(),
        };
        let code = json!({ "code": guarded.code(world) });
        let confirmed = world.data(&guarded.token, CONFIRM_SECOND, code).await;
        let codes = confirmed["secondFactorConfirm"]["recovery"]["codes"]
            .as_array()
            .unwrap();
        guarded.recovery = codes
            .iter()
            .map(|code| code.as_str().unwrap().to_owned())
            .collect();
        world.app.clock.advance(Duration::minutes(1));
        guarded
    }

    /// The code that their authenticator shows.
    fn code(&self, world: &World) -> String {
        let now = world.now().timestamp().unsigned_abs();
        self.totp.generate(now).to_string()
    }
}

fn with(email: &str, password: &str, code: Option<&str>) -> Value {
    json!({ "input": { "email": email, "password": password, "code": code } })
}

/// What signing in with a code comes to: nothing wrong, or the codes of what was.
async fn sign_in(world: &World, code: Option<&str>) -> Vec<String> {
    codes(&world.data((), SIGN_IN, with(ANN, PASSWORD, code)).await)
}

async fn guarded() -> (World, Guarded) {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let token = world.token(ANN).await;
    let guarded = Guarded::make(&world, token).await;
    (world, guarded)
}

#[tokio::test]
async fn signing_in_asks_for_a_code_once_the_password_is_right() {
    let (world, ann) = guarded().await;
    assert_eq!(sign_in(&world, None).await, ["CODE_NEEDED"]);
    assert_eq!(sign_in(&world, Some("000000")).await, ["WRONG_CODE"]);
    let code = ann.code(&world);
    let wrong = world
        .data((), SIGN_IN, with(ANN, "not it at all", Some(&code)))
        .await;
    assert_eq!(codes(&wrong), ["WRONG"]);
    assert!(sign_in(&world, Some(&code)).await.is_empty());
}

#[tokio::test]
async fn it_takes_the_password_to_begin_and_a_code_to_be_in_force() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let token = world.token(ANN).await;
    let stolen = world
        .data(&token, START_SECOND, json!({ "present": "not it at all" }))
        .await;
    assert_eq!(codes(&stolen), ["WRONG_PASSWORD"]);
    let early = world
        .data(&token, CONFIRM_SECOND, json!({ "code": "000000" }))
        .await;
    assert_eq!(codes(&early), ["NOT_ON"]);
    world
        .data(&token, START_SECOND, json!({ "present": PASSWORD }))
        .await;
    let wrong = world
        .data(&token, CONFIRM_SECOND, json!({ "code": "000000" }))
        .await;
    assert_eq!(codes(&wrong), ["WRONG_CODE"]);
    assert!(sign_in(&world, None).await.is_empty(), "begun only");
}

#[tokio::test]
async fn the_first_code_is_guessed_only_so_often() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let ann = world.token(ANN).await;
    world
        .data(&ann, START_SECOND, json!({ "present": PASSWORD }))
        .await;
    let mut told = Vec::new();
    for _ in 0..21 {
        let answer = world
            .data(&ann, CONFIRM_SECOND, json!({ "code": "no code" }))
            .await;
        told.extend(codes(&answer));
    }
    assert!(told[..20].iter().all(|code| code == "WRONG_CODE"), "{told:?}");
    assert_eq!(told[20], "TOO_MANY_ATTEMPTS");
}

#[tokio::test]
async fn putting_it_in_force_ends_the_sessions_that_had_none() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let before = world.token(ANN).await;
    let here = world.token(ANN).await;
    let ann = Guarded::make(&world, here).await;
    assert_eq!(world.data(&before, WHO, Value::Null).await["viewer"], Value::Null);
    assert_eq!(
        world.data(&ann.token, WHO, Value::Null).await["viewer"]["secondFactor"],
        true
    );
    let subjects = world.subjects(ANN).await;
    assert!(
        subjects.contains(&"Your second factor is on".to_owned()),
        "{subjects:?}"
    );
}

#[tokio::test]
async fn a_code_works_once_and_not_with_the_one_before_it() {
    let (world, ann) = guarded().await;
    let earlier = ann.code(&world);
    world.app.clock.advance(Duration::seconds(30));
    let code = ann.code(&world);
    assert!(sign_in(&world, Some(&code)).await.is_empty());
    assert_eq!(sign_in(&world, Some(&code)).await, ["WRONG_CODE"]);
    assert_eq!(
        sign_in(&world, Some(&earlier)).await,
        ["WRONG_CODE"],
        "a code that was looked over a shoulder"
    );
    world.app.clock.advance(Duration::seconds(30));
    assert!(sign_in(&world, Some(&ann.code(&world))).await.is_empty());
}

/// Twenty sign-ins with one code at once, half of them from a device of the owner's. Ten are as many as may be tried
/// in five minutes: one of them gets in, and nine come to the code too late.
async fn race(world: &World, device: &str, code: &str) {
    let racing = App {
        hashing: Hashing::at_once(20),
        ..world.app.clone()
    };
    let sign_in = |index: usize| {
        let attempt = Attempt {
            email: ANN,
            password: PASSWORD,
            code: Some(code),
            origin: Origin {
                device: index.is_multiple_of(2).then(|| device.to_owned()),
                ..Origin::default()
            },
        };
        sessions::sign_in(&racing, attempt)
    };
    let mut came_to = [0; 3];
    for tried in join_all((0..20).map(sign_in)).await {
        match tried {
            Ok(_) => came_to[0] += 1,
            Err(Stop::Refused(why)) if why[0].code == SignInErrorCode::WrongCode => came_to[1] += 1,
            Err(Stop::Refused(why)) if why[0].code == SignInErrorCode::TooManyAttempts => came_to[2] += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(came_to, [1, 9, 10]);
}

/// Signs in with a code; gives the token of the device that is known from then on.
async fn device(world: &World, code: &str) -> String {
    let known = world.data((), SIGN_IN, with(ANN, PASSWORD, Some(code))).await;
    world.app.clock.advance(Duration::minutes(6));
    known["signIn"]["session"]["device"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_race_with_one_code_one_gets_in() {
    let (world, ann) = guarded().await;
    let device = device(&world, &ann.code(&world)).await;
    race(&world, &device, &ann.code(&world)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_race_with_one_recovery_code_one_gets_in() {
    let (world, ann) = guarded().await;
    assert_eq!(ann.recovery.len(), 10);
    let device = device(&world, &ann.code(&world)).await;
    race(&world, &device, &ann.recovery[0]).await;
    world.app.clock.advance(Duration::minutes(6));
    assert_eq!(sign_in(&world, Some(&ann.recovery[0])).await, ["WRONG_CODE"]);
    let typed = ann.recovery[1].to_uppercase().replace('-', " ");
    assert!(sign_in(&world, Some(&typed)).await.is_empty(), "{typed}");
}

#[tokio::test]
async fn a_new_password_by_mail_leaves_the_second_factor_on() {
    let (world, ann) = guarded().await;
    world.data((), REQUEST_RESET, json!({ "email": ANN })).await;
    let link = world.link(ANN, "reset").await;
    let input = json!({ "input": { "token": link, "password": NEW } });
    assert!(codes(&world.data((), RESET, input).await).is_empty());
    let without = world.data((), SIGN_IN, with(ANN, NEW, None)).await;
    assert_eq!(codes(&without), ["CODE_NEEDED"]);
    let with_code = world
        .data((), SIGN_IN, with(ANN, NEW, Some(&ann.code(&world))))
        .await;
    assert!(codes(&with_code).is_empty());
    let with_recovery = world
        .data((), SIGN_IN, with(ANN, NEW, Some(&ann.recovery[4])))
        .await;
    assert!(codes(&with_recovery).is_empty(), "and so are the recovery codes");
}

#[tokio::test]
async fn ending_it_takes_the_password_and_a_code() {
    let (world, ann) = guarded().await;
    let end = |present: &str, code: &str| json!({ "input": { "present": present, "code": code } });
    let wrong = world
        .data(&ann.token, END_SECOND, end("not it at all", &ann.code(&world)))
        .await;
    assert_eq!(codes(&wrong), ["WRONG_PASSWORD"]);
    let wrong = world.data(&ann.token, END_SECOND, end(PASSWORD, "000000")).await;
    assert_eq!(codes(&wrong), ["WRONG_CODE"]);
    let ended = world
        .data(&ann.token, END_SECOND, end(PASSWORD, &ann.code(&world)))
        .await;
    assert_eq!(
        ended["secondFactorEnd"]["viewer"]["secondFactor"], false,
        "{ended}"
    );
    assert!(sign_in(&world, None).await.is_empty());
    assert_eq!(
        sign_in(&world, Some(&ann.recovery[0])).await,
        [""; 0],
        "a code that nobody asks for is passed over"
    );
    let subjects = world.subjects(ANN).await;
    assert!(
        subjects.contains(&"Your second factor is off".to_owned()),
        "{subjects:?}"
    );
}

#[tokio::test]
async fn codes_are_limited_by_the_day_and_their_owner_is_told_once() {
    let (world, ann) = guarded().await;
    let mut tried = 0;
    for _ in 0..30 {
        match &*sign_in(&world, Some("000000")).await[0] {
            "WRONG_CODE" => tried += 1,
            "TOO_MANY_ATTEMPTS" => {}
            other => panic!("{other}"),
        }
        world.app.clock.advance(Duration::minutes(3));
    }
    assert_eq!(tried, 20);
    assert_eq!(
        sign_in(&world, Some(&ann.code(&world))).await,
        ["TOO_MANY_ATTEMPTS"]
    );
    let warned = "Your password was used without your code".to_owned();
    let subjects = world.subjects(ANN).await;
    assert_eq!(
        subjects.iter().filter(|subject| **subject == warned).count(),
        1,
        "{subjects:?}"
    );
    // A new password by mail makes this device known, and its owner gets in at once.
    world.data((), REQUEST_RESET, json!({ "email": ANN })).await;
    let link = world.link(ANN, "reset").await;
    let input = json!({ "input": { "token": link, "password": NEW } });
    let device = world.data((), RESET, input).await["passwordReset"]["device"]["token"].clone();
    let mut attempt = with(ANN, NEW, Some(&ann.code(&world)));
    attempt["input"]["device"] = device;
    assert!(codes(&world.data((), SIGN_IN, attempt).await).is_empty());
    world.app.clock.advance(Duration::days(1));
    let next_day = world
        .data((), SIGN_IN, with(ANN, NEW, Some(&ann.code(&world))))
        .await;
    assert!(codes(&next_day).is_empty());
}

fn roles(viewer: &Value) -> &Vec<Value> {
    viewer["viewer"]["memberships"].as_array().unwrap()
}

#[tokio::test]
async fn a_council_that_requires_it_loses_nobody_for_good() {
    let world = World::new().await;
    let administrator = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let officer = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let council = world.council("norfolk").await;
    let require = |required: bool| json!({ "council": council, "required": required });
    let again = |required: bool| json!({ "council": council, "required": required, "version": 1 });
    // Whoever asks has one themselves, or would be shut out.
    let refused = world.data(&administrator, REQUIRE_SECOND, require(true)).await;
    assert_eq!(codes(&refused), ["NOT_ON"]);
    assert_eq!(
        world.refusal(&officer, REQUIRE_SECOND, require(true)).await,
        "NOT_ALLOWED"
    );
    // A token made before is bound by it too.
    let make = json!({ "input": { "organisation": council, "name": "dashboard" } });
    let made = world.data(&officer, MAKE_TOKEN, make.clone()).await;
    let program = made["apiTokenMake"]["made"]["secret"]
        .as_str()
        .unwrap()
        .to_owned();
    let administrator = Guarded::make(&world, administrator).await;
    let agreed = world
        .data(&administrator.token, REQUIRE_SECOND, require(true))
        .await;
    assert_eq!(agreed["councilRequireSecondFactor"]["rule"]["required"], true);
    for token in [&officer, &program] {
        let now = world.data(token, WHO, Value::Null).await;
        assert_eq!(roles(&now).len(), 0, "{now}");
        assert_eq!(now["viewer"]["secondFactorAwaitedBy"], json!([council]));
    }
    let refused = world.data(&officer, MAKE_TOKEN, make).await;
    assert_eq!(codes(&refused), ["NOT_A_MEMBER"]);
    assert_eq!(
        roles(&world.data(&administrator.token, WHO, Value::Null).await).len(),
        1
    );
    // The officer turns one on and is where they were, and so is their program.
    let officer = Guarded::make(&world, officer).await;
    for token in [&officer.token, &program] {
        let now = world.data(token, WHO, Value::Null).await;
        assert_eq!(roles(&now)[0]["councilRole"], "OFFICER", "{now}");
    }
    // Ended again, it counts no more, in the session at hand either.
    let end = json!({ "input": { "present": PASSWORD, "code": officer.code(&world) } });
    assert!(codes(&world.data(&officer.token, END_SECOND, end).await).is_empty());
    for token in [&officer.token, &program] {
        assert_eq!(roles(&world.data(token, WHO, Value::Null).await).len(), 0);
    }
    world
        .data(&administrator.token, REQUIRE_SECOND, again(false))
        .await;
    assert_eq!(
        roles(&world.data(&officer.token, WHO, Value::Null).await).len(),
        1
    );
}
