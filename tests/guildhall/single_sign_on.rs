//! Single sign-on, the whole way: there, through a real provider's own pages, and back.

mod accounts;
mod forged;
mod providers;

use crate::provider::{Browser, Provider, world};
use crate::world::{PASSWORD, World, text};
use entity::{audit_part, council_access, person};
use guildhall::councils::directory;
use guildhall::runtime::outbox;
use poem::http::StatusCode;
use poem::test::TestResponse;
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};
use serde_json::{Value, json};
use url::Url;

const WHO: &str =
    "query Who { viewer { email name secondFactorAwaitedBy memberships { organisationId councilRole } } }";
const SIGN_IN: &str = "mutation SignIn($input: SignInInput!) { signIn(input: $input) \
    { session { token } errors { code message path } } }";

/// Ann of Norfolk, as her council's provider knows her.
fn ann() -> Value {
    json!({ "ann": { "email": "Ann@Norfolk.gov.uk", "email_verified": true, "name": "Ann Example" } })
}

async fn people(world: &World) -> u64 {
    person::Entity::find().count(world.app.db.read()).await.unwrap()
}

/// The mails there are, as text.
async fn mails(world: &World) -> Vec<String> {
    outbox::deliver_due(&world.app).await.unwrap();
    let all = world.smtp.all();
    all.iter()
        .map(|mail| String::from_utf8_lossy(&mail.bytes).replace("=\r\n", ""))
        .collect()
}

fn cookies(response: &TestResponse) -> Vec<String> {
    let lines = response.0.headers().get_all("set-cookie").iter();
    lines.map(|line| line.to_str().unwrap().to_owned()).collect()
}

/// A page that refuses: of this status, with these words, a reference, and no session.
async fn refused(response: TestResponse, status: StatusCode, words: &str) -> String {
    assert!(
        cookies(&response)
            .iter()
            .all(|line| !line.contains("guildhall_session"))
    );
    let found = response.0.status();
    let page = text(response).await;
    assert_eq!(found, status, "{page}");
    assert!(page.contains(words), "{page}");
    let reference = page
        .split("<code>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(reference.len(), 12, "{page}");
    page
}

fn parameter(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found
        .unwrap_or_else(|| panic!("no {name} in {url}"))
        .1
        .into_owned()
}

#[tokio::test]
async fn a_councils_person_is_signed_in_by_its_provider_and_becomes_a_viewer_of_it() {
    let Some(provider) = Provider::start(&ann()) else {
        return;
    };
    let world = world(vec![provider.of("norfolk", "norfolk.gov.uk")]).await;
    // A session by single sign-on counts as one with a second factor.
    let norfolk = directory().find("norfolk").unwrap().id;
    let strict = council_access::Model {
        council_id: norfolk,
        second_factor: true,
        version: 1,
    };
    let txn = world.app.db.begin().await.unwrap();
    council_access::Entity::insert(council_access::ActiveModel::from(strict))
        .exec(&txn)
        .await
        .unwrap();
    txn.commit().await.unwrap();

    let mut browser = Browser::default();
    let away = browser.leave(&world, "ANN@norfolk.gov.uk").await;
    assert_eq!(parameter(&away, "code_challenge_method"), "S256");
    let back = browser.sign_in(away, "ann").await;
    let page = browser.come_back(&world, &back).await;
    page.assert_status_is_ok();
    let cookies = cookies(&page);
    let session = cookies
        .iter()
        .find(|line| line.starts_with("__Host-guildhall_session="))
        .unwrap();
    assert!(
        session.contains("; HttpOnly; SameSite=Strict; Path=/; Max-Age=4") && session.ends_with("; Secure"),
        "{session}"
    );
    assert!(
        cookies
            .iter()
            .any(|line| line.starts_with("__Host-guildhall_away=; ")),
        "the way is over"
    );
    assert!(text(page).await.contains("Norfolk County Council"));

    let who = browser.data(&world, WHO).await["viewer"].clone();
    let viewer = json!([{ "organisationId": world.council("norfolk").await, "councilRole": "VIEWER" }]);
    assert_eq!(
        who,
        json!({ "email": "ann@norfolk.gov.uk", "name": "Ann Example", "secondFactorAwaitedBy": [],
        "memberships": viewer })
    );
    let told = mails(&world).await;
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("Subject: You have a Guildhall account"),
        "{}",
        told[0]
    );
    let parts = audit_part::Entity::find()
        .order_by_asc(audit_part::Column::Sequence)
        .all(world.app.db.read())
        .await
        .unwrap();
    let details: Vec<String> = parts.into_iter().filter_map(|part| part.content).collect();
    let told = |words: &str| details.iter().position(|detail| detail.contains(words));
    let (linked, signed_in) = (told("linked"), told("signed in by"));
    assert!(linked.is_some() && linked < signed_in, "{details:?}");

    // Again, from the same browser: the same account, a known device, nothing to tell.
    browser
        .through(&world, "ann@norfolk.gov.uk", "ann")
        .await
        .assert_status_is_ok();
    assert_eq!((people(&world).await, mails(&world).await.len()), (1, 1));
    // There is no password that signs her in.
    for password in ["", PASSWORD, "null"] {
        let input = json!({ "input": { "email": "ann@norfolk.gov.uk", "password": password } });
        let answer = world.data((), SIGN_IN, input).await;
        assert_eq!(answer["signIn"]["errors"][0]["code"], "WRONG", "{answer}");
    }
}

#[tokio::test]
async fn a_provider_with_other_keys_and_customs_is_understood_as_well() {
    // An ES256 key (RFC 7515, appendix A.3), the address in the ID token, our secret in the form.
    let key = json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": "k", "alg": "ES256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" });
    let client = json!({ "id_token_signed_response_alg": "ES256", "token_endpoint_auth_method": "client_secret_post" });
    let options = json!({ "jwks": { "keys": [key] }, "conformIdTokenClaims": false,
        "clientAuthMethods": ["client_secret_post"] });
    let Some(provider) = Provider::start_with(&ann(), &client, &options) else {
        return;
    };
    let world = world(vec![provider.of("norfolk", "norfolk.gov.uk")]).await;
    let mut browser = Browser::default();
    browser
        .through(&world, "x@norfolk.gov.uk", "ann")
        .await
        .assert_status_is_ok();
    assert_eq!(
        browser.data(&world, WHO).await["viewer"]["email"],
        "ann@norfolk.gov.uk"
    );
}
