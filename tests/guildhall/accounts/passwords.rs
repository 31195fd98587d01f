//! Passwords: what is taken, how it is kept, and how they are changed.

use super::*;

#[tokio::test]
async fn changing_the_password_ends_every_other_session_and_is_told() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let (here, elsewhere) = (world.token(ANN).await, world.token(ANN).await);
    let wrong = world
        .data(&here, CHANGE_PASSWORD, passwords("not it at all", NEW))
        .await;
    assert_eq!(codes(&wrong), ["WRONG_PASSWORD"]);
    assert_eq!(email_of(&world, &elsewhere).await, ANN);
    let weak = world
        .data(&here, CHANGE_PASSWORD, passwords(PASSWORD, "qwertyuiop"))
        .await;
    assert_eq!(codes(&weak), ["BAD_PASSWORD"]);
    assert!(codes(&world.data(&here, CHANGE_PASSWORD, passwords(PASSWORD, NEW)).await).is_empty());
    assert_eq!(email_of(&world, &here).await, ANN);
    assert_eq!(email_of(&world, &elsewhere).await, Value::Null);
    assert!(!signs_in(&world, ANN, PASSWORD).await);
    assert!(signs_in(&world, ANN, NEW).await);
    let subjects = world.subjects(ANN).await;
    assert!(
        subjects.contains(&"Your password was changed".to_owned()),
        "{subjects:?}"
    );
}

#[tokio::test]
async fn a_new_password_by_mail_ends_every_session_and_every_other_link() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let before = world.token(ANN).await;
    world.data((), REQUEST_RESET, json!({ "email": ANN })).await;
    let first = world.link(ANN, "reset").await;
    world.data((), REQUEST_RESET, json!({ "email": ANN })).await;
    let second = world.link(ANN, "reset").await;
    let done = world.data((), RESET, complete(&second, NEW)).await;
    assert!(done["passwordReset"]["device"]["token"].is_string(), "{done}");
    assert_eq!(email_of(&world, &before).await, Value::Null);
    for spent in [&first, &second] {
        let again = world
            .data((), RESET, complete(spent, "another gravel otter plum"))
            .await;
        assert_eq!(codes(&again), ["BAD_LINK"]);
    }
    assert!(!signs_in(&world, ANN, PASSWORD).await);
    assert!(signs_in(&world, ANN, NEW).await);
    let subjects = world.subjects(ANN).await;
    assert!(
        subjects.contains(&"Your password was changed".to_owned()),
        "{subjects:?}"
    );
}

#[tokio::test]
async fn a_link_for_a_new_password_holds_an_hour() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    world.data((), REQUEST_RESET, json!({ "email": ANN })).await;
    let link = world.link(ANN, "reset").await;
    world.app.clock.advance(Duration::hours(1));
    assert_eq!(
        codes(&world.data((), RESET, complete(&link, NEW)).await),
        ["BAD_LINK"]
    );
    assert!(signs_in(&world, ANN, PASSWORD).await);
}

/// Makes an account with this password by a mailed link; the codes it was refused with.
async fn with_password(world: &World, email: &str, password: &str) -> Vec<String> {
    world.data((), REGISTER, register(email)).await;
    let link = world.link(email, "register").await;
    codes(&world.data((), CONFIRM, complete(&link, password)).await)
}

#[tokio::test]
async fn passwords_are_taken_byte_for_byte() {
    let world = World::new().await;
    let long = "lantern otter gravel ninety plum ".repeat(31) + "x";
    assert_eq!(long.len(), 1024);
    let eight = "k7#Qzx!v";
    assert_eq!(eight.len(), 8);
    for (index, password) in [
        "  gravel otter lantern  ",
        eight,
        &*long,
        "GRAVEL otter L\u{E4}ntern",
    ]
    .iter()
    .enumerate()
    {
        let email = format!("p{index}@b.example");
        assert_eq!(
            with_password(&world, &email, password).await,
            [""; 0],
            "{password:?}"
        );
        assert!(signs_in(&world, &email, password).await, "{password:?}");
        let trimmed = password.trim();
        let others = [
            format!("{password} "),
            password.to_lowercase() + "\u{0}",
            password.chars().take(password.chars().count() - 1).collect(),
            if trimmed == *password {
                format!(" {password}")
            } else {
                trimmed.to_owned()
            },
        ];
        for other in others {
            // U+0000 never gets past the door; the rest are other passwords.
            let answer = world.query(None, SIGN_IN, sign_in(&email, &other)).await;
            assert_eq!(answer["data"]["signIn"]["session"], Value::Null, "{other:?}");
        }
    }
    // Decomposed, the same letter is other bytes.
    assert!(!signs_in(&world, "p3@b.example", "GRAVEL otter La\u{308}ntern").await);
}

#[tokio::test]
async fn short_long_and_common_passwords_are_refused() {
    let world = World::new().await;
    let long = "lantern otter gravel ninety plum ".repeat(31) + "xy";
    assert_eq!(long.len(), 1025);
    for bad in [
        "k7#Qzx!",
        &*long,
        "password1",
        "P4ssw0rd!",
        "qwertyuiop",
        "ann@b.example",
        "guildhall1",
    ] {
        assert_eq!(with_password(&world, ANN, bad).await, ["BAD_PASSWORD"], "{bad:?}");
        world.app.clock.advance(Duration::hours(1));
    }
    assert!(!signs_in(&world, ANN, "password1").await);
}

async fn hash_of(world: &World, email: &str) -> String {
    let found = person::Entity::find().filter(person::Column::Email.eq(email));
    let found = found.one(world.app.db.read()).await.unwrap().unwrap();
    found.password_hash.unwrap()
}

/// Bar A1.
#[tokio::test]
async fn a1_a_kept_password_costs_at_least_19_mib_and_two_passes() {
    let world = World::new().await;
    assert_eq!(with_password(&world, ANN, PASSWORD).await, [""; 0]);
    let hash = hash_of(&world, ANN).await;
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    world.data((), REQUEST_RESET, json!({ "email": ANN })).await;
    let link = world.link(ANN, "reset").await;
    world.data((), RESET, complete(&link, PASSWORD)).await;
    let again = hash_of(&world, ANN).await;
    assert!(again.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{again}");
    assert_ne!(again, hash, "each with a salt of its own");
}

#[tokio::test]
async fn raised_costs_hold_from_the_next_sign_in_and_nobody_is_signed_out() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let before = world.token(ANN).await;
    let old = hash_of(&world, ANN).await;
    let raised = App {
        hashing: Hashing {
            memory_kib: 20 * 1024,
            passes: 3,
            ..Hashing::at_once(2)
        },
        ..world.app.clone()
    };
    let attempt = |password| guildhall::access::sessions::Attempt {
        email: ANN,
        password,
        ..Default::default()
    };
    use guildhall::access::sessions::sign_in;
    assert!(sign_in(&raised, attempt("not it at all")).await.is_err());
    assert_eq!(
        hash_of(&world, ANN).await,
        old,
        "only the right password is rehashed"
    );
    sign_in(&raised, attempt(PASSWORD)).await.unwrap();
    let new = hash_of(&world, ANN).await;
    assert!(new.starts_with("$argon2id$v=19$m=20480,t=3,p=1$"), "{new}");
    assert_eq!(email_of(&world, &before).await, ANN);
    sign_in(&raised, attempt(PASSWORD)).await.unwrap();
    assert_eq!(hash_of(&world, ANN).await, new, "once");
    // A server with lower costs leaves the better hash alone.
    sign_in(&world.app, attempt(PASSWORD)).await.unwrap();
    assert_eq!(hash_of(&world, ANN).await, new);
}
