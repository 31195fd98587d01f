//! The pages on which the links of security mails land, in a browser: reading one changes nothing, its form does.

use crate::operations::{CHANGE_EMAIL, INVITE, REGISTER, REQUEST_RESET, WHO};
use crate::world::{PASSWORD, World, text};
use guildhall::access::CouncilRole;
use poem::http::StatusCode;
use poem::test::TestResponse;
use serde_json::{Value, json};

const ANN: &str = "ann@b.example";
const NEW: &str = "gravel otter lantern plum";
const SITE: &str = "https://guildhall.example";

/// A browser: it keeps the cookies that it is given, and says where a form comes from.
struct Browser<'w> {
    world: &'w World,
    cookies: Vec<(String, String)>,
}

impl<'w> Browser<'w> {
    fn new(world: &'w World) -> Self {
        let cookies = Vec::new();
        Self { world, cookies }
    }

    fn cookie(&self) -> String {
        let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    async fn get(&self, path: &str) -> TestResponse {
        let request = self.world.client.get(path).header("cookie", self.cookie());
        request.send().await
    }

    async fn send(&mut self, path: &str, form: &[(&str, &str)]) -> TestResponse {
        let request = self.world.client.post(path).form(&form).header("origin", SITE);
        let response = request.header("cookie", self.cookie()).send().await;
        for line in response.0.headers().get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            // A known device opens nothing, and is known to who comes back from a council's provider.
            let site = if name.ends_with("device") { "Lax" } else { "Strict" };
            assert!(
                line.contains(&format!("; HttpOnly; SameSite={site}; Path=/")) && line.ends_with("; Secure"),
                "{line}"
            );
            self.cookies.retain(|(had, _)| had != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        response
    }

    /// Who is signed in, by the API.
    async fn who(&self) -> Value {
        let call = self
            .world
            .post(&json!({ "query": WHO }))
            .header("cookie", self.cookie());
        crate::world::body(call.send().await).await["data"]["viewer"].clone()
    }
}

fn goes_to(response: &TestResponse) -> &str {
    response.assert_status(StatusCode::SEE_OTHER);
    response.0.header("location").unwrap()
}

async fn registering(world: &World) -> String {
    let input = json!({ "input": { "email": ANN, "name": "Ann <b>" } });
    world.data((), REGISTER, input).await;
    format!("/account/register/{}", world.link(ANN, "register").await)
}

#[tokio::test]
async fn an_account_is_made_in_a_browser() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let asked = browser
        .send("/account/register", &[("email", "ann"), ("name", "Ann \"A\"")])
        .await;
    asked.assert_status(StatusCode::UNPROCESSABLE_ENTITY);
    let asked = text(asked).await;
    assert!(
        asked.contains("this is not an email address") && asked.contains("value=\"Ann &quot;A&quot;\""),
        "{asked}"
    );
    let asked = browser
        .send("/account/register", &[("email", ANN), ("name", "Ann")])
        .await;
    asked.assert_status_is_ok();
    let link = format!("/account/register/{}", world.link(ANN, "register").await);
    let weak = browser
        .send(&link, &[("name", "Ann Other"), ("password", "qwertyuiop")])
        .await;
    weak.assert_status(StatusCode::UNPROCESSABLE_ENTITY);
    let weak = text(weak).await;
    assert!(
        weak.contains("easily guessed") && weak.contains("value=\"Ann Other\""),
        "{weak}"
    );
    assert!(!weak.contains("qwertyuiop"), "a password is never sent back");
    let made = browser
        .send(&link, &[("name", "Ann Other"), ("password", PASSWORD)])
        .await;
    assert_eq!(goes_to(&made), "/account");
    let home = text(browser.get("/account").await).await;
    assert!(
        home.contains("You are signed in as Ann Other, with ann@b.example."),
        "{home}"
    );
    assert_eq!(browser.who().await["email"], ANN);
    let out = browser.send("/account/sign-out", &[]).await;
    assert_eq!(goes_to(&out), "/account/sign-in");
    assert_eq!(browser.who().await, Value::Null);
    assert_eq!(goes_to(&browser.get("/account").await), "/account/sign-in");
}

#[tokio::test]
async fn reading_a_page_changes_nothing_however_often() {
    let world = World::new().await;
    world.person("bob@b.example", "Bob").await;
    let bob = world.token("bob@b.example").await;
    let ask = json!({ "input": { "email": "new@b.example", "present": PASSWORD } });
    world.data(&bob, CHANGE_EMAIL, ask).await;
    world.person("carol@b.example", "Carol").await;
    world
        .data((), REQUEST_RESET, json!({ "email": "carol@b.example" }))
        .await;
    let council = world.council("norfolk").await;
    let administrator = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let role = json!({ "organisation": council, "councilRole": "OFFICER" });
    let invite = json!({ "input": { "email": "eve@b.example", "role": role } });
    world.data(&administrator, INVITE, invite).await;
    let links = [
        (registering(&world).await, "Ann &lt;b&gt;"),
        (
            format!("/account/reset/{}", world.link("carol@b.example", "reset").await),
            "carol@b.example",
        ),
        (
            format!("/account/email/{}", world.link("new@b.example", "email").await),
            "new@b.example",
        ),
        (
            format!(
                "/account/invitation/{}",
                world.link("eve@b.example", "invitation").await
            ),
            "Norfolk",
        ),
    ];
    for (link, shown) in &links {
        for _ in 0..3 {
            let page = world.client.get(link).send().await;
            page.assert_status_is_ok();
            page.assert_header("cache-control", "no-store");
            page.assert_header("referrer-policy", "same-origin");
            let policy = page.0.header("content-security-policy").unwrap().to_owned();
            assert!(policy.contains("form-action 'self'") && policy.contains("frame-ancestors 'none'"));
            let page = text(page).await;
            assert!(
                page.contains(shown) && page.contains("<form method=\"post\""),
                "{page}"
            );
            assert!(
                !page.contains("href=\"http") && !page.contains("src="),
                "it leads nowhere else: {page}"
            );
        }
        world.client.head(link).send().await;
    }
    assert_eq!(
        world.data(&bob, WHO, Value::Null).await["viewer"]["email"],
        "bob@b.example"
    );
    for (link, _) in &links {
        let mut browser = Browser::new(&world);
        let form = [("name", "Somebody"), ("password", NEW)];
        let done = browser.send(link, &form).await;
        assert!(
            done.0.status().is_success() || done.0.status().is_redirection(),
            "{link}"
        );
        let again = browser.get(link).await;
        again.assert_status(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn another_sites_form_does_nothing() {
    let world = World::new().await;
    let link = registering(&world).await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        for path in [&*link, "/account/sign-in", "/account/sign-out", "/account/reset"] {
            let form = [("name", "Ann"), ("password", PASSWORD), ("email", ANN)];
            let request = world.client.post(path).form(&form).header(name, value);
            request.send().await.assert_status(StatusCode::FORBIDDEN);
        }
    }
    assert_eq!(world.mails(ANN).await.len(), 1);
    world.client.get(&link).send().await.assert_status_is_ok();
}

#[tokio::test]
async fn a_link_that_is_not_ours_leads_nowhere() {
    let world = World::new().await;
    for kind in ["register", "reset", "email", "invitation"] {
        for token in ["unknown", "%00", "%3Cscript%3E", &"x".repeat(1_000)] {
            let path = format!("/account/{kind}/{token}");
            let asked = world.client.get(&path).send().await;
            asked.assert_status(StatusCode::NOT_FOUND);
            assert!(!text(asked).await.contains("<script"));
            let form = [("name", "Ann"), ("password", PASSWORD)];
            let sent = world.client.post(&path).form(&form).send().await;
            sent.assert_status(StatusCode::NOT_FOUND);
        }
    }
    let long = "x".repeat(17 * 1024);
    let sent = world
        .client
        .post("/account/sign-in")
        .form(&[("password", long)])
        .send()
        .await;
    sent.assert_status(StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_new_password_is_chosen_in_a_browser_which_is_known_from_then_on() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let before = world.token(ANN).await;
    let mut browser = Browser::new(&world);
    browser
        .send("/account/reset", &[("email", ANN)])
        .await
        .assert_status_is_ok();
    let link = format!("/account/reset/{}", world.link(ANN, "reset").await);
    browser
        .send(&link, &[("password", NEW)])
        .await
        .assert_status_is_ok();
    assert_eq!(world.data(&before, WHO, Value::Null).await["viewer"], Value::Null);
    assert_eq!(browser.who().await, Value::Null, "the link signs nobody in");
    let before = world.mails(ANN).await.len();
    let form = [("email", "Ann@B.example"), ("password", NEW)];
    assert_eq!(
        goes_to(&browser.send("/account/sign-in", &form).await),
        "/account"
    );
    assert_eq!(browser.who().await["email"], ANN);
    assert_eq!(world.mails(ANN).await.len(), before, "no word of a new device");
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_repeated() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let mut browser = Browser::new(&world);
    let mut pages = Vec::new();
    for email in [ANN, "nobody@b.example"] {
        let form = [("email", email), ("password", "a secret that is wrong")];
        let page = browser.send("/account/sign-in", &form).await;
        page.assert_status(StatusCode::UNPROCESSABLE_ENTITY);
        let page = text(page).await;
        assert!(!page.contains("a secret that is wrong"));
        assert!(page.contains(&format!("value=\"{email}\"")), "{page}");
        pages.push(page.replace(email, "ADDRESS"));
    }
    assert_eq!(pages[0], pages[1]);
    let form = [
        ("email", ANN),
        ("password", PASSWORD),
        ("next", "https://evil.example/account/invitation/x"),
    ];
    assert_eq!(
        goes_to(&browser.send("/account/sign-in", &form).await),
        "/account"
    );
    let form = [
        ("email", ANN),
        ("password", PASSWORD),
        ("next", "/account/invitation//evil.example"),
    ];
    assert_eq!(
        goes_to(&browser.send("/account/sign-in", &form).await),
        "/account"
    );
}

#[tokio::test]
async fn an_invitation_is_accepted_in_a_browser_by_who_has_an_account() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    world.person("eve@b.example", "Eve").await;
    let council = world.council("norfolk").await;
    let administrator = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let role = json!({ "organisation": council, "councilRole": "OFFICER" });
    let invite = json!({ "input": { "email": ANN, "role": role } });
    world.data(&administrator, INVITE, invite).await;
    let link = format!("/account/invitation/{}", world.link(ANN, "invitation").await);
    // Somebody else's browser.
    let mut eve = Browser::new(&world);
    let form = [("email", "eve@b.example"), ("password", PASSWORD)];
    eve.send("/account/sign-in", &form).await;
    let refused = eve.send(&link, &[]).await;
    refused.assert_status(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        text(refused)
            .await
            .contains("this invitation is for another address")
    );
    let form = [("name", "Eve"), ("password", NEW)];
    eve.send(&link, &form)
        .await
        .assert_status(StatusCode::UNPROCESSABLE_ENTITY);
    // Her own, in which she is not signed in yet.
    let mut ann = Browser::new(&world);
    let sign_in = goes_to(&ann.send(&link, &[]).await).to_owned();
    assert_eq!(sign_in, format!("/account/sign-in?next={link}"));
    let page = text(ann.get(&sign_in).await).await;
    assert!(
        page.contains(&format!(
            "name=\"next\" value=\"{}\"",
            link.replace('/', "&#x2f;")
        )),
        "{page}"
    );
    let form = [("email", ANN), ("password", PASSWORD), ("next", &*link)];
    assert_eq!(goes_to(&ann.send("/account/sign-in", &form).await), link);
    assert_eq!(goes_to(&ann.send(&link, &[]).await), "/account");
    assert_eq!(ann.who().await["memberships"][0]["councilRole"], "OFFICER");
}
